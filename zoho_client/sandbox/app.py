"""The stand-in as a WSGI application: who is asked, what goes wrong, and what is remembered."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from zoho_client.sandbox import consent, knobs, pages
from zoho_client.sandbox.by_hand import ByHand
from zoho_client.sandbox.calls import call_of
from zoho_client.sandbox.faults import HTML, MISHAP, Fault, Mishap, is_carried_out, mishap_of
from zoho_client.sandbox.gate import API
from zoho_client.sandbox.messages import Problem, Reply, Request, html_reply

WITHOUT_BODY = {204, 304}
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class ZohoSandbox(ByHand):
    """A pretended Zoho CRM with one company in one data centre.

    `state`: a file that keeps everything over a restart. `limits`: whether credits, tokens and
    calls in flight are counted. `generate`: how many accounts to make up on top, without holding
    them in memory.
    """

    def __init__(
        self, *, state: Path | None = None, limits: bool = True, generate: int = 0
    ) -> None:
        super().__init__(state, counted=limits, generate=generate)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> "Answer":
        """Answer one request. What the door must do to the answer is left under MISHAP."""
        request = Request.from_environ(environ, self)
        reply, mishap, landed = self._answered(request)
        environ[MISHAP] = mishap
        content = b"" if reply.status in WITHOUT_BODY else reply.content
        length = [] if reply.status in WITHOUT_BODY else [("Content-Length", str(len(content)))]
        start_response(reply.status_line, [*reply.all_headers, *length])
        return Answer(content, landed)

    def _answered(self, request: Request) -> tuple[Reply, Mishap | None, Callable[[], None]]:
        try:
            landed = self._gate.take_off(request)
        except Problem as problem:
            with self._lock:
                self._note(request, problem.reply, "", 0)
            return problem.reply, None, lambda: None
        try:
            with self._lock:
                reply, mishap = self._handle(request)
                self.store.commit()
        except BaseException:
            landed()
            raise
        return reply, mishap, landed

    def _handle(self, request: Request) -> tuple[Reply, Mishap | None]:
        if request.path.startswith("/_sandbox/"):
            return knobs.answer(self, request), None
        before = self.automation
        hit = self._faults if request.path.startswith((API, "/oauth/v2/token")) else []
        self._struck = [one for one in hit if one.strikes(request.method, request.path)]
        others = [one for one in self._struck if not one.of_records]
        if others:
            reply, mishap = self._faulty(request, others[0])
        else:
            reply, mishap = self._answer(request), None
        fault = ",".join(one.kind for one in self._struck)
        self._note(request, reply, fault, self.automation - before)
        return reply, mishap

    def _answer(self, request: Request) -> Reply:
        """What Zoho would answer if nothing goes wrong."""
        if request.path.startswith(API):
            return self._gate.answer(request)
        return consent.answer(request) or pages.answer(request)

    def _faulty(self, request: Request, fault: Fault) -> tuple[Reply, Mishap | None]:
        reply = self._answer(request) if is_carried_out(fault) else Reply(0)
        if fault.kind == "status":
            reply = _status_reply(fault)
        elif fault.kind == "html":
            reply = html_reply(HTML, fault.status or 502)
        elif fault.kind == "rate_limit":
            reply = self.limits.too_many().reply
        elif fault.kind == "credits_spent":
            self.limits.spend(max(0, self.limits.allowed - self.limits.used))
            reply = self._answer(request)
        elif fault.kind == "revoke_tokens":
            self.tokens.revoke()
            reply = self._answer(request)
        return reply, mishap_of(fault)

    def _note(self, request: Request, reply: Reply, fault: str, automation: int) -> None:
        self._calls.append(call_of(self.clock.now(), request, reply.status, fault, automation))


def _status_reply(fault: Fault) -> Reply:
    status = fault.status or 500
    if fault.body is None:
        return Reply(status)
    return Problem(fault.code, fault.body, status=status).reply


class Answer:
    """The body of an answer; the door calls `close` when it has left."""

    def __init__(self, content: bytes, landed: Callable[[], None]) -> None:
        self._content = content
        self.close = landed

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
