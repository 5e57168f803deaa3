"""The VAT matrix: cells that follow wider ones, checked against Exact, with who uses them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from exact_client.models import Division
from sync.models import Invoice, InvoiceLine, VATCode, VATMapping
from sync.services.delivery import prepare
from sync.views.fields import name_of
from tests.build import a_customer, a_link, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.test_grid_pages import slot

pytestmark = pytest.mark.django_db

MATRIX = "/exact/setup/vat/"
HOME_21 = name_of("vat", ["domestic", "vat", "21"])
LETTING_21 = name_of("vat", ["domestic", "vat", "21", "real_estate"])
ANYBODY_21 = name_of("vat", ["domestic", "", "21"])


@pytest.fixture
def division() -> Division:
    made = mapped_books()
    an_invoice(customer=a_link().customer)
    prepare.refresh(made)
    return made


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def test_a_cell_shows_what_its_code_is_in_exact(browser: Client) -> None:
    VATCode.objects.filter(code="4").update(country="BE")

    cell = slot(text_of(browser, MATRIX), HOME_21)

    assert 'value="4"' in cell
    assert "21\N{NO-BREAK SPACE}% excl. · BE" in cell


def test_the_supply_that_documents_need_has_a_row_that_follows_and_says_who_uses_it(
    browser: Client,
) -> None:
    cell = slot(text_of(browser, MATRIX), LETTING_21)

    assert 'placeholder="4"' in cell
    assert "1 document<" in cell


def test_every_supply_is_shown_on_request(browser: Client) -> None:
    goods = name_of("vat", ["domestic", "vat", "21", "goods"])

    assert goods not in text_of(browser, MATRIX)
    assert goods in text_of(browser, f"{MATRIX}?show=every")


def test_a_ubl_category_has_a_row_as_soon_as_a_document_brings_one(browser: Client) -> None:
    InvoiceLine.objects.update(vat_category="AE", vat_rate=0)

    assert "AE reverse charge" in text_of(browser, MATRIX)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("14", "takes amounts as including VAT, and ours are without."),
        ("5", "is 0 % in Exact, not 21 %."),
        ("88", "Exact has no VAT code 88 in this division."),
    ],
)
def test_a_code_that_does_not_fit_is_refused_at_its_cell(
    browser: Client, code: str, sentence: str
) -> None:
    page = browser.post(f"{MATRIX}cell/", {HOME_21: code}).content.decode()

    assert sentence in slot(page, HOME_21)
    assert VATMapping.objects.get(business_type="vat").vat_code.code == "4"


def test_a_supply_gets_a_code_of_its_own(browser: Client, division: Division) -> None:
    VATCode.objects.create(
        division=division, code="6", description="Letting", percentage=Decimal(21), type="E"
    )

    told(browser, f"{MATRIX}save/", {LETTING_21: "6"})

    assert VATMapping.objects.get(supply="real_estate").vat_code.code == "6"


def test_documents_with_two_supplies_wait_once(browser: Client, division: Division) -> None:
    made = Invoice.objects.get()
    InvoiceLine.objects.create(
        invoice=made, position=2, resource_type="product", quantity=1, unit_price=1, vat_rate=21
    )
    VATMapping.objects.all().delete()
    prepare.refresh(division)

    assert "<b>1 wait</b>" in slot(text_of(browser, MATRIX), HOME_21)


def test_one_choice_for_any_customer_serves_them_all(browser: Client, division: Division) -> None:
    VATMapping.objects.all().delete()
    an_invoice(customer=a_link(customer=a_customer(business_type="private")).customer)
    prepare.refresh(division)

    told(browser, f"{MATRIX}save/", {ANYBODY_21: "4"})

    assert set(Invoice.objects.values_list("state", flat=True)) == {"ready"}


def test_a_field_that_makes_no_sense_is_not_found(browser: Client) -> None:
    assert browser.post(f"{MATRIX}save/", {"vat/domestic/vat/much": "4"}).status_code == 404
    assert VATMapping.objects.count() == 3


def test_sixty_rates_take_the_queries_of_one(browser: Client) -> None:
    few = queries(browser, MATRIX)
    for n in range(60):
        an_invoice(customer=a_link().customer, vat_rate=Decimal(n))
    prepare.refresh(Division.objects.get())

    assert queries(browser, MATRIX) == few
