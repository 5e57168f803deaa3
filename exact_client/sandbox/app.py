"""The stand-in as a WSGI application, with its knobs as methods."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from exact_client.sandbox import consent, files, knobs, pages
from exact_client.sandbox.api import Api, Visit
from exact_client.sandbox.books import EVERYWHERE, Books
from exact_client.sandbox.by_hand import ByHand
from exact_client.sandbox.calls import Call, call_of
from exact_client.sandbox.clock import DAY, MINUTE, Clock
from exact_client.sandbox.company import loaded, read_company
from exact_client.sandbox.facts import Record
from exact_client.sandbox.faults import (
    HTML,
    MISHAP,
    Fault,
    Mishap,
    is_carried_out,
    mishap_of,
    read_fault,
)
from exact_client.sandbox.generated import GeneratedAccounts
from exact_client.sandbox.goods import goods
from exact_client.sandbox.limits import CallLimits, ErrorLimits
from exact_client.sandbox.messages import Problem, Reply, Request, error_reply, html_reply
from exact_client.sandbox.sales_by_hand import SalesByHand
from exact_client.sandbox.stock import make_invoices
from exact_client.sandbox.switches import Switches
from exact_client.sandbox.table import Table
from exact_client.sandbox.tokens import TABLES as TOKEN_TABLES
from exact_client.sandbox.tokens import Tokens, plain_client
from exact_client.sandbox.webhooks import Webhooks

CALLS_KEPT = 100_000
NO_CONTENT = 204
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class ExactSandbox(ByHand, SalesByHand):
    """A pretended Exact Online with one company.

    `accounts`: a JSON file of accounts in place of the company's own. `state`: a file that keeps
    everything over a restart. `limits`: whether calls and errors are counted. `generate`: how many
    accounts to make up on top, without holding them in memory. `invoices`: whether a colleague
    made sales invoices already, some of which are printed and so stand in the books.
    """

    def __init__(
        self, *, accounts: Path | None = None, state: Path | None = None,
        limits: bool = True, generate: int = 0, invoices: bool = False,
    ) -> None:  # fmt: skip
        self.clock = Clock()
        self.switches = Switches()
        self.company = read_company(accounts)
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._limited = limits
        self._generate = generate
        self._lock = threading.RLock()
        self._faults: list[Fault] = []
        self._late: list[tuple[float, Visit, Request]] = []
        self._books = Books(self.clock, state)
        self.webhooks = Webhooks(self._books)
        self._books.listener = self.webhooks.note
        self._open_books()
        self._books.replay()
        self._count_from_zero()
        self._stocked = invoices
        self._stock()

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

    def reset(self) -> None:
        """Back to the company as loaded, without faults, calls or used-up limits; tokens stay."""
        with self._lock:
            self.clear_faults()
            self._calls.clear()
            self._late = []
            self.webhooks.forget()
            self.switches = Switches()
            self._books.forget(keep=TOKEN_TABLES)
            self._open_books()
            self._count_from_zero()
            self._stock()

    def advance(self, seconds: float) -> None:
        """Move the stand-in's clock forward."""
        with self._lock:
            self.clock.advance(seconds)
            self._catch_up()

    def issue_tokens(
        self, client_id: str = "test", client_secret: str | None = None
    ) -> dict[str, str]:
        """A pair of tokens without the dance: `access_token` and `refresh_token`.

        Without a `client_secret` the one of the client's first refresh will be the right one.
        """
        with self._lock:
            client = plain_client(client_id)
            if client_secret is not None:
                self._books.put(EVERYWHERE, "clients", client, {"secret": client_secret})
            pair = self._tokens.issue(self._tokens.begin(client, self.company.divisions))
            self._books.commit()
        return pair

    def change(self, division: int, table: str, key: str, **changes: Any) -> Record:
        """Change a record behind everybody's back, as a person in Exact's own pages would."""
        with self._lock:
            record = self._books.table(division, table).get(key)
            if record is None:
                raise KeyError(key)
            modified = self.clock.wall_ms()
            kept = self._books.put(
                division, table, key, {**record, "Modified": modified, **changes}
            )
            self._books.commit()
        return kept

    def records(self, table: str, division: int | None = None) -> list[Record]:
        """Every record of a table as it is kept; `division` is the first one when not given."""
        with self._lock:
            self._catch_up()
            return list(self._books.table(division or self.company.divisions[0], table))

    def kept(self, table: str, division: int | None = None) -> list[Record]:
        """The records of a table that are held, without those that are made up when read."""
        found = self._books.table(division or self.company.divisions[0], table)
        return list(Table.__iter__(found))

    def record(self, table: str, key: str, division: int | None = None) -> Record:
        """One record as it is kept; empty when there is none."""
        return self._books.table(division or self.company.divisions[0], table).get(key) or {}

    def count(self, table: str, division: int | None = None) -> int:
        """How many records a table has."""
        return len(self._books.table(division or self.company.divisions[0], table))

    @property
    def accounts(self) -> list[Record]:
        """The accounts of the first division."""
        return self.records("accounts")

    @property
    def entries(self) -> list[Record]:
        """The entries of the first division, each with its lines under SalesEntryLines."""
        lines = {line["ID"]: line for line in self.records("lines")}
        return [
            {**entry, "SalesEntryLines": [lines[key] for key in entry["_lines"]]}
            for entry in self.records("entries")
        ]

    def state(self, division: int | None = None) -> dict[str, Any]:
        """Counts and records, as GET /_sandbox/state tells them."""
        with self._lock:
            self._catch_up()
            return knobs.state(self, division or self.company.divisions[0])

    def close(self) -> None:
        """Let go of the state file."""
        with self._lock:
            self._books.close()

    # The application.

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. What the door must do to the answer is left under MISHAP."""
        request = Request.from_environ(environ)
        with self._lock:
            reply, mishap = self._handle(request)
            self._books.commit()
        environ[MISHAP] = mishap
        length = [("Content-Length", str(len(reply.body)))] if reply.status != NO_CONTENT else []
        start_response(reply.status_line, [*reply.headers, *length])
        return [reply.body]

    def _handle(self, request: Request) -> tuple[Reply, Mishap | None]:
        self._catch_up()
        if request.path.startswith("/_sandbox/"):
            return knobs.answer(self, request), None
        hit = self._faults if request.path.startswith(("/api/", files.DOWNLOAD)) else []
        struck = [one for one in hit if one.strikes(request.method, request.path)]
        lags = [one for one in struck if one.kind == "view_lag"]
        others = [one for one in struck if one.kind != "view_lag"]
        self._books.lag = float(lags[0].seconds or 60) if lags else 0.0
        try:
            if not others:
                reply, mishap = self._answer(request), None
            else:
                reply, mishap = self._faulty(request, others[0])
        finally:
            self._books.lag = 0.0
        self._note(request, reply, ",".join(one.kind for one in struck))
        return reply, mishap

    def _answer(self, request: Request) -> Reply:
        """What Exact would answer if nothing goes wrong."""
        try:
            if request.path in {"/api/oauth2/auth", "/api/oauth2/token"}:
                return self._let_in(request)
            if request.path.startswith("/api/"):
                return self._api.perform(self._api.admit(request), request)
            if request.path == files.DOWNLOAD:
                return files.answer(self._books, self._tokens, request)
            return pages.answer(self, request)
        except Problem as problem:
            return problem.reply

    def _let_in(self, request: Request) -> Reply:
        if request.path == "/api/oauth2/token":
            return self._tokens.answer(request)
        return consent.answer(self._tokens, self.company, request)

    def _faulty(self, request: Request, fault: Fault) -> tuple[Reply, Mishap | None]:
        reply = self._answer(request) if is_carried_out(fault) else Reply(0)
        if fault.kind == "late_commit":
            return self._postponed(request, fault)
        if fault.kind == "status":
            reply = self._status_reply(fault)
        elif fault.kind == "html":
            reply = html_reply(HTML.decode(), fault.status or 502)
        elif fault.kind == "revoke_tokens":
            self._tokens.revoke()
            reply = self._answer(request)
        elif fault.kind.startswith("rate_limit"):
            reply = self._limited_reply(request, fault)
        return reply, mishap_of(fault)

    def _status_reply(self, fault: Fault) -> Reply:
        status = fault.status or 500
        return Reply(status) if fault.body is None else error_reply(status, fault.body)

    def _limited_reply(self, request: Request, fault: Fault) -> Reply:
        """Use up the window of this caller, then let the call run into it."""
        try:
            visit = self._api.admit(request)
        except Problem as problem:
            return problem.reply
        self._api.exhaust(visit, MINUTE if fault.kind == "rate_limit_minute" else DAY)
        return self._answer(request)

    def _postponed(self, request: Request, fault: Fault) -> tuple[Reply, Mishap | None]:
        """Let the call in now, and carry it out when the time has come."""
        try:
            visit = self._api.admit(request)
        except Problem as problem:
            return problem.reply, None
        self._late.append((self.clock.now() + (fault.seconds or 5.0), visit, request))
        return Reply(0), mishap_of(fault)

    def _catch_up(self) -> None:
        """Carry out what was postponed until now."""
        due = [late for late in self._late if late[0] <= self.clock.now()]
        self._late = [late for late in self._late if late not in due]
        for _, visit, request in sorted(due, key=lambda late: late[0]):
            try:
                status = self._api.perform(visit, request).status
            except Problem as problem:
                status = problem.reply.status
            self._note(request, Reply(status), "late")
        self._books.commit()

    def _note(self, request: Request, reply: Reply, fault: str) -> None:
        self._calls.append(call_of(self.clock.now(), request, reply.status, fault))

    def _open_books(self) -> None:
        if self._generate:
            made = GeneratedAccounts(self.company.divisions[0], self._generate)
            self._books.install(self.company.divisions[0], "accounts", made, self._generate)
        self._books.load(loaded(self.company))
        self._books.load(goods(self.company))

    def _stock(self) -> None:
        if self._stocked:
            make_invoices(self)

    def _count_from_zero(self) -> None:
        limits = CallLimits(self.clock, counted=self._limited)
        errors = ErrorLimits(self.clock, counted=self._limited)
        user = self.company.user_id
        self._tokens = Tokens(self._books, self.switches, errors, user, counted=self._limited)
        self._api = Api(
            books=self._books,
            switches=self.switches,
            company=self.company,
            tokens=self._tokens,
            limits=limits,
            errors=errors,
            webhooks=self.webhooks,
        )
