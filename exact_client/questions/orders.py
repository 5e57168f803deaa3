"""Questions about what customers ordered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from exact_client import odata
from exact_client.errors import ExactUnexpectedError
from exact_client.odata import literal
from exact_client.questions.base import Questions, created, folded
from exact_client.trade_records import SalesOrderRecord

ORDERS = "salesorder/SalesOrders"
SETTLED = frozenset({"OrderedBy", "InvoiceTo", "DeliverTo"})  # for good, when an order is made


class SalesOrderQuestions(Questions):
    """Sales orders. What changed is asked of `raw_changes`: SalesOrders and SalesOrderLines.

    They need the scope `sales orders`; without it, each of these raises ExactDisconnectedError.
    """

    def sales_order(self, order_id: UUID) -> SalesOrderRecord | None:
        """Return this order as it is now, or None when it is gone."""
        where = f"OrderID eq {literal(order_id)}"
        return next(iter(self._all(SalesOrderRecord, ORDERS, where)), None)

    def sales_orders_with_reference(self, your_ref: str) -> list[SalesOrderRecord]:
        """Return the orders with this `YourRef`, which Exact does not keep unique.

        An empty list means absent: anything that is not surely a list raises instead.
        """
        found = self._all(SalesOrderRecord, ORDERS, f"YourRef eq {literal(your_ref)}")
        if any(folded(one.your_ref) != folded(your_ref) for one in found):
            raise ExactUnexpectedError("Exact answered orders with another reference than asked.")
        return found

    def create_sales_order(self, payload: Mapping[str, Any]) -> SalesOrderRecord:
        """Make an order with its lines; `OrderedBy` and an `Item` on each line are required.

        Raises ExactUncertainError when it may have been made: look it up by `YourRef`, and only
        a look may lead to a second try.
        """
        return created(SalesOrderRecord, self._transport.post(ORDERS, payload))

    def update_sales_order(self, order_id: UUID, fields: Mapping[str, Any]) -> None:
        """Change the header of an order that is neither complete nor cancelled. May be repeated.

        Lines, and whom an order is for, are refused here: Exact would not look at them.
        """
        if "SalesOrderLines" in fields:
            raise ValueError("Exact does not change lines with their order.")
        if named := SETTLED & fields.keys():
            raise ValueError(f"Exact never changes {', '.join(sorted(named))} of an order.")
        self._transport.put(odata.key(ORDERS, order_id), fields)
