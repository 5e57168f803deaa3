"""Whose a document is: exactly one customer or none, and a sentence that says why."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_link.models import Customer
from sync.services.intake.whose import Clue, Directory, reasons
from tests.build import a_customer, an_invoice

pytestmark = pytest.mark.django_db
VAT = "BE0403019261"
OTHER_VAT = "BE0428759497"


def found(clue: Clue) -> Customer | None:
    return Directory([clue]).customer(clue)


def reason(clue: Clue) -> str:
    return Directory([clue]).reason(clue)


def test_a_number_settles_it() -> None:
    ours = a_customer(number="10001", vat_number=VAT)
    a_customer(number="10002", vat_number=VAT)

    assert found(Clue("10001", "BE 0403.019.261")) == ours


@pytest.mark.parametrize(
    "clue",
    [
        Clue(vat_typed="BE 0403.019.261"),
        Clue(vat_typed="be0403019261"),
        Clue(endpoint="0208:0403019261"),
        Clue(endpoint="9925:BE0403019261"),
        Clue("their own word", VAT, is_ubl=True),
    ],
)
def test_one_customer_with_its_vat_number_is_found(clue: Clue) -> None:
    a_customer(number="10002", vat_number=OTHER_VAT)
    ours = a_customer(number="10001", vat_number=VAT)

    assert found(clue) == ours


@pytest.mark.parametrize("written", ["0403019261", "0403.019.261", "BE 0403.019.261"])
def test_an_organisation_without_vat_is_found_by_its_enterprise_number(written: str) -> None:
    ours = a_customer(number="10001", vat_number="", chamber_number=written)

    assert found(Clue(endpoint="0208:0403019261")) == ours


def test_of_two_customers_with_one_vat_number_neither_is_taken() -> None:
    a_customer(number="10001", vat_number=VAT)
    a_customer(number="10002", vat_number=VAT)
    clue = Clue(vat_typed=VAT)

    assert found(clue) is None
    assert "Several customers" in reason(clue)
    assert "10001, 10002" in reason(clue)


def test_a_number_that_is_not_known_is_waited_for_whatever_the_vat_number_says() -> None:
    a_customer(number="10001", vat_number=VAT)
    clue = Clue("10099", VAT)

    assert found(clue) is None
    assert reason(clue) == "Customer 10099 is not known here: import the customers first."


def test_a_number_and_a_vat_number_of_two_companies_contradict_each_other() -> None:
    a_customer(number="10001", vat_number=VAT)
    clue = Clue("10001", OTHER_VAT)

    assert found(clue) is None
    assert "correct the one that is wrong" in reason(clue)


@pytest.mark.parametrize("vat", ["", "BE0403019262", "rubbish"])
def test_a_vat_number_that_fails_its_check_contradicts_nobody_and_finds_nobody(vat: str) -> None:
    ours = a_customer(number="10001", vat_number=VAT)

    assert found(Clue("10001", vat)) == ours
    assert found(Clue("", vat)) is None


def test_who_tells_nothing_is_told_so() -> None:
    assert "does not say who" in reason(Clue())
    assert "VAT number BE1 or Peppol address 0088:1" in reason(Clue("", "BE1", "0088:1"))


def test_documents_without_a_customer_are_told_why_all_at_once() -> None:
    unknown = an_invoice(customer_ref="10099")
    nobody = an_invoice(customer_ref="", customer_vat="BE0428759497", source="ubl")

    told = reasons([unknown, nobody])

    assert "10099 is not known here" in told[unknown.pk]
    assert "VAT number BE0428759497" in told[nobody.pk]


def test_many_documents_take_three_queries() -> None:
    for number in range(30):
        a_customer(number=f"{number}", vat_number="")
    clues = [Clue(f"{n}", VAT, f"0208:040301926{n % 10}", is_ubl=True) for n in range(60)]

    with CaptureQueriesContext(connection) as queries:
        directory = Directory(clues)
        for clue in clues:
            directory.customer(clue)

    assert len(queries) <= 3
