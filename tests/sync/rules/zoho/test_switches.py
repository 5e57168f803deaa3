"""Sync On/Off: the whole truth table, as data."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import Module
from sync.rules.zoho.switches import Facts, Related, Verdict, crosses

NONE, NOT_YET, THERE = Related.NONE, Related.NOT_SYNCHRONISED, Related.SYNCHRONISED
CROSSES, STAYS = True, False

# account, invoices, orders → with the switch on, with it off; for a record that is new in Zoho.
Table = dict[tuple[Related, Related, Related], tuple[bool, bool]]
ACCOUNTS: Table = {
    (NONE, NONE, NONE): (CROSSES, STAYS),
    (NONE, NOT_YET, NONE): (CROSSES, STAYS),
    (NONE, THERE, NONE): (CROSSES, CROSSES),
    (NONE, NONE, NOT_YET): (CROSSES, STAYS),
    (NONE, NONE, THERE): (CROSSES, CROSSES),
    (NONE, NOT_YET, NOT_YET): (CROSSES, STAYS),
    (NONE, NOT_YET, THERE): (CROSSES, CROSSES),
    (NONE, THERE, NOT_YET): (CROSSES, CROSSES),
    (NONE, THERE, THERE): (CROSSES, CROSSES),
}
PRODUCTS = ACCOUNTS
CONTACTS: Table = {
    **{(NONE, one, two): (STAYS, STAYS) for one, two in product(Related, repeat=2)},
    **{(NOT_YET, one, two): (STAYS, STAYS) for one, two in product(Related, repeat=2)},
    (THERE, NONE, NONE): (CROSSES, STAYS),  # a contact without an invoice is left out
    (THERE, NONE, NOT_YET): (CROSSES, STAYS),
    (THERE, NONE, THERE): (CROSSES, CROSSES),
    (THERE, NOT_YET, NONE): (CROSSES, STAYS),
    (THERE, NOT_YET, NOT_YET): (CROSSES, STAYS),
    (THERE, NOT_YET, THERE): (CROSSES, CROSSES),
    **{(THERE, THERE, orders): (CROSSES, CROSSES) for orders in Related},
}
INVOICES: Table = {
    (NONE, NONE, NONE): (STAYS, STAYS),
    (NONE, NONE, NOT_YET): (STAYS, STAYS),
    (NONE, NONE, THERE): (STAYS, STAYS),
    (NOT_YET, NONE, NONE): (STAYS, STAYS),
    (NOT_YET, NONE, NOT_YET): (STAYS, STAYS),
    (NOT_YET, NONE, THERE): (STAYS, STAYS),
    (THERE, NONE, NONE): (CROSSES, CROSSES),
    (THERE, NONE, NOT_YET): (CROSSES, CROSSES),
    (THERE, NONE, THERE): (CROSSES, CROSSES),
}


def with_orders_for_invoices(table: Table) -> Table:
    """Return the table of orders: what an order is to an invoice, an invoice is to an order."""
    return {(account, orders, invoices): row for (account, invoices, orders), row in table.items()}


FROM_ZOHO: dict[Module, Table] = {
    Module.ACCOUNTS: ACCOUNTS,
    Module.CONTACTS: CONTACTS,
    Module.PRODUCTS: PRODUCTS,
    Module.INVOICES: INVOICES,
    Module.SALES_ORDERS: with_orders_for_invoices(INVOICES),
}

# New in Exact: Zoho takes a record without its account, so the switch alone decides.
CONTACTS_OF_EXACT: Table = {
    (one, two, three): (CROSSES, THERE in (two, three))
    for one, two, three in product(Related, repeat=3)
}
INVOICES_OF_EXACT: Table = {related: (CROSSES, THERE in related) for related in INVOICES}
FROM_EXACT: dict[Module, Table] = {
    Module.ACCOUNTS: ACCOUNTS,
    Module.CONTACTS: CONTACTS_OF_EXACT,
    Module.PRODUCTS: PRODUCTS,
    Module.INVOICES: INVOICES_OF_EXACT,
    Module.SALES_ORDERS: with_orders_for_invoices(INVOICES_OF_EXACT),
}

ROWS = [
    (origin, module, related, on_off)
    for origin, tables in ((Side.ZOHO, FROM_ZOHO), (Side.EXACT, FROM_EXACT))
    for module, table in tables.items()
    for related, on_off in table.items()
]


@pytest.mark.parametrize(("origin", "module", "related", "on_off"), ROWS)
def test_the_truth_table(
    origin: Side,
    module: Module,
    related: tuple[Related, Related, Related],
    on_off: tuple[bool, bool],
) -> None:
    account, invoices, orders = related
    new = Facts(module, origin, account=account, invoices=invoices, orders=orders)
    paired = replace(new, paired=True)

    assert [crosses(new, switch_on=on).crosses for on in (True, False)] == list(on_off)
    assert all(crosses(paired, switch_on=on).crosses for on in (True, False))
    assert all(crosses(new, switch_on=on).reason.endswith((".", "it.")) for on in (True, False))


def said(module: Module, *, switch_on: bool = False, **related: Any) -> str:
    return crosses(Facts(module, Side.ZOHO, **related), switch_on=switch_on).reason


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (
            said(Module.CONTACTS, switch_on=True),
            "This contact has no account, and Exact keeps every contact under one: choose it.",
        ),
        (
            said(Module.CONTACTS, account=NOT_YET),
            "The account of this contact is not synchronised: the contact waits for it.",
        ),
        (
            said(Module.CONTACTS, account=THERE),
            "The switch is off, and this contact has no related invoice or order.",
        ),
        (
            said(Module.ACCOUNTS, switch_on=True),
            "The switch is on: every new account crosses.",
        ),
        (
            said(Module.ACCOUNTS),
            "The switch is off, and this account has no related invoice or order.",
        ),
        (
            said(Module.ACCOUNTS, invoices=NOT_YET),
            "The switch is off, and no related invoice is synchronised yet.",
        ),
        (
            said(Module.ACCOUNTS, invoices=THERE),
            "The switch is off, but a related invoice is synchronised.",
        ),
    ],
)
def test_a_verdict_says_why(reason: str, sentence: str) -> None:
    assert reason == sentence


def test_a_record_crosses_when_its_related_record_comes_later() -> None:
    waiting = Facts(Module.CONTACTS, Side.ZOHO, account=THERE, invoices=NOT_YET)
    later = Facts(Module.CONTACTS, Side.ZOHO, account=THERE, invoices=THERE)

    assert not crosses(waiting, switch_on=False).crosses
    assert crosses(later, switch_on=False).crosses


def test_what_is_paired_stays_equal_whatever_the_switch_says() -> None:
    paired = Facts(Module.PRODUCTS, Side.EXACT, paired=True)

    assert crosses(paired, switch_on=False) == Verdict(
        crosses=True, reason="This product is on both sides already."
    )
