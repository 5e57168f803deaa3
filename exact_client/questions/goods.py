"""Questions about what a division sells: items, their prices, groups and units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from exact_client import odata
from exact_client.odata import literal
from exact_client.questions.base import Questions, created
from exact_client.trade_records import (
    ItemGroupRecord,
    ItemPriceRecord,
    ItemRecord,
    SyncedItemPriceRecord,
    SyncedItemRecord,
    UnitRecord,
)

ITEMS, PRICES = "logistics/Items", "logistics/SalesItemPrices"


class GoodsQuestions(Questions):
    """Items and what they cost."""

    def items_changed_since(self, timestamp: int) -> Iterator[SyncedItemRecord]:
        """Yield every item changed after `timestamp`, a row version; prices have their own list."""
        return self._since(SyncedItemRecord, "sync/Logistics/Items", timestamp)

    def item_prices_changed_since(self, timestamp: int) -> Iterator[SyncedItemPriceRecord]:
        """Yield every price of an item changed after `timestamp`, a row version."""
        return self._since(SyncedItemPriceRecord, "sync/Logistics/SalesItemPrices", timestamp)

    def item(self, item_id: UUID) -> ItemRecord | None:
        """Return this item as it is now, with its standard price, or None when it is gone."""
        return next(self._list(ItemRecord, ITEMS, f"ID eq {literal(item_id)}"), None)

    def items_with_code(self, code: str) -> list[ItemRecord]:
        """Return the items with this code: at most one, for Exact keeps codes unique."""
        return self._all(ItemRecord, ITEMS, f"Code eq {literal(code)}")

    def create_item(self, payload: Mapping[str, Any]) -> ItemRecord:
        """Create an item; `Code` and `Description` are required, and a taken code is refused.

        Raises ExactUncertainError when it may have been made: look it up by its code.
        """
        return created(ItemRecord, self._transport.post(ITEMS, payload))

    def update_item(self, item_id: UUID, fields: Mapping[str, Any]) -> None:
        """Change these fields of an item and no others. May be repeated.

        `Code` is refused here: Exact takes even an unchanged one for a double.
        `StandardSalesPrice` is ignored by Exact: set it by a price.
        """
        if "Code" in fields:
            raise ValueError("Exact refuses Code in a change, even an unchanged one.")
        self._transport.put(odata.key(ITEMS, item_id), fields)

    def prices_of(self, item_id: UUID) -> list[ItemPriceRecord]:
        """Return all prices of an item: where a lost one is looked for."""
        return self._all(ItemPriceRecord, PRICES, f"Item eq {literal(item_id)}")

    def set_sales_price(
        self, item_id: UUID, price: Decimal, *, start: date, currency: str = "EUR"
    ) -> ItemPriceRecord:
        """Let an item cost `price` a unit for everybody from `start` on.

        One price of the same day is changed instead of having a second beside it, so it may be
        repeated after an ExactUncertainError.
        """
        same_day = [row for row in self.prices_of(item_id) if _is_standard(row, start, currency)]
        if not same_day:
            fields = {"Item": item_id, "Price": price, "StartDate": start, "Currency": currency}
            return created(ItemPriceRecord, self._transport.post(PRICES, fields))
        if same_day[-1].price != price:
            self._transport.put(odata.key(PRICES, same_day[-1].id), {"Price": price})
        return msgspec.structs.replace(same_day[-1], price=price)

    def item_groups(self) -> Iterator[ItemGroupRecord]:
        """Yield the groups of items."""
        return self._list(ItemGroupRecord, "logistics/ItemGroups")

    def units(self) -> Iterator[UnitRecord]:
        """Yield the units in which items are sold."""
        return self._list(UnitRecord, "logistics/Units")


def _is_standard(row: ItemPriceRecord, start: date, currency: str) -> bool:
    """Whether a price is everybody's for a single unit from this day on."""
    alone = row.account is None and (row.quantity or 0) <= 1
    return alone and row.start_date == start and row.currency == currency
