"""Files: preview first, errors at their row, the good rows importable, twice changes nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from accounts_link.models import Customer
from sync import tasks
from sync.models import Invoice, Run, Upload
from sync.services.intake import uploads
from tests.accounts_link.imports.test_bundles import a_zip
from tests.accounts_link.imports.ubl_build import PDF, a_document, embedded
from tests.build import a_customer
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

IMPORT = "/exact/import/"
DEMO = Path(settings.BASE_DIR) / "accounts_link" / "demo"
HEADING = (
    "invoice_number,type,invoice_date,customer_ref,line_no,resource_type,resource_code,quantity,"
    "unit_price,vat_rate,currency,due_date,location,line_description"
)
LINE = "{number},invoice,2026-09-23,10001,1,desk,FLEX,{quantity},19.99,21,EUR,2026-10-23,BRU-1,Desk"


@pytest.fixture(autouse=True)
def uploads_of_their_own(tmp_path: Path) -> object:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def browser() -> Client:
    mapped_books()
    return a_browser()


def a_file(*lines: str, name: str = "invoices.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADING, *lines]).encode())


def invoices(count: int = 2) -> list[str]:
    return [LINE.format(number=f"N-{n}", quantity="1") for n in range(count)]


def brought(browser: Client, file: SimpleUploadedFile, kind: str = "invoices") -> str:
    return told(browser, IMPORT, {"kind": kind, "file": file})


def test_reading_a_file_shows_what_it_would_do_and_saves_nothing(browser: Client) -> None:
    page = brought(browser, a_file(*invoices(3)))

    assert "3 good invoices can be imported" in page
    assert not Invoice.objects.exists()


def test_importing_brings_the_good_rows_and_leads_to_the_next_step(browser: Client) -> None:
    a_customer(number="10001")
    brought(browser, a_file(*invoices(3)))

    page = told(browser, f"{IMPORT}{Upload.objects.get().pk}/take-in/", {})

    assert Invoice.objects.count() == 3
    assert "See the invoices" in page
    assert set(Invoice.objects.values_list("state", flat=True)) == {"needs_link"}


def test_the_same_file_again_changes_nothing_and_says_so(browser: Client) -> None:
    brought(browser, a_file(*invoices()))
    told(browser, f"{IMPORT}{Upload.objects.get().pk}/take-in/", {})

    page = brought(browser, a_file(*invoices()))

    assert "This file changes nothing" in page
    assert Upload.objects.first().state == "read"  # type: ignore[union-attr]  # it was just made


def test_a_second_press_of_import_imports_once(browser: Client) -> None:
    brought(browser, a_file(*invoices()))
    address = f"{IMPORT}{Upload.objects.get().pk}/take-in/"

    told(browser, address, {})
    page = told(browser, address, {})

    assert "is imported already" in page
    assert Invoice.objects.count() == 2


def test_a_bad_row_is_told_by_line_and_column_and_the_others_come_in(browser: Client) -> None:
    page = brought(browser, a_file(*invoices(), LINE.format(number="BAD", quantity="many")))

    upload = Upload.objects.get()
    error = upload.report["errors"][0]
    assert (error["line"], error["column"], error["record"]) == (4, "quantity", "BAD")
    assert "“many” is not an amount" in page
    told(browser, f"{IMPORT}{upload.pk}/take-in/", {})
    assert set(Invoice.objects.values_list("number", flat=True)) == {"N-0", "N-1"}


def test_all_errors_can_be_taken_away_as_csv_with_formulas_defused(browser: Client) -> None:
    bad = [LINE.format(number=f"B-{n}", quantity="=1+1") for n in range(501)]
    page = brought(browser, a_file(*bad))

    response = browser.get(f"{IMPORT}{Upload.objects.get().pk}/errors.csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]  # it streams

    assert "the first 500 of 501" in page
    assert len(lines) == 502
    assert ";'=1+1;" in lines[1]
    assert "attachment" in response["Content-Disposition"]


def test_what_stands_in_a_cell_is_shown_as_text(browser: Client) -> None:
    line = LINE.format(number="<script>alert(1)</script>", quantity="<b>")

    brought(browser, a_file(line))

    page = browser.get(f"{IMPORT}{Upload.objects.get().pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "is a picture; choose a CSV or XLSX file."),
        (b"%PDF-1.7", "is a PDF document; choose a CSV or XLSX file."),
        (b"PK\x03\x04not a workbook", "is damaged"),
        (b"", "The file is empty"),
        (b"one\n", "has a heading but no rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_content(
    browser: Client, content: bytes, sentence: str
) -> None:
    file = SimpleUploadedFile("really.csv", content, content_type="text/csv")

    response = browser.post(IMPORT, {"kind": "invoices", "file": file})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Upload.objects.exists()


def test_a_file_without_our_columns_says_which_are_missing(browser: Client) -> None:
    page = brought(browser, SimpleUploadedFile("other.csv", b"name,city\nAda,Gent\n"))

    assert "can't be read" in page
    assert "Missing: column “invoice_number”" in page


def test_a_file_that_is_too_large_is_refused_with_the_limit(browser: Client) -> None:
    with override_settings(UPLOAD_MAX_BYTES=2**10):
        response = browser.post(IMPORT, {"kind": "invoices", "file": a_file(*invoices(50))})

    assert "at most 0.000976562 MB" in response.content.decode()
    assert not Upload.objects.exists()


def test_choosing_no_file_says_so_at_the_field(browser: Client) -> None:
    response = browser.post(IMPORT, {"kind": "customers"})

    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_customers_come_in_and_are_matched_next(browser: Client) -> None:
    content = b"\n".join((DEMO / "customers.csv").read_bytes().splitlines()[:6])

    brought(browser, SimpleUploadedFile("customers.csv", content), "customers")
    page = told(browser, f"{IMPORT}{Upload.objects.get().pk}/take-in/", {})

    assert Customer.objects.count() == 5
    assert Run.objects.get().job == Run.Job.MATCH
    assert "Import invoices" in page


def test_a_large_file_is_left_to_a_worker_who_reads_and_imports_it(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SMALL", 10)
    page = brought(browser, a_file(*invoices()))
    upload = Upload.objects.get()
    assert "You need not wait here" in page
    assert f'hx-get="/exact/import/{upload.pk}/"' in page

    tasks.take_in(upload.pk)
    part = browser.get(f"{IMPORT}{upload.pk}/", headers={"HX-Request": "true"})
    assert part.status_code == 286  # htmx stops asking
    assert "2 good invoices" in part.content.decode()

    told(browser, f"{IMPORT}{upload.pk}/take-in/", {})
    assert not Invoice.objects.exists()
    tasks.take_in(upload.pk)
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("kind", ["customers", "invoices"])
def test_the_templates_can_be_filled_in_and_read_back(browser: Client, kind: str) -> None:
    csv = browser.get(f"{IMPORT}template/{kind}.csv").content
    xlsx = browser.get(f"{IMPORT}template/{kind}.xlsx").content

    sheet = openpyxl.load_workbook(io.BytesIO(xlsx)).active
    assert sheet is not None
    assert sheet.max_row == 2
    for name, content in (("a.csv", csv), ("a.xlsx", xlsx)):
        page = brought(browser, SimpleUploadedFile(name, content), kind)
        assert f"1 good {kind} can be imported" in page


def several(browser: Client, *files: SimpleUploadedFile) -> str:
    content = {"kind": "invoices", "file": list(files)}
    return browser.post(IMPORT, content, follow=True).content.decode()


def a_ubl(name: str, **values: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, a_document(**values), content_type="text/xml")


def test_a_ubl_document_shows_its_totals_and_comes_in_with_its_pdf(browser: Client) -> None:
    a_customer(number="20001", vat_number="BE0403019261")

    page = several(browser, a_ubl("i.xml", parts=embedded(PDF), buyer={"number": ""}))
    assert "1 good invoices can be imported" in page
    assert "121.00 EUR" in page
    assert "invoice.pdf" in page
    assert not Invoice.objects.exists()

    told(browser, f"{IMPORT}{Upload.objects.get().pk}/take-in/", {})
    made = Invoice.objects.get()
    assert (made.source, made.customer and made.customer.number) == ("ubl", "20001")
    assert sorted(made.files.values_list("kind", flat=True)) == ["pdf", "ubl"]


def test_several_files_at_once_are_one_import_with_errors_per_file(browser: Client) -> None:
    page = several(
        browser,
        a_ubl("a.xml", number="A"),
        SimpleUploadedFile("bad.xml", b"<Invoice"),
        a_ubl("a.xml", number="B"),
        a_file(*invoices(1), name="table.csv"),
    )

    upload = Upload.objects.get()
    assert upload.name == "a and 3 more.zip"
    assert "3 good invoices can be imported" in page
    assert [error["file"] for error in upload.report["errors"]] == ["bad.xml"]
    told(browser, f"{IMPORT}{upload.pk}/take-in/", {})
    assert set(Invoice.objects.values_list("number", flat=True)) == {"A", "B", "N-0"}


def test_what_unpacks_to_much_is_left_to_a_worker_however_small_it_is(browser: Client) -> None:
    files = [(f"{n}.xml", a_document(number=f"{n}", head=" " * 1_000_000)) for n in range(5)]
    content = a_zip(*files)
    assert len(content) < uploads.SMALL

    page = several(browser, SimpleUploadedFile("many.zip", content))

    assert "You need not wait here" in page


def test_several_files_of_customers_are_brought_one_at_a_time(browser: Client) -> None:
    file = SimpleUploadedFile("c.csv", b"name\nAda\n")
    other = SimpleUploadedFile("d.csv", b"name\nAda\n")

    response = browser.post(IMPORT, {"kind": "customers", "file": [file, other]})

    assert response.status_code == 422
    assert "one file of customers at a time" in response.content.decode()


def test_xml_that_is_no_invoice_says_what_it_is(browser: Client) -> None:
    page = several(browser, SimpleUploadedFile("o.xml", b"<Order/>"))

    assert "can't be read" in page
    assert "not a UBL invoice or credit note" in page


def test_an_unknown_template_is_not_found(browser: Client) -> None:
    assert browser.get(f"{IMPORT}template/poems.csv").status_code == 404
    assert browser.get(f"{IMPORT}template/customers.exe").status_code == 404


def test_the_page_takes_the_same_queries_for_five_files_and_for_sixty(browser: Client) -> None:
    brought(browser, a_file(*invoices()))
    first = Upload.objects.get()
    few = queries(browser, IMPORT)
    copies = [
        Upload(kind="invoices", name="x.csv", file=first.file.name, uploaded_at=first.uploaded_at,
               uploaded_by=first.uploaded_by, report=first.report, state="read")
        for _ in range(55)
    ]  # fmt: skip
    Upload.objects.bulk_create(copies)

    assert queries(browser, IMPORT) == few <= 10


def test_who_may_not_import_sees_no_form() -> None:
    browser = a_browser("view_invoice")

    assert browser.get(IMPORT).status_code == 403
    assert browser.post(IMPORT, {"kind": "invoices"}).status_code == 403
    text_of(browser, "/exact/invoices/")
