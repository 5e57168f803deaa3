"""What comes of Zoho is made in Exact: whether it still should be, and its pair once it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from sync.models import (
    ExactRecord,
    ModuleSync,
    OutboxEntry,
    Pair,
    PairEvent,
    ZohoRecord,
    ZohoSync,
)
from sync.rules.parties import letters_and_digits
from sync.rules.zoho.field_rules import FieldRule, Side
from sync.rules.zoho.modules import MODULES, Module
from sync.rules.zoho.transforms import common
from sync.rules.zoho.values import UnreadableError
from sync.services.delivery import outbox
from sync.services.zoho.mapping.mappings import rules_of
from sync.services.zoho.pairing.pairing import a_pair, an_event
from sync.services.zoho.set_up import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID


Standing = ZohoRecord.Standing


# The properties by which `errands.find` knows what came of Zoho.
KNOWN_BY = {
    Module.ACCOUNTS: ("SearchCode",),
    Module.CONTACTS: ("Account", "FirstName", "LastName", "Email"),
    Module.PRODUCTS: ("Code",),
    Module.INVOICES: ("YourRef",),
    Module.SALES_ORDERS: ("YourRef",),
}


class TakenError(Exception):
    """One of the two is paired with something else; the message tells a person with what."""


def record_of(entry: OutboxEntry) -> ZohoRecord:
    """Return the record of Zoho that a row brings to Exact."""
    assert entry.zoho_record is not None  # noqa: S101 - for the type checker; the caller looked
    return entry.zoho_record


def why_not_to_send(entry: OutboxEntry) -> str:
    """Say why a record of Zoho that waits to be sent should not go any more, or nothing."""
    record = ZohoRecord.objects.select_related("sync").get(pk=record_of(entry).pk)
    if not outbox.is_intact(entry):
        return "Its content was changed after it was made: it is made anew."
    return _why_not_at_all(record) or _why_not_this_one(entry, record)


def _why_not_at_all(record: ZohoRecord) -> str:
    """Say why nothing of its kind is sent any more, or nothing."""
    if record.sync.state != ZohoSync.State.RUNNING:
        return "Zoho and Exact are not kept equal any more."
    if record.sync.terms_version != terms.VERSION:
        return "Nobody agreed to the present terms yet."
    if not record.sync.modules.filter(module=record.module, takes_part=True).exists():
        return f"{record.get_module_display()} take no part any more."
    return ""


def _why_not_this_one(entry: OutboxEntry, record: ZohoRecord) -> str:
    if record.gone_at is not None:
        return "It is not in Zoho any more."
    if record.standing != Standing.CROSSES:
        return "It is not to be made in Exact any more."
    if is_made_for_a_customer(entry.division_id, record, entry.payload):
        return "The same account is made for a customer of zapfloor: it is looked at again after."
    return ""


def is_made_for_a_customer(
    division_id: int, record: ZohoRecord, payload: Mapping[str, Any]
) -> bool:
    """Whether a customer of zapfloor is about to get the same account, or just did.

    Once our copies have that account, the rules of pairing say what it is.
    """
    if record.module != Module.ACCOUNTS:
        return False
    kind, state = OutboxEntry.Kind.ACCOUNT, OutboxEntry.State
    read_at = record.sync.modules.values_list("exact_read_at", flat=True).get(module=record.module)
    made = Q(state=state.DONE, settled_at__gt=read_at) if read_at else Q(state=state.DONE)
    on_its_way = Q(state__in=[state.QUEUED, state.SENDING, state.UNKNOWN])
    rows = OutboxEntry.objects.filter(division=division_id, kind=kind, zoho_record=None)
    bodies = rows.filter(made | on_its_way).values_list("payload", flat=True)
    return any(_are_alike(body, payload) for body in bodies)


def _are_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two accounts have one VAT number, or one name."""
    forms = [
        {letters_and_digits(str(body.get(name) or "")) for body in (one, other)}
        for name in ("VATNumber", "Name")
    ]
    return any(len(form) == 1 and form != {""} for form in forms)


def pair(entry: OutboxEntry, remote_id: UUID, now: datetime) -> Pair:
    """Pair the record of Zoho with what it has become in Exact. Call it in a transaction.

    What was sent is the base: what either side changed since is a change. Raises TakenError when
    either of the two has another pair by now.
    """
    record = record_of(entry)
    copy = _copy(entry, record, remote_id, now)
    made = Pair.objects.filter(Q(exact=copy) | Q(zoho=record)).select_related("exact", "zoho")
    for other in made:
        if (other.exact_id, other.zoho_id) == (copy.pk, record.pk):
            return other
        raise TakenError(f"{other.zoho} is paired with {other.exact}")
    for one in (record, copy):
        one.standing, one.reason, one.problem, one.due_at = Standing.PAIRED, "", "", None
        one.save(update_fields=["standing", "reason", "problem", "due_at"])
    rule = Pair.Rule.CREATED
    an_event(copy, record, PairEvent.What.PAIRED, now, rule).save()
    new = a_pair(copy, record, rule, now)
    new.base = _base(record, entry.payload)
    new.save()
    return new


def on_their_way(module: ModuleSync) -> set[tuple[str, ...]]:
    """Return by what those are known that came of Zoho and may be in Exact without our knowing.

    Our copy of one of them must not be taken for a new record of Exact, and made in Zoho again.
    """
    open_ = OutboxEntry.objects.filter(
        zoho_record__sync=module.sync_id, zoho_record__module=module.module, attempts__gt=0
    ).exclude(state__in=OutboxEntry.OVER)
    return {known_by(module.module, payload) for payload in open_.values_list("payload", flat=True)}


def known_by(module: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return by what a record is looked up in Exact, from its properties there."""
    named = (values.get(name) for name in KNOWN_BY[Module(module)])
    return tuple(" ".join(str(value or "").casefold().split()) for value in named)


def _copy(entry: OutboxEntry, record: ZohoRecord, remote_id: UUID, now: datetime) -> ExactRecord:
    """Return our copy of what was made: as it was read meanwhile, or as it was sent."""
    facts = MODULES[Module(record.module)]
    key = str(remote_id)
    copy, _ = ExactRecord.objects.get_or_create(
        sync=record.sync,
        module=record.module,
        key=key,
        defaults={
            "name": record.name,
            "account_key": str(entry.payload.get(facts.exact_account) or ""),
            "values": {**entry.payload, facts.exact_key: key},
            "read_at": now,
        },
    )
    return copy


def _base(record: ZohoRecord, payload: Mapping[str, Any]) -> dict[str, str | None]:
    module = ModuleSync.objects.get(sync=record.sync_id, module=record.module)
    return dict(_agreed(rules_of(module), payload))


def _agreed(
    rules: Iterable[FieldRule], payload: Mapping[str, Any]
) -> Iterable[tuple[str, str | None]]:
    for rule in rules:
        if all(name in payload for name in rule.exact_fields):
            try:
                yield rule.name, common(rule, payload, Side.EXACT)
            except UnreadableError:
                continue  # the merge says so
