"""Whose a document is: its customer found by number, VAT number or Peppol address, or why not.

A number settles it: one that is not known here is waited for, whatever the VAT number says, for
branches share a VAT number. In UBL the number may be the customer's own word for itself, so there
the VAT number and the address are asked as well. Exactly one customer is taken, never one of two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction

from accounts_link.models import Customer
from sync.models import Invoice
from sync.rules.endpoints import chamber_spellings, holder
from sync.rules.parties import vat_entity, vat_normal_form
from sync.services.streams import batches

BATCH = 500
NAMED = 5  # customers that a sentence names
FIELDS = ("number", "name", "vat_number", "chamber_number")

normal_vat = lru_cache(4096)(vat_normal_form)
holder_of = lru_cache(4096)(holder)


@dataclass(frozen=True, slots=True)
class Clue:
    """What a document tells about its customer."""

    number: str = ""
    vat_typed: str = ""
    endpoint: str = ""
    is_ubl: bool = False

    @classmethod
    def of(cls, invoice: Invoice) -> Clue:
        """Return what a document tells."""
        return cls(
            invoice.customer_ref,
            invoice.customer_vat,
            invoice.customer_endpoint,
            invoice.source == Invoice.Source.UBL,
        )

    @property
    def vat(self) -> str:
        """The VAT number in normal form; empty when there is none, or a wrong one."""
        return normal_vat(self.vat_typed, "")

    @property
    def vats(self) -> set[str]:
        """The VAT numbers that may find the customer."""
        return {self.vat, holder_of(self.endpoint).vat} - {""}

    @property
    def chamber(self) -> str:
        """The KvK or KBO number of its address."""
        return holder_of(self.endpoint).chamber


class Directory:
    """The customers that some documents may mean, fetched in three queries at most."""

    def __init__(self, clues: Iterable[Clue]) -> None:
        every = set(clues)
        known = Customer.objects.only(*FIELDS)
        numbers = {clue.number for clue in every} - {""}
        self._numbers = {one.number: one for one in known.filter(number__in=numbers)}
        self._vats: dict[str, list[Customer]] = defaultdict(list)
        self._chambers: dict[str, list[Customer]] = defaultdict(list)
        searched = [clue for clue in every if self._is_open(clue)]
        if vats := {vat for clue in searched for vat in clue.vats}:
            for one in known.filter(vat_number__in=vats).order_by("number"):
                self._vats[one.vat_number].append(one)
        if chambers := {clue.chamber for clue in searched} - {""}:
            spellings = [one for digits in chambers for one in chamber_spellings(digits)]
            for one in known.filter(chamber_number__in=spellings).order_by("number"):
                self._chambers[re.sub(r"\D", "", one.chamber_number)].append(one)

    def customer(self, clue: Clue) -> Customer | None:
        """Return the one customer that is meant, or None."""
        if numbered := self._numbers.get(clue.number):
            return None if contradicts(numbered, clue) else numbered
        found = self._found(clue)
        return found[0] if len(found) == 1 else None

    def reason(self, clue: Clue) -> str:
        """Say why nobody was found, and what to do."""
        if numbered := self._numbers.get(clue.number):
            return (
                f"Customer {clue.number} has VAT number {numbered.vat_number}, but the document"
                f" says {clue.vat_typed}: correct the one that is wrong."
            )
        if several := self._found(clue):
            told = ", ".join(one.number for one in several[:NAMED])
            more = "" if len(several) <= NAMED else " and others"
            return (
                f"Several customers are known by {_told(clue)}: {told}{more}. The document must"
                " give the customer's number."
            )
        if clue.number and not clue.is_ubl:
            return f"Customer {clue.number} is not known here: import the customers first."
        if told := _told(clue):
            return f"No customer is known here by {told}: import the customers first."
        return "The document does not say who its customer is: no number, VAT number or address."

    def _is_open(self, clue: Clue) -> bool:
        """Whether more than the number is to be asked."""
        return clue.number not in self._numbers and (clue.is_ubl or not clue.number)

    def _found(self, clue: Clue) -> list[Customer]:
        """Return those whom the first evidence that finds anybody finds."""
        if not self._is_open(clue):
            return []
        evidence = (
            self._vats.get(clue.vat, []),
            self._vats.get(holder_of(clue.endpoint).vat, []),
            self._chambers.get(clue.chamber, []),
        )
        return next(filter(None, evidence), [])


def contradicts(customer: Customer, clue: Clue) -> bool:
    """Whether the document's VAT number is a valid one of somebody else."""
    both = customer.vat_number and clue.vat
    return bool(both) and vat_entity(customer.vat_number) != vat_entity(clue.vat)


def _told(clue: Clue) -> str:
    number = f"number {clue.number}" if clue.number and clue.is_ubl else ""
    vat = f"VAT number {clue.vat_typed}" if clue.vat_typed else ""
    endpoint = f"Peppol address {clue.endpoint}" if clue.endpoint else ""
    return " or ".join(filter(None, (number, vat, endpoint)))


def reasons(invoices: Iterable[Invoice]) -> dict[int, str]:
    """Say of documents without a customer why they have none, in three queries at most."""
    clues = {invoice.pk: Clue.of(invoice) for invoice in invoices}
    directory = Directory(clues.values())
    return {key: directory.reason(clue) for key, clue in clues.items()}


class Keys:
    """What customers that came can be found by."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()

    def add(self, customers: Iterable[Customer]) -> None:
        """Note these customers."""
        for one in customers:
            chamber = re.sub(r"\D", "", one.chamber_number)
            every = (("number", one.number), ("vat", one.vat_number), ("chamber", chamber))
            self._keys.update(key for key in every if key[1])

    def may_find(self, clue: Clue) -> bool:
        """Whether a document with this clue may be that of one of them."""
        vats = (("vat", vat) for vat in clue.vats)
        asked = (("number", clue.number), ("chamber", clue.chamber), *vats)
        return any(key in self._keys for key in asked)


def adopt_orphans(keys: Keys) -> int:
    """Give documents without a customer to those that came; return how many found theirs."""
    orphans = Invoice.objects.filter(customer=None)
    mine = [orphan.pk for orphan in orphans.iterator() if keys.may_find(Clue.of(orphan))]
    return sum(_adopt(batch) for batch in batches(mine, BATCH))


def _adopt(batch: list[int]) -> int:
    with transaction.atomic():
        orphans = list(
            Invoice.objects.order_by("pk").select_for_update().filter(pk__in=batch, customer=None)
        )
        directory = Directory(map(Clue.of, orphans))
        for orphan in orphans:
            orphan.customer = directory.customer(Clue.of(orphan))
        found = [orphan for orphan in orphans if orphan.customer]
        return Invoice.objects.bulk_update(found, ["customer"], batch_size=200)
