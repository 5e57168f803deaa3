"""The command line: what each verb does, says as JSON, and leaves with as its exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts_link.models import AccountLink, Customer, ExactAccount, LinkEvent, Standing
from exact_client.client import ExactClient
from exact_client.models import Division, ExactConnection
from exact_client.sandbox import ExactSandbox
from sync.models import GLMapping, Invoice, OutboxEntry, Run
from sync.services.locks import process_lock
from sync.services.parties import mirror as mirroring
from tests.build import NOW, a_customer, a_link, an_account, an_operator
from tests.sync.management.running import manage
from tests.sync.services.intake.test_intake import CUSTOMER, INVOICE, a_file

pytestmark = pytest.mark.django_db

NEEDS_A_DIVISION = [
    ("mirror",),
    ("match",),
    ("match", "--dry-run"),
    ("push",),
    ("push", "--dry-run"),
    ("load_demo",),
]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with customers and invoices: some good, one of each bad."""
    good = [{**CUSTOMER, "Customer Number": f"{n}", "Company name": f"Qwx {n}"} for n in range(3)]
    bills = [{**INVOICE, "invoice_number": f"I-{n}", "customer_ref": f"{n}"} for n in range(3)]
    (tmp_path / "customers.csv").write_bytes(a_file(good).getvalue())
    (tmp_path / "invoices.csv").write_bytes(a_file(bills).getvalue())
    bad = a_file([*good, {**CUSTOMER, "Country": "?"}]).getvalue()
    (tmp_path / "bad_customers.csv").write_bytes(bad)
    bad = a_file([*bills, {**INVOICE, "unit_price": "free"}]).getvalue()
    (tmp_path / "bad_invoices.csv").write_bytes(bad)
    (tmp_path / "empty.csv").write_bytes(b"")
    return tmp_path


@pytest.fixture
def mirrored(division: Division, exact: ExactClient) -> Division:
    """Return a division whose accounts are copied."""
    mirroring.mirror(division, exact, now=NOW)
    return division


# A fresh installation


@pytest.mark.parametrize("words", NEEDS_A_DIVISION, ids=" ".join)
def test_without_a_connection_a_verb_says_how_to_connect(words: tuple[str, ...]) -> None:
    ran = manage(*words, "--json")

    assert ran.status == 2
    assert "manage.py connect exact --sandbox" in ran.said
    assert ran.values == {"error": ran.said}
    assert not Run.objects.exists()


def test_a_database_without_tables_is_told_by_status_2_and_json_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "EXACTLINK_TEST_DATA_DIR": ""}
    environment.pop("DATABASE_URL", None)

    ran = subprocess.run(
        [sys.executable, "manage.py", "match", "--json"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 2
    assert "manage.py migrate" in json.loads(ran.stdout)["error"]
    assert "Traceback" not in ran.stderr


def test_settings_that_cannot_be_right_are_status_2(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "EXACT_URL": "https://example.com"}

    ran = subprocess.run(
        [sys.executable, "manage.py", "mirror", "--json"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 2
    assert "EXACT_URL" in ran.stderr
    assert "Traceback" not in ran.stderr


# connect


@pytest.mark.usefixtures("sandbox")
def test_connect_goes_through_the_consent_page_and_maps_guesses() -> None:
    ran = manage("connect", "exact", "--sandbox", "--json")

    assert ran.status == 0
    division = Division.objects.chosen().get()
    assert (ran.values["division"], ran.values["name"]) == (division.code, division.name)
    assert ran.values["offered"]["Journal"] > 0
    assert ran.values["mapped"] == 0 or GLMapping.objects.exists()
    assert ExactConnection.objects.get().state == "connected"


@pytest.mark.usefixtures("sandbox")
def test_connecting_again_keeps_what_an_admin_mapped() -> None:
    manage("connect", "exact", "--sandbox")
    mapping = GLMapping.objects.order_by("pk")[0]
    other = mapping.division.gl_accounts.exclude(pk=mapping.gl_account_id)[0]
    GLMapping.objects.filter(pk=mapping.pk).update(gl_account=other)

    manage("connect", "exact", "--sandbox")

    mapping.refresh_from_db()
    assert mapping.gl_account == other


@pytest.mark.usefixtures("sandbox")
def test_a_code_that_exact_refuses_is_status_2() -> None:
    ran = manage("connect", "exact", "--code", "stampNL001.nonsense", "--json")

    assert ran.status == 2
    assert ran.values["error"]
    assert not Division.objects.exists()


def test_without_a_stand_in_connecting_is_status_2(sandbox: ExactSandbox) -> None:
    sandbox.fault("reset", path="/api/oauth2")

    ran = manage("connect", "exact", "--sandbox", "--json")

    assert ran.status == 2
    assert "does not answer" in ran.said


# import_customers and import_invoices


def test_good_files_are_status_0_and_count(files: Path) -> None:
    ran = manage("import_customers", str(files / "customers.csv"), "--json")
    bills = manage("import_invoices", str(files / "invoices.csv"), "--json")

    assert (ran.status, bills.status) == (0, 0)
    assert (ran.values["new"], bills.values["new"]) == (3, 3)
    assert Customer.objects.count() == Invoice.objects.count() == 3


@pytest.mark.parametrize("what", ["customers", "invoices"])
def test_a_file_with_bad_rows_is_status_1_and_its_good_rows_are_in(files: Path, what: str) -> None:
    path = files / f"bad_{what}.csv"

    ran = manage(f"import_{what}", str(path), "--json")
    again = manage(f"import_{what}", str(path))

    assert (ran.status, again.status) == (1, 1)
    assert (ran.values["new"], ran.values["refused"]) == (3, 1)
    assert ran.values["errors"][0]["line"] == 5
    assert "line 5" in again.out
    assert "3 stay as they are" in again.out


@pytest.mark.parametrize("what", ["customers", "invoices"])
def test_a_dry_run_of_an_import_saves_nothing(files: Path, what: str) -> None:
    ran = manage(f"import_{what}", str(files / f"{what}.csv"), "--dry-run", "--json")

    assert (ran.status, ran.values["new"], ran.values["dry_run"]) == (0, 3, True)
    assert not Customer.objects.exists()
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("name", ["nowhere.csv", "empty.csv", "."])
def test_a_file_that_cannot_be_read_is_status_2(files: Path, name: str) -> None:
    ran = manage("import_customers", str(files / name), "--json")

    assert ran.status == 2
    assert ran.values == {"error": ran.said}


# mirror


def test_mirror_counts_and_is_status_0(division: Division) -> None:
    ran = manage("mirror", "--json")
    again = manage("mirror", "--full")

    assert (ran.status, again.status) == (0, 0)
    assert ran.values["changed"] == ran.values["accounts"] == division.accounts.count() > 0
    assert "0 gone" in again.out


def test_mirror_without_permission_is_status_2(division: Division, sandbox: ExactSandbox) -> None:
    sandbox.fault("revoke_tokens", times=1)

    ran = manage("mirror", "--json")

    assert ran.status == 2
    assert "Connect to Exact again" in ran.said


def test_mirror_out_of_budget_is_status_1_with_the_reason(
    division: Division, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path="sync/CRM", status=503)

    ran = manage("mirror", "--json")

    assert ran.status == 1
    assert ran.values["paused"] is True
    assert ran.values["message"]


def test_mirror_beside_another_says_so(division: Division) -> None:
    with process_lock("mirror", division.pk):
        ran = manage("mirror")

    assert "Another mirror is at work" in ran.out


# match


def test_match_lists_whom_a_person_must_settle_also_when_dry(mirrored: Division) -> None:
    known = ExactAccount.objects.customers().exclude(vat_number="")[0]
    a_customer(number="LINK", vat_number=known.vat_number, name=known.name)
    number = ExactAccount.objects.customers().exclude(pk=known.pk)[0]
    a_customer(number=number.code, name="Zzyzx Qwx")

    dry = manage("match", "--dry-run", "--json")
    assert not AccountLink.objects.exists()
    assert not Standing.objects.exists()
    ran = manage("match", "--json")

    assert (dry.status, ran.status) == (1, 1)
    assert (ran.values["linked"], ran.values["review"]) == (1, 1)
    assert [row["number"] for row in dry.values["needs_a_person"]] == [number.code]
    assert dry.values["needs_a_person"] == ran.values["needs_a_person"]
    assert AccountLink.objects.get().customer.number == "LINK"
    assert number.code in manage("match").out


def test_match_with_nothing_to_settle_is_status_0(mirrored: Division) -> None:
    a_customer(name="Qwx Zzyzx", city="Zzyzx")

    ran = manage("match", "--json")

    assert (ran.status, ran.values["create"]) == (0, 1)


# push


@pytest.mark.usefixtures("sandbox")
def test_a_file_becomes_entries_by_commands_alone(files: Path, sandbox: ExactSandbox) -> None:
    manage("import_customers", str(files / "customers.csv"))
    manage("import_invoices", str(files / "invoices.csv"))
    assert manage("connect", "exact", "--sandbox").status == 0
    manage("mirror")
    assert manage("match").status == 0

    dry = manage("push", "--dry-run", "--json")
    assert (dry.status, dry.values["entries"], len(dry.values["accounts"])) == (0, 3, 3)
    assert not OutboxEntry.objects.exists()
    ran = manage("push", "--json")

    assert (ran.status, ran.values["booked"]) == (0, 3)
    assert len(sandbox.entries) == 3
    assert "nothing" in manage("push").out


@pytest.mark.usefixtures("sandbox")
def test_a_limited_push_sends_what_can_go_and_no_more(files: Path, sandbox: ExactSandbox) -> None:
    manage("import_customers", str(files / "customers.csv"))
    manage("import_invoices", str(files / "invoices.csv"))
    manage("connect", "exact", "--sandbox")
    manage("mirror")
    Customer.objects.filter(number="0").update(is_active=False)  # its invoice is the oldest
    manage("match")
    manage("import_customers", str(files / "customers.csv"))

    ran = manage("push", "--limit", "1", "--json")

    assert ran.values["booked"] == 1
    assert len(sandbox.entries) == 1
    assert Invoice.objects.get(state="booked").number == "I-1"


@pytest.mark.usefixtures("sandbox")
def test_push_with_documents_that_wait_is_status_1(files: Path) -> None:
    manage("import_invoices", str(files / "invoices.csv"))
    manage("connect", "exact", "--sandbox")

    dry = manage("push", "--dry-run", "--json")
    ran = manage("push", "--json")

    assert (dry.status, ran.status) == (1, 1)
    assert ran.values["waiting"] == {"needs_data": 3}
    assert ran.values["booked"] == 0


# export_links


def test_links_are_exported_in_the_agreed_columns() -> None:
    by = an_operator(username="els")
    account = an_account(code="555")
    link = a_link(customer=a_customer(number="10001"), account=account, linked_by=by)
    a_link(customer=a_customer(number="=1+1"), rule="code")

    ran = manage("export_links")

    assert ran.status == 0
    header, *rows = list(csv.reader(io.StringIO(ran.out)))
    assert header == [
        "customer_number",
        "exact_id",
        "exact_code",
        "rule",
        "linked_at",
        "linked_by",
    ]
    at = link.linked_at.isoformat()
    assert ["10001", str(account.exact_id), "555", "vat", at, "els"] in rows
    assert {row[0] for row in rows} == {"10001", "'=1+1"}
    assert len(ran.out.splitlines()) == 3
    told = manage("export_links", "--json").values["links"]
    assert [list(row.values()) for row in told] == rows


def test_without_links_the_export_is_its_heading() -> None:
    assert manage("export_links").out.splitlines() == [
        "customer_number,exact_id,exact_code,rule,linked_at,linked_by"
    ]


# load_demo


@pytest.mark.usefixtures("division")
def test_the_demo_company_is_loaded_once_however_often_it_is_asked_for() -> None:
    first = manage("load_demo", "--json")
    events = LinkEvent.objects.count()
    again = manage("load_demo", "--json")

    assert (first.status, again.status) == (0, 0)
    assert first.values["customers"] == Customer.objects.count() == 1200
    assert first.values["invoices"] == Invoice.objects.count() == 1200
    assert first.values["matched"]["link"] == events == LinkEvent.objects.count() > 0


def test_the_demo_is_not_loaded_beside_the_real_exact(division: Division) -> None:
    ExactConnection.objects.update(url="https://start.exactonline.be")

    ran = manage("load_demo", "--json")

    assert ran.status == 2
    assert not Customer.objects.exists()


def test_a_demo_that_cannot_be_mirrored_is_not_called_loaded(
    division: Division, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path="sync/CRM", status=503)

    assert manage("load_demo", "--json").status == 2
