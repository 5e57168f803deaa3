"""From an empty installation to one that is ready to go, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.browser import DESK, PATIENT, PHONE, Visitor
from tests.journeys.files import as_csv, as_xlsx, rows_of
from tests.journeys.site import Site


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_from_nothing_to_ready_to_go(
    arrive: Callable[..., Visitor], empty: Site, window: Any
) -> None:
    visitor = arrive(empty, viewport=window)

    signs_in_at_the_second_try(visitor)
    is_told_what_to_do_next(visitor)
    connects(visitor)
    chooses_the_division(visitor)
    imports_the_customers(visitor)
    imports_the_invoices(visitor)
    mirrors(visitor)
    matches(visitor)
    confirms_the_guesses(visitor)


def signs_in_at_the_second_try(visitor: Visitor) -> None:
    visitor.go("/exact/accounts/")
    visitor.sign_in("not the password")
    expect(visitor.page.get_by_role("alert")).to_contain_text("correct")

    visitor.sign_in()

    visitor.sees_heading("Exact Accounts Overview")


def is_told_what_to_do_next(visitor: Visitor) -> None:
    visitor.sees("Exact Online is not connected yet")
    visitor.navigate("Home")
    visitor.sees_heading("Next: connect exact online", level=2)


def connects(visitor: Visitor) -> None:
    visitor.follow("Connect Exact Online")
    visitor.press("Connect to Exact Online")
    expect(visitor.page).to_have_title(re.compile("Allow access"))
    visitor.press("Deny")
    visitor.told("Exact gave no permission. Connect again and choose Allow.")

    visitor.press(re.compile("^Connect"))
    visitor.sees("Flexhub Brussels")
    visitor.press("Allow")

    visitor.told("Connected to Exact as Noor Peeters.")
    visitor.sees("Choose the division")


def chooses_the_division(visitor: Visitor) -> None:
    visitor.page.get_by_role("checkbox", name=re.compile("^Flexhub Brussels")).check()
    visitor.press("Work with these")

    visitor.told(re.compile("Working with Flexhub Brussels"))
    visitor.told(re.compile(r"Read from Exact: \d+ journals, \d+ G/L accounts, \d+ VAT codes"))
    checklist = visitor.page.get_by_role("listitem").filter(has_text="Import your customers")
    expect(checklist.get_by_role("link", name="Import")).to_be_visible()
    expect(visitor.page.get_by_text("Ready to go").last).to_be_visible()
    expect(visitor.page.get_by_text("Complete")).to_have_count(0)


def imports_the_customers(visitor: Visitor) -> None:
    good = rows_of("customers.csv")
    unnamed, twice, abroad = (list(good[number]) for number in (7, 8, 9))
    unnamed[0], unnamed[4] = "20001", ""
    abroad[0], abroad[12] = "20002", "Atlantis"
    brings(visitor, "Customers", as_csv("with mistakes.csv", [*good, unnamed, twice, abroad]))

    for line, column in ((1202, "Company name"), (1203, "Customer Number"), (1204, "Country")):
        expect(visitor.row(str(line)).filter(has_text=column).first).to_be_visible()
    visitor.press("Import 1,200 good customers")
    visitor.sees("1,200 new, 0 changed, 0 the same")

    brings(visitor, "Customers", as_csv("the same.csv", good))
    visitor.sees("This file changes nothing")
    visitor.sees("All 1,200 good customers are here already")


def imports_the_invoices(visitor: Visitor) -> None:
    good = rows_of("invoices.csv")
    wrong = list(good[-1])
    wrong[0], wrong[2] = "INV-2026-009999", "the day before"
    brings(visitor, "Invoices", as_xlsx("invoices.xlsx", [*good, wrong]))

    expect(visitor.row(str(len(good) + 1)).filter(has_text="invoice_date").first).to_be_visible()
    visitor.press("Import 1,200 good invoices")
    visitor.sees("1,200 new, 0 changed, 0 the same")

    brings(visitor, "Invoices", as_csv("invoices.csv", good))
    visitor.sees("This file changes nothing")


def brings(visitor: Visitor, kind: str, file: FilePayload) -> None:
    visitor.navigate("Import")
    visitor.page.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    visitor.page.get_by_label("File or files").set_input_files(file)
    visitor.press("Read the file")
    visitor.sees_heading(file["name"])
    visitor.sees_heading("The first rows, as they were read", level=2)


def mirrors(visitor: Visitor) -> None:
    visitor.navigate("Accounts overview")
    visitor.press("Refresh")

    visitor.sees_heading("Mirror from Exact")
    expect(visitor.page.get_by_role("progressbar")).to_be_visible()
    visitor.sees("Done")
    visitor.navigate("Set-up")
    visitor.sees("1,447 accounts copied")


def matches(visitor: Visitor) -> None:
    visitor.navigate("Accounts overview")
    visitor.press(re.compile("^Match"))
    visitor.sees_heading("Match customers")
    expect(visitor.page.get_by_text(re.compile("164 to be created"))).to_be_visible(timeout=PATIENT)
    expect(visitor.page.get_by_text("Done", exact=True)).to_be_visible()

    visitor.navigate("Accounts overview")
    main = visitor.page.get_by_role("main")
    for tile in (r"Linked\s*742", r"Needs review\s*294", r"To be created\s*164"):
        expect(main.get_by_role("link", name=re.compile(tile))).to_be_visible()


def confirms_the_guesses(visitor: Visitor) -> None:
    visitor.navigate("Set-up")
    visitor.sees("Guess")

    visitor.press(re.compile(r"Confirm all \d+ guesses"))

    visitor.told(re.compile(r"\d+ guesses confirmed"))
    visitor.sees("Ready to go: everything that a push needs is there.")
    visitor.sees("Complete")
