"""The review queue by keyboard alone, and accepting many suggestions after seeing how many."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.journeys.browser import Visitor


def test_the_queue_is_worked_off_without_a_mouse(person: Visitor) -> None:
    press = person.page.keyboard.press
    person.navigate("Review")
    waiting = how_many_wait(person)
    first = the_case(person).inner_text()

    press("j")
    expect(the_case(person)).not_to_have_text(first)
    press("k")
    expect(the_case(person)).to_have_text(first)

    goes_on_to_a_clear_case(person)
    first = the_case(person).inner_text()
    press("Enter")
    person.told(re.compile(rf"{named(first)} is linked to"))
    expect(the_case(person)).not_to_have_text(first)
    still_waiting(person, waiting - 1)
    press("u")
    person.told(re.compile(rf"Undone: {named(first)}"))
    expect(the_case(person)).to_have_text(first)
    still_waiting(person, waiting)

    press("x")
    person.told(re.compile(rf"Noted: {named(first)} is not"))
    press("u")
    person.told(re.compile(rf"Undone: {named(first)}"))
    still_waiting(person, waiting)


def goes_on_to_a_clear_case(person: Visitor) -> None:
    """Press j until Enter would accept what is shown: a weak or blocked candidate has no ↵."""
    clear = person.page.get_by_role("main").get_by_role("button", name="↵")
    for _ in range(20):
        if clear.count():
            return
        before = the_case(person).inner_text()
        person.page.keyboard.press("j")
        expect(the_case(person)).not_to_have_text(before)
    expect(clear).to_be_visible()


def the_case(person: Visitor) -> Locator:
    """Return the heading of the customer who is compared: name, then number."""
    return person.page.get_by_role("main").get_by_role("heading", level=2).first


def named(case: str) -> str:
    """Return a pattern for how toasts name the customer of a case."""
    name, _, number = case.rpartition(" ")
    return re.escape(f"{number} {name}")


def how_many_wait(person: Visitor) -> int:
    navigation = person.page.get_by_role("navigation", name="Main")
    return int(navigation.get_by_role("link", name="Review").inner_text().split()[-1])


def still_waiting(person: Visitor, count: int) -> None:
    navigation = person.page.get_by_role("navigation", name="Main")
    expect(navigation.get_by_role("link", name=f"Review {count}")).to_be_visible()


def test_many_are_accepted_at_once_and_all_taken_back(person: Visitor) -> None:
    person.navigate("Review")
    waiting = how_many_wait(person)
    person.follow("Accept many…")
    tabs = person.page.get_by_role("navigation", name="Score").get_by_role("link")
    score = tabs.filter(has_text=re.compile("^95 and more"))
    count = int(score.inner_text().rpartition(" ")[2])
    score.click()

    person.press(f"Link these {count}")

    person.told(f"{count} linked.")
    still_waiting(person, waiting - count)
    person.page.get_by_role("status").get_by_role("button", name="Undo").click()
    person.told(f"{count} undone.")
    still_waiting(person, waiting)
