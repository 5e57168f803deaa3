"""What tests and people do by hand: the knobs, and what colleagues do in Zoho's own pages."""

import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from zoho_client.sandbox import chapters, records, schema, totals
from zoho_client.sandbox.calls import Call
from zoho_client.sandbox.clock import Clock
from zoho_client.sandbox.company import Company, read_company
from zoho_client.sandbox.faults import Fault, read_fault
from zoho_client.sandbox.gate import Gate
from zoho_client.sandbox.generated import MadeUpAccounts
from zoho_client.sandbox.limits import Limits
from zoho_client.sandbox.messages import Record
from zoho_client.sandbox.routes import Routes
from zoho_client.sandbox.store import Store
from zoho_client.sandbox.switches import Switches
from zoho_client.sandbox.tokens import CODE_LIFE, EVERYTHING, Code, Tokens
from zoho_client.sandbox.tokens import TABLES as TOKEN_TABLES
from zoho_client.sandbox.watch import Watch

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

CALLS_KEPT = 100_000


class ByHand:
    """The memory of a stand-in, with a method for each knob under /_sandbox/."""

    company: Company
    tokens: Tokens
    limits: Limits

    def __init__(self, state: Path | None, *, counted: bool, generate: int) -> None:
        self.clock = Clock()
        self.switches = Switches()
        self.store = Store(self.clock, state)
        self.routes = Routes()
        self.automation = 0  # how often a record set off workflows of the company
        self._counted = counted
        self._generate = generate
        self._lock = threading.RLock()
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._faults: list[Fault] = []
        self._struck: list[Fault] = []
        self._begin()
        self.store.replay()
        self.watch = Watch(self._whole)
        chapters.register(self._whole)

    # What goes wrong, and what was called.

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

    def check_record(self, key: str) -> None:
        """Refuse a record that a fault of the present call is about. Raises Problem."""
        for fault in self._struck:
            fault.check(key)

    @property
    def calls(self) -> list[Call]:
        """The calls so far, oldest first; the knobs' own are not among them."""
        with self._lock:
            return list(self._calls)

    def advance(self, seconds: float) -> None:
        """Move the stand-in's clock forward."""
        with self._lock:
            self.clock.advance(seconds)

    def reset(self) -> None:
        """Back to the company as loaded, without faults, calls or used-up limits; tokens stay."""
        with self._lock:
            self.clear_faults()
            self._calls.clear()
            self.automation = 0
            self.switches = Switches()
            self.store.forget(keep=TOKEN_TABLES)
            self.watch.forget()
            self._begin()

    def close(self) -> None:
        """Let go of the state file."""
        with self._lock:
            self.store.close()

    # Tokens.

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
            grant = self.tokens.begin(client_id, user or self._integration, tuple(scopes))
            pair = {"access_token": self.tokens.issue(grant), "refresh_token": grant["refresh"]}
            self.store.commit()
        return pair

    def self_client_code(
        self, client_id: str, scopes: tuple[str, ...] = EVERYTHING, life: float = CODE_LIFE
    ) -> str:
        """A code from the console for self clients; it is exchanged without a redirect_uri."""
        ends = self.clock.now() + life
        code = Code(client_id, "", tuple(scopes), self._integration, refreshes=True, ends=ends)
        with self._lock:
            return self.tokens.allow(code)

    # What colleagues do.

    def add(self, module: str, user: str | None = None, **values: Any) -> Record:
        """Make a record as a person would; the same checks apply. Raises Problem."""
        with self._lock:
            taken = records.accepted(self._whole, module, values, {}, "$.data[0]")
            full = records.complete(self._whole, module, taken)
            return self._done(self.store.insert(module, full, by=self._person(user)))

    def change(self, module: str, key: str, user: str | None = None, **values: Any) -> Record:
        """Change a record as another user, by default the first. Raises KeyError or Problem."""
        with self._lock:
            row = self.store.need(module, key)
            taken = records.accepted(self._whole, module, values, row, "$.data[0]")
            return self._done(self.store.update(module, key, taken, by=self._person(user)))

    def delete(
        self, module: str, key: str, *, user: str | None = None, permanent: bool = False
    ) -> Record:
        """Delete a record as a person would. Raises KeyError."""
        with self._lock:
            who = self._person(user)
            return self._done(self.store.delete(module, key, by=who, permanent=permanent))

    def hide_module(self, module: str, state: str = "user_hidden") -> None:
        """Keep a module from us: user_hidden, system_hidden, no_rights … ; empty shows it again."""
        with self._lock:
            states = {**self.switches.module_states, module: state}
            self.switches.module_states = {name: one for name, one in states.items() if one}

    # What is there.

    def records(self, module: str) -> list[Record]:
        """Every record of a module as it is kept."""
        with self._lock:
            return list(self.store.rows(module))

    def record(self, module: str, key: str) -> Record:
        """One record as it is kept; empty when there is none."""
        return self.store.get(module, key) or {}

    def state(self) -> Record:
        """Counts of everything, as GET /_sandbox/state tells them."""
        with self._lock:
            return {
                "now": self.clock.now(),
                "location": self.switches.location,
                "counts": {name: self.store.count(name) for name in self.store.modules},
                "deleted": self.store.count("_deleted"),
                "automation": self.automation,
                "credits": {"used": self.limits.used, "allowed": self.limits.allowed},
                "users": [
                    {name: one[name] for name in ("id", "full_name", "email")}
                    for one in self.company.users
                ],
            }

    @property
    def _integration(self) -> str:
        """The id of the user whom apps are let in as unless somebody chooses another."""
        return str(self.company.users[-1]["id"])

    @property
    def _whole(self) -> "ZohoSandbox":
        """This stand-in as its chapters know it: nobody makes one without its door."""
        return cast("ZohoSandbox", self)

    def _person(self, user: str | None) -> Record:
        users = {one["id"]: one for one in self.company.users}
        return users[user] if user else self.company.users[0]

    def _done(self, row: Record) -> Record:
        self.store.commit()
        return row

    def _begin(self) -> None:
        self.company = read_company()
        if self._generate:
            self.store.install("Accounts", MadeUpAccounts(self._generate, self.company))
        for module, rows in self.company.records.items():
            items = schema.items_of(self.company.fields[module])
            done = [totals.completed(row, items) for row in rows] if items else rows
            self.store.load(module, done)
        self.tokens = Tokens(self.store, self.switches, counted=self._counted)
        self.limits = Limits(self.clock, self.switches, counted=self._counted)
        self._gate = Gate(self.routes, self.tokens, self.limits, self.company.users)
