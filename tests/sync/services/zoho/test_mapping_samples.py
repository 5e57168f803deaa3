"""A real record before and after its mappings, and what is said of the next run."""

from __future__ import annotations

from typing import Any

import pytest

from sync.models import FieldMapping, ModuleSync, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services.zoho.mapping.mapping_checks import Bench
from sync.services.zoho.mapping.samples import NOT_HELD, Line, sample
from sync.services.zoho.merging.weighing import Scales, Ties, weigh
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


def mapping_of(tie: ZohoSync, exact: str, zoho: str, **values: Any) -> FieldMapping:
    """Return a mapping of accounts, unsaved."""
    return FieldMapping(
        sync=tie, module=Module.ACCOUNTS, exact_field=exact, zoho_field=zoho, **values
    )


def held(tie: ZohoSync, exact_field: str, module: str = Module.ACCOUNTS) -> FieldMapping:
    return tie.mappings.get(module=module, exact_field=exact_field)


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


def test_a_sample_says_of_every_field_what_the_merge_then_does(
    tie: ZohoSync, accounts: ModuleSync
) -> None:
    exact = an_exact(
        tie, Name="Cowork", VATNumber=None, Phone="09 1", Fax=None, Website="a.example",
        AddressLine1="Street 1", Postcode="9000", City="Gent", State="X", Country="BE",
    )  # fmt: skip
    zoho = a_zoho(
        tie, Account_Name="Cowork", VAT_Number="BE1", Phone="09 2", Fax=None, Website="b.example",
        Billing_Street="Street 2", Billing_Code="9000", Billing_City="", Billing_State="X",
        Billing_Country="Atlantis",
    )  # fmt: skip
    base = {"AddressLine1 = Billing_Street": "Street 1", "City = Billing_City": "Gent"}
    pair = a_pair(exact, zoho, base=base)
    scales = Scales.of(accounts)

    said = {
        line.rule.name: line.verdict for line in lines_of(accounts, *Bench.of(accounts).mappings)
    }
    found = weigh(pair, scales, Ties.among(scales, [exact, zoho]))

    def fields(sentence: str) -> set[str]:
        return {name for name, verdict in said.items() if verdict.startswith(sentence)}

    to_zoho, to_exact = (
        fields("The next run writes it to Zoho"),
        fields("The next run writes it to E"),
    )
    assert {name.partition(" = ")[2] for name in to_zoho} == found.to_zoho.keys()
    assert {name.partition(" = ")[0] for name in to_exact} == found.to_exact.keys()
    assert fields("Both sides differ") == {one.field for one in found.conflicts} != set()
    assert (
        fields("The next run leaves it alone") == {one.field for one in found.unreadable} != set()
    )
    assert to_exact == {
        "VATNumber = VAT_Number", "AddressLine1 = Billing_Street", "City = Billing_City"
    }  # fmt: skip
