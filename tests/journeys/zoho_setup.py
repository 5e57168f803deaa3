"""The set-up of Zoho beside Exact, step by step as a person takes it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.journeys.browser import PATIENT, Visitor

COLLEAGUE, PASSWORD = "els", "a password of Els, long"


def sets_up(person: Visitor, colleague: Visitor) -> None:
    """Go from the terms to the end of the first run."""
    agrees_to_the_terms(person)
    lets_a_colleague_in(person, colleague)
    logs_in_to_zoho(person)
    ties_the_division(person)
    opens_a_hidden_module(person)
    makes_our_fields(person)
    confirms_the_taxes(person)
    chooses_how_invoices_cross(person)
    starts(person)


def card(person: Visitor, key: str) -> Locator:
    """Return the part of a page with this id."""
    return person.page.locator(f"#{key}")


def step(person: Visitor, title: str) -> Locator:
    """Return a step of the checklist."""
    return card(person, "checklist").get_by_role("listitem").filter(has_text=title)


def done(person: Visitor, title: str) -> None:
    expect(step(person, title)).to_contain_text("Done:")


def agrees_to_the_terms(person: Visitor) -> None:
    person.navigate("Zoho ↔ Exact")
    person.sees("Zoho CRM is not set up yet")
    person.follow("Go to set-up")
    terms = card(person, "terms")
    expect(terms).to_contain_text("A deletion. What is deleted on one side")
    expect(terms).to_contain_text("Nothing runs before somebody agrees.")

    person.press("I have read this and agree")

    expect(terms).to_contain_text(re.compile(r"admin agreed to version \S+ on \d+ \w+ 20\d\d"))
    done(person, "Agree to the terms")


def lets_a_colleague_in(person: Visitor, colleague: Visitor) -> None:
    card(person, "users").get_by_role("link", name="Add a person").click()
    person.page.get_by_label("Username").fill(COLLEAGUE)
    for label in ("Password:", "Password confirmation:"):
        person.page.get_by_label(label, exact=True).fill(PASSWORD)
    person.page.get_by_role("button", name="Save", exact=True).click()
    colleague.go("/zoho/")
    colleague.sign_in(PASSWORD, name=COLLEAGUE)
    colleague.sees(re.compile("open to those whom an administrator chose"))

    person.go("/zoho/setup/")
    person.page.get_by_role("checkbox", name=COLLEAGUE).check()
    person.press("Save who may use it")

    person.told("Saved who may use it.")
    done(person, "Say who may use it")
    colleague.go("/zoho/")
    colleague.sees_heading("Zoho ↔ Exact")


def logs_in_to_zoho(person: Visitor) -> None:
    person.press("Log in to Zoho")
    expect(person.page).to_have_title(re.compile("Allow access"))
    person.press("Reject")
    person.told("Zoho gave no permission. Connect again and choose Accept.")

    person.press("Log in to Zoho")
    person.press("Accept")

    person.told(re.compile("^Connected to "))
    zoho = card(person, "zoho")
    expect(zoho).to_contain_text("Enterprise")
    zoho.get_by_text("What Zoho allows us").click()
    expect(zoho.get_by_text("Granted").first).to_be_visible()
    expect(zoho.get_by_text("Missing")).to_have_count(0)


def ties_the_division(person: Visitor) -> None:
    """Zoho's invoices are hidden meanwhile."""
    person.site.zoho.turn("hide_module", module="Invoices")
    person.page.get_by_role("radio", name=re.compile("Flexhub Brussels")).check()

    person.press("Tie them")

    person.told(re.compile("is tied to"))
    person.told("Not open to us: Invoices. Each says what to do.")


def opens_a_hidden_module(person: Visitor) -> None:
    row = card(person, "modules").get_by_role("row").filter(has_text="Invoices")
    expect(row).to_contain_text("Not open to us")
    expect(row).to_contain_text("Customization → Modules and Fields → Organize Modules")
    expect(step(person, "Check the modules")).not_to_contain_text("Done:")
    person.press("Check again")
    person.told("Not open to us: Invoices. Each says what to do.")

    person.site.zoho.turn("hide_module", module="Invoices", state="")
    person.press("Check again")

    person.told("Zoho's modules, fields and taxes are read.")
    expect(row).to_contain_text("Open")
    done(person, "Check the modules")


def makes_our_fields(person: Visitor) -> None:
    fields = card(person, "fields")
    expect(fields.get_by_text("Missing", exact=True).first).to_be_visible()

    person.press("Make the missing fields")

    person.told(re.compile(r"^\d+ fields made in Zoho\.$"))
    expect(fields.get_by_text("Missing", exact=True)).to_have_count(0)
    done(person, "Make our fields in Zoho")
    done(person, "Map the fields")


def confirms_the_taxes(person: Visitor) -> None:
    expect(card(person, "taxes").get_by_text("Guess", exact=True).first).to_be_visible()

    person.press("Save the taxes")

    person.told(re.compile(r"^Saved: [1-9]\d* taxes have a VAT code\.$"))
    expect(card(person, "taxes").get_by_text("Guess", exact=True)).to_have_count(0)
    done(person, "Map the taxes")


def chooses_how_invoices_cross(person: Visitor) -> None:
    expect(card(person, "invoices").get_by_role("checkbox", name="Open")).to_be_checked()
    person.press("Save how invoices cross")
    person.told("Saved how invoices cross.")
    done(person, "Choose how invoices cross")

    products = len(person.site.zoho.records("Products"))
    person.press("Make ours now")

    person.told(re.compile("^Lines that match no product stand under "))
    assert len(person.site.zoho.records("Products")) == products + 1
    person.sees("Ready to go: press Start.")


def starts(person: Visitor) -> None:
    person.press("Start")

    person.told("Started. The first run reads both sides; this may take a while.")
    person.navigate("Zoho ↔ Exact")
    ran(person)
    tile = person.page.get_by_role("article", name="Accounts")
    expect(tile).to_contain_text(re.compile(r"1[0-9] equal of"))


def ran(person: Visitor) -> None:
    """Wait until the overview says by itself that the last run is over."""
    runs = person.page.locator("section.card").filter(has_text="Last runs").get_by_role("listitem")
    expect(runs.first).to_contain_text("Done", timeout=PATIENT)
    expect(person.page.locator("section.run")).to_have_count(0)
