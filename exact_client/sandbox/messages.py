"""A request and a reply as values, and the problems that end a call early."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl, unquote

Environ = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What a caller sent, read once from the WSGI environment."""

    method: str
    path: str
    query: str
    body: bytes
    host: str  # with its scheme, without a slash at the end
    remote: str
    headers: Mapping[str, str]  # names in lower case

    @classmethod
    def from_environ(cls, environ: Environ) -> Self:
        """Read a request; the body is as long as its Content-Length says."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        server = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            query=environ.get("QUERY_STRING", ""),
            body=environ["wsgi.input"].read(length) if length else b"",
            host=f"{environ['wsgi.url_scheme']}://{headers.get('host', server)}",
            remote=environ.get("REMOTE_ADDR", ""),
            headers=headers,
        )

    @property
    def options(self) -> dict[str, str]:
        """The options of the query string; a doubled one keeps its last value."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of an HTML form."""
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    @property
    def readable_query(self) -> str:
        """The query string with its escapes undone, for a person's eye."""
        return unquote(self.query.replace("+", " "))


@dataclass
class Reply:
    """An answer before it is put on the wire."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def status_line(self) -> str:
        """The status as WSGI wants it, such as `200 OK`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} Unknown"


def json_reply(
    content: object, status: int = 200, headers: list[tuple[str, str]] | None = None
) -> Reply:
    """Answer JSON as Exact spells it, with the slashes of its dates escaped."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = text.replace('"/Date(', '"\\/Date(').replace(')/"', ')\\/"')
    kind = ("Content-Type", "application/json;charset=utf-8")
    return Reply(status, text.encode(), [kind, *(headers or [])])


def html_reply(page: str, status: int = 200) -> Reply:
    """Answer a page for people."""
    return Reply(status, page.encode(), [("Content-Type", "text/html; charset=utf-8")])


def error_reply(status: int, text: str) -> Reply:
    """Answer the envelope in which Exact puts its findings."""
    return json_reply({"error": {"code": "", "message": {"lang": "", "value": text}}}, status)


class Problem(Exception):  # noqa: N818 - a refusal is an answer here, not a fault of this program
    """Ends a call with an answer other than success."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def problem(status: int, text: str) -> Problem:
    """Build the problem that answers `status` with `text` in Exact's envelope."""
    return Problem(error_reply(status, text))
