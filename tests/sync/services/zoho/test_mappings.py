"""Field mappings: which work at once, why one can't, a real record by them, and their file."""

from __future__ import annotations

import copy
import json
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
from sync.services.zoho import mapping_changes, mapping_files, reading_exact
from sync.services.zoho.mapping_checks import Bench, benches, check
from sync.services.zoho.offered import exact_fields, zoho_fields
from sync.services.zoho.samples import NOT_HELD, Line, sample
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


# What is offered, and what can't work.


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


# A real record.


def lines_of(module: ModuleSync, *mappings: FieldMapping, number: int = 0) -> list[Line]:
    bench = Bench.of(module)
    found = sample(bench, [bench.rule(one) for one in mappings], number)
    assert found is not None
    return found.lines


def test_a_pair_is_shown_before_and_after_in_both_directions(
    tie: ZohoSync, accounts: ModuleSync
) -> None:
    exact = an_exact(tie, Name="Cowork BV", Country="BE", VATNumber="")
    zoho = a_zoho(tie, Account_Name="Cowork BV", Billing_Country="Netherlands")
    a_pair(exact, zoho, base={"Country = Billing_Country": "BE"})

    [line] = lines_of(accounts, held(tie, "Country"))

    there, back = line.ways
    assert [(one.field, one.value) for one in there.before] == [("Country", "BE")]
    assert [(one.field, one.value) for one in there.after] == [("Billing Country", "Belgium")]
    assert [one.value for one in there.holds] == ["Netherlands"]
    assert [one.value for one in back.after] == ["NL"]
    assert line.verdict == "The next run writes it to Exact."


def test_a_sample_tells_what_cannot_be_carried(tie: ZohoSync, accounts: ModuleSync) -> None:
    a_pair(
        an_exact(tie, Name="A", Country="BE"),
        a_zoho(tie, Account_Name="A", Billing_Country="Atlantis"),
    )

    [line] = lines_of(accounts, held(tie, "Country"))

    assert line.ways[1].problem == "“Atlantis” is no country that we know."
    assert "leaves it alone" in line.verdict


def test_a_sample_of_a_new_property_says_that_it_is_read_first(
    tie: ZohoSync, accounts: ModuleSync
) -> None:
    a_pair(an_exact(tie, Name="A"), a_zoho(tie, Account_Name="A"))

    [line] = lines_of(accounts, mapping_of(tie, "Remarks", "Description"))

    assert line.verdict == NOT_HELD


@pytest.mark.parametrize(
    ("winner", "verdict"),
    [
        ("ask", "Both sides differ: the next run asks a person."),
        ("exact", "The next run writes it to Zoho."),
        ("zoho", "The next run writes it to Exact."),
        ("fill_empty", "They differ, and this mapping leaves both as they are."),
    ],
)
def test_a_sample_tells_who_wins(
    tie: ZohoSync, accounts: ModuleSync, winner: str, verdict: str
) -> None:
    a_pair(an_exact(tie, City="Gent"), a_zoho(tie, Billing_City="Brussel"))
    mapping = held(tie, "City")
    mapping.winner = winner

    assert lines_of(accounts, mapping)[0].verdict == verdict


def test_a_booked_invoice_is_not_said_to_be_written_in_exact(tie: ZohoSync) -> None:
    invoices = tie.modules.get(module=Module.INVOICES)
    exact = an_exact(tie, "Invoices", DueDate="2026-01-01", Status=50)
    zoho = a_zoho(tie, "Invoices", Due_Date="2026-02-02")
    a_pair(exact, zoho, base={"DueDate = Due_Date": "2026-01-01"})

    [line] = lines_of(invoices, held(tie, "DueDate", Module.INVOICES))

    assert line.verdict == "The next run writes it to Zoho."


def test_accounts_are_shown_by_name_where_a_contact_leads_to_one(tie: ZohoSync) -> None:
    account, twin = an_exact(tie, Name="Cowork BV"), a_zoho(tie, Account_Name="Cowork in Zoho")
    a_pair(account, twin)
    contact = an_exact(tie, "Contacts", Account=account.key)
    other = a_zoho(tie, "Contacts", Account_Name={"id": twin.key, "name": "Cowork in Zoho"})
    a_pair(contact, other)

    [line] = lines_of(
        tie.modules.get(module=Module.CONTACTS), held(tie, "Account", Module.CONTACTS)
    )

    assert line.verdict == "Equal on both sides."
    shown = {one.value for way in line.ways for one in [*way.before, *way.after]}
    assert shown == {"Cowork in Zoho"}


def test_a_record_without_its_other_half_shows_what_it_would_be(
    tie: ZohoSync, accounts: ModuleSync
) -> None:
    an_exact(tie, Name="Alone", Country="BE")

    [line] = lines_of(accounts, held(tie, "Country"))

    assert [way.words for way in line.ways] == ["Exact → Zoho"]
    assert (line.ways[0].after[0].value, line.verdict) == ("Belgium", "")


def test_the_next_record_comes_after_the_last_one(tie: ZohoSync, accounts: ModuleSync) -> None:
    bench = Bench.of(accounts)
    assert sample(bench, []) is None
    for name in ("One", "Two"):
        a_pair(an_exact(tie, Name=name), a_zoho(tie, Account_Name=name))

    rules = [bench.rule(held(tie, "Name"))]
    names = [str(found.exact) for n in range(3) if (found := sample(bench, rules, n))]

    assert names[0] == names[2] != names[1]


# What follows from a change.


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


# The file.


def as_taken_in(tie: ZohoSync, data: Any, by: User) -> mapping_files.Result:
    """Take in what came out, by way of a text as a file has it."""
    read, errors = mapping_files.read_text(json.dumps(data))
    assert errors == []
    return mapping_files.take_in(tie, read, by)


def test_what_was_exported_can_be_taken_in_and_changes_nothing(
    tie: ZohoSync, somebody: User
) -> None:
    out = mapping_files.export(tie)

    result = as_taken_in(tie, out, somebody)

    assert (result.errors, bool(result.changes)) == ([], False)
    assert result.changes.same == tie.mappings.count() > 20
    assert mapping_files.export(tie) == out


def test_a_file_says_all_mappings_of_the_modules_that_it_names(
    tie: ZohoSync, somebody: User
) -> None:
    pair = a_pair(an_exact(tie), a_zoho(tie), is_dirty=False)
    rows = mapping_files.export(tie)["modules"]["Accounts"]
    rows = [row for row in rows if row["exact_field"] != "Fax"]
    rows[0]["winner"] = "zoho"
    rows.append({"exact_field": "Remarks", "zoho_field": "Description"})
    data = {"format": mapping_files.FORMAT, "version": 1, "modules": {"Accounts": rows}}

    planned = mapping_files.plan(tie, data)
    assert not tie.mappings.filter(exact_field="Remarks").exists()
    result = as_taken_in(tie, data, somebody)

    assert planned.changes.sentence == result.changes.sentence
    assert result.changes.made == ["Accounts: Remarks ↔ Description"]
    assert result.changes.changed == ["Accounts: Name ↔ Account_Name"]
    assert result.changes.switched_off == ["Accounts: Fax ↔ Fax"]
    assert held(tie, "Name").winner == "zoho"
    assert not held(tie, "Fax").is_active
    assert tie.mappings.filter(module="Contacts", is_active=True).exists()
    pair.refresh_from_db()
    assert pair.is_dirty


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"zoho_field": "Nowhere"}, "Accounts, mapping 2 (VATNumber ↔ Nowhere): Zoho has no field"),
        ({"direction": "sideways"}, "Accounts, mapping 2: Invalid enum value 'sideways'"),
        ({"colour": "blue"}, "Accounts, mapping 2: Object contains unknown field `colour`"),
        ({"default": "x" * 256}, "the default has more than 255 letters."),
        ({"default": "a\0b"}, "a text has letters that no database keeps."),
        ({"default": "\ud800"}, "a text has letters that no database keeps."),
        ({"options": {"table": [1]}}, "Accounts, mapping 2: Expected"),
        ({"options": {"table": {"a": "b"}}}, "“none” has no option “table”."),
        ({"transform": "phone", "options": {"calling_code": "x"}}, "is 1 to 4 digits"),
        ({"exact_field": "Name", "zoho_field": "Account_Name"}, "it stands in the file before."),
        ({"transform": "template"}, "Write a template with at least one field in braces"),
        ({"winner": None}, "Accounts, mapping 2: Expected `str`"),
    ],
)
def test_nothing_of_a_file_with_one_error_is_taken_in(
    tie: ZohoSync, somebody: User, change: dict[str, Any], sentence: str
) -> None:
    data = copy.deepcopy(mapping_files.export(tie))
    data["modules"]["Accounts"][0]["winner"] = "zoho"
    data["modules"]["Accounts"][1] |= change
    before = mapping_files.export(tie)

    result = as_taken_in(tie, data, somebody)

    assert sentence in " ".join(result.errors)
    assert mapping_files.export(tie) == before


@pytest.mark.parametrize(
    "data",
    [
        [], None, 3, {}, {"format": "other", "version": 1, "modules": {}},
        {"format": mapping_files.FORMAT, "version": 2, "modules": {"Accounts": []}},
        {"format": mapping_files.FORMAT, "version": 1, "modules": []},
        {"format": mapping_files.FORMAT, "version": 1, "modules": {"Leads": []}},
        {"format": mapping_files.FORMAT, "version": 1, "modules": {"Accounts": {}}},
        {"format": mapping_files.FORMAT, "version": 1, "modules": {"Accounts": [3, None, [], "x"]}},
    ],
)  # fmt: skip
def test_what_is_no_file_of_mappings_is_refused_in_words(
    tie: ZohoSync, somebody: User, data: Any
) -> None:
    result = as_taken_in(tie, data, somebody)

    assert result.errors
    assert all(
        sentence.endswith((".", "`")) or "Expected" in sentence for sentence in result.errors
    )


def test_broken_json_is_told_with_its_line() -> None:
    assert mapping_files.read_text('{\n "a": 1,\n oops}')[1][0].startswith("Line 3, column 2")
    assert mapping_files.read_text("[" * 200_000)[1] != []
