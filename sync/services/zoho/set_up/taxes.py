"""Zoho's taxes beside Exact's VAT codes: read, guessed by percentage, confirmed by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from sync.models import TaxMapping, VATCode, VATMapping

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models import ZohoSync
    from zoho_client.client import ZohoClient

WITHOUT_VAT = ("E", "N")  # types of codes under which a price is told without its VAT
OF_SALES = ("S", "B")


@dataclass(frozen=True, slots=True)
class Guess:
    """The code that a tax probably is, and why."""

    code: str
    reason: str


def read(sync: ZohoSync, zoho: ZohoClient) -> None:
    """Bring the list of taxes up to date, what was chosen stays. One call; raises any ZohoError."""
    told = {tax.name[:100]: tax.value for tax in zoho.taxes()}
    with transaction.atomic():
        for label, percentage in told.items():
            sync.taxes.update_or_create(label=label, defaults={"percentage": percentage})
        sync.taxes.exclude(label__in=told).delete()


def codes_of(division: Division | None) -> list[VATCode]:
    """Return the VAT codes of Exact that a product may have."""
    if division is None:
        return []
    usable = division.vat_codes.filter(is_blocked=False, is_gone=False, type__in=WITHOUT_VAT)
    return list(usable.filter(transaction_type__in=OF_SALES))


def guesses(
    taxes: Sequence[TaxMapping], codes: Sequence[VATCode], division: Division | None
) -> dict[str, Guess]:
    """Return what taxes without a code probably are, by label: the same percentage, and why.

    What was chosen for invoices of one's own country under that rate comes first.
    """
    used = _used(division)
    found = {}
    for tax in taxes:
        fits = [one for one in codes if one.percentage == tax.percentage]
        plain = [one for one in fits if not one.is_reverse_charge]
        mapped = [one for one in plain if one.pk in used]
        if not tax.vat_code and (best := next(iter(mapped or plain), None)):
            found[tax.label] = Guess(best.code, _why(best, mapped, plain))
    return found


def _used(division: Division | None) -> set[int]:
    domestic = VATMapping.objects.filter(
        division=division, country_group=VATMapping.CountryGroup.DOMESTIC, is_active=True
    )
    return set(domestic.values_list("vat_code_id", flat=True))


def _why(best: VATCode, mapped: Sequence[VATCode], plain: Sequence[VATCode]) -> str:
    rate = f"{best.percentage.normalize():f} %"
    if mapped:
        return f"Your invoices at {rate} use it."
    if len(plain) == 1:
        return f"The only code of {rate}."
    return f"The first of {len(plain)} codes of {rate}."


def choose(sync: ZohoSync, chosen: Mapping[str, str]) -> int:
    """Save the codes of taxes, by their keys; return how many have one. Unknown ones are passed."""
    known = {one.code for one in codes_of(sync.division)} | {""}
    rows = [tax for tax in sync.taxes.all() if chosen.get(str(tax.pk)) in known]
    for tax in rows:
        tax.vat_code = chosen[str(tax.pk)]
    TaxMapping.objects.bulk_update(rows, ["vat_code"])
    return sync.taxes.exclude(vat_code="").count()
