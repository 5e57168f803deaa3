"""A request and a reply as values, and the refusals that end a call early."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, unquote

from zoho_client.sandbox.clock import HOME_ZONE

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

Record = dict[str, Any]
Environ = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What a caller sent, read once from the WSGI environment, and who they turned out to be."""

    method: str
    path: str
    query: dict[str, str]  # a doubled option keeps its last value
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    sandbox: "ZohoSandbox"
    host: str = ""  # with its scheme, without a slash at the end
    remote: str = ""
    query_text: str = ""
    user: Record = field(default_factory=dict)  # of the token, as GET /users tells them
    client: str = ""  # the app whose token it is
    scopes: tuple[str, ...] = ()  # what the token was granted
    places: Mapping[str, str] = field(default_factory=dict)  # what stood at {module} or {id}

    @classmethod
    def from_environ(cls, environ: Environ, sandbox: "ZohoSandbox") -> Self:
        """Read a request; the body is as long as its Content-Length says."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        server = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        text = environ.get("QUERY_STRING", "")
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            query=dict(parse_qsl(text, keep_blank_values=True)),
            headers=headers,
            body=environ["wsgi.input"].read(length) if length else b"",
            sandbox=sandbox,
            host=f"{environ['wsgi.url_scheme']}://{headers.get('host', server)}",
            remote=environ.get("REMOTE_ADDR", ""),
            query_text=text,
        )

    @property
    def zone(self) -> str:
        """The time zone of the token's user: Zoho writes every time with its offset."""
        return str(self.user.get("time_zone") or HOME_ZONE)

    def json(self) -> Record:
        """The body as a JSON object. Raises Problem when it is none."""
        try:
            content = json.loads(self.body, object_hook=_with_id_as_text)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Problem(
                "UNABLE_TO_PARSE_DATA_TYPE",
                "either the request body or parameters is in wrong format",
            )
        return content

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form in the body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def readable_query(self) -> str:
        """The query string with its escapes undone, for a person's eye."""
        return unquote(self.query_text.replace("+", " "))


@dataclass
class Reply:
    """An answer before it is put on the wire: nothing, JSON content, or a page as bytes."""

    status: int = 200
    body: Any = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    credits: int = 1  # what the call costs

    @property
    def content(self) -> bytes:
        """The body on the wire."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def status_line(self) -> str:
        """The status as WSGI wants it, such as `200 OK`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} Unknown"

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """The headers, with a content type where there is content."""
        if self.body is None or any(name == "Content-Type" for name, _ in self.headers):
            return self.headers
        return [("Content-Type", "application/json;charset=UTF-8"), *self.headers]


class Problem(Exception):  # noqa: N818 - a refusal is an answer here, not a fault of this program
    """Ends a call, or the work on one record of a call, with Zoho's own refusal."""

    def __init__(
        self, code: str, message: str, details: Record | None = None, status: int = 400
    ) -> None:
        super().__init__(code)
        self.code, self.message, self.details, self.status = code, message, details or {}, status

    @property
    def told(self) -> Record:
        """The refusal in Zoho's envelope."""
        return {
            "code": self.code,
            "details": self.details,
            "message": self.message,
            "status": "error",
        }

    @property
    def reply(self) -> Reply:
        """The refusal as the answer to the whole call."""
        return Reply(self.status, self.told)


def html_reply(page: str, status: int = 200) -> Reply:
    """Answer a page for people."""
    return Reply(status, page.encode(), [("Content-Type", "text/html; charset=utf-8")])


def _with_id_as_text(row: Record) -> Record:
    """Take ids as numbers, too: that is how the official SDK sends them."""
    return {**row, "id": str(row["id"])} if type(row.get("id")) is int else row
