"""The loopback port: a small HTTP/1.1 server that can also mistreat its answers."""

import os
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from zoho_client.sandbox.app import ZohoSandbox
from zoho_client.sandbox.faults import MISHAP, Mishap

LOOPBACK = "127.0.0.1"


class SandboxServer(ThreadingHTTPServer):
    """Serves one stand-in; `serve_forever` and `shutdown` are its switches.

    While it listens, callbacks of the company's channels leave by themselves.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: ZohoSandbox, host: str, port: int) -> None:
        self.sandbox = sandbox
        super().__init__((host, port), _Handler)
        sandbox.watch.start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def server_close(self) -> None:
        """Let go of the port, and send no more callbacks."""
        self.sandbox.watch.stop()
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about callers that hang up: they do so on purpose here."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def answer(self) -> None:
        """Put the request to the application and its answer on the wire."""
        environ = self._environ()
        started: list[Any] = []
        answer = self.server.sandbox(environ, lambda *given: started.extend(given))
        try:
            self._send(environ[MISHAP], self._head(*started), b"".join(answer))
        finally:
            answer.close()  # only now the call is no longer in flight

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - names that http.server asks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server uses
        """Keep quiet: /_sandbox/calls has it all."""

    def _send(self, mishap: Mishap | None, head: bytes, body: bytes) -> None:
        if mishap is None:
            self.wfile.write(head + body)
        else:
            self.close_connection = mishap.kind != "slow"  # what comes whole may be followed
            self._mistreat(mishap, head + body, len(body))

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()
        }
        environ |= {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
            "SERVER_NAME": str(self.server.server_address[0]),
            "SERVER_PORT": str(self.server.server_address[1]),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.url_scheme": "http",
            "wsgi.input": self.rfile,
        }
        return environ

    def _head(self, status: str, headers: list[tuple[str, str]]) -> bytes:
        lines = [f"HTTP/1.1 {status}", f"Date: {formatdate(usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _mistreat(self, mishap: Mishap, content: bytes, body: int) -> None:
        if mishap.kind == "reset":
            self._reset()
        elif mishap.kind == "timeout":
            self._hang(mishap.seconds)
        elif mishap.kind == "truncate":
            self.wfile.write(content[: len(content) - (body + 1) // 2])
        elif mishap.kind == "slow":
            self._drip(content, mishap.seconds)
        # What is left is "drop": the connection ends without a byte.

    def _reset(self) -> None:
        """End the connection with RST instead of FIN, as a crashed peer or a firewall does."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        os.close(self.connection.detach())

    def _hang(self, seconds: float) -> None:
        """Answer nothing until the caller gives up."""
        select.select([self.connection], [], [], seconds)

    def _drip(self, content: bytes, seconds: float) -> None:
        """Send the answer byte by byte, `seconds` apart."""
        for at in range(len(content)):
            self.wfile.write(content[at : at + 1])
            self.wfile.flush()
            time.sleep(seconds)


def serve(sandbox: ZohoSandbox, port: int, host: str = LOOPBACK) -> SandboxServer:
    """Listen on a port (0 for any free one); the caller runs `serve_forever` on the result."""
    return SandboxServer(sandbox, host, port)


@contextmanager
def run_on_port(sandbox: ZohoSandbox, port: int = 0) -> Iterator[str]:
    """Serve a stand-in from a thread for as long as the block lasts; gives its address."""
    server = serve(sandbox, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
