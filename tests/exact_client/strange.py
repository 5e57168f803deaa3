"""A stand-in whose list of accounts comes out as a test wants it: doubled, shuffled, unreadable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from exact_client.sandbox import ExactSandbox

Rows = list[dict[str, Any]]
SYNC = "sync/CRM/Accounts"


class StrangeSandbox(ExactSandbox):
    """Hands every page of the accounts' sync list to `twist` before it is sent."""

    twist: Callable[[Rows], Rows] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as the stand-in does, with the rows twisted."""
        if self.twist is None or SYNC not in environ["PATH_INFO"]:
            return super().__call__(environ, start_response)
        started: list[Any] = []
        body = b"".join(super().__call__(environ, lambda *given: started.extend(given)))
        status, headers = started
        if status.startswith("200"):
            content = json.loads(body)
            content["d"]["results"] = self.twist(content["d"]["results"])
            body = json.dumps(content).encode()
            headers = [pair for pair in headers if pair[0] != "Content-Length"]
        start_response(status, headers)
        return [body]
