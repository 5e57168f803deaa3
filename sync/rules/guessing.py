"""Sensible first choices for the set-up, from what the division offers; a person confirms them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from sync.rules.countries import CountryGroup
from sync.rules.ledger import (
    ANY,
    SALES_JOURNAL,
    DocumentKind,
    GLAccount,
    GLCell,
    Journal,
    JournalCell,
    Ledger,
    VatCell,
    VatCode,
    vat_code_fault,
)
from sync.rules.vocabulary import (
    CREDIT_NOTES,
    EXEMPT,
    GENERAL,
    GOODS,
    NOT_PLAIN,
    OUTSIDE_EU,
    SALES,
    SERVICES,
    TOPICS,
    WITHIN_EU,
    Stems,
    mentions,
    names_a_city,
    names_exactly,
    names_its_city,
    topic_of,
)

REVENUE = 110  # Exact's GLAccount.Type


@dataclass(frozen=True, slots=True)
class Guess:
    """A code of the ledger for one cell, why it was chosen, and whether to look twice."""

    code: str
    why: str
    is_sure: bool = True


Offer = TypeVar("Offer", Journal, GLAccount, VatCode)


def guess_journals(ledger: Ledger, locations: Collection[str]) -> dict[JournalCell, Guess]:
    """Guess the division's journals, and those of locations that have one of their own.

    A cell for which two journals fit equally well is left out.
    """
    offered = [
        journal
        for journal in ledger.journals.values()
        if journal.type == SALES_JOURNAL and not journal.is_blocked
    ]
    locations = [location for location in locations if location.strip()]
    guesses: dict[JournalCell, Guess] = {}
    for kind in DocumentKind:
        credit = kind == DocumentKind.CREDIT_NOTE
        fitting = [one for one in offered if mentions(one.description, CREDIT_NOTES) == credit]
        guesses |= dict(_journals_of(kind, fitting, locations))
    return dict(_shared_credit_journals(guesses)) | guesses


def guess_gl_accounts(ledger: Ledger, sold: Iterable[GLCell]) -> dict[GLCell, Guess]:
    """Guess revenue accounts for what was sold, by type, by code where the code tells more.

    One cell for everything else is added when a single general account is left. A cell for which
    two accounts fit equally well is left out.
    """
    offered = [
        account
        for account in ledger.gl_accounts.values()
        if account.type == REVENUE and not account.is_blocked
    ]
    cells = sorted({GLCell(*cell) for cell in sold})
    locations = {cell.location for cell in cells if cell.location}
    general = [one for one in offered if not _names_any(one.description, locations)]
    at = {ANY: general} | {location: _of_location(offered, location) for location in locations}
    guesses: dict[GLCell, Guess] = {}
    for topic, cell in _topics(cells):
        about = (one for one in at[cell.location] if topic_of(one.description) == topic)
        if found := _only(about):
            guesses[cell] = Guess(
                found.code, f"{_name(found)} is the only one about {_spoken(topic)}."
            )
    return guesses | dict(_everything_else(general))


def guess_vat_codes(ledger: Ledger, wanted: Iterable[VatCell]) -> dict[VatCell, Guess]:
    """Guess the VAT code of each kind of customer and rate; none where two fit equally well."""
    guesses: dict[VatCell, Guess] = {}
    for cell in wanted:
        hints = _vat_hints(cell)
        fitting = [code for code in ledger.vat_codes.values() if _fits(code, cell, hints)]
        if found := _only(fitting, hints.best):
            guesses[cell] = Guess(found.code, f"{_name(found)} {hints.why}", hints.is_sure)
    return guesses


def _journals_of(
    kind: DocumentKind, offered: Sequence[Journal], locations: Collection[str]
) -> Iterator[tuple[JournalCell, Guess]]:
    general = [one for one in offered if not _names_any(one.description, locations)]
    placeless = [one for one in general if not names_a_city(one.description)]
    if found := _only(general, SALES) or _only(placeless, SALES):
        yield JournalCell(ANY, kind), Guess(found.code, f"{_name(found)} is for all locations.")
    for location in locations:
        if own := _only(_of_location(offered, location)):
            yield JournalCell(location, kind), Guess(own.code, f"{_name(own)} names {location}.")


def _shared_credit_journals(
    guesses: Mapping[JournalCell, Guess],
) -> Iterator[tuple[JournalCell, Guess]]:
    """A location with its own journal keeps the general one for credit notes, if there is one."""
    shared = guesses.get(JournalCell(ANY, DocumentKind.CREDIT_NOTE))
    for location, kind in guesses:
        if shared and location and kind == DocumentKind.INVOICE:
            yield JournalCell(location, DocumentKind.CREDIT_NOTE), shared


def _topics(cells: Iterable[GLCell]) -> Iterator[tuple[str, GLCell]]:
    """Yield what to look for, and the cell that it would fill, first for all locations."""
    for cell in cells:
        by_type = cell.resource_type if cell.resource_type in TOPICS else ""
        topic = topic_of(cell.resource_code) or by_type
        code = ANY if topic == by_type else cell.resource_code
        if topic:
            yield topic, GLCell(ANY, cell.resource_type, code)
            if cell.location:
                yield topic, GLCell(cell.location, cell.resource_type, code)


def _everything_else(general: Iterable[GLAccount]) -> Iterator[tuple[GLCell, Guess]]:
    rest = [one for one in general if not topic_of(one.description)]
    if found := _only(rest, GENERAL):
        why = f"{_name(found)} can take whatever has no account of its own."
        yield GLCell(ANY, ANY, ANY), Guess(found.code, why, is_sure=False)


class _VatHints(NamedTuple):
    """How to recognise the code for a cell by its description."""

    needed: Stems
    unwanted: Stems
    best: Stems  # decides between several
    why: str
    is_sure: bool = True


def _vat_hints(cell: VatCell) -> _VatHints:
    if cell.rate:
        return _VatHints((), NOT_PLAIN, SERVICES, f"is the plain {cell.rate.normalize():f} %.")
    if cell.country_group == CountryGroup.NON_EU:
        return _VatHints(OUTSIDE_EU, (), SERVICES, "is for customers outside the EU.")
    if cell.country_group == CountryGroup.EU and cell.business_type == "vat":
        why = "is for services to companies elsewhere in the EU."
        return _VatHints(WITHIN_EU, (*OUTSIDE_EU, *GOODS), SERVICES, why)
    if cell.country_group == CountryGroup.EU:
        why = "is the plain 0 %; ask the accountant: 0 % is rare for a customer without VAT number."
        return _VatHints((), NOT_PLAIN, EXEMPT, why, is_sure=False)
    return _VatHints((), NOT_PLAIN, EXEMPT, "is the plain 0 %.")


def _fits(code: VatCode, cell: VatCell, hints: _VatHints) -> bool:
    fault = vat_code_fault(code, cell.rate, business_type=cell.business_type)
    if fault or mentions(code.description, hints.unwanted):
        return False
    return not hints.needed or mentions(code.description, hints.needed)


def _of_location(offered: Iterable[Offer], location: str) -> list[Offer]:
    """Those that name this very location, or else those that name its city."""
    offered = list(offered)
    return [one for one in offered if names_exactly(one.description, location)] or [
        one for one in offered if names_its_city(one.description, location)
    ]


def _names_any(text: str, locations: Iterable[str]) -> bool:
    return any(names_exactly(text, place) or names_its_city(text, place) for place in locations)


def _only(offered: Iterable[Offer], best: Stems = ()) -> Offer | None:
    """The one that fits; among several, the only one that has a word of `best`."""
    fitting = list(offered)
    if len(fitting) > 1:
        fitting = [one for one in fitting if mentions(one.description, best)]
    return fitting[0] if len(fitting) == 1 else None


def _spoken(topic: str) -> str:
    return topic.replace("_", " ")


def _name(offer: Journal | GLAccount | VatCode) -> str:
    return f"{offer.code} {offer.description}"
