"""What programs bring by the intake API, and what becomes of it."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from accounts_link.models import Customer
from sync.models import Invoice, InvoiceState, Run
from tests.accounts_link.imports.ubl_build import PDF
from tests.build import a_division
from tests.sync.api.calling import Program, customer, invoice, line

pytestmark = pytest.mark.django_db


def test_a_customer_is_made_then_changed_then_the_same() -> None:
    program = Program()

    first = program.put("customers/10001", customer())
    second = program.put("customers/10001", customer(city="Antwerpen"))
    third = program.put("customers/10001", customer(city="Antwerpen"))

    assert (first.status_code, first.json()["status"]) == (201, "new")
    assert (second.status_code, second.json()["status"]) == (200, "changed")
    assert (third.status_code, third.json()["status"]) == (200, "same")
    kept = Customer.objects.get()
    assert (kept.number, kept.city, kept.vat_number) == ("10001", "Antwerpen", "BE0403019261")


def test_a_batch_takes_in_what_is_right_and_tells_of_the_rest_at_its_place() -> None:
    program = Program()
    wrong = customer("10002", country="Belgium", naam="x")

    response = program.post("customers", {"customers": [customer(), wrong, 7]})

    assert response.status_code == 207
    told = response.json()
    assert (told["new"], told["refused"]) == (1, 2)
    assert [one["status"] for one in told["results"]] == ["new", "refused", "refused"]
    assert told["results"][1]["number"] == "10002"
    assert {one["field"] for one in told["results"][1]["errors"]} == {"country", "naam"}
    assert "did you mean “name”" in str(told["results"][1]["errors"])
    assert Customer.objects.values_list("number", flat=True).get() == "10001"


def test_customers_that_are_new_are_matched_soon_and_many_of_them_at_once() -> None:
    program = Program()
    program.put("customers/10001?dry_run=true", customer())
    assert not Run.objects.exists()

    program.put("customers/10001", customer())
    program.put("customers/10002", customer("10002"))

    assert Run.objects.get().job == Run.Job.MATCH


def test_documents_that_came_before_their_customer_move_on_with_it() -> None:
    division = a_division()
    program = Program()
    program.post("invoices", {"invoices": [invoice()]})
    before = Invoice.objects.get()

    program.put("customers/10001", customer())

    after = Invoice.objects.get()
    assert before.division == after.division == division
    assert before.customer is None
    assert after.customer == Customer.objects.get()
    assert after.reason != before.reason


def test_the_same_number_twice_in_one_request_is_refused_the_second_time() -> None:
    answer = Program().post("customers", {"customers": [customer(), customer(city="Brugge")]})

    assert [one["status"] for one in answer.json()["results"]] == ["new", "refused"]
    assert "record 0" in answer.json()["results"][1]["errors"][0]["message"]
    assert Customer.objects.get().city == "Gent"


def test_a_dry_run_tells_and_saves_nothing() -> None:
    program = Program()

    customers = program.post("customers?dry_run=true", {"customers": [customer()]})
    invoices = program.post("invoices?dry_run=true", {"invoices": [invoice()]})

    assert customers.json()["new"] == invoices.json()["new"] == 1
    assert customers.json()["dry_run"] is True
    assert not Customer.objects.exists()
    assert not Invoice.objects.exists()


def test_an_invoice_comes_with_its_lines_to_the_last_digit() -> None:
    body = json.dumps({"invoices": [invoice(lines=[line(), line(unit_price="PRICE")])]})

    answer = Program().post("invoices", body.replace('"PRICE"', "0.1000").encode())

    assert answer.status_code == 200, answer.content
    kept = Invoice.objects.get()
    assert (kept.source, kept.customer_ref, kept.total_incl) == ("api", "10001", Decimal("338.63"))
    assert list(kept.lines.values_list("position", "unit_price")) == [
        (1, Decimal("279.86")),
        (2, Decimal("0.1")),
    ]


def test_a_pdf_comes_with_its_invoice() -> None:
    pdf = base64.b64encode(PDF).decode()

    answer = Program().post("invoices", {"invoices": [invoice("2026/7", pdf=pdf)]})

    assert answer.status_code == 200, answer.content
    (kept,) = Invoice.objects.get().files.all()
    assert (kept.kind, kept.name, kept.size) == ("pdf", "2026-7.pdf", len(PDF))


def test_a_credit_note_names_what_it_corrects() -> None:
    note = invoice("CN-1", kind="credit_note", credited_invoice="INV-2026-1", due_date=None)

    assert Program().post("invoices", {"invoices": [note]}).status_code == 200

    kept = Invoice.objects.get()
    assert (kept.kind, kept.credited_invoice) == ("credit_note", "INV-2026-1")


def test_an_invoice_is_replaced_until_it_was_sent_and_refused_after_that() -> None:
    program = Program()
    program.post("invoices", {"invoices": [invoice()]})
    changed = program.post("invoices", {"invoices": [invoice(your_reference="PO 7")]})
    Invoice.objects.update(state=InvoiceState.BOOKED)

    same = program.post("invoices", {"invoices": [invoice(your_reference="PO 7")]})
    other = program.post("invoices", {"invoices": [invoice(your_reference="PO 8")]})

    assert changed.json()["changed"] == same.json()["same"] == other.json()["refused"] == 1
    assert "credit note" in other.json()["results"][0]["errors"][0]["message"]
    assert Invoice.objects.get().your_reference == "PO 7"


WRONG = [
    ({"kind": "bill"}, "kind", "must be"),
    ({"invoice_date": "01/10/2026"}, "invoice_date", "is not a day"),
    ({"invoice_date": 20261001}, "invoice_date", "is not a day"),
    ({"due_date": "2026-09-01"}, "due_date", "is before"),
    ({"currency": "€"}, "currency", "is empty"),
    ({"customer_ref": ""}, "customer_ref", "is missing"),
    ({"customer_ref": 10001}, "customer_ref", "in quotes"),
    ({"structured_reference": "123"}, "structured_reference", "12 digits"),
    ({"total_incl": "1.234,50"}, "total_incl", "is not an amount"),
    ({"total_incl": 1.005}, "total_incl", "decimals"),
    ({"lines": []}, "lines", "at least 1"),
    ({"lines": [line(vat_rate="0.21")]}, "lines[0].vat_rate", "write 21"),
    ({"lines": [line(discount_percent=101)]}, "lines[0].discount_percent", "at most 100"),
    ({"lines": [line(discount=10)]}, "lines[0].discount", "did you mean “discount_percent”"),
    ({"lines": [line(quantity=True)]}, "lines[0].quantity", "is not an amount"),
    ({"lines": [line(unit_price="1e400")]}, "lines[0].unit_price", "is not an amount"),
    ({"number": "x" * 61}, "number", "at most 60"),
    ({"number": "a\x00b"}, "number", "control character"),
    ({"location": "\ud800"}, "location", "control character"),
    ({"pdf": "%PDF"}, "pdf", "is not base64"),
    ({"pdf": base64.b64encode(b"GIF89a").decode()}, "pdf", "is not a PDF"),
]


@pytest.mark.parametrize(("values", "field", "words"), WRONG, ids=[str(one[1]) for one in WRONG])
def test_what_is_wrong_is_told_at_its_field_in_plain_words(
    values: dict[str, Any], field: str, words: str
) -> None:
    response = Program().post("invoices", {"invoices": [invoice(**values)]})

    assert response.status_code == 207, response.content
    (error,) = response.json()["results"][0]["errors"]
    assert error["field"] == field
    assert words in error["message"]
    assert not Invoice.objects.exists()
