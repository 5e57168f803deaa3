"""What was called: the log that tests and people read to see who asked for what."""

from dataclasses import dataclass

from zoho_client.sandbox.messages import Request


@dataclass(frozen=True)
class Call:
    """One call that was made. `status` is what was answered, or would have been; 0 is nothing."""

    at: float  # seconds since 1970, on the stand-in's clock
    kind: str  # api (these cost credits), token or page
    method: str
    path: str
    query: str
    status: int
    fault: str  # what went wrong with it, or nothing
    automation: int = 0  # how many records set off workflows of the company


def call_of(at: float, request: Request, status: int, fault: str, automation: int) -> Call:
    """The log's line about a request."""
    kind = "api" if request.path.startswith("/crm/") else "page"
    if request.path.startswith("/oauth/v2/token"):
        kind = "token"
    return Call(
        at, kind, request.method, request.path, request.readable_query, status, fault, automation
    )
