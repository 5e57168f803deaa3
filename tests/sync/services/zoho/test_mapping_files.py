"""Field mappings as a file: what comes out goes in again, whole or not at all."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from exact_client.sandbox import ExactSandbox
from sync.models import FieldMapping, Pair, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services.zoho.mapping import mapping_changes, mapping_files
from tests.build import an_operator
from tests.sync.services.zoho.build import metadata_of_zoho
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact, give_our_field
from tests.sync.services.zoho.test_job import after_a_run
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def tie(db: None) -> ZohoSync:
    """Return a tie whose modules know Zoho's fields, with the mappings that work at once."""
    return metadata_of_zoho()


@pytest.fixture
def somebody(db: None) -> User:
    return an_operator()


def held(tie: ZohoSync, exact_field: str, module: str = Module.ACCOUNTS) -> FieldMapping:
    return tie.mappings.get(module=module, exact_field=exact_field)


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


def test_a_mapping_that_is_taken_in_brings_values_across_that_nobody_read_before(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, sandbox: ExactSandbox,
    somebody: User,
) -> None:  # fmt: skip
    give_our_field(sync, zoho, zoho_sandbox)
    after_a_run()
    pair = Pair.objects.filter(module="Accounts", state="equal")[0]
    zoho_sandbox.change("Accounts", pair.zoho.key, Description="Pays late.")
    after_a_run()
    pair.exact.refresh_from_db()
    assert "Remarks" not in pair.exact.values
    data = mapping_files.export(sync)
    data["modules"]["Accounts"].append({"exact_field": "Remarks", "zoho_field": "Description"})

    result = as_taken_in(sync, data, somebody)
    assert len(result.changes.to_read) == 2  # of Zoho, and of Exact
    after_a_run()
    after_a_run()

    pair.refresh_from_db()
    pair.exact.refresh_from_db()
    assert pair.exact.values["Remarks"] == "Pays late."
    assert (pair.base or {})["Remarks = Description"] == "Pays late."
    assert mapping_changes.follow(sync, [Module.ACCOUNTS]) == []
