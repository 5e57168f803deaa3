"""What an administrator chose is saved cell by cell, and decides how documents are booked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts_link.models import Customer
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import (
    BookingSettings,
    GLMapping,
    Invoice,
    JournalMapping,
    PaymentConditionMapping,
    VATCode,
)
from sync.rules.entries import Original, StatedVat
from sync.rules.ledger import (
    DiscountPolicy,
    DocumentKind,
    JournalCell,
    Policies,
    TermsCell,
    VatCell,
    ZeroPolicy,
)
from sync.services.delivery import prepare, push
from sync.services.delivery.forecast import forecast
from sync.services.delivery.office import Office
from sync.services.ledger import books, mapping
from tests.build import NOW, a_customer, a_link, an_account, an_invoice
from tests.sync.books import mapped_books

pytestmark = pytest.mark.django_db

HERE = JournalCell("BRU-1", DocumentKind.INVOICE)


@pytest.fixture
def mapped() -> Division:
    """Return a division with books of its own, mapped for all at 21 %."""
    return mapped_books()


def an_invoice_of(customer: Customer, division: Division, **values: Any) -> Invoice:
    made = an_invoice(customer=customer, division=division, **values)
    return Invoice.objects.select_related("customer").get(pk=made.pk)


def a_linked_customer(division: Division, **values: Any) -> Customer:
    customer = a_customer(**values)
    a_link(customer=customer, account=an_account(division=division))
    return customer


def test_the_units_terms_and_vat_cells_of_a_division_are_saved_and_read_back(
    mapped: Division,
) -> None:
    cell = VatCell("eu", "", Decimal(0), "real_estate", "E")

    faults = mapping.save(
        mapped,
        mapping.Choices(
            journals={HERE: "70"},
            cost_centres={"BRU-1": "BRU"},
            cost_units={"BRU-1": "DESK"},
            vat_codes={cell: "5"},
            payment_conditions={TermsCell("30 dagen"): "30"},
        ),
    )

    chosen = books.books_of(mapped).mappings
    assert faults == {}
    assert (chosen.cost_centres, chosen.cost_units) == ({"BRU-1": "BRU"}, {"BRU-1": "DESK"})
    assert chosen.vat_codes[cell] == "5"
    assert chosen.payment_conditions == {TermsCell("30 dagen"): "30"}


def test_a_form_without_cost_units_leaves_them_and_an_empty_one_takes_it_out(
    mapped: Division,
) -> None:
    mapping.save(mapped, mapping.Choices(journals={HERE: "70"}, cost_units={"BRU-1": "DESK"}))
    mapping.save(mapped, mapping.Choices(journals={HERE: "79"}))
    kept = JournalMapping.objects.get(location="BRU-1")
    mapping.save(mapped, mapping.Choices(journals={HERE: "79"}, cost_units={"BRU-1": ""}))

    assert (kept.journal.code, kept.cost_unit and kept.cost_unit.code) == ("79", "DESK")
    assert JournalMapping.objects.get(location="BRU-1").cost_unit is None


def test_an_empty_condition_takes_the_terms_out_of_use(mapped: Division) -> None:
    terms = TermsCell("30 dagen")
    mapping.save(mapped, mapping.Choices(payment_conditions={terms: "30"}))
    mapping.save(mapped, mapping.Choices(payment_conditions={terms: ""}))

    assert not PaymentConditionMapping.objects.get().is_active
    assert books.books_of(mapped).mappings.payment_conditions == {}


def test_what_can_not_be_is_told_at_its_cell_and_nothing_is_saved(mapped: Division) -> None:
    reverse = VATCode.objects.create(
        division=mapped, code="7", description="EU", percentage=0, type="E", is_reverse_charge=True
    )
    private, terms = VatCell("eu", "private", Decimal(0)), TermsCell("Net 60")
    chosen = mapping.Choices(
        journals={HERE: "79"}, vat_codes={private: reverse.code}, payment_conditions={terms: "60"}
    )

    faults = mapping.save(mapped, chosen)

    assert set(faults) == {private, terms}
    assert "for customers with a VAT number" in faults[private]
    assert "isn't in Exact any more" in faults[terms]
    assert not JournalMapping.objects.filter(location="BRU-1").exists()


def test_the_settings_of_a_division_are_its_policies(mapped: Division) -> None:
    before = books.books_of(mapped).mappings.policies
    BookingSettings.objects.update_or_create(
        division=mapped,
        defaults={
            "discount_policy": "product",
            "discount_product": "KORTING",
            "zero_policy": "hold",
            "defer_revenue": False,
        },
    )

    assert before == Policies()
    assert books.books_of(mapped).mappings.policies == Policies(
        DiscountPolicy.PRODUCT, "KORTING", ZeroPolicy.HOLD, defer_revenue=False
    )


def test_a_document_brings_the_facts_that_the_rules_ask_for(mapped: Division) -> None:
    customer = a_customer(vat_number="")
    invoice = an_invoice_of(
        customer,
        mapped,
        payment_terms="30 dagen",
        credited_invoice="INV-0",
        book_on=date(2026, 10, 1),
        vat_breakdown=[["S", "21", "100.00", "21.00"], ["Z", "0", None, "0.00"]],
        approved_at=NOW,
    )
    invoice.lines.update(supply="services", vat_category="S")

    document = prepare.document_of(invoice, customer)

    assert (document.customer_vat_valid, document.is_approved) == (False, True)
    assert (document.payment_terms, document.entry_date) == ("30 dagen", date(2026, 10, 1))
    assert document.stated_vat == (
        StatedVat(Decimal(21), Decimal(21), "S", Decimal(100)),
        StatedVat(Decimal(0), Decimal(0), "Z", None),
    )
    assert (document.lines[0].supply, document.lines[0].vat_category) == ("services", "S")


def test_a_credit_note_knows_its_original_in_as_many_queries_for_ten_as_for_one(
    mapped: Division, django_assert_num_queries: Any
) -> None:
    customer, other = a_customer(), a_customer()
    ours, theirs = (an_invoice_of(who, mapped).number for who in (customer, other))
    expected = {}
    for number, found in (
        (ours, Original.OURS),
        (theirs, Original.OF_ANOTHER),
        ("INV-NONE", Original.UNKNOWN),
    ):
        made = an_invoice_of(customer, mapped, kind="credit_note", credited_invoice=number)
        assert prepare.document_of(made, customer).original == found
        expected[made.number] = {
            Original.OURS: 0,
            Original.OF_ANOTHER: 1,
            Original.UNKNOWN: 1,
        }[found]

    known, notes = books.books_of(mapped), Invoice.objects.filter(kind="credit_note")
    with django_assert_num_queries(6):
        shown = list(prepare.previews(mapped, notes, known))

    warned = {one.invoice.number: len(one.entry.warnings) for one in shown if one.entry}
    assert warned == expected


def test_documents_of_nothing_are_kept_by_rule_and_follow_the_policy(mapped: Division) -> None:
    invoice = an_invoice_of(a_linked_customer(mapped), mapped, unit_price=Decimal(0))
    states = []
    for policy in ("exclude", "hold", "book"):
        BookingSettings.objects.update_or_create(division=mapped, defaults={"zero_policy": policy})
        prepare.refresh(mapped, Invoice.objects.filter(pk=invoice.pk))
        invoice.refresh_from_db()
        states.append((invoice.state, invoice.is_kept_by_rule))

    assert states == [("excluded", True), ("held", True), ("ready", False)]


def test_a_forecast_keeps_other_currencies_apart(mapped: Division) -> None:
    customer = a_linked_customer(mapped)
    an_invoice_of(customer, mapped)
    an_invoice_of(customer, mapped, currency="USD", unit_price=Decimal(50))

    would = forecast(mapped)

    assert (would.total.entries, would.total.incl) == (2, Decimal(121))
    assert {code: total.incl for code, total in would.foreign.items()} == {"USD": Decimal("60.5")}


def test_all_of_it_stands_in_exact_after_a_push(
    office: Office, customer: Customer, sandbox: ExactSandbox
) -> None:
    division = office.division
    mapping.save(
        division,
        mapping.Choices(
            journals={HERE: "71"},
            cost_centres={"BRU-1": "BRU"},
            cost_units={"BRU-1": "DESK"},
            payment_conditions={TermsCell(""): "14"},
        ),
    )
    account = division.gl_accounts.get(code="700200")
    GLMapping.objects.create(division=division, resource_type="discount", gl_account=account)
    BookingSettings.objects.update(discount_policy="account")
    invoice = an_invoice_of(
        customer, division, released_at=NOW, currency="USD", due_date=date(2026, 10, 9)
    )
    invoice.lines.update(
        discount_percent=Decimal(10), period_from=date(2026, 10, 1), period_to=date(2026, 12, 31)
    )

    push.push(office)

    [entry] = sandbox.entries
    names = ("AmountFC", "VATAmountFC", "CostUnit")
    found = [tuple(line[name] for name in names) for line in entry["SalesEntryLines"]]
    assert found == [(100.0, 21.0, "DESK"), (-10.0, -2.1, "DESK")]
    assert (entry["PaymentCondition"], entry["Currency"], entry["Journal"]) == ("14", "USD", "71")
    assert entry["Description"].startswith(invoice.number)
