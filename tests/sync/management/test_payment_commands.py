"""manage.py export_payments: what zapfloor is told, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.sync.services.paying import a_booked_invoice, a_payment, a_term, settled

pytestmark = pytest.mark.django_db


def exported(*arguments: str) -> str:
    out = io.StringIO()
    call_command("export_payments", *arguments, stdout=out)
    return out.getvalue()


def test_the_file_has_a_row_for_each_document_that_exact_tells_of() -> None:
    invoice, fresh = a_booked_invoice(), a_booked_invoice()
    a_booked_invoice()  # of which Exact told nothing yet
    a_term(invoice, "81.00", due_date=timezone.localdate() - timedelta(days=2))
    a_payment(invoice, "40.00")
    a_payment(fresh, "121.00", timezone.localdate())
    settled(invoice, timezone.now())
    settled(fresh, timezone.now())

    rows = list(csv.DictReader(io.StringIO(exported())))

    assert [row["invoice_number"] for row in rows] == [invoice.number, fresh.number]
    assert rows[0] == {
        "invoice_number": invoice.number,
        "customer_number": invoice.customer_ref,
        "status": "part_paid",
        "open_amount": "81.00",
        "paid_amount": "40.00",
        "currency": "EUR",
        "last_payment_date": "2026-10-05",
        "paid_date": "",
        "days_late": "2",
        "told": "final",
    }
    assert (rows[1]["status"], rows[1]["told"]) == ("open", "provisional")


def test_only_what_changed_since_is_there_and_json_says_as_of_when() -> None:
    invoice = a_booked_invoice()
    a_term(invoice, "121.00")
    settled(invoice, timezone.now())
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()

    told = json.loads(exported("--json", "--since", "2026-01-01"))

    assert [row["open_amount"] for row in told["payments"]] == ["121.00"]
    assert told["as_of"]
    assert json.loads(exported("--json", "--since", tomorrow))["payments"] == []


def test_a_moment_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="no moment"):
        exported("--since", "2026-13-45")


def test_a_formula_in_a_number_is_defused() -> None:
    invoice = a_booked_invoice(customer_ref="=1+1")
    a_term(invoice, "121.00")
    settled(invoice, timezone.now())

    assert "'=1+1" in exported()
