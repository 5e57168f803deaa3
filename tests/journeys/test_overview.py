"""The Exact Accounts Overview: find, filter, assign, unlink, undo, and read back who did it."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Locator, expect

from tests.journeys.browser import Visitor

NOT_NEAR = "10002 Decoster Partners Comm.V"  # a customer that nothing in Exact comes near


def test_filters_and_search_show_what_they_say(person: Visitor) -> None:
    in_exact = person.site.stand_in.state()["accounts"]
    customers = [one for one in in_exact if one["Status"] == "C"]
    links = list(csv.DictReader(person.site.manage("export_links").splitlines()))
    linked = {link["exact_id"] for link in links}
    by_code = {link["exact_id"] for link in links if link["rule"] == "code"}
    person.navigate("Accounts overview")

    person.shows(len(in_exact))
    for tab, count in (
        ("Linked", len(linked)),
        ("Unlinked", len(customers) - len(linked)),
        ("Not a customer", len(in_exact) - len(customers)),
        ("All", len(in_exact)),
    ):
        person.page.get_by_role("navigation", name="State").get_by_role(
            "link", name=tab, exact=True
        ).click()
        person.shows(count)
    person.page.get_by_label("Linked by rule").select_option(label="Code")
    person.shows(len(by_code))
    person.page.get_by_label("Linked by rule").select_option(label="Any rule")

    person.page.get_by_role("searchbox", name="Search").fill("moerman 20001")
    person.shows(1)
    expect(person.row("MOERMAN MEDIA SA")).to_contain_text("10001 Moerman Media SA")
    person.page.get_by_role("searchbox", name="Search").fill("nobody is called this")
    person.sees_heading("No account fits", level=2)


def test_a_person_assigns_unlinks_and_takes_both_back(person: Visitor) -> None:
    person.navigate("Accounts overview")
    name = opens_an_account_with_suggestions(person)
    address = person.page.url
    row = person.row(name).first

    finds_and_links(person, NOT_NEAR)
    person.told(re.compile(f"{NOT_NEAR} is linked to"))
    expect(row).to_contain_text(NOT_NEAR)
    expect(row).to_contain_text("Linked")

    unlinks(person, row, "wrong branch")
    person.told(re.compile(f"{NOT_NEAR} is no longer linked"))
    expect(row).not_to_contain_text(NOT_NEAR)

    person.page.get_by_role("status").get_by_role("button", name="Undo").last.click()
    person.told(re.compile(f"Undone: {NOT_NEAR}"))
    expect(row).to_contain_text(NOT_NEAR)
    assert person.page.url == address, "no second page was needed"

    reads_the_history(person)


def opens_an_account_with_suggestions(person: Visitor) -> str:
    person.page.get_by_role("link", name="Needs review", exact=True).click()
    row = person.page.get_by_role("row").filter(has=person.page.get_by_role("link", name="Assign"))
    name = row.first.get_by_role("rowheader").get_by_role("link").inner_text()
    row.first.get_by_role("link", name="Assign").click()
    return name


def finds_and_links(person: Visitor, customer: str) -> None:
    panel = person.page.get_by_role("complementary", name="Selected account")
    suggestions = panel.get_by_role("heading", name="Who is this in zapfloor?")
    picker = panel.get_by_role("heading", name="Choose a customer")
    assert top_of(suggestions) < top_of(picker)
    panel.get_by_role("searchbox", name="Search a customer").press_sequentially("decoster part")
    panel.get_by_role("button", name=f"Link {customer}").click()


def top_of(place: Locator) -> float:
    place.wait_for()
    box = place.bounding_box()
    assert box
    return box["y"]


def unlinks(person: Visitor, row: Locator, reason: str) -> None:
    form = person.unfold("Unlink", within=row)
    form.get_by_role("textbox", name="Why?").fill(reason)
    form.get_by_role("button", name=re.compile("^Unlink")).click()


def reads_the_history(person: Visitor) -> None:
    person.navigate("Link history")
    person.page.get_by_role("searchbox", name="Search").fill("decoster part")
    person.shows(3)
    unlinked = person.row("wrong branch")
    expect(unlinked).to_contain_text("admin")
    expect(unlinked).to_contain_text("Unlinked")
    expect(unlinked).to_contain_text(re.compile(r"\d+ \w+ \d{4}, \d\d:\d\d"))
    expect(unlinked).to_contain_text("undone")

    person.page.get_by_role("button", name=re.compile("^Undo")).first.click()

    person.told(re.compile(f"Undone: {NOT_NEAR}"))
    person.navigate("Customers")
    person.page.get_by_role("searchbox", name="Search").fill("decoster part")
    expect(person.row("Decoster Partners")).to_contain_text(re.compile("Assign"))
