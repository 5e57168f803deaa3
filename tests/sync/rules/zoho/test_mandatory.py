"""What one system demands and the other doesn't: said with what to do, before the call."""

import pytest

from sync.rules.zoho.exact_fields import EXACT_FIELDS
from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.mandatory import EXACT_DEMANDS, ZOHO_DEMANDS, completed, missing
from sync.rules.zoho.modules import MODULES, Module

WHOLE: dict[Module, dict[str, object]] = {
    Module.ACCOUNTS: {"Name": "Dockx"},
    Module.CONTACTS: {"Account": "pair 3", "FirstName": "Jan"},
    Module.PRODUCTS: {
        "Code": "DESK",
        "Description": "Desk",
        "SalesVatCode": "4",
        "StandardSalesPrice": 0,
        "Unit": "pc",
    },
    Module.INVOICES: {"OrderedBy": "pair 3", "DueDate": "2026-12-01", "SalesInvoiceLines": [{}]},
    Module.SALES_ORDERS: {"OrderedBy": "pair 3", "SalesOrderLines": [{}]},
}
DEMANDS = [(module, demand) for module, all_of in EXACT_DEMANDS.items() for demand in all_of]


@pytest.mark.parametrize("module", Module)
def test_a_whole_record_misses_nothing(module: Module) -> None:
    assert missing(module, WHOLE[module], {}) == []


@pytest.mark.parametrize(
    ("module", "field", "open_field"),
    [(module, demand.field, demand.mend_in) for module, demand in DEMANDS],
)
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_each_field_that_exact_demands_is_missed(
    module: Module, field: str, open_field: str, empty: object
) -> None:
    (miss,) = missing(module, {**WHOLE[module], field: empty}, {})

    assert (miss.field, miss.open_field) == (field, open_field)
    assert "was not synchronised: Exact demands" in miss.sentence
    assert "in Zoho, or give a default" in miss.advice


def test_a_contact_without_a_first_name_is_told_whose_rule_that_is() -> None:
    (miss,) = missing(Module.CONTACTS, {"Account": "pair 3", "LastName": "Peeters"}, {})

    assert miss.sentence == (
        "This contact was not synchronised: Exact demands a first name. Exact itself would take"
        " a last name alone, but its letters and lists need both."
    )
    assert miss.advice == (
        "Fill “First Name” in Zoho, or give a default under Field mappings."
        " It crosses by itself after that."
    )


def test_a_default_fills_what_is_empty_and_changes_nothing_else() -> None:
    defaults: dict[str, object] = {"FirstName": "-", "Account": "another"}

    found = completed(Module.CONTACTS, {"Account": "pair 3", "FirstName": ""}, defaults)

    assert (found.values, found.misses) == ({"Account": "pair 3", "FirstName": "-"}, [])


def test_an_invoice_without_lines_is_missed_though_its_list_is_there() -> None:
    record = {**WHOLE[Module.INVOICES], "SalesInvoiceLines": []}

    assert [miss.field for miss in missing(Module.INVOICES, record, {})] == ["SalesInvoiceLines"]


def test_what_zoho_demands_of_a_record_of_exact_is_missed_too() -> None:
    (miss,) = missing(Module.CONTACTS, {"First_Name": "Jan"}, {}, Side.ZOHO)

    assert (miss.field, miss.open_field) == ("Last_Name", "LastName")
    assert "Zoho demands a last name" in miss.sentence


def test_what_is_demanded_are_fields_that_exact_has() -> None:
    for module, demand in DEMANDS:
        lines = {MODULES[module].exact_lines}
        assert demand.field in {*EXACT_FIELDS[module], *lines}
    for module, demands in ZOHO_DEMANDS.items():
        lines = {MODULES[module].exact_lines}
        assert {demand.mend_in for demand in demands} <= {*EXACT_FIELDS[module], *lines}
