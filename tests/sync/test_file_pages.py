"""Files that a person adds to a document, and opens again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sync.models import InvoiceFile
from sync.services.diary import notes_about
from tests.build import an_invoice, an_operator
from tests.sync.pages import told

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 of an invoice"


@pytest.fixture
def bookkeeper() -> Client:
    browser = Client()
    browser.force_login(an_operator("view_invoice", "change_invoice"))
    return browser


def a_file(content: bytes = PDF, name: str = "../Invoice 17.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_pdf_is_kept_with_its_document_under_a_safe_name(bookkeeper: Client) -> None:
    invoice = an_invoice()

    told(bookkeeper, f"/exact/files/{invoice.number}/add/", {"file": a_file()})

    kept = invoice.files.get()
    assert (kept.kind, kept.name, kept.size) == ("pdf", "Invoice_17.pdf", len(PDF))
    assert notes_about(invoice)[0].change_message == "Added file Invoice_17.pdf"


def test_the_same_file_is_kept_once(bookkeeper: Client) -> None:
    invoice = an_invoice()

    for _ in range(2):
        told(bookkeeper, f"/exact/files/{invoice.number}/add/", {"file": a_file()})

    assert invoice.files.count() == 1


@pytest.mark.parametrize(
    "content", [b"MZ a program", b"<html><script>", b"", b"<?xml version='1.0'?><Invoice/>"]
)
def test_what_is_no_pdf_or_picture_is_refused_in_words(bookkeeper: Client, content: bytes) -> None:
    invoice = an_invoice()

    page = told(bookkeeper, f"/exact/files/{invoice.number}/add/", {"file": a_file(content)})

    assert "is not a PDF, PNG or JPEG" in page
    assert not InvoiceFile.objects.exists()


def test_without_a_file_it_is_asked_for(bookkeeper: Client) -> None:
    page = told(bookkeeper, f"/exact/files/{an_invoice().number}/add/", {})

    assert "Choose a file first." in page


def test_a_file_is_saved_and_never_shown_as_a_page_of_ours(bookkeeper: Client) -> None:
    invoice = an_invoice()
    told(bookkeeper, f"/exact/files/{invoice.number}/add/", {"file": a_file()})

    answer = bookkeeper.get(f"/exact/files/{invoice.files.get().pk}/")

    assert b"".join(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="Invoice_17.pdf"'
    assert answer["Content-Type"] == "application/octet-stream"


def test_who_only_sees_opens_files_and_adds_none(bookkeeper: Client) -> None:
    invoice, auditor = an_invoice(), Client()
    auditor.force_login(an_operator("view_invoice"))
    told(bookkeeper, f"/exact/files/{invoice.number}/add/", {"file": a_file()})

    assert b"".join(auditor.get(f"/exact/files/{invoice.files.get().pk}/")) == PDF
    refused = auditor.post(f"/exact/files/{invoice.number}/add/", {"file": a_file(b"%PDF-2")})
    assert refused.status_code == 403
    assert Client().get(f"/exact/files/{invoice.files.get().pk}/").status_code == 302
