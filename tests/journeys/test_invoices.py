"""Invoices into the books: preview, push one, push all, and what waited follows by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import Visitor
from tests.journeys.files import DEMO, Rows, as_csv, rows_of, saved
from tests.journeys.site import Site

LONG = 60_000  # milliseconds: the entries go out one by one
FEW = 120  # invoices of the demo company
NUMBER = "INV-2026-000001"


@pytest.fixture
def person(arrive: Callable[..., Visitor], empty: Site, tmp_path: Path) -> Visitor:
    """Somebody who is signed in where all customers are matched, and some invoices are ready."""
    empty.manage("connect", "exact", "--sandbox")
    empty.manage("import_customers", DEMO / "customers.csv")
    empty.manage("import_invoices", saved(tmp_path, as_csv("invoices.csv", some_invoices())))
    empty.manage("mirror")
    empty.manage("match")
    visitor = arrive(empty)
    visitor.go("/exact/setup/")
    visitor.sign_in()
    visitor.press(re.compile("^Confirm all"))
    return visitor


def some_invoices() -> Rows:
    headings, *lines = rows_of("invoices.csv")
    chosen = sorted({line[0] for line in lines}, key=lambda number: number[-6:])[:FEW]
    return [headings, *(line for line in lines if line[0] in chosen)]


def waiting_for_a_link() -> int:
    """Return how many of them must wait for a person, as the demo company's truth has it."""
    wanted = {row[0] for row in rows_of("truth.csv") if row[1] == "review"}
    return len({line[0] for line in some_invoices() if line[5] in wanted})


def test_invoices_reach_the_books_once_each(person: Visitor) -> None:
    previews_one(person)
    pushes_one(person)
    pushes_all(person)
    links_what_waited(person)
    finds_everything_in_exact(person)


def previews_one(person: Visitor) -> None:
    person.navigate("Invoices")
    person.page.get_by_role("searchbox", name="Search").fill(NUMBER)
    person.shows(1)
    person.row(NUMBER).get_by_role("link", name=NUMBER).click()

    person.sees_heading("The entry it will become", level=3)
    panel = person.page.get_by_role("complementary", name="Selected invoice")
    for words in ("70 Verkopen", "700100 Omzet flexdesks", "279.86", "58.77", "338.63"):
        expect(panel).to_contain_text(words)
    assert person.site.stand_in.entries() == []


def pushes_one(person: Visitor) -> None:
    panel = person.page.get_by_role("complementary", name="Selected invoice")
    person.press(re.compile("^Push$"), within=panel)

    person.told("1 document is on its way.")
    person.go(f"/exact/invoices/{NUMBER}/")
    person.waits_for("Booked")
    (entry,) = person.site.stand_in.entries()
    person.sees(str(entry["EntryNumber"]))
    person.sees(entry["YourRef"])
    assert money(entry) == Decimal("338.63")


def money(entry: dict[str, Any]) -> Decimal:
    return Decimal(str(entry["AmountDC"])).quantize(Decimal("0.01"))


def pushes_all(person: Visitor) -> None:
    person.navigate("Invoices")
    waiting = waiting_for_a_link()
    person.press(re.compile(rf"^Push {FEW - waiting - 1} ready · € .+$"))

    person.told(re.compile("documents are on their way."))
    person.told(re.compile(f"{waiting} wait, and go by themselves"))
    expect(person.page.get_by_role("progressbar").first).to_be_visible()
    tabs = person.page.get_by_role("navigation", name="State")
    expect(tabs.get_by_role("link", name=f"Booked {FEW - waiting}")).to_be_visible(timeout=LONG)
    expect(tabs.get_by_role("link", name=f"Needs link {waiting}")).to_be_visible()


def links_what_waited(person: Visitor) -> None:
    person.navigate("Review")
    person.page.keyboard.press("Enter")
    person.told(re.compile("is linked to"))

    person.navigate("Invoices")
    person.waits_for(f"Booked {FEW - waiting_for_a_link() + 1}")


def finds_everything_in_exact(person: Visitor) -> None:
    entries = person.site.stand_in.entries()
    assert len(entries) == FEW - waiting_for_a_link() + 1
    assert max(Counter(entry["YourRef"] for entry in entries).values()) == 1
    person.page.goto(person.site.stand_in.url)
    person.sees(f"{len(entries):,}")
    person.sees(f"{sum(map(money, entries)):,.2f}")
