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

from exact_client.sandbox.app import ExactSandbox
from exact_client.sandbox.faults import MISHAP, Mishap

LOOPBACK = "127.0.0.1"


class SandboxServer(ThreadingHTTPServer):
    """Serves one stand-in; `serve_forever` and `shutdown` are its switches."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sandbox: ExactSandbox, host: str, port: int) -> None:
        self.sandbox = sandbox
        super().__init__((host, port), _Handler)
        sandbox.webhooks.host = self.url

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Answer requests, and tell subscribers of changes beside it."""
        ended = threading.Event()
        telling = threading.Thread(target=self.sandbox.webhooks.run, args=(ended,), daemon=True)
        telling.start()
        try:
            super().serve_forever(poll_interval)
        finally:
            ended.set()

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
        body = b"".join(self.server.sandbox(environ, lambda *given: started.extend(given)))
        mishap: Mishap | None = environ[MISHAP]
        content = self._head(*started) + body
        if mishap is None:
            self.wfile.write(content)
        else:
            self.close_connection = True
            self._mistreat(mishap, content, len(body))

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - names that http.server asks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server uses
        """Keep quiet: /_sandbox/calls has it all."""

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


def serve(sandbox: ExactSandbox, port: int, host: str = LOOPBACK) -> SandboxServer:
    """Listen on a port (0 for any free one); the caller runs `serve_forever` on the result."""
    return SandboxServer(sandbox, host, port)


@contextmanager
def run_on_port(sandbox: ExactSandbox, port: int = 0) -> Iterator[str]:
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
