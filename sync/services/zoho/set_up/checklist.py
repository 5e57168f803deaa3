"""The steps of the set-up, in order, to “ready to go”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

from sync.models import ModuleSync, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services.zoho.set_up import metadata, terms
from zoho_client.models import ZohoConnection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

START = "start"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist."""

    key: str
    title: str
    is_done: bool
    detail: str  # what is there, or what to do
    is_needed: bool = True  # before anything runs

    @property
    def is_in_the_way(self) -> bool:
        """Whether nothing can start before this is done."""
        return self.is_needed and not self.is_done and self.key != START


def steps(sync: ZohoSync | None, connection: ZohoConnection | None) -> list[Step]:
    """Return the steps in order; the first that is needed and not done is the next.

    `connection` is the one to show while the tie has none. Takes 4 queries at most.
    """
    first = [_terms(sync), _users(sync), _connect(connection), _division(sync)]
    if sync is None or sync.connection is None or sync.division is None:
        return first
    modules = [one for one in sync.modules.all() if one.takes_part]
    mapped = set(sync.mappings.filter(is_active=True).values_list("module", flat=True))
    return [
        *first,
        _modules(modules),
        _fields(modules),
        _mappings(modules, mapped),
        _taxes(sync, modules),
        _invoices(sync, modules),
        _start(sync),
    ]


def _terms(sync: ZohoSync | None) -> Step:
    detail = "Read what crosses and what is stored, and agree."
    if sync and sync.terms_agreed_at:
        who = f"{sync.terms_agreed_by} on {_when(sync.terms_agreed_at)}"
        changed = f"They changed since {who} agreed: read them again."
        detail = f"By {who}" if terms.are_agreed(sync) else changed
    return Step("terms", "Agree to the terms", terms.are_agreed(sync), detail)


def _users(sync: ZohoSync | None) -> Step:
    count = sync.users.count() if sync else 0
    people = "person" if count == 1 else "people"
    detail = f"{count} {people}, and administrators" if count else "Administrators alone so far"
    return Step("users", "Say who may use it", count > 0, detail, is_needed=False)


def _connect(connection: ZohoConnection | None) -> Step:
    works = connection is not None and connection.state == ZohoConnection.State.CONNECTED
    detail = "Give Exactlink permission at Zoho."
    if connection is not None:
        reason = connection.state_reason or "Log in again."
        detail = f"{connection.org_name}, as {connection.user_name}" if works else reason
    return Step("zoho", "Log in to Zoho", works, detail)


def _division(sync: ZohoSync | None) -> Step:
    division = sync.division if sync else None
    is_done = bool(sync and sync.connection and division)
    detail = str(division) if is_done else "Which company in Exact is kept equal with it?"
    return Step("division", "Choose the division of Exact", is_done, detail)


def _modules(modules: Sequence[ModuleSync]) -> Step:
    shut = [str(one) for one in modules if one.unavailable]
    is_read = bool(modules) and all(one.fields_read_at or one.unavailable for one in modules)
    detail = f"{len(modules)} modules are open to us" if is_read else "Look what Zoho offers."
    if shut:
        detail = f"Not open to us: {', '.join(shut)}"
    return Step("modules", "Check the modules", is_read and not shut, detail)


def _fields(modules: Sequence[ModuleSync]) -> Step:
    lacking = [str(one) for one in modules if not metadata.id_is_unique(one)]
    is_done = bool(modules) and not lacking
    detail = "Each module has a unique Exact ID" if is_done else "Exact ID keeps records single."
    if lacking and len(lacking) < len(modules):
        detail = f"Still missing in: {', '.join(lacking)}"
    return Step("fields", "Make our fields in Zoho", is_done, detail)


def _mappings(modules: Sequence[ModuleSync], mapped: set[str]) -> Step:
    without = [str(one) for one in modules if one.module not in mapped]
    is_done = bool(modules) and not without
    detail = "Every module has mappings that work" if is_done else "They come with the modules."
    if without and mapped:
        detail = f"Nothing is mapped yet for: {', '.join(without)}"
    return Step("mappings", "Map the fields", is_done, detail)


def _taxes(sync: ZohoSync, modules: Sequence[ModuleSync]) -> Step:
    rows = list(sync.taxes.all())
    known = sum(bool(one.vat_code) for one in rows)
    detail = f"{known} of {len(rows)} have a VAT code" if rows else "Zoho told of no taxes yet."
    is_needed = _take_part(modules, Module.PRODUCTS)
    return Step("taxes", "Map the taxes", known > 0, detail, is_needed)


def _invoices(sync: ZohoSync, modules: Sequence[ModuleSync]) -> Step:
    missing = {
        "which words Zoho is told": not sync.status_words,
        "a sales journal": not sync.sales_journal,
    }
    open_ = [words for words, is_missing in missing.items() if is_missing]
    detail = f"Choose {', '.join(open_)}" if open_ else f"Journal {sync.sales_journal}"
    is_needed = _take_part(modules, Module.INVOICES)
    return Step("invoices", "Choose how invoices cross", not open_, detail, is_needed)


def _take_part(modules: Sequence[ModuleSync], name: Module) -> bool:
    return any(one.module == name for one in modules)


def _start(sync: ZohoSync) -> Step:
    is_running = sync.state == ZohoSync.State.RUNNING
    detail = "The first run reads both sides, pairs them and brings them together."
    if is_running and sync.started_at:
        detail = f"Since {_when(sync.started_at)}"
    return Step(START, "Start", is_running, detail)


def _when(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y, H:i")
