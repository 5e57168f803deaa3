"""A bookkeeper runs a month of two companies: booked, paid, altered, undone, and it closes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from tests.accounts_link.imports.ubl_build import PDF, a_document, embedded
from tests.journeys.browser import Visitor
from tests.journeys.files import Rows, as_csv, rows_of, saved
from tests.journeys.site import Site

BRUSSELS, EVENTS = 124132, 124133
EACH = 5  # documents of each location in September
PEPPOL = "UBL-2026-0001"
CENT = Decimal("0.01")


@pytest.fixture
def person(arrive: Callable[..., Visitor], empty: Site, tmp_path: Path) -> Visitor:
    """Somebody who is signed in where a few documents of three locations wait."""
    empty.manage("connect", "exact", "--sandbox")
    customers, invoices = a_small_company()
    empty.manage("import_customers", saved(tmp_path, as_csv("customers.csv", customers)))
    empty.manage("import_invoices", saved(tmp_path, as_csv("invoices.csv", invoices)))
    empty.manage("mirror")
    empty.manage("match")
    visitor = arrive(empty)
    visitor.go("/exact/setup/")
    visitor.sign_in()
    visitor.press(re.compile("^Confirm all"))
    visitor.told(re.compile("guesses confirmed"))
    return visitor


def a_small_company() -> tuple[Rows, Rows]:
    """Return domestic customers that link by themselves, and their documents of September."""
    linked = {row[0] for row in rows_of("truth.csv") if row[1] == "link"}
    heading, *every = rows_of("customers.csv")
    domestic = {row[0] for row in every if row[0] in linked and row[12] == "BE"}
    columns, *lines = rows_of("invoices.csv")
    found: dict[str, list[str]] = {}
    for line in lines:
        if line[2].startswith("2026-09") and line[5] in domestic:
            numbers = found.setdefault(line[6], [])
            if line[0] not in numbers and len(numbers) < EACH:
                numbers.append(line[0])
    chosen = [line for line in lines if any(line[0] in numbers for numbers in found.values())]
    wanted = {line[5] for line in chosen} | {"10001"}
    return [heading, *(row for row in every if row[0] in wanted)], [columns, *chosen]


def test_a_month_of_two_companies_is_booked_paid_and_closed(person: Visitor) -> None:
    takes_a_second_division(person)
    sends_ghent_to_events(person)
    maps_events(person)
    gives_brussels_its_centres(person)
    brings_ubl(person)
    moves_what_a_closed_period_holds(person)
    pushes_both(person)
    accountant_pays_and_alters(person)
    reads_payments(person)
    accepts_what_drifted(person)
    undoes_one(person)
    closes_the_month(person)


# --- Set-up -----------------------------------------------------------------------------------


def takes_a_second_division(person: Visitor) -> None:
    person.page.get_by_role("checkbox", name=re.compile("^Flexhub Events")).check()
    person.press("Save divisions")

    person.told(re.compile("Working with Flexhub Brussels .* and Flexhub Events"))
    step = person.page.get_by_role("listitem").filter(has_text="Say which division books what")
    expect(step).to_contain_text(f"Documents without a division: {3 * EACH}")
    step.get_by_role("link", name="Choose").click()


def sends_ghent_to_events(person: Visitor) -> None:
    choose(person, "Division for Everything else", "Flexhub Brussels (124132)")
    choose(person, "Division for GNT-1", "Flexhub Events (124133)")
    person.press("Save routes")

    person.told(re.compile("Documents that were not sent yet have moved along"))
    expect(person.row("GNT-1")).to_contain_text(str(EACH))
    person.navigate("Invoices")
    person.shows(2 * EACH)


def choose(person: Visitor, label: str, words: str) -> None:
    person.page.get_by_label(label, exact=True).select_option(label=words)


def looks_at(person: Visitor, name: str) -> None:
    """Switch to another division in the navigation."""
    switch = person.page.get_by_label("Division", exact=True).first
    with person.page.expect_navigation():
        switch.select_option(label=name)


def maps_events(person: Visitor) -> None:
    looks_at(person, "124133 · Flexhub Events")
    person.shows(EACH)
    person.navigate("Set-up")
    person.press(re.compile("^Confirm all"))
    person.told(re.compile("guesses confirmed"))
    person.go("/exact/setup/gl/")
    rest = person.page.get_by_label("Everything else, All locations", exact=True)
    rest.fill("700000")
    rest.press("Tab")
    expect(person.page.locator(".slot", has=rest)).to_contain_text("Omzet algemeen")

    person.go("/exact/setup/unmapped/")
    person.sees("Nothing is missing")
    person.navigate("Invoices")
    person.sees(re.compile(rf"^Push {EACH} ready · € "))


def gives_brussels_its_centres(person: Visitor) -> None:
    looks_at(person, "124132 · Flexhub Brussels")
    person.navigate("Set-up")
    choose(person, "Cost centre for BRU-1", "BRU · Brussel")
    choose(person, "Cost unit for BRU-1", "DESK · Werkplekken")
    person.press("Confirm Journals")
    person.told(re.compile("^Saved"))
    choose(person, "Discounts", "A line of its own, on the G/L account for discounts")
    person.press("Save settings")
    person.told("Settings saved.")
    person.go("/exact/setup/gl/")
    discount = person.page.get_by_label("Discount, All locations", exact=True)
    discount.fill("700000")
    discount.press("Tab")
    expect(person.page.locator(".slot", has=discount)).to_contain_text("Omzet algemeen")


def brings_ubl(person: Visitor) -> None:
    """An invoice by Peppol, with its PDF inside, for a customer who is found by VAT number."""
    buyer = {"number": "10001", "endpoint": "0676025860", "vat": "BE0676025860"}
    content = a_document(number=PEPPOL, buyer=buyer, parts=embedded(PDF))
    file: FilePayload = {"name": "peppol.xml", "mimeType": "text/xml", "buffer": content}
    person.go("/exact/import/?kind=invoices")
    person.page.get_by_label("File or files").set_input_files(file)
    person.press("Read the file")
    person.press(re.compile("^Import 1 good"))
    person.sees_heading("Imported", level=2)

    person.go(f"/exact/invoices/{PEPPOL}/")
    for words in ("70 Verkopen", "the account's own", "121.00"):
        person.sees(words)


def moves_what_a_closed_period_holds(person: Visitor) -> None:
    person.site.stand_in.turn("period", year=2026, period=9, status="closed", journal="72")
    person.navigate("Set-up")
    person.press("Refresh from Exact")
    person.told(re.compile("^Read from Exact"))
    name = re.compile("^When a period is closed for 72")
    person.page.get_by_label(name).select_option("move")
    person.press("Save", within=person.page.locator("#closing"))
    person.told("Saved what happens when a period is closed.")

    person.go("/exact/invoices/?state=kept")
    person.sees(re.compile("Period 2026-09 of journal 72 is closed in Exact"))
    opened = person.unfold("Move all out of closed periods")
    opened.get_by_label("Why may they move?").fill("The return of September is filed")
    person.press("Move them", within=opened)
    person.told(re.compile(r"^\d+ moved to the next open period"))


# --- The month --------------------------------------------------------------------------------


def pushes_both(person: Visitor) -> None:
    stand_in = person.site.stand_in
    for name, division, count in (
        ("124132 · Flexhub Brussels", BRUSSELS, 2 * EACH + 1),
        ("124133 · Flexhub Events", EVENTS, EACH),
    ):
        person.navigate("Invoices")
        if not person.page.get_by_text(re.compile(rf"of {count}$")).is_visible():
            looks_at(person, name)
        button = person.page.get_by_role("button", name=re.compile(rf"^Push {count} ready · € "))
        words = button.inner_text()
        button.click()
        person.told(re.compile("on their way"))
        person.waits_for(f"Booked {count}")
        assert total(stand_in.of(division)) == Decimal(words.rpartition("€ ")[2].replace(",", ""))
    assert len(stand_in.of(BRUSSELS)) + len(stand_in.of(EVENTS)) == 3 * EACH + 1
    assert {entry["EntryDate"][:7] for entry in stand_in.of(BRUSSELS)} == {"2026-09", "2026-10"}
    looks_at(person, "124132 · Flexhub Brussels")
    person.go(f"/exact/invoices/{PEPPOL}/")
    person.waits_for("Attached|In Exact|Done")
    (document,) = entry_of(person, PEPPOL)["documents"]
    assert len(document["attachments"]) == 2  # the UBL and the PDF that was in it


def total(entries: list[dict[str, Any]]) -> Decimal:
    every = (Decimal(str(entry["AmountDC"])).quantize(CENT) for entry in entries)
    return sum(every, Decimal("0.00"))


def entry_of(person: Visitor, number: str) -> dict[str, Any]:
    """Return what the stand-in holds of a document of Brussels."""
    entries = person.site.stand_in.of(BRUSSELS)
    return next(entry for entry in entries if entry["YourRef"].startswith(number))


def in_journal(person: Visitor, journal: str) -> list[dict[str, Any]]:
    """Return Brussels' entries of a journal but the one that came by Peppol, in their order."""
    entries = [one for one in person.site.stand_in.of(BRUSSELS) if one["Journal"] == journal]
    return [entry for entry in entries if not entry["YourRef"].startswith(PEPPOL)]


def number_of(entry: dict[str, Any]) -> str:
    found = re.match(r"(INV|CN)-2026-\d{6}", entry["YourRef"])
    assert found
    return found[0]


def accountant_pays_and_alters(person: Visitor) -> None:
    turn = person.site.stand_in.turn
    paid, part, bounced, altered, *_ = (entry["EntryID"] for entry in in_journal(person, "70"))
    turn("pay", entry=paid)
    turn("pay", entry=part, amount="1.00")
    turn("pay", entry=bounced)
    turn("bounce", entry=bounced)
    turn("alter", entry=altered, changes={"AmountFC": "1.00"})


def reads_payments(person: Visitor) -> None:
    paid, part, bounced, *_ = map(number_of, in_journal(person, "70"))
    person.navigate("Payments")
    person.press("Read payments now")

    person.go(f"/exact/payments/?state=all&q={paid}")
    person.waits_for("Paid")
    person.sees(re.compile("^May still bounce until"))
    for number, words in ((part, "Part-paid"), (bounced, "Overdue|Open")):
        person.go(f"/exact/payments/?state=all&q={number}")
        expect(person.row(number)).to_contain_text(re.compile(words))


def accepts_what_drifted(person: Visitor) -> None:
    altered = in_journal(person, "70")[3]
    person.navigate("Reconciliation")
    person.press("Read back now")
    person.waits_for("1 difference")
    person.go("/exact/reconciliation/2026-09/")
    expect(person.row(number_of(altered))).to_contain_text("Other amount")

    person.go(f"/exact/drift/{number_of(altered)}/")
    person.sees(re.compile("line 1, net 1.00 instead of"))
    person.press(re.compile("^Accept Exact"))

    person.go("/exact/reconciliation/2026-09/")
    person.sees(re.compile("accepted"))


def undoes_one(person: Visitor) -> None:
    gone = in_journal(person, "72")[0]
    before = len(person.site.stand_in.of(BRUSSELS))
    person.go(f"/exact/invoices/{number_of(gone)}/")
    person.follow(re.compile("^Undo"))
    person.page.get_by_label("Why?").first.fill("It was for somebody else")
    person.press("Delete it in Exact")

    person.waits_for("Undone")
    assert len(person.site.stand_in.of(BRUSSELS)) == before - 1
    assert gone["EntryID"] not in {one["EntryID"] for one in person.site.stand_in.of(BRUSSELS)}


def closes_the_month(person: Visitor) -> None:
    person.navigate("Reconciliation")
    person.press("Read back now")
    person.page.wait_for_timeout(500)
    for name in ("124132 · Flexhub Brussels", "124133 · Flexhub Events"):
        looks_at(person, name)
        person.go("/exact/reconciliation/")
        person.waits_for("Closes")
        expect(person.page.get_by_text("1 difference")).to_have_count(0)
        division = int(name[:6])
        month = [one for one in person.site.stand_in.of(division) if one["EntryDate"] < "2026-10"]
        expect(person.row("September 2026")).to_contain_text(f"{total(month):,.2f}")
    person.go("/exact/reconciliation/2026-09/")
    with person.page.expect_download() as waiting:
        person.follow("CSV")
    assert "GNT-1" in waiting.value.path().read_text(encoding="utf-8-sig")
