"""What Exact holds right after a push never counts as drifted, whatever the document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts_link.models import Customer
from sync.models import Invoice, InvoiceLine
from sync.services.delivery.office import Office
from sync.services.reading_back.reconcile import reconcile
from tests.build import NOW, an_invoice
from tests.sync.services.booking import compares
from tests.sync.services.pushing import entry_of, queued, work

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=120)
LINES = st.fixed_dictionaries(
    {
        "description": TEXTS,
        "quantity": st.decimals("0.0001", 400, places=4),
        "unit_price": st.decimals("-500", 9000, places=4),
        "discount_percent": st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(100)]),
    }
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["invoice", "credit_note"]),
        "your_reference": TEXTS.map(lambda text: text[:60]),
        "location": st.sampled_from(["", "BRU-1", "Gent  centrum"]),
    }
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(  # first, so that at least one is always booked
    document={"kind": "invoice", "your_reference": " PO\t12 ", "location": "BRU-1"},
    lines=[
        {"description": " Desk\n ", "quantity": 3, "unit_price": Decimal("12.1")},
        {"description": "é" * 90, "quantity": 1, "unit_price": Decimal("-7.7777")},
    ],
)
@given(document=DOCUMENTS, lines=st.lists(LINES, min_size=1, max_size=5))
def test_what_was_just_pushed_is_as_booked(
    office: Office, customer: Customer, document: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    invoice = an_invoice(customer=customer, released_at=NOW, **document)
    fill(invoice, lines)
    queued(office, invoice)
    work(office)

    compared = compares(office)

    assert compared.checked >= 1
    assert compared.drifted == 0, Invoice.objects.get(pk=invoice.pk).reason
    if invoice.outbox.exists():
        assert entry_of(invoice).state in {"done", "refused"}
    assert reconcile(office.division, invoice.invoice_date.replace(day=1)).closes


def fill(invoice: Invoice, lines: list[dict[str, Any]]) -> None:
    """Give an invoice these lines in place of its own."""
    invoice.lines.all().delete()
    for position, line in enumerate(lines, 1):
        InvoiceLine.objects.create(
            invoice=invoice,
            position=position,
            resource_type="desk",
            resource_code="FLEX",
            vat_rate=Decimal(21),
            **line | {"description": line["description"][:200]},
        )
