"""The door for tests in one process: a transport adapter for `requests` that needs no port."""

import io
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from zoho_client.sandbox.app import ZohoSandbox
from zoho_client.sandbox.faults import MISHAP, Mishap


class SandboxAdapter(BaseAdapter):
    """Mount it on a session; what would fail on a socket raises what a socket would raise."""

    def __init__(self, sandbox: ZohoSandbox) -> None:
        super().__init__()
        self._sandbox = sandbox
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature of requests
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - the signature of requests
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Call the application and build the answer as if it came from a socket."""
        environ = _environ(request)
        started: list[Any] = []
        answer = self._sandbox(environ, lambda *given: started.extend(given))
        body = b"".join(answer)
        answer.close()
        mishap: Mishap | None = environ[MISHAP]
        _raise_for(mishap, request)
        status, headers = started
        raw = HTTPResponse(
            body=_body(body, mishap),
            headers=headers,
            status=int(status.split()[0]),
            reason=status.partition(" ")[2],
            preload_content=False,
            request_method=request.method,
        )
        return self._builder.build_response(request, raw)

    def close(self) -> None:
        """Nothing is held open."""


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    address = urlsplit(request.url or "")
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    headers = {"Host": address.netloc, **request.headers}
    environ: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
    }
    environ |= {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(address.path, "latin-1"),
        "QUERY_STRING": address.query,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(content)),
        "SERVER_NAME": address.hostname,
        "SERVER_PORT": str(address.port or 80),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": io.BytesIO(content),
    }
    return environ


def _raise_for(mishap: Mishap | None, request: requests.PreparedRequest) -> None:
    kind = mishap.kind if mishap else ""
    if kind == "drop":
        gone = ConnectionError("Remote end closed connection without response")
        raise requests.ConnectionError(ProtocolError("Connection aborted.", gone), request=request)
    if kind == "reset":
        reset = ConnectionResetError(104, "Connection reset by peer")
        raise requests.ConnectionError(ProtocolError("Connection aborted.", reset), request=request)
    if kind == "timeout":
        raise requests.ReadTimeout("Read timed out.", request=request)


def _body(content: bytes, mishap: Mishap | None) -> io.RawIOBase | io.BytesIO:
    if mishap and mishap.kind == "truncate":
        return io.BytesIO(content[: len(content) // 2])
    return _Dripping(content, mishap.seconds) if mishap else io.BytesIO(content)


class _Dripping(io.RawIOBase):
    """Gives one byte at a time, with a pause before each."""

    def __init__(self, content: bytes, seconds: float) -> None:
        self._content = io.BytesIO(content)
        self._seconds = seconds

    def read(self, amount: int = -1) -> bytes:
        """The next byte, however many were asked for; all that is left when -1."""
        found = b""
        while amount != 0:
            time.sleep(self._seconds)
            byte = self._content.read(1)
            found += byte
            if amount > 0 or not byte:
                break
        return found
