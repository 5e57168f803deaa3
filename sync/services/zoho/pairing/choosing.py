"""Choose which records without a pair cross to the other side, and say why of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from sync.models import ExactRecord, ModuleSync, RemoteRecord, ZohoRecord
from sync.rules.zoho.field_rules import FieldRule, Side
from sync.rules.zoho.modules import Module
from sync.rules.zoho.statuses import ORDERS_ALLOWED, may_cross
from sync.rules.zoho.switches import BELONGS_TO_AN_ACCOUNT, Facts, Related, crosses
from sync.services.upsert import rewrite
from sync.services.zoho.mapping.mappings import modules_of, rules_of
from sync.services.zoho.pairing.crossing import Obstacle, obstacles, vat_codes
from sync.services.zoho.pairing.relations import DOCUMENTS, Relations
from sync.services.zoho.reading.copies import Copies

if TYPE_CHECKING:
    from sync.models import ZohoSync

Standing = RemoteRecord.Standing
Record = ExactRecord | ZohoRecord

COPIES: dict[Side, Copies] = {Side.EXACT: ExactRecord, Side.ZOHO: ZohoRecord}
BATCH = 500  # records looked at together
SAMPLES = 20  # names shown of those who fall in or out
LEFT_ALONE = (Standing.REVIEW, Standing.REFUSED, Standing.PAIRED)  # others settle these
KINDS = {"": "a relation without a status", "A": "a relation without a status",
         "S": "a suspect", "P": "a prospect"}  # fmt: skip
WAITS = "Its account is not synchronised: it waits for that."
CATCHES_ALL = "It stands for lines that match no product, and is not one itself."
CALLED_NEW = "Somebody said that the other side does not have it."


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a record stands, the sentence that says why, and the field that mends it."""

    standing: str
    reason: str
    problem: str = ""


@dataclass(slots=True)
class Chosen:
    """What one round of choosing came to: how many stand where."""

    done: int = 0
    standings: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Falls:
    """Who of one side would come in, and who would stay out."""

    comes_in: int = 0
    stays_out: int = 0
    needs_you: int = 0  # of those who come in: something must be filled in first
    changes: int = 0  # for whom the switch makes the difference
    samples_in: list[tuple[str, str]] = field(default_factory=list)  # name, reason
    samples_out: list[tuple[str, str]] = field(default_factory=list)

    def count(self, record: Record, choice: Choice, before: Choice) -> None:
        """Count one record; the first few are shown by name."""
        is_in, was_in = choice.standing != Standing.STAYS, before.standing != Standing.STAYS
        self.comes_in += is_in
        self.stays_out += not is_in
        self.needs_you += choice.standing == Standing.BLOCKED
        self.changes += is_in != was_in
        samples = self.samples_in if is_in else self.samples_out
        if len(samples) < SAMPLES:
            samples.append((str(record), choice.reason))


def choose(
    sync: ZohoSync, *, now: datetime, progress: Callable[[Chosen], None] = lambda done: None
) -> Chosen:
    """Say of each record without a pair whether it crosses, stays, or what it needs.

    Looked at anew each time: a related record that came later lets it cross. One that crosses
    may still wait for its account, which is made first. What a person must settle, and what the
    other side refused, is left as it is.
    """
    chosen, scene = Chosen(), Scene(sync)
    for module in scene.modules.values():
        for side, copies in COPIES.items():
            for batch in _batches(_waiting(copies, module)):
                _write(copies, [(one, scene.choice(side, one)) for one in batch], chosen)
                progress(chosen)
    return chosen


def who_falls(sync: ZohoSync, module: str, *, is_on: bool) -> dict[Side, Falls]:
    """Return who would come in and who would stay out if the module's switch stood like that.

    Pairs stay equal either way and are not counted. Nothing is changed; the number of queries
    does not grow with the records.
    """
    today, then = Scene(sync), Scene(sync, {module: is_on})
    found, held = {side: Falls() for side in Side}, today.modules.get(Module(module))
    if held is None:  # it takes no part
        return found
    for side, copies in COPIES.items():
        for record in _waiting(copies, held).iterator(BATCH):
            found[side].count(record, then.choice(side, record), today.choice(side, record))
    return found


class Scene:
    """All that is known when records are chosen: switches, mappings, and what hangs together."""

    def __init__(self, sync: ZohoSync, switches: Mapping[str, bool] | None = None) -> None:
        self._sync = sync
        self.modules = {Module(one.module): one for one in modules_of(sync)}
        self._is_on = {name: one.is_on for name, one in self.modules.items()}
        self._is_on |= {Module(name): is_on for name, is_on in (switches or {}).items()}
        self._rules: dict[Module, list[FieldRule]] = {
            name: rules_of(one) for name, one in self.modules.items()
        }
        self._vat_codes = vat_codes(sync)
        self._relations: dict[Side, Relations] = {}
        self._accounts: dict[Side, set[str]] = {}

    def choice(self, side: Side, record: Record) -> Choice:
        """Return where a record without a pair stands."""
        account = self._account(side, record)
        relations = self._relations_of(side)
        facts = Facts(
            module=Module(record.module),
            origin=side,
            account=account,
            invoices=relations.related(record, Module.INVOICES, side),
            orders=relations.related(record, Module.SALES_ORDERS, side),
        )
        return self._settled(side, record, facts)

    def _settled(self, side: Side, record: Record, facts: Facts) -> Choice:
        if refusal := self._kept_out(side, record, facts):
            return Choice(Standing.STAYS, refusal)
        called_new = record.called_new_at is not None
        verdict = crosses(facts, switch_on=self._is_on[facts.module] or called_new)
        if not verdict.crosses:
            return self._stays(facts, verdict.reason)
        found = obstacles(record, side, self._rules[facts.module], self._vat_codes)
        if found:
            return _blocked(found)
        return Choice(Standing.CROSSES, CALLED_NEW if called_new else verdict.reason)

    def _kept_out(self, side: Side, record: Record, facts: Facts) -> str:
        """Return why a record stays whatever the switch says; "" when the switch decides."""
        if record.key == self._sync.catch_all_product and not record.called_new_at:
            return CATCHES_ALL
        if side is Side.ZOHO and facts.module in DOCUMENTS:
            is_order = facts.module is Module.SALES_ORDERS
            allowed = ORDERS_ALLOWED if is_order else self._sync.statuses
            verdict = may_cross(record.values.get("Status"), allowed)
            return "" if verdict.crosses else verdict.reason
        lost = facts.account is Related.NOT_SYNCHRONISED and side is Side.EXACT
        if lost and facts.module in BELONGS_TO_AN_ACCOUNT:
            return WAITS  # Zoho would take it, and have it twice once the account is paired
        is_account = side is Side.EXACT and facts.module is Module.ACCOUNTS
        if is_account and not record.called_new_at and not self._all_statuses_cross():
            return _no_customer(record.values, facts)
        return ""

    def _all_statuses_cross(self) -> bool:
        """Whether the status of accounts is mapped, so that Zoho knows who is a customer."""
        return any(rule.exact_field == "Status" for rule in self._rules[Module.ACCOUNTS])

    def _stays(self, facts: Facts, reason: str) -> Choice:
        """A record that would cross if only it had an account is for a person."""
        is_lost = facts.origin is Side.ZOHO and facts.account is Related.NONE
        if is_lost and facts.module in BELONGS_TO_AN_ACCOUNT and self._is_on[facts.module]:
            return Choice(Standing.BLOCKED, reason, "Account_Name")
        return Choice(Standing.STAYS, reason)

    def _account(self, side: Side, record: Record) -> Related:
        if not record.account_key:
            return Related.NONE
        is_there = record.account_key in self._accounts_of(side)
        return Related.SYNCHRONISED if is_there else Related.NOT_SYNCHRONISED

    def _accounts_of(self, side: Side) -> set[str]:
        """Return the accounts of one side that are paired or cross."""
        if side not in self._accounts:
            self._accounts[side] = set(self._synchronised_accounts(side))
        return self._accounts[side]

    def _synchronised_accounts(self, side: Side) -> Iterator[str]:
        yield from self._paired_accounts(side)
        module = self.modules.get(Module.ACCOUNTS)
        for record in _waiting(COPIES[side], module).iterator(BATCH) if module else ():
            if self.choice(side, record).standing == Standing.CROSSES:
                yield record.key

    def _paired_accounts(self, side: Side) -> Iterator[str]:
        there = COPIES[side].objects.filter(sync=self._sync, module=Module.ACCOUNTS, gone_at=None)
        yield from there.filter(pair__isnull=False).values_list("key", flat=True).iterator()

    def _relations_of(self, side: Side) -> Relations:
        if side not in self._relations:
            by_itself = set(self._by_themselves(side))
            lines = not self._is_on.get(Module.PRODUCTS, True)
            self._relations[side] = Relations.of(
                self._sync, COPIES[side], side, by_itself.__contains__, lines=lines
            )
        return self._relations[side]

    def _by_themselves(self, side: Side) -> Iterator[str]:
        """Yield the invoices and orders that cross, if need be as soon as their account does."""
        paired = set(self._paired_accounts(side))
        for name in DOCUMENTS:
            module = self.modules.get(name)
            for record in _waiting(COPIES[side], module).iterator(BATCH) if module else ():
                is_sure = self._is_on[name] and record.account_key
                is_there = is_sure or record.account_key in paired
                account = Related.SYNCHRONISED if is_there else Related.NOT_SYNCHRONISED
                if self._crosses(side, record, Facts(module=name, origin=side, account=account)):
                    yield record.key

    def _crosses(self, side: Side, record: Record, facts: Facts) -> bool:
        return self._settled(side, record, facts).standing == Standing.CROSSES


def _blocked(found: list[Obstacle]) -> Choice:
    return Choice(Standing.BLOCKED, "\n".join(one.sentence for one in found), found[0].field[:40])


def _no_customer(values: Mapping[str, Any], facts: Facts) -> str:
    """Return why an account of Exact is no customer; "" if it is one, or its documents cross."""
    status = str(values.get("Status") or "")
    if status == "C" or Related.SYNCHRONISED in (facts.invoices, facts.orders):
        return ""
    kind = "a supplier" if values.get("IsSupplier") else KINDS.get(status, f"of status {status}")
    return (
        f"It is {kind} in Exact, not a customer. Make it one there, or map its status,"
        " and it crosses."
    )


def _waiting(copies: Copies, module: ModuleSync) -> QuerySet[Any]:
    records = copies.objects.filter(sync_id=module.sync_id, module=module.module, gone_at=None)
    return records.filter(pair=None).exclude(standing__in=LEFT_ALONE).order_by("pk")


def _batches(waiting: QuerySet[Any]) -> Iterator[list[Record]]:
    last = 0
    while batch := list(waiting.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield batch


def _write(copies: Copies, found: list[tuple[Record, Choice]], chosen: Chosen) -> None:
    """Save what is another choice than before, but for what somebody settled meanwhile."""
    changed = {
        record.pk: choice
        for record, choice in found
        if (record.standing, record.reason, record.problem)
        != (choice.standing, choice.reason, choice.problem)
    }
    with transaction.atomic():
        rows = copies.objects.filter(pk__in=changed, pair=None).exclude(standing__in=LEFT_ALONE)
        locked = list(rows.defer("values").order_by("pk").select_for_update(of=("self",)))
        for row in locked:
            choice = changed[row.pk]
            row.standing, row.reason, row.problem = choice.standing, choice.reason, choice.problem
        rewrite(locked, ["standing", "reason", "problem"])
    chosen.done += len(found)
    chosen.standings.update(choice.standing for _, choice in found)
