"""UBL as the body of a request."""

from __future__ import annotations

import pytest

from sync.models import Invoice
from tests.accounts_link.imports.ubl_build import PDF, a_document, embedded
from tests.sync.api.calling import Program

pytestmark = pytest.mark.django_db
XML = "application/xml"


def test_ubl_is_taken_in_with_its_files_and_once_more_changes_nothing() -> None:
    program = Program(["invoices:write"])

    content = a_document(parts=embedded(PDF))

    first = program.send("POST", "documents", content, XML)
    again = program.send("POST", "documents", content, XML)

    assert (first.status_code, first.json()["status"]) == (201, "new"), first.content
    assert (again.status_code, again.json()["status"]) == (200, "same")
    kept = Invoice.objects.get()
    assert (kept.number, kept.source) == (first.json()["number"], Invoice.Source.UBL)
    assert sorted(kept.files.values_list("kind", flat=True)) == ["pdf", "ubl"]


def test_ubl_that_is_tried_dry_saves_nothing() -> None:
    answer = Program().send("POST", "documents?dry_run=true", a_document(), XML)

    assert (answer.status_code, answer.json()["status"]) == (200, "new")
    assert not Invoice.objects.exists()


BODIES = [b"<html/>", b"{}", b"\x00\xff", a_document()[:400]]


@pytest.mark.parametrize("content", BODIES, ids=range(len(BODIES)))
def test_what_is_no_ubl_is_refused_in_plain_words(content: bytes) -> None:
    answer = Program().send("POST", "documents", content, XML, Idempotency_Key="k")

    assert (answer.status_code, answer.json()["code"]) == (422, "refused"), answer.content
    assert answer.json()["detail"]
    assert not Invoice.objects.exists()


def test_ubl_under_another_type_is_refused() -> None:
    answer = Program().send("POST", "documents", a_document(), "text/plain")

    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_type")
