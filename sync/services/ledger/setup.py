"""The set-up: what is still to be mapped before anything can be booked, with guesses to confirm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts_link.models import Customer
from exact_client.models import Division, ExactConnection
from sync.models import (
    GLMapping,
    Invoice,
    InvoiceLine,
    InvoiceState,
    JournalMapping,
    VATMapping,
)
from sync.models.mapping import RESOURCE_TYPES
from sync.rules import guessing
from sync.rules.countries import CountryGroup, country_group
from sync.rules.ledger import ANY, GLCell, JournalCell, VatCell
from sync.services.delivery import prepare, release
from sync.services.ledger import mapping, routes
from sync.services.ledger.books import Books, books_of

if TYPE_CHECKING:
    from sync.rules.guessing import Guess

CARD_OF = {  # the first word of a problem's key: the mapping that mends it
    "journal": "journal",
    "credit_journal": "journal",
    "cost_centre": "journal",
    "cost_unit": "journal",
    "gl": "gl",
    "discount_product": "gl",
    "vat": "vat",
}
USUAL_RATES = {"BE": (21, 12, 6, 0), "NL": (21, 9, 0)}  # per cent; for before any invoice

ASKED = 100  # documents that tell what still must be mapped


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist."""

    key: str
    title: str
    is_done: bool
    detail: str  # what is there, or what to do
    is_needed: bool = True  # before anything can be pushed


@dataclass(frozen=True, slots=True)
class Sold:
    """What the documents at hand need mapped: locations, resources, and kinds of VAT."""

    locations: tuple[str, ...]
    resources: tuple[GLCell, ...]
    vat: tuple[tuple[str, str, Decimal], ...]  # the customer's country, business type, rate


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of the three mappings: those that are mapped, and guesses for the others."""

    journals: Mapping[JournalCell, Guess]
    gl_accounts: Mapping[GLCell, Guess]
    vat_codes: Mapping[VatCell, Guess]


def checklist(division: Division | None) -> list[Step]:
    """Return the steps to “ready to go”, in order; the first that is not done is the next."""
    connection = ExactConnection.objects.order_by("pk").first()
    connected = connection is not None and connection.state == ExactConnection.State.CONNECTED
    steps = [
        Step("connect", "Connect to Exact Online", connected, _about(connection)),
        Step(
            "division",
            "Choose the division",
            division is not None,
            str(division) if division else "Which company do you book in?",
        ),
    ]
    if division is None:
        return steps
    return [*steps, *_data_steps(division), *_routes_step(), *_mapping_steps(division)]


def _routes_step() -> list[Step]:
    """With several divisions, every document needs to know which of them books it."""
    if Division.objects.chosen().count() < 2:  # noqa: PLR2004 - the only one books everything
        return []
    lost = sum(wanted.documents for wanted in routes.unrouted().values())
    detail = f"Documents without a division: {lost:,}" if lost else "Every document has its own"
    return [Step("routes", "Say which division books what", not lost, detail)]


def _about(connection: ExactConnection | None) -> str:
    if connection is None:
        return "Give Exactlink permission to read and book."
    if connection.state == ExactConnection.State.CONNECTED:
        return f"As {connection.user_name} at {connection.url}"
    return connection.state_reason or "Connect again."


def _data_steps(division: Division) -> list[Step]:
    accounts = division.accounts.filter(is_gone=False).count()
    customers = Customer.objects.count()
    invoices = Invoice.objects.count()
    return [
        Step("mirror", "Mirror the accounts", accounts > 0, f"{accounts:,} accounts copied"),
        Step(
            "customers",
            "Import your customers",
            customers > 0,
            f"{customers:,} customers of zapfloor",
        ),
        Step(
            "invoices",
            "Import invoices",
            invoices > 0,
            f"{invoices:,} invoices and credit notes",
            is_needed=False,
        ),
    ]


def _mapping_steps(division: Division) -> list[Step]:
    open_cells = unmapped(division)
    titles = {
        "journal": "Sales journals and credit-note journal",
        "gl": "G/L accounts for what you sell",
        "vat": "VAT codes",
    }
    here = {"division": division, "is_active": True}
    counts = {
        "journal": JournalMapping.objects.filter(**here).count(),
        "gl": GLMapping.objects.filter(**here).count(),
        "vat": VATMapping.objects.filter(**here).count(),
    }
    steps = []
    for key, title in titles.items():
        missing = [cell for kind, cell in open_cells if kind == key]
        detail = f"{len(missing)} still to choose" if missing else f"{counts[key]} chosen"
        steps.append(Step(key, title, counts[key] > 0 and not missing, detail))
    return steps


def is_ready(steps: list[Step]) -> bool:
    """Whether everything that a push needs is there."""
    return all(step.is_done for step in steps if step.is_needed)


def unmapped(division: Division) -> list[tuple[str, str]]:
    """Return what documents at hand still miss: (journal, gl or vat; in words), each once.

    The first ones tell: what they miss must be chosen before it matters what the others do.
    """
    found: dict[tuple[str, str], None] = {}
    incomplete = Invoice.objects.of(division).filter(state=InvoiceState.NEEDS_MAPPING)
    for shown in prepare.previews(division, incomplete[:ASKED]):
        for problem in shown.problems:
            if card := CARD_OF.get(str(problem.key[0])):
                found[card, problem.sentence] = None
    return list(found)


def sold(division: Division) -> Sold:
    """Return what the documents are about that this division books, or may book: to be mapped."""
    lines = InvoiceLine.objects.order_by()
    if Division.objects.chosen().exclude(pk=division.pk).exists():
        lines = lines.filter(Q(invoice__division=division) | Q(invoice__division=None))
    resources = lines.values_list("invoice__location", "resource_type", "resource_code").distinct()
    vat = lines.exclude(invoice__customer=None).values_list(
        "invoice__customer__country", "invoice__customer__business_type", "vat_rate"
    )
    cells = [GLCell(*row) for row in resources]
    return Sold(
        locations=tuple(sorted({cell.location for cell in cells if cell.location})),
        resources=tuple(sorted(cells)),
        vat=tuple(sorted(set(vat.distinct()))),
    )


def guesses(division: Division, books: Books | None = None, at_hand: Sold | None = None) -> Cells:
    """Guess every cell that the documents at hand need, and the usual ones before there are any."""
    ledger = (books or books_of(division)).ledger
    at_hand = at_hand or sold(division)
    usual = [GLCell(ANY, kind, ANY) for kind, _ in RESOURCE_TYPES if kind != "discount"]
    return Cells(
        journals=guessing.guess_journals(ledger, at_hand.locations),
        gl_accounts=guessing.guess_gl_accounts(ledger, [*at_hand.resources, *usual]),
        vat_codes=guessing.guess_vat_codes(ledger, vat_cells(division, at_hand)),
    )


def guesses_for_the_rest(division: Division) -> Cells:
    """Guess the cells that nobody has mapped yet, and leave what was mapped as it is."""
    books = books_of(division)
    found, mapped = guesses(division, books), books.mappings
    return Cells(
        journals={at: one for at, one in found.journals.items() if at not in mapped.journals},
        gl_accounts={
            at: one for at, one in found.gl_accounts.items() if at not in mapped.gl_accounts
        },
        vat_codes={at: one for at, one in found.vat_codes.items() if at not in mapped.vat_codes},
    )


def vat_cells(division: Division, at_hand: Sold) -> list[VatCell]:
    """Return the kinds of customer and rate to map: those at hand, and the country's usual ones."""
    kinds = ("vat", "no_vat", "private")
    rates = [Decimal(rate) for rate in USUAL_RATES.get(division.country, (0,))]
    usual = {
        VatCell(group, kind, rate) for group in CountryGroup for kind in kinds for rate in rates
    }
    found = {
        VatCell(country_group(country, division.country), kind, rate)
        for country, kind, rate in at_hand.vat
    }
    return sorted(usual | found)


def confirm(division: Division, chosen: Cells, *, now: datetime) -> int:
    """Map these cells, over what is there; return how many. What waited for them goes by itself."""
    choices = mapping.Choices(
        journals={cell: guess.code for cell, guess in chosen.journals.items()},
        gl_accounts={cell: guess.code for cell, guess in chosen.gl_accounts.items()},
        vat_codes={cell: guess.code for cell, guess in chosen.vat_codes.items()},
    )
    mapping.save(division, choices)
    release.enqueue(division, now=now)
    return len(choices.journals) + len(choices.gl_accounts) + len(choices.vat_codes)
