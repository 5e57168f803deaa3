"""What programs read: where documents stand, payments, and the status."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.models import Invoice, InvoiceState
from tests.build import NOW, a_division, an_invoice
from tests.sync.api.calling import Program

pytestmark = pytest.mark.django_db


def a_paid_invoice(number: str, minutes: int = 0, **values: Any) -> None:
    moment = NOW + timedelta(minutes=minutes)
    told = {"paid_seen_at": moment, "paid_told_at": moment, "paid_on": date(2026, 10, 1)}
    an_invoice(
        number=number,
        state=InvoiceState.PAID,
        amount=Decimal("100.00"),
        open_amount=Decimal("0.00"),
        payment_changed_at=moment,
        division=a_division(),
        **{**told, **values},
    )


def numbers(answer: Any, what: str = "invoices", name: str = "number") -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one[name] for one in answer.json()[what]]


def test_a_document_is_read_by_its_number_even_with_a_slash() -> None:
    an_invoice(number="2026/10/7", state=InvoiceState.BOOKED, amount=Decimal("338.63"))

    told = Program().get("invoices/2026/10/7").json()

    assert (told["number"], told["state"], told["amount"]) == ("2026/10/7", "booked", "338.63")


@pytest.mark.parametrize("number", ["nothing", "%00", "%ff", "a%0ab"])
def test_a_document_that_is_not_there_is_not_found(number: str) -> None:
    answer = Program().get(f"invoices/{number}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_documents_come_page_by_page_none_twice_and_none_missed() -> None:
    program = Program()
    made = [an_invoice().number for _ in range(7)]

    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        answer = program.get(f"invoices?limit=3{cursor}")
        seen += numbers(answer)
        if not answer.json()["next_cursor"]:
            break
        cursor = f"&cursor={answer.json()['next_cursor']}"

    assert seen == made


def test_documents_are_listed_by_state_and_by_change() -> None:
    program = Program()
    since = quote((NOW + timedelta(hours=1)).isoformat())
    an_invoice(number="old", imported_at=NOW)
    an_invoice(number="ready", imported_at=NOW, state=InvoiceState.READY)
    an_invoice(number="new", imported_at=NOW + timedelta(hours=2))
    an_invoice(number="booked", imported_at=NOW, booked_at=NOW + timedelta(hours=2))
    an_invoice(number="paid", imported_at=NOW, payment_changed_at=NOW + timedelta(hours=2))

    assert numbers(program.get("invoices?state=ready")) == ["ready"]
    assert numbers(program.get(f"invoices?changed_since={since}")) == ["new", "booked", "paid"]


def test_a_page_takes_the_same_queries_for_one_document_as_for_many() -> None:
    program = Program()
    an_invoice()
    program.get("invoices")  # the first call of a minute begins to count
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            program.get("invoices")
        counts.append(len(caught))
        for _ in range(5):
            an_invoice()

    assert counts[0] == counts[1]


WRONG = [
    "invoices?state=lost",
    "invoices?limit=0",
    "invoices?limit=x",
    "invoices?limit=100000",
    "invoices?changed_since=yesterday",
    "invoices?changed_since=2026-10-05T12:00:00",
    "invoices?changed_since=99999999999999999999",
    "invoices?cursor=%00",
    "invoices?cursor=abc",
    "invoices?cursor=MTIzeA",
    "payments?cursor=MTIz",
    "payments?told=maybe",
]


@pytest.mark.parametrize("path", WRONG)
def test_a_question_that_can_not_be_read_is_told_at_its_parameter(path: str) -> None:
    answer = Program().get(path)

    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == path.partition("?")[2].partition("=")[0]


def test_payments_are_told_with_what_to_act_on() -> None:
    a_paid_invoice("final")
    a_paid_invoice("provisional", paid_told_at=None, paid_on=date(2099, 1, 1))

    program = Program()
    told = {one["invoice_number"]: one for one in program.get("payments").json()["payments"]}

    assert (told["final"]["status"], told["final"]["told"]) == ("paid", "final")
    assert (told["final"]["open_amount"], told["final"]["paid_amount"]) == ("0.00", "100.00")
    assert told["provisional"]["told"] == "provisional"
    assert told["provisional"]["status"] == "open"
    final = program.get("payments?told=final")
    assert numbers(final, "payments", "invoice_number") == ["final"]


def test_payments_of_one_moment_are_never_split_over_two_pages() -> None:
    program = Program()
    for number, minutes in (("a", 0), ("b", 1), ("c", 1), ("d", 1), ("e", 2)):
        a_paid_invoice(number, minutes)

    first = program.get("payments?limit=2")
    cursor = first.json()["next_cursor"]
    second = program.get(f"payments?limit=2&cursor={cursor}")

    assert numbers(first, "payments", "invoice_number") == ["a", "b", "c", "d"]
    assert numbers(second, "payments", "invoice_number") == ["e"]
    assert second.json()["next_cursor"] is None


def test_a_payment_that_changes_between_two_pages_is_told_again_and_hides_no_other() -> None:
    program = Program()
    for number, minutes in (("a", 0), ("b", 1), ("c", 2)):
        a_paid_invoice(number, minutes)
    cursor = program.get("payments?limit=1").json()["next_cursor"]

    Invoice.objects.filter(number="a").update(payment_changed_at=NOW + timedelta(minutes=5))
    rest = program.get(f"payments?cursor={cursor}")

    assert numbers(rest, "payments", "invoice_number") == ["b", "c", "a"]


def test_the_status_tells_who_asks_and_how_the_work_stands() -> None:
    division = a_division()
    an_invoice(state=InvoiceState.BOOKED)
    an_invoice(state=InvoiceState.BOOKED)
    program = Program(["invoices:read"])

    told = program.get("status").json()

    assert told["client"] == program.client.name
    assert told["divisions"] == [
        {"code": division.code, "name": division.name, "currency": division.currency}
    ]
    assert told["is_connected"] is True
    assert told["invoices"] == {"booked": 2}
