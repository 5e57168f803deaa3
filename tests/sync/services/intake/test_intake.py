"""Customers and invoices from files: all good rows, no half files, and twice is once."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections, models, transaction
from django.test.utils import CaptureQueriesContext

from accounts_link.imports.shapes import FileError
from accounts_link.models import Customer
from sync.models import Invoice, InvoiceLine
from sync.services.intake import Report, import_customers, import_invoices
from tests.build import NOW, a_customer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
CUSTOMER = {
    "Customer Number": "10001",
    "Business type": "vat",
    "VAT number": "BE 0676.025.860",
    "International Customer": "FALSE",
    "Company name": "Moerman Media",
    "Customer type": "member",
    "Address line 1": "Svenring",
    "Address Number": "201",
    "Zip code": "8208",
    "City": "Liezele",
    "Country": "BE",
    "Mail invoices to": "info@moerman.example",
}
INVOICE = {
    "invoice_number": "INV-1",
    "type": "invoice",
    "invoice_date": "2026-09-23",
    "due_date": "2026-10-23",
    "currency": "EUR",
    "customer_ref": "10001",
    "location": "BRU-1",
    "line_no": "1",
    "line_description": "desk FLEX",
    "resource_type": "desk",
    "resource_code": "FLEX",
    "quantity": "2",
    "unit_price": "19.99",
    "discount": "",
    "vat_rate": "21",
}
Rows = Iterable[Mapping[str, str]]


def a_file(rows: Rows) -> io.BytesIO:
    """Return rows as a CSV file."""
    listed = list(rows)
    written = io.StringIO()
    writer = csv.DictWriter(written, list(listed[0]))
    writer.writeheader()
    writer.writerows(listed)
    return io.BytesIO(written.getvalue().encode())


def customers(*rows: Mapping[str, str], **options: Any) -> Report:
    """Import these customers; each row names what differs from CUSTOMER."""
    return import_customers(
        a_file({**CUSTOMER, **row} for row in rows), "c.csv", **{"now": NOW, **options}
    )


def invoices(*rows: Mapping[str, str], **options: Any) -> Report:
    """Import these lines of invoices; each row names what differs from INVOICE."""
    return import_invoices(
        a_file({**INVOICE, **row} for row in rows), "i.csv", **{"now": NOW, **options}
    )


def everything(*kinds: type[models.Model]) -> list[list[dict[str, Any]]]:
    """Return every value of every row."""
    return [list(kind._default_manager.order_by("pk").values()) for kind in kinds]  # noqa: SLF001 - Django's documented API


def did(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.same, report.refused


# Customers


def test_a_first_import_brings_every_field() -> None:
    report = customers({}, {"Customer Number": "10002", "Company name": "Decoster"})

    assert did(report) == (2, 0, 0, 0)
    made = Customer.objects.get(number="10001")
    assert (made.name, made.street, made.street_number) == ("Moerman Media", "Svenring", "201")
    assert (made.vat_typed, made.vat_number) == ("BE 0676.025.860", "BE0676025860")
    assert (made.imported_at, made.invoice_emails) == (NOW, "info@moerman.example")
    assert list(Customer.objects.named("MOERMAN liezele")) == [made]


def test_the_same_file_again_changes_no_value_of_any_row() -> None:
    rows = [{"Customer Number": f"{n}", "Company name": f"Name {n}"} for n in range(30)]
    customers(*rows)
    invoices(*({"invoice_number": f"I-{n}", "customer_ref": f"{n}"} for n in range(30)))
    before = everything(Customer, Invoice, InvoiceLine)

    again = customers(*rows, now=LATER)
    invoices_again = invoices(
        *({"invoice_number": f"I-{n}", "customer_ref": f"{n}"} for n in range(30)), now=LATER
    )

    assert did(again) == did(invoices_again) == (0, 0, 30, 0)
    assert everything(Customer, Invoice, InvoiceLine) == before


def test_one_changed_field_changes_one_row() -> None:
    customers({}, {"Customer Number": "10002"})
    other = Customer.objects.filter(number="10002").values().get()

    report = customers({"City": "Gent"}, {"Customer Number": "10002"}, now=LATER)

    assert did(report) == (0, 1, 1, 0)
    changed = Customer.objects.get(number="10001")
    assert (changed.city, changed.imported_at) == ("Gent", LATER)
    assert "gent" in changed.search_text
    assert Customer.objects.filter(number="10002").values().get() == other


def test_bad_rows_are_listed_with_line_and_column_and_good_ones_come_in() -> None:
    report = customers(
        {"Customer Number": "1"},
        {"Customer Number": "2", "Business type": "bakery"},
        {"Customer Number": "3", "Country": "Atlantis", "Company name": ""},
        {"Customer Number": "4"},
    )

    assert did(report) == (2, 0, 0, 2)
    assert [(error.line, error.column, error.record) for error in report.errors] == [
        (3, "Business type", "2"),
        (4, "Company name", "3"),
        (4, "Country", "3"),
    ]
    assert sorted(Customer.objects.values_list("number", flat=True)) == ["1", "4"]


def test_a_double_number_is_refused_at_its_second_line() -> None:
    report = customers({"Company name": "First"}, {"Company name": "Second"})

    assert did(report) == (1, 0, 0, 1)
    assert (report.errors[0].line, report.errors[0].column) == (3, "Customer Number")
    assert Customer.objects.get().name == "First"


def test_a_vat_number_that_fails_is_noted_kept_as_typed_and_never_links() -> None:
    report = customers({"VAT number": "BE 0676.025.861"})

    assert did(report) == (1, 0, 0, 0)
    assert [(note.line, note.column) for note in report.notes] == [(2, "VAT number")]
    made = Customer.objects.get()
    assert (made.vat_typed, made.vat_number) == ("BE 0676.025.861", "")


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "<script>alert(1)</script>", "Café 🚀 & Söhne", 'O\'Brien "x"']
)
def test_what_looks_like_code_stays_text(text: str) -> None:
    customers({"Company name": text})
    invoices({"line_description": text})

    assert Customer.objects.get().name == text
    assert InvoiceLine.objects.get().description == text


def test_many_addresses_for_invoices_fit_or_are_refused() -> None:
    addresses = [f"a{n:03}@a.be" for n in range(55)]  # 494 characters with a sign between each

    report = customers({"Mail invoices to": ";".join(addresses)})

    if report.errors:
        assert report.errors[0].column == "Mail invoices to"
    else:
        assert len(Customer.objects.get().invoice_emails) <= 500


def test_a_dry_run_says_the_same_and_saves_nothing() -> None:
    customers({}, {"Customer Number": "10002"})
    before = everything(Customer)
    rows = [{"City": "Gent"}, {"Customer Number": "10002"}, {"Customer Number": "10003"}]

    dry = customers(*rows, {"Customer Number": "10004", "Country": "?"}, now=LATER, dry_run=True)

    assert did(dry) == (1, 1, 1, 1)
    assert everything(Customer) == before
    assert did(customers(*rows, now=LATER)) == (1, 1, 1, 0)


def test_nothing_is_imported_when_the_file_breaks_in_the_middle() -> None:
    good = a_file({**CUSTOMER, "Customer Number": f"{n}"} for n in range(1200)).getvalue()
    broken = io.BytesIO(good + b'"9999","vat","never closed')

    with pytest.raises(FileError):
        import_customers(broken, "c.csv", now=NOW)

    assert not Customer.objects.exists()


def test_no_invoice_is_imported_when_the_file_breaks_in_the_middle() -> None:
    good = a_file({**INVOICE, "invoice_number": f"I-{n}"} for n in range(1200)).getvalue()
    broken = io.BytesIO(good + b'"I-9999","invoice","never closed')

    with pytest.raises(FileError):
        import_invoices(broken, "i.csv", now=NOW)

    assert not Invoice.objects.exists()


def test_a_missing_column_is_named_at_once() -> None:
    rows = [{name: value for name, value in CUSTOMER.items() if name != "Country"}]

    with pytest.raises(FileError, match="Country"):
        import_customers(a_file(rows), "c.csv", now=NOW)


def test_columns_that_nobody_asked_for_are_named() -> None:
    report = import_customers(a_file([{**CUSTOMER, "Shoe size": "44"}]), "c.csv", now=NOW)

    assert report.unknown_columns == ["Shoe size"]


# Invoices


def test_an_invoice_comes_in_with_its_lines_and_its_customer() -> None:
    ours = a_customer(number="10001")

    report = invoices(
        {}, {"line_no": "2", "unit_price": "5.00", "discount": "10"}, {"invoice_number": "INV-2"}
    )

    assert did(report) == (2, 0, 0, 0)
    made = Invoice.objects.get(number="INV-1")
    assert (made.customer, made.state, made.imported_at) == (ours, "draft", NOW)
    lines = made.lines.values_list("position", "quantity", "unit_price", "discount_percent")
    assert list(lines) == [
        (1, Decimal(2), Decimal("19.99"), Decimal(0)),
        (2, Decimal(2), Decimal("5.00"), Decimal(10)),
    ]


def test_an_invoice_before_its_customer_is_adopted_later() -> None:
    invoices({})
    assert Invoice.objects.get().customer is None

    customers({})

    assert Invoice.objects.get().customer == Customer.objects.get()


@pytest.mark.parametrize(
    "state",
    ["draft", "needs_data", "needs_link", "needs_mapping", "ready", "held", "excluded"],
)
def test_an_invoice_of_which_nothing_was_sent_is_replaced(state: str) -> None:
    invoices({}, {"line_no": "2"})
    Invoice.objects.update(state=state)

    report = invoices({"unit_price": "25.00"}, now=LATER)

    assert did(report) == (0, 1, 0, 0)
    made = Invoice.objects.get()
    kept = state if state in {"held", "excluded"} else "draft"  # until it is worked out anew
    assert (made.state, made.imported_at) == (kept, LATER)
    assert [line.unit_price for line in made.lines.all()] == [Decimal("25.00")]


@pytest.mark.parametrize(
    "state", ["queued", "sending", "unknown", "retry", "needs_you", "booked", "paid", "drifted"]
)
def test_an_invoice_that_was_sent_is_not_changed_and_the_file_is_told_why(state: str) -> None:
    invoices({}, {"invoice_number": "INV-2"})
    Invoice.objects.filter(number="INV-1").update(state=state)
    before = everything(Invoice, InvoiceLine)

    report = invoices({"unit_price": "25.00"}, {"invoice_number": "INV-2"}, now=LATER)

    assert did(report) == (0, 0, 1, 1)
    error = report.errors[0]
    assert (error.line, error.record) == (2, "INV-1")
    assert "credit note" in error.message
    assert everything(Invoice, InvoiceLine) == before


def test_a_sent_invoice_in_an_unchanged_file_is_no_error() -> None:
    invoices({})
    Invoice.objects.update(state="booked")

    assert did(invoices({}, now=LATER)) == (0, 0, 1, 0)


def test_the_same_amounts_written_otherwise_are_no_change() -> None:
    invoices({})

    assert did(invoices({"unit_price": "19.9900", "quantity": "2.0"})) == (0, 0, 1, 0)


def test_lines_of_one_invoice_are_good_together_or_refused_together() -> None:
    report = invoices({}, {"line_no": "2", "unit_price": "free"}, {"invoice_number": "INV-2"})

    assert did(report) == (1, 0, 0, 1)
    assert Invoice.objects.get().number == "INV-2"
    assert InvoiceLine.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_invoice_that_leaves_while_the_file_is_read_is_not_changed() -> None:
    invoices({})
    Invoice.objects.update(state="ready")
    gate, told = threading.Barrier(2), threading.Event()
    reports: list[Report] = []

    def change() -> None:
        gate.wait(timeout=10)
        reports.append(invoices({"unit_price": "25.00"}, now=LATER))
        connections.close_all()

    worker = threading.Thread(target=change)
    worker.start()
    with transaction.atomic():
        Invoice.objects.select_for_update().get()
        gate.wait(timeout=10)
        told.wait(0.3)  # the import is at the row by now, and must wait for us
        Invoice.objects.update(state="queued")
    worker.join(timeout=20)

    assert did(reports[0]) == (0, 0, 0, 1)
    assert InvoiceLine.objects.get().unit_price == Decimal("19.99")


def test_the_report_counts_every_error_and_shows_the_first() -> None:
    report = customers(*({"Customer Number": f"{n}", "Country": "?"} for n in range(20)))

    shown = report.as_json(most=5)

    assert (shown["refused"], shown["error_count"], len(shown["errors"])) == (20, 20, 5)
    assert shown["errors"][0] == {
        "line": 2,
        "column": "Country",
        "value": "?",
        "message": report.errors[0].message,
        "record": "0",
        "file": "",
    }


def test_twenty_thousand_rows_take_a_bounded_number_of_queries() -> None:
    rows = ({"Customer Number": f"{n}", "Company name": f"Name {n}"} for n in range(20_000))

    with CaptureQueriesContext(database) as queries:
        report = customers(*rows)

    assert did(report) == (20_000, 0, 0, 0)
    assert len(queries) <= 20_000 / 25  # SQLite takes 38 rows at a time
