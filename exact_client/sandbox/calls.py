"""What was called: the log that tests and people read to see who asked for what."""

from dataclasses import dataclass

from exact_client.sandbox.messages import Request

_KINDS = {"/api/oauth2/token": "token", "/api/v1/current/Me": "user"}


@dataclass(frozen=True)
class Call:
    """One call that was made. `status` is what was answered, or would have been; 0 is nothing."""

    at: float  # seconds since 1970, on the stand-in's clock
    kind: str  # division (these have limits), user, token or page
    method: str
    path: str
    query: str
    status: int
    fault: str  # what went wrong with it, or nothing


def call_of(at: float, request: Request, status: int, fault: str) -> Call:
    """The log's line about a request."""
    other = "division" if request.path.startswith("/api/v1/") else "page"
    kind = _KINDS.get(request.path, other)
    return Call(at, kind, request.method, request.path, request.readable_query, status, fault)
