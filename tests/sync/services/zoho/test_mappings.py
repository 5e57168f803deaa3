"""Field mappings: which work at once, why one can't, and what follows from a change."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exact_client.properties import properties
from sync.models import FieldMapping, ModuleSync, ZohoSync
from sync.rules.zoho.exact_fields import EXACT_FIELDS
from sync.rules.zoho.modules import Module
from sync.rules.zoho.values import FieldType
from sync.services.zoho.mapping import mapping_changes, mapping_files
from sync.services.zoho.mapping.mapping_checks import Bench, benches, check
from sync.services.zoho.mapping.offered import exact_fields, zoho_fields
from sync.services.zoho.reading import reading_exact
from tests.build import an_operator
from tests.sync.services.zoho.build import metadata_of_zoho
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact

pytestmark = pytest.mark.django_db


@pytest.fixture
def tie(db: None) -> ZohoSync:
    """Return a tie whose modules know Zoho's fields, with the mappings that work at once."""
    return metadata_of_zoho()


@pytest.fixture
def accounts(tie: ZohoSync) -> ModuleSync:
    """Return the module of accounts."""
    return tie.modules.get(module=Module.ACCOUNTS)


@pytest.fixture
def somebody(db: None) -> User:
    return an_operator()


def mapping_of(tie: ZohoSync, exact: str, zoho: str, **values: Any) -> FieldMapping:
    """Return a mapping of accounts, unsaved."""
    return FieldMapping(
        sync=tie, module=Module.ACCOUNTS, exact_field=exact, zoho_field=zoho, **values
    )


def held(tie: ZohoSync, exact_field: str, module: str = Module.ACCOUNTS) -> FieldMapping:
    return tie.mappings.get(module=module, exact_field=exact_field)


def test_every_default_mapping_works_with_the_fields_that_zoho_has(tie: ZohoSync) -> None:
    found = {bench.module.module: bench for bench in benches(tie)}

    assert all(bench.mappings for bench in found.values())
    assert [
        (mapping, problem)
        for bench in found.values()
        for mapping in bench.mappings
        for problem in bench.problems(mapping)
    ] == []


@pytest.mark.parametrize("module", reading_exact.ENTITIES)
def test_every_property_that_is_offered_is_one_that_we_read(module: Module) -> None:
    known = properties(reading_exact.ENTITIES[module])

    assert exact_fields(module).keys() <= known.keys()
    assert not exact_fields(module).keys() & {"Modified", "Created", "Timestamp"}
    assert set(list(exact_fields(module))[:3]) <= set(EXACT_FIELDS[module])
    unread = {name for name in exact_fields(module) if not known[name].in_sync}
    assert unread <= {"StandardSalesPrice"}


def test_zoho_offers_neither_lines_nor_people_nor_our_own_fields(tie: ZohoSync) -> None:
    invoices = tie.modules.get(module=Module.INVOICES)
    offered = zoho_fields(invoices)

    assert {"Invoiced_Items", "Owner", "Modified_Time", "Exact_ID"}.isdisjoint(offered)
    assert offered["Due_Date"].type is FieldType.DATE
    assert offered["Subject"].mandatory
    assert str(offered["Due_Date"]) == "Due Date (Due_Date)"
    assert not zoho_fields(invoices)["Grand_Total"].writable


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"exact": "Remarks", "zoho": "Nowhere"}, "Zoho has no field Nowhere in this module."),
        ({"exact": "Nothing", "zoho": "Description"}, "Exact has no field Nothing"),
        ({"exact": "Blocked", "zoho": "Description"}, "Blocked in Exact is yes or no"),
        ({"exact": "SearchCode", "zoho": "Account_Name"}, "is filled by “Name = Account_Name”"),
        (
            {"exact": "Remarks", "zoho": "Description", "transform": "table"},
            "Fill the table with at least one value",
        ),
        (
            {"exact": "CountryName", "zoho": "Description"},
            "Exact doesn't let CountryName be written: turn the direction round.",
        ),
        (
            {"exact": "AddressLine2", "zoho": "Description", "transform": "split_street",
             "options": {"number_field": "Nowhere"}},
            "Choose another field of Zoho than Nowhere for the house number.",
        ),
        (
            {"exact": "Blocked", "zoho": "Description", "transform": "table",
             "options": {"table": {"true": "Stopped", "false": "Free"}}},
            "a table can't be read back into it",
        ),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_work_says_why(
    tie: ZohoSync, values: dict[str, Any], sentence: str
) -> None:
    assert sentence in " ".join(check(mapping_of(tie, **values)))


def test_what_is_switched_off_stands_in_nobodys_way(tie: ZohoSync) -> None:
    name = held(tie, "Name")
    tie.mappings.filter(pk=name.pk).update(is_active=False)

    assert check(mapping_of(tie, "TradeName", "Account_Name")) == []


def test_before_zohos_fields_were_read_a_mapping_says_just_that(
    tie: ZohoSync, accounts: ModuleSync
) -> None:
    accounts.fields = []
    accounts.save()

    assert check(held(tie, "Name")) == [
        "What fields Zoho has was not read yet: open the set-up of Zoho, step Modules."
    ]


def test_all_mappings_are_checked_with_two_questions(tie: ZohoSync) -> None:
    with CaptureQueriesContext(connection) as asked:
        for bench in benches(tie):
            for mapping in bench.mappings:
                bench.problems(mapping)

    assert len(asked) == 2


def test_a_code_that_can_not_be_changed_later_is_told_beforehand(tie: ZohoSync) -> None:
    code = mapping_of(tie, "Code", "Account_Number")

    warnings = Bench.of(tie.modules.get(module=Module.ACCOUNTS)).warnings(code)

    assert "Exact takes Code once, when a record is made." in warnings


def test_words_that_zohos_list_lacks_are_told(tie: ZohoSync) -> None:
    unit = held(tie, "Unit", Module.PRODUCTS)
    unit.options = {"table": {"pc": "Each", "day": "Fortnight"}}

    warnings = Bench.of(tie.modules.get(module=Module.PRODUCTS)).warnings(unit)

    assert "Zoho's list has no “Fortnight”: it may refuse a record with it." in warnings


def test_only_texts_are_said_to_be_cut(tie: ZohoSync) -> None:
    cut = {
        str(mapping)
        for bench in benches(tie)
        for mapping in bench.mappings
        if "is cut" in " ".join(bench.warnings(mapping))
    }

    assert "Name ↔ Account_Name" in cut
    assert cut.isdisjoint(
        {"Country ↔ Billing_Country", "DueDate ↔ Due_Date", "StandardSalesPrice ↔ Unit_Price",
         "IsSalesItem ↔ Product_Active", "Unit ↔ Usage_Unit"}
    )  # fmt: skip


def test_a_changed_mapping_has_the_next_run_meet_its_values(tie: ZohoSync) -> None:
    pair = a_pair(an_exact(tie), a_zoho(tie), is_dirty=False, state="equal")
    gone = a_pair(an_exact(tie), a_zoho(tie), is_dirty=False, state="gone")
    other = a_pair(
        an_exact(tie, "Contacts"), a_zoho(tie, "Contacts"), is_dirty=False, state="equal"
    )

    mapping_changes.follow(tie, [Module.ACCOUNTS])

    for one in (pair, gone, other):
        one.refresh_from_db()
    assert [pair.is_dirty, gone.is_dirty, other.is_dirty] == [True, False, False]


def test_a_new_property_is_announced_to_be_read(tie: ZohoSync, accounts: ModuleSync) -> None:
    accounts.properties = reading_exact.asked_properties(accounts)
    accounts.save()
    assert mapping_changes.follow(tie, [Module.ACCOUNTS]) == []

    mapping_of(tie, "Remarks", "Description").save()

    assert mapping_changes.follow(tie, [Module.ACCOUNTS]) == [
        "The next run reads all Accounts of Exact again, because Remarks was not read before."
    ]


def test_restoring_puts_the_defaults_back_and_keeps_what_fits_beside_them(
    tie: ZohoSync, somebody: User
) -> None:
    before = mapping_files.export(tie)
    tie.mappings.filter(exact_field="City").update(winner="ask", is_active=False)
    held(tie, "Phone").delete()
    kept = mapping_of(tie, "Remarks", "Description")
    kept.save()
    rival = mapping_of(tie, "AddressLine3", "Billing_City")
    rival.save()

    done = mapping_changes.restore(tie, somebody)

    assert (done.made, done.switched_off) == (
        ["Accounts: Phone ↔ Phone"], ["Accounts: AddressLine3 ↔ Billing_City"],
    )  # fmt: skip
    assert done.changed == ["Accounts: City ↔ Billing_City"]
    kept.refresh_from_db()
    rival.refresh_from_db()
    assert (kept.is_active, rival.is_active) == (True, False)
    kept.delete()
    rival.delete()
    assert mapping_files.export(tie) == before
    assert not mapping_changes.plan_restore(tie)
