"""The same work by plain forms, in a browser that runs no scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import Visitor
from tests.journeys.files import as_csv, rows_of
from tests.journeys.site import Site

NEWCOMER = "Plain Forms & Sons"


@pytest.fixture
def plain(arrive: Callable[..., Visitor], demo: Site) -> Visitor:
    """Somebody whose browser runs no scripts, signed in."""
    visitor = arrive(demo, java_script_enabled=False)
    visitor.go("/")
    visitor.sign_in()
    visitor.sees_heading("Home")
    return visitor


def test_files_links_and_invoices_need_no_script(plain: Visitor) -> None:
    imports_a_customer_and_an_invoice(plain)
    assigns_and_unlinks(plain)
    matches(plain)
    pushes(plain)


def imports_a_customer_and_an_invoice(plain: Visitor) -> None:
    headings, customer, *_ = rows_of("customers.csv")
    customer[0:5] = ["30001", "private", "", "FALSE", NEWCOMER]
    customer[6:12] = ["Nowhere Lane", "", "1", "9999", "Farawayville", ""]
    customer[18:20] = ["", "post@farawayville.example"]
    titles, line, *_ = rows_of("invoices.csv")
    line[0], line[5] = "INV-2026-030001", "30001"

    for kind, rows in (("Customers", [headings, customer]), ("Invoices", [titles, line])):
        plain.navigate("Import")
        plain.page.get_by_role("radio", name=re.compile(f"^{kind}")).check()
        file = as_csv(f"{kind} 30001.csv", rows)
        plain.page.get_by_label("File or files").set_input_files(file)
        plain.press("Read the file")
        plain.press(f"Import 1 good {kind.lower()}")
        plain.sees("1 new, 0 changed, 0 the same")


def assigns_and_unlinks(plain: Visitor) -> None:
    finds_the_newcomer(plain)
    plain.page.get_by_role("searchbox", name="Search an account").fill("20001")
    plain.page.get_by_role("searchbox", name="Search an account").press("Enter")
    plain.press("Link 20001 MOERMAN MEDIA SA")
    plain.told(re.compile("is linked to 20001"))

    form = plain.unfold("Unlink")
    form.get_by_role("textbox", name="Why?").fill("only tried")
    form.get_by_role("button", name=re.compile("^Unlink")).click()
    plain.told(re.compile("no longer linked"))

    plain.page.get_by_role("status").get_by_role("button", name="Undo").click()
    plain.told(re.compile("Undone"))


def finds_the_newcomer(plain: Visitor) -> None:
    plain.navigate("Customers")
    plain.page.get_by_role("link", name="All", exact=True).click()
    plain.page.get_by_role("searchbox", name="Search").fill(NEWCOMER)
    plain.press("Search")
    plain.follow(NEWCOMER)


def matches(plain: Visitor) -> None:
    plain.navigate("Accounts overview")
    plain.press(re.compile("^Match"))
    plain.sees_heading("Match customers")
    expect(plain.page.get_by_text("Done", exact=True)).to_be_visible(timeout=20_000)


def pushes(plain: Visitor) -> None:
    plain.go("/exact/invoices/INV-2026-030001/")
    plain.press(re.compile("^Push$"))
    plain.told("1 document is on its way.")
    plain.waits_for("Booked")
    entries = plain.site.stand_in.entries()
    assert len([one for one in entries if one["YourRef"].startswith("INV-2026-030001")]) == 1
