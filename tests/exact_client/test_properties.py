"""What we know of Exact's properties, and how records are read by their names."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from exact_client.client import ExactClient
from exact_client.counting import Lane
from exact_client.models import Division
from exact_client.properties import ENTITIES, described, properties
from exact_client.reading import OddRecord
from exact_client.sandbox import ExactSandbox, facts


def test_what_may_be_done_with_a_property_is_told() -> None:
    name = properties("Accounts")["Name"]

    assert (name.type, name.writable, name.mandatory, name.max_length) == ("String", True, True, 50)
    assert properties("Items")["StandardSalesPrice"].writable is False
    assert properties("Items")["StandardSalesPrice"].in_sync is False
    assert properties("Contacts")["IsMainContact"].writable is False
    assert properties("SalesInvoices")["InvoiceNumber"].writable is False
    with pytest.raises(KeyError):
        properties("Cats")


@pytest.mark.parametrize("entity", ENTITIES)
def test_it_agrees_with_what_the_stand_in_was_taught(entity: str) -> None:
    about = described(entity)
    there, synced = facts.entities()[about.path], facts.entities()[about.sync]

    assert there.keys == (about.key,)
    for name, prop in about.properties.items():
        known = there.properties[name]
        assert prop.type == known.type, name
        assert (prop.writable, prop.mandatory) == (not known.readonly, known.mandatory), name
        assert prop.max_length == known.length, name
        assert prop.in_sync == (name in synced.properties), name
    plain = {name for name, prop in there.properties.items() if not prop.collection}
    assert plain - about.properties.keys() <= {"InvoiceStatusInformation"}


def test_any_property_of_what_changed_is_read_by_its_name(exact: ExactClient) -> None:
    account = next(exact.contacts_changed_since(1)).account
    contact = exact.create_contact({"Account": account, "FirstName": " Zoë ", "LastName": "Zwart"})
    wanted = ["FirstName", "Country", "StartDate", "Modified", "HID", "IsMainContact", "Email"]

    rows = {row["ID"]: row for row in exact.raw_changes("Contacts", wanted, 1)}

    row = rows[contact.id]
    assert row.keys() == {"ID", "Timestamp", *wanted}
    assert (row["FirstName"], row["Email"]) == ("Zoë", None)
    assert type(row["StartDate"]) is date
    assert type(row["Modified"]) is datetime
    assert type(row["ID"]) is UUID
    assert row["IsMainContact"] is False
    assert row["Timestamp"] == max(one["Timestamp"] for one in rows.values())


def test_one_record_is_read_by_the_names_of_its_properties(exact: ExactClient) -> None:
    flex = exact.items_with_code("FLEX")[0]

    assert exact.raw("Items", flex.id, ["Unit", "StandardSalesPrice", "IsSalesItem"]) == {
        "ID": flex.id, "Unit": "day", "StandardSalesPrice": Decimal("19.99"), "IsSalesItem": True,
    }  # fmt: skip
    assert exact.raw("Items", uuid4(), ["Unit"]) is None


def test_a_property_that_the_feed_lacks_is_refused_before_the_call(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    before = len(sandbox.calls)

    with pytest.raises(ValueError, match="StandardSalesPrice"):
        list(exact.raw_changes("Items", ["Code", "StandardSalesPrice"], 1))

    assert len(sandbox.calls) == before


def test_a_change_by_name_leaves_the_others(exact: ExactClient) -> None:
    flex = exact.items_with_code("FLEX")[0]

    exact.update("Items", flex.id, {"Description": "Flexdesk"})

    assert exact.raw("Items", flex.id, ["Description", "Unit"]) == {
        "ID": flex.id,
        "Description": "Flexdesk",
        "Unit": "day",
    }
    with pytest.raises(ValueError, match="Code"):
        exact.update("Items", flex.id, {"Code": "FLEX"})


def test_an_odd_record_is_reported_and_the_others_arrive(
    division: Division, sandbox: ExactSandbox
) -> None:
    odd: list[OddRecord] = []
    contacts = sandbox.records("contacts")
    sandbox.change(division.code, "contacts", contacts[3]["ID"], StartDate="someday")
    client = ExactClient.connected(division, lane=Lane.MIRROR, on_odd=odd.append)

    rows = list(client.raw_changes("Contacts", ["StartDate"], 1))

    assert len(rows) == len(contacts) - 1
    assert [one.kind for one in odd] == ["Contacts"]
