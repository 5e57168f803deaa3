"""What goes by itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from exact_client.models import Division
from sync.models import BookingSettings, Invoice
from sync.services.delivery import auto_push
from tests.build import NOW, a_division, an_invoice, an_operator

pytestmark = pytest.mark.django_db

Case = tuple[dict[str, Any], dict[str, Any], bool]
READY = {"state": "ready", "amount": Decimal(121)}
CASES: dict[str, Case] = {
    "nothing goes while it is off": ({"push_policy": "off"}, READY, False),
    "off means off for what was approved too": (
        {"push_policy": "off"},
        {**READY, "approved_at": NOW},
        False,
    ),
    "at once": ({"push_policy": "at_once"}, READY, True),
    "at once, though it waits for a link": (
        {"push_policy": "at_once"},
        {**READY, "state": "needs_link"},
        True,
    ),
    "up to the amount": ({"push_policy": "at_once", "push_up_to": Decimal(121)}, READY, True),
    "not above it": ({"push_policy": "at_once", "push_up_to": Decimal("120.99")}, READY, False),
    "a large credit note waits as well": (
        {"push_policy": "at_once", "push_up_to": Decimal(100)},
        {**READY, "amount": Decimal(-121)},
        False,
    ),
    "above it once approved": (
        {"push_policy": "at_once", "push_up_to": Decimal(100)},
        {**READY, "approved_at": NOW},
        True,
    ),
    "with a limit, not before its amount is known": (
        {"push_policy": "at_once", "push_up_to": Decimal(1000)},
        {"state": "needs_mapping", "amount": Decimal(0)},
        False,
    ),
    "on the third day": (
        {"push_policy": "delayed", "push_delay_days": 3},
        {**READY, "invoice_date": date(2026, 10, 2)},
        True,
    ),
    "not on the second": (
        {"push_policy": "delayed", "push_delay_days": 3},
        {**READY, "invoice_date": date(2026, 10, 3)},
        False,
    ),
    "after review": ({"push_policy": "reviewed"}, {**READY, "approved_at": NOW}, True),
    "not before": ({"push_policy": "reviewed"}, READY, False),
    "not while paused": ({"push_policy": "at_once", "is_paused": True}, READY, False),
    "not what a person holds": ({"push_policy": "at_once"}, {**READY, "state": "held"}, False),
    "not what was booked": ({"push_policy": "at_once"}, {**READY, "state": "booked"}, False),
    "not what was let go already": (
        {"push_policy": "at_once"},
        {**READY, "released_at": NOW},
        False,
    ),
}


@pytest.mark.parametrize(("settings", "invoice", "goes"), CASES.values(), ids=CASES)
def test_the_policy_decides(settings: dict[str, Any], invoice: dict[str, Any], goes: bool) -> None:  # noqa: FBT001 - a column of the table
    division = a_division()
    BookingSettings.objects.create(division=division, **settings)
    an_invoice(division=division, **invoice)

    assert auto_push.due(NOW).exists() is goes


def test_each_division_has_its_own_policy() -> None:
    eager, calm = a_division(), a_division(code=124133, name="Events")
    BookingSettings.objects.create(division=eager, push_policy="at_once")
    BookingSettings.objects.create(division=calm)
    wanted = an_invoice(division=eager, **READY)
    an_invoice(division=calm, **READY)

    assert list(auto_push.due(NOW)) == [wanted]


def test_a_person_is_asked_only_where_the_policy_waits_for_one() -> None:
    division = a_division()
    chosen = BookingSettings.objects.create(division=division, push_policy="at_once")
    invoice = an_invoice(division=division, **READY)

    assert not asks(invoice, division)
    chosen.push_up_to = Decimal(100)
    chosen.save()
    assert asks(invoice, division)
    chosen.push_policy = "off"
    chosen.save()
    assert not asks(invoice, division)


def asks(invoice: Invoice, division: Division) -> bool:
    return auto_push.needs_approval(invoice, division)


def test_an_approval_is_kept_with_who_and_when() -> None:
    noor, invoice = an_operator("change_invoice"), an_invoice(state="ready")

    assert auto_push.approve(Invoice.objects.all(), by=noor, now=NOW) == 1
    assert auto_push.approve(Invoice.objects.all(), by=noor, now=NOW) == 0

    invoice.refresh_from_db()
    assert (invoice.approved_by, invoice.approved_at) == (noor, NOW)
