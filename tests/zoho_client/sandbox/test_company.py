"""The organisation that comes with the stand-in for Zoho: whose records it holds, and how messy."""

import csv
import re
from collections import Counter
from pathlib import Path

from tests.zoho_client.sandbox.make_company import CUSTOMERS, FOLDER, files
from zoho_client.sandbox.company import read_company

COMPANY = read_company()
ROOT = Path(__file__).resolve().parents[3]


def bare(vat: str | None) -> str:
    """A VAT number without whatever people type between its digits."""
    return re.sub(r"[^A-Z0-9]", "", (vat or "").upper())


def test_the_files_are_what_the_generator_makes() -> None:
    for name, text in files().items():
        assert (FOLDER / name).read_text() == text, name


def test_there_are_as_many_records_as_a_small_company_has() -> None:
    counts = {module: len(rows) for module, rows in COMPANY.records.items()}

    assert counts == {
        "Accounts": 1_297, "Contacts": 900, "Products": 38, "Deals": 200, "Sales_Orders": 20,
        "Invoices": 150,
    }  # fmt: skip


def test_every_id_is_a_text_of_19_digits_and_belongs_to_one_record() -> None:
    ids = [row["id"] for rows in COMPANY.records.values() for row in rows]
    ids += [line["id"] for row in COMPANY.records["Invoices"] for line in row["Invoiced_Items"]]
    ids += [line["id"] for row in COMPANY.records["Sales_Orders"] for line in row["Ordered_Items"]]

    assert all(re.fullmatch(r"\d{19}", key) for key in ids)
    assert len(set(ids)) == len(ids)


def test_accounts_agree_with_customers_by_vat_number_by_name_or_not_at_all() -> None:
    with CUSTOMERS.open(newline="") as file:
        customers = list(csv.DictReader(file))
    vats = {bare(row["VAT number"]) for row in customers} - {""}
    names = {row["Company name"] for row in customers}
    accounts = COMPANY.records["Accounts"]
    by_vat = [row for row in accounts if bare(row["VAT_Number"]) in vats]
    by_name = [row for row in accounts if not row["VAT_Number"] and row["Account_Name"] in names]
    typed = {row["VAT_Number"] for row in by_vat}

    assert len(by_vat) > 600
    assert len(by_name) > 150
    assert {bool(re.search("[. ]", vat)) for vat in typed} == {True, False}
    assert any(vat.islower() for vat in (re.sub(r"\d", "", one) for one in typed))
    assert sum(1 for row in accounts if row["VAT_Number"] == "n/a") > 5
    twice = Counter(bare(row["VAT_Number"]) for row in by_vat)
    assert sum(1 for count in twice.values() if count > 1) > 15


def test_contacts_products_and_invoices_lack_what_exact_needs() -> None:
    records = COMPANY.records
    mails = Counter(row["Email"] for row in records["Contacts"])

    assert sum(1 for row in records["Contacts"] if not row["First_Name"]) > 20
    assert sum(1 for row in records["Contacts"] if not row["Account_Name"]) > 5
    assert any(count > 1 for count in mails.values())
    for field in ("Product_Code", "Unit_Price", "Usage_Unit"):
        assert any(row[field] is None for row in records["Products"]), field
    assert any(not row["Tax"] for row in records["Products"])
    assert any(row["Due_Date"] is None for row in records["Invoices"])
    assert {row["Status"] for row in records["Invoices"]} >= {
        "Draft", "Open", "Processing", "Printed", "Created", "no sync",
    }  # fmt: skip


def test_the_products_are_what_the_sample_invoices_bill() -> None:
    with (ROOT / "accounts_link" / "demo" / "invoices.csv").open(newline="") as file:
        billed = {row["resource_code"] for row in csv.DictReader(file)}

    assert billed <= {row["Product_Code"] for row in COMPANY.records["Products"]}


def test_every_lookup_leads_to_a_record() -> None:
    known = {module: {row["id"] for row in rows} for module, rows in COMPANY.records.items()}
    lookups = 0
    for module, rows in COMPANY.records.items():
        targets = {
            field["api_name"]: field["lookup"]["module"]["api_name"]
            for field in COMPANY.fields[module]
            if field["data_type"] == "lookup"
        }
        for row in rows:
            for name, target in targets.items():
                if row[name]:
                    lookups += 1
                    assert row[name]["id"] in known[target], (module, name)
    assert lookups > 1_500


def test_every_value_belongs_to_a_field_of_its_module() -> None:
    for module, rows in COMPANY.records.items():
        names = {field["api_name"] for field in COMPANY.fields[module]}
        assert {name for row in rows for name in row} == names, module


def test_the_field_for_exacts_ids_is_not_there_until_somebody_makes_it() -> None:
    names = {field["api_name"] for rows in COMPANY.fields.values() for field in rows}

    assert "VAT_Number" in names
    assert "Exact_ID" not in names
