"""An administrator maps: in the grid cell by cell, a new location at once, and takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.browser import DESK, PHONE, Visitor
from tests.journeys.site import Site

GRID = "/exact/setup/gl/"
LOCATION = "NAM-1"  # nobody else's


@pytest.fixture
def phone(arrive: Callable[..., Visitor], demo: Site) -> Visitor:
    """The same person with a phone."""
    visitor = arrive(demo, viewport=PHONE)
    visitor.go("/")
    visitor.sign_in()
    return visitor


def cell(person: Visitor, label: str) -> Locator:
    return person.page.get_by_label(label, exact=True)


def test_a_cell_is_saved_as_it_is_left_and_its_followers_follow(person: Visitor) -> None:
    person.go(GRID)
    unit = cell(person, "Unit or office, GNT-1")
    below = cell(person, "Unit or office OFFICE-2.14, GNT-1")
    expect(below).to_have_attribute("placeholder", "700300")

    unit.fill("700000")
    unit.press("Enter")

    expect(below).to_be_focused()
    expect(person.page.locator(".slot", has=unit)).to_contain_text("Omzet algemeen")
    unit.fill("")
    unit.press("Tab")
    expect(unit).to_have_attribute("placeholder", "700300")


def test_a_code_that_can_not_be_is_told_at_its_cell(person: Visitor) -> None:
    person.go("/exact/setup/vat/")
    code = cell(person, "Own country 21\N{NO-BREAK SPACE}%, Anything, Any customer")

    code.fill("4I")
    code.press("Tab")

    person.sees("takes amounts as including VAT")
    code.fill("")
    code.press("Tab")
    expect(person.page.get_by_text("takes amounts as including VAT")).to_have_count(0)


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_a_location_is_added_in_three_clicks_and_taken_back(
    arrive: Callable[..., Visitor], demo: Site, window: dict[str, int]
) -> None:
    visitor = arrive(demo, viewport=window)
    visitor.go(GRID)
    visitor.sign_in()
    visitor.follow("Copy a location")
    visitor.page.get_by_label("From").select_option("GNT-1")
    visitor.page.get_by_label("To", exact=True).fill(LOCATION)
    visitor.press("Show what changes")
    visitor.sees("Nothing is saved yet.")

    visitor.press(re.compile(r"^Copy \d+"))

    visitor.told(re.compile(f"{LOCATION} takes over"))
    expect(visitor.page.get_by_role("main").get_by_text(LOCATION).first).to_be_visible()
    visitor.press("Undo")
    visitor.told("Taken back: everything is mapped as before.")
    expect(visitor.page.get_by_role("main").get_by_text(LOCATION)).to_have_count(0)


def test_a_phone_shows_one_location_at_a_time(phone: Visitor) -> None:
    phone.go(GRID)

    expect(cell(phone, "Desk, All locations")).to_be_visible()
    expect(cell(phone, "Desk, GNT-1")).to_be_hidden()
    phone.follow("GNT-1")
    expect(cell(phone, "Desk, GNT-1")).to_be_visible()
    expect(cell(phone, "Desk, All locations")).to_be_hidden()
