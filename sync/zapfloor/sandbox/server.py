"""The stand-in on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from sync.zapfloor.sandbox.app import ZapfloorSandbox

LOOPBACK = "127.0.0.1"


class SandboxServer(ThreadingMixIn, WSGIServer):
    """Serves one stand-in; `serve_forever` and `shutdown` are its switches."""

    daemon_threads = True

    def __init__(self, sandbox: ZapfloorSandbox, host: str, port: int) -> None:
        super().__init__((host, port), _Quiet)
        self.set_app(sandbox)

    def server_bind(self) -> None:
        """Bind without asking for the name of this machine, which may take a network."""
        super(WSGIServer, self).server_bind()
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server uses
        """Keep quiet: /_sandbox/calls has it all."""


def serve(sandbox: ZapfloorSandbox, port: int, host: str = LOOPBACK) -> SandboxServer:
    """Listen on a port (0 for any free one); the caller runs `serve_forever` on the result."""
    return SandboxServer(sandbox, host, port)


@contextmanager
def run_on_port(sandbox: ZapfloorSandbox, port: int = 0) -> Iterator[str]:
    """Serve a stand-in from a thread for as long as the block lasts; gives its address."""
    server = serve(sandbox, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
