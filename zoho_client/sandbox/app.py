"""The stand-in as a WSGI application, with its knobs as methods."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from zoho_client.sandbox import chapters
from zoho_client.sandbox.calls import Call
from zoho_client.sandbox.clock import Clock
from zoho_client.sandbox.company import Company, read_company
from zoho_client.sandbox.faults import (
    MISHAP,
    Fault,
    Mishap,
    read_fault,
)
from zoho_client.sandbox.gate import Gate
from zoho_client.sandbox.limits import Limits
from zoho_client.sandbox.messages import Reply, Request
from zoho_client.sandbox.routes import Routes
from zoho_client.sandbox.store import Store
from zoho_client.sandbox.switches import Switches
from zoho_client.sandbox.tokens import EVERYTHING, Tokens

CALLS_KEPT = 100_000
WITHOUT_BODY = {204, 304}
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class ZohoSandbox:
    """A pretended Zoho CRM with one company in one data centre.

    `state`: a file that keeps everything over a restart. `limits`: whether credits, tokens and
    calls in flight are counted. `generate`: how many accounts to make up on top.
    """

    company: Company

    def __init__(
        self, *, state: Path | None = None, limits: bool = True, generate: int = 0
    ) -> None:
        self.clock = Clock()
        self.switches = Switches()
        self.store = Store(self.clock, state)
        self.routes = Routes()
        self.automation = 0  # how often a record set off workflows of the company
        self._counted = limits
        self._generate = generate
        self._lock = threading.RLock()
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._faults: list[Fault] = []
        self._struck: list[Fault] = []
        self._begin()
        chapters.register(self)
        self.store.replay()

    # Knobs, by the same names as under /_sandbox/.

    def fault(self, kind: str, **plan: Any) -> Fault:
        """Let something go wrong from now on; see `Fault` for the plan. `fired` counts it."""
        found = read_fault({"kind": kind, **plan})
        with self._lock:
            self._faults.append(found)
        return found

    @property
    def faults(self) -> list[Fault]:
        """The faults that are switched on."""
        return self._faults

    def clear_faults(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._faults = []

    @property
    def calls(self) -> list[Call]:
        """The calls so far, oldest first; the knobs' own are not among them."""
        with self._lock:
            return list(self._calls)

    def advance(self, seconds: float) -> None:
        """Move the stand-in's clock forward."""
        with self._lock:
            self.clock.advance(seconds)

    def issue_tokens(
        self, client_id: str = "test", client_secret: str | None = None, *,
        user: str | None = None, scopes: tuple[str, ...] = EVERYTHING,
    ) -> dict[str, str]:  # fmt: skip
        """An `access_token` and a `refresh_token` without the dance.

        `user` is an id of `company.users`; the last of them when not given. Without a
        `client_secret` the one of the client's first refresh will be the right one.
        """
        with self._lock:
            if client_secret is not None:
                self.store.keep("_clients", client_id, {"secret": client_secret})
            grant = self.tokens.begin(client_id, user or self.company.users[-1]["id"], scopes)
            access = self.tokens.issue(grant)
            self.store.commit()
        return {"access_token": access, "refresh_token": grant["refresh"]}

    # The application.

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> "_Answer":
        """Answer one request. What the door must do to the answer is left under MISHAP."""
        request = Request.from_environ(environ, self)
        with self._lock:
            reply, mishap = self._handle(request)
            self.store.commit()
        environ[MISHAP] = mishap
        content = reply.content
        bare = reply.status in WITHOUT_BODY
        length = [] if bare else [("Content-Length", str(len(content)))]
        start_response(reply.status_line, [*reply.all_headers, *length])
        return _Answer(content)

    def _handle(self, request: Request) -> tuple[Reply, Mishap | None]:
        return self._gate.answer(request), None

    def _begin(self) -> None:
        self.company = read_company()
        for module, rows in self.company.records.items():
            self.store.load(module, rows)
        self.tokens = Tokens(self.store, self.switches, counted=self._counted)
        self.limits = Limits(self.clock, self.switches, counted=self._counted)
        self._gate = Gate(self.routes, self.tokens, self.limits, self.company.users)


class _Answer:
    """The body of an answer; the door calls `close` when it has left."""

    def __init__(self, content: bytes, landed: Callable[[], None] = lambda: None) -> None:
        self._content = content
        self.close = landed

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
