"""Sync On/Off: which new records of a module cross, and the sentence that says why."""

from dataclasses import dataclass
from enum import StrEnum

from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import ONE, Module


class Related(StrEnum):
    """What is known of the records of one kind that a record is related to."""

    NONE = "none"
    NOT_SYNCHRONISED = "not_synchronised"
    SYNCHRONISED = "synchronised"  # one of them is paired, or crosses by itself


@dataclass(frozen=True, slots=True)
class Facts:
    """What a switch looks at; a relation that the module doesn't have stays NONE."""

    module: Module
    origin: Side  # where the record is new
    paired: bool = False  # it is on both sides already
    account: Related = Related.NONE
    invoices: Related = Related.NONE
    orders: Related = Related.NONE


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a record crosses, and why."""

    crosses: bool
    reason: str


class Relation(StrEnum):
    """A kind of record that another may be related to, by its name in Facts."""

    ACCOUNT = "account"
    INVOICES = "invoices"
    ORDERS = "orders"


# What lets a record cross while its module is switched off: one of these that is synchronised.
LETS_CROSS: dict[Module, tuple[Relation, ...]] = {
    Module.ACCOUNTS: (Relation.INVOICES, Relation.ORDERS),
    Module.CONTACTS: (Relation.INVOICES, Relation.ORDERS),  # its own, or its account's
    Module.PRODUCTS: (Relation.INVOICES, Relation.ORDERS),
    Module.INVOICES: (Relation.ACCOUNT, Relation.ORDERS),
    Module.SALES_ORDERS: (Relation.ACCOUNT, Relation.INVOICES),
}
# What Exact keeps under an account, and refuses without one.
BELONGS_TO_AN_ACCOUNT = frozenset({Module.CONTACTS, Module.INVOICES, Module.SALES_ORDERS})

_RELATED = {
    Relation.ACCOUNT: "account",
    Relation.INVOICES: "invoice",
    Relation.ORDERS: "order",
}


def crosses(record: Facts, *, switch_on: bool) -> Verdict:
    """Return whether a record crosses to the other side, and why.

    A switch decides who comes in, nothing else: what is paired stays equal either way. On: every
    new record crosses. Off: it crosses with a related record that is synchronised. Either way
    Exact takes no contact, invoice or order without the account it belongs to.
    Source: design §5, docs/zoho.md
    """
    one = ONE[record.module]
    if record.paired:
        return Verdict(crosses=True, reason=f"This {one} is on both sides already.")
    if refusal := _without_account(record):
        return Verdict(crosses=False, reason=refusal)
    if switch_on:
        return Verdict(crosses=True, reason=f"The switch is on: every new {one} crosses.")
    related = LETS_CROSS[record.module]
    for relation in related:
        if _state(record, relation) is Related.SYNCHRONISED:
            reason = f"The switch is off, but a related {_RELATED[relation]} is synchronised."
            return Verdict(crosses=True, reason=reason)
    return Verdict(crosses=False, reason=_stays(record, related))


def _state(record: Facts, relation: Relation) -> Related:
    found = getattr(record, relation.value)
    return Related(found)


def _without_account(record: Facts) -> str:
    """Return why Exact could not take the record; "" when it can."""
    if record.origin is Side.EXACT or record.module not in BELONGS_TO_AN_ACCOUNT:
        return ""
    one = ONE[record.module]
    if record.account is Related.NONE:
        return f"This {one} has no account, and Exact keeps every {one} under one: choose it."
    if record.account is Related.NOT_SYNCHRONISED:
        return f"The account of this {one} is not synchronised: the {one} waits for it."
    return ""


def _stays(record: Facts, related: tuple[Relation, ...]) -> str:
    """Say what is missing while the switch is off."""
    waiting = [one for one in related if _state(record, one) is Related.NOT_SYNCHRONISED]
    if waiting:
        kinds = _listed([_RELATED[one] for one in waiting], "or")
        return f"The switch is off, and no related {kinds} is synchronised yet."
    kinds = _listed([_RELATED[one] for one in related], "or")
    return f"The switch is off, and this {ONE[record.module]} has no related {kinds}."


def _listed(words: list[str], last: str) -> str:
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final
