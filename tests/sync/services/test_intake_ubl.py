"""UBL and its files taken in: once each, beside their document, and its customer found."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from accounts_link.imports.documents import FileRow, InvoiceRow
from accounts_link.models import Customer
from sync.models import Invoice, InvoiceFile
from sync.services.intake import Report, import_invoices, take_in_invoices, ubl_options
from sync.services.intake.fingerprints import fingerprint
from tests.accounts_link.imports.test_bundles import a_zip
from tests.accounts_link.imports.ubl_build import PDF, a_document, a_line, embedded, read, totals
from tests.build import NOW, a_customer
from tests.sync.services.intake.test_intake import INVOICE, a_file, customers, did, invoices

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
NOBODY = {"number": "", "endpoint": "", "vat": "", "name": "Bakkerij De Ster"}


@pytest.fixture(autouse=True)
def files_of_their_own(tmp_path: Path) -> Iterator[Path]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def ubl(content: bytes, **options: Any) -> Report:
    return import_invoices(io.BytesIO(content), "invoice.xml", **{"now": NOW, **options})


def content_of(file: InvoiceFile) -> bytes:
    return Path(file.file.path).read_bytes()


def kinds() -> list[str]:
    return sorted(InvoiceFile.objects.values_list("kind", flat=True))


def test_a_document_comes_in_with_its_source_its_vat_and_its_files() -> None:
    report = ubl(a_document(parts=embedded(PDF)))

    assert did(report) == (1, 0, 0, 0)
    made = Invoice.objects.get()
    assert (made.source, made.billing_entity) == ("ubl", "BE0428759497")
    assert made.vat_breakdown == [["S", "21", "100.00", "21.00"]]
    assert made.lines.get().vat_category == "S"
    pdf = made.files.get(kind="pdf")
    assert (content_of(pdf), pdf.size, pdf.name) == (PDF, len(PDF), "invoice.pdf")
    assert kinds() == ["pdf", "ubl"]


def test_the_same_document_again_changes_nothing_and_keeps_no_second_file(
    files_of_their_own: Path,
) -> None:
    ubl(a_document(parts=embedded(PDF)))
    before = sorted(files_of_their_own.rglob("*.*"))

    again = ubl(a_document(parts=embedded(PDF)), now=LATER)

    assert did(again) == (0, 0, 1, 0)
    assert sorted(files_of_their_own.rglob("*.*")) == before
    assert Invoice.objects.get().imported_at == NOW


def test_a_dry_run_keeps_no_file(files_of_their_own: Path) -> None:
    report = ubl(a_document(parts=embedded(PDF)), dry_run=True)

    assert did(report) == (1, 0, 0, 0)
    assert list(files_of_their_own.rglob("*.*")) == []
    assert report.as_json()["totals"] == [
        {"kind": "invoice", "currency": "EUR", "count": 1, "excl": "100.00", "vat": "21.00",
         "incl": "121.00"},
    ]  # fmt: skip


def test_a_file_that_was_lost_on_the_way_is_brought_by_the_same_document_again() -> None:
    ubl(a_document(parts=embedded(PDF)))
    InvoiceFile.objects.all().delete()

    ubl(a_document(parts=embedded(PDF)))

    assert kinds() == ["pdf", "ubl"]


def test_a_changed_document_brings_its_files_anew() -> None:
    ubl(a_document(parts=embedded(PDF)))

    report = ubl(a_document(parts=embedded(PDF + b"%2"), lines=[a_line(name="Room")]))

    assert did(report) == (0, 1, 0, 0)
    assert kinds() == ["pdf", "ubl"]
    assert content_of(InvoiceFile.objects.get(kind="pdf")) == PDF + b"%2"


def test_files_of_a_document_that_was_sent_are_left_alone_when_it_differs() -> None:
    ubl(a_document(parts=embedded(PDF)))
    Invoice.objects.update(state="booked")

    report = ubl(a_document(sums=totals("200.00", "42.00", "242.00")))

    assert did(report) == (0, 0, 0, 1)
    assert kinds() == ["pdf", "ubl"]


@pytest.mark.parametrize("state", ["ready", "booked"])
def test_ubl_of_a_document_from_a_table_adds_its_files_and_keeps_its_lines(state: str) -> None:
    invoices({"total_incl": "121.00"})
    Invoice.objects.update(state=state)

    report = ubl(a_document(parts=embedded(PDF)))

    assert did(report) == (0, 0, 1, 0)
    assert "its files are kept" in report.notes[0].message
    assert Invoice.objects.get().lines.get().resource_type == "desk"
    assert kinds() == ["pdf", "ubl"]


def test_one_bad_document_of_a_zip_keeps_none_of_the_others_out() -> None:
    report = ubl(
        a_zip(
            ("a.xml", a_document(number="A")),
            ("b.xml", b"<Invoice"),
            ("c.xml", a_document(number="C").replace(b"2026-09-23", b"today")),
        )
    )

    assert did(report) == (1, 0, 0, 2)
    assert [(one.file, one.record) for one in report.errors] == [("b.xml", "b.xml"), ("c.xml", "C")]
    assert [(one.number, one.outcome) for one in report.records()] == [
        ("A", "new"),
        ("b.xml", "refused"),
        ("C", "refused"),
    ]


def test_a_number_that_came_twice_is_taken_once_or_refused() -> None:
    other = a_document(number="A", sums=totals("200.00", "42.00", "242.00"))

    same = ubl(a_zip(("1.xml", a_document(number="A")), ("2.xml", a_document(number="A"))))
    differing = ubl(a_zip(("1.xml", a_document(number="A")), ("2.xml", other)))

    assert did(same) == (1, 0, 0, 0)
    assert "came twice" in same.notes[0].message
    assert did(differing) == (0, 0, 1, 1)
    assert differing.errors[0].file == "2.xml"


def test_what_programs_bring_keeps_their_source_and_their_pdf_under_a_safe_name() -> None:
    row = replace(read(a_document()), files=(FileRow("pdf", "../a/b:c.pdf", PDF),))

    report = take_in_invoices([row], source=Invoice.Source.API, now=NOW)

    assert did(report) == (1, 0, 0, 0)
    assert Invoice.objects.get().source == "api"
    assert InvoiceFile.objects.get().name == "b_c.pdf"


def test_many_documents_are_saved_a_batch_at_a_time() -> None:
    def rows() -> Iterator[InvoiceRow]:
        one = read(a_document())
        for number in range(501):
            yield replace(one, number=f"{number}", files=())
        seen.append(Invoice.objects.count())

    seen: list[int] = []

    take_in_invoices(rows(), source=Invoice.Source.API, now=NOW)

    assert seen == [500]
    assert Invoice.objects.count() == 501


# Customers


def test_the_customer_is_found_by_its_vat_number() -> None:
    ours = a_customer(number="20001", vat_number="BE0403019261")

    ubl(a_document(buyer={"number": ""}))

    assert Invoice.objects.get().customer == ours


@pytest.mark.parametrize(
    "buyer",
    [
        {**NOBODY, "vat": "BE 0676.025.860"},
        {**NOBODY, "endpoint": "0676025860"},
        {**NOBODY, "number": "10001"},
    ],
)
def test_a_document_before_its_customer_is_adopted_by_whatever_finds_it(
    buyer: dict[str, str],
) -> None:
    ubl(a_document(buyer=buyer))
    assert Invoice.objects.get().customer is None

    customers({})

    assert Invoice.objects.get().customer == Customer.objects.get()


def test_a_second_customer_with_the_vat_number_adopts_nobodys_document() -> None:
    customers({"Customer Number": "10001"}, {"Customer Number": "10002"})
    ubl(a_document(buyer={**NOBODY, "vat": "BE 0676.025.860"}))

    customers({"Customer Number": "10003"})

    assert Invoice.objects.get().customer is None


# What must stay as it was


def test_a_file_without_the_new_columns_has_the_fingerprint_that_it_always_had() -> None:
    """Computed before the new columns were there; a file of then must change nothing now."""
    second = {**INVOICE, "line_no": "2", "quantity": "2.50", "unit_price": "1234.5"}

    import_invoices(a_file([INVOICE, second]), "i.csv", now=NOW)

    assert Invoice.objects.get().fingerprint == (
        "242a46b18a21d1b29f2d43afaef8a7a725fb0f2315405c4b309b2f5c6a6ae7e2"
    )


@pytest.mark.parametrize(
    "more",
    [
        {"billing_entity": "BE0428759497"},
        {"btw-nummer klant": "BE0676025860"},
        {"naam klant": "Moerman"},
        {"Zahlungsbedingungen": "30 Tage"},
        {"btw-categorie": "ae"},
        {"soort levering": "verhuur"},
    ],
)
def test_a_new_column_that_is_filled_in_is_read_and_is_a_change(more: dict[str, str]) -> None:
    invoices({})
    empty = dict.fromkeys(more, "")

    assert did(invoices(empty)) == (0, 0, 1, 0)
    assert did(invoices(more)) == (0, 1, 0, 0)


def test_a_customers_vat_number_may_stand_in_for_its_number() -> None:
    ours = a_customer(number="20001", vat_number="BE0676025860")

    assert did(invoices({"customer_ref": "", "customer_vat": "BE0676025860"})) == (1, 0, 0, 0)
    assert did(invoices({"customer_ref": "", "invoice_number": "INV-2"})) == (0, 0, 0, 1)
    assert Invoice.objects.get().customer == ours


def test_files_are_no_part_of_a_fingerprint() -> None:
    row = read(a_document())

    assert fingerprint(row) == fingerprint(replace(row, files=(), line=7))


@pytest.mark.parametrize(
    "wrong", [{"UBL_RESOURCE_TYPES": {"D": "sofa"}}, {"UBL_LOCATION_FROM": ["the moon"]}]
)
def test_a_choice_about_ubl_that_can_not_be_is_told(wrong: dict[str, Any]) -> None:
    with override_settings(**wrong), pytest.raises(ImproperlyConfigured, match="is unknown"):
        ubl_options()
