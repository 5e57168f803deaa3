"""The import commands with UBL, ZIP and several files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from sync.models import Invoice
from tests.accounts_link.imports.test_bundles import a_zip
from tests.accounts_link.imports.ubl_build import PDF, a_document, embedded
from tests.sync.management.running import manage
from tests.sync.services.intake.test_intake import INVOICE, a_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """Lend a folder with files of every form, and keep what is imported beside them."""
    (tmp_path / "one.xml").write_bytes(a_document(number="A", parts=embedded(PDF)))
    (tmp_path / "many.zip").write_bytes(
        a_zip(("b.xml", a_document(number="B")), ("c.xml", a_document(number="C")))
    )
    (tmp_path / "table.csv").write_bytes(a_file([{**INVOICE, "invoice_number": "D"}]).getvalue())
    (tmp_path / "broken.xml").write_bytes(b"<Invoice")
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        yield tmp_path


def test_files_of_every_form_come_in_together(folder: Path) -> None:
    names = ("one.xml", "many.zip", "table.csv")

    ran = manage("import_invoices", *(str(folder / name) for name in names), "--json")

    assert (ran.status, ran.values["new"]) == (0, 4)
    assert ran.values["totals"][0]["count"] == 4
    assert set(Invoice.objects.values_list("number", flat=True)) == {"A", "B", "C", "D"}


def test_a_broken_file_is_status_1_and_keeps_none_of_the_others_out(folder: Path) -> None:
    names = ("broken.xml", "nowhere.xml", "one.xml")

    ran = manage("import_invoices", *(str(folder / name) for name in names), "--json")
    said = manage("import_invoices", *(str(folder / name) for name in names)).out

    assert (ran.status, ran.values["new"], ran.values["refused"]) == (1, 1, 2)
    assert [error["file"] for error in ran.values["errors"]] == ["broken.xml", "nowhere.xml"]
    assert "broken.xml, line 1: “broken.xml” is no sound XML" in said


def test_nothing_that_can_be_read_is_status_2(folder: Path) -> None:
    assert manage("import_invoices", str(folder / "broken.xml")).status == 2
    assert not Invoice.objects.exists()


def test_a_dry_run_of_ubl_saves_nothing(folder: Path) -> None:
    ran = manage("import_invoices", str(folder / "one.xml"), "--dry-run", "--json")

    assert (ran.status, ran.values["new"]) == (0, 1)
    assert not Invoice.objects.exists()
    assert not (folder / "media").exists()
