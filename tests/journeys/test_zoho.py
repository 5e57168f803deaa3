"""A company with Zoho beside Exact: from the terms to pairs that stay equal, closed, reopened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import DESK, PHONE, Visitor
from tests.journeys.site import Knobs, Site, a_site
from tests.journeys.soundness import wrong_on
from tests.journeys.zoho_company import stand_in_options
from tests.journeys.zoho_setup import card, ran, sets_up
from tests.running.installation import eventually

NASTY = "<script>alert(1)</script>"
MOERMAN = "MOERMAN MEDIA SA"  # its name in Exact, which Zoho takes over


@pytest.fixture
def both(chromium: Path, tmp_path: Path) -> Iterator[Site]:
    """An installation that is connected to Exact, with a small company there and in Zoho."""
    with a_site(tmp_path / "data", stand_in_options(tmp_path)) as site:
        site.manage("connect", "exact", "--sandbox")
        yield site


def test_zoho_and_exact_are_kept_equal(arrive: Callable[..., Visitor], both: Site) -> None:
    person = signed_in(arrive, both, DESK, "light")

    sets_up(person, arrive(both))
    changes_mappings(person)
    turns_contacts_on(person)
    settles_a_conflict(person)
    mends_what_is_missing(person)
    turns_contacts_off(person)
    closes_and_goes_on(person)
    pages = every_page(person)
    for window, scheme in ((DESK, "dark"), (PHONE, "light")):
        assert wrong_on(signed_in(arrive, both, window, scheme), pages) == {}


def changes_mappings(person: Visitor) -> None:
    edits_mapping(person, "City", direction="Exact to Zoho", transform="IN CAPITALS")
    person.press("Preview without saving")
    person.sees(re.compile("^Nothing was saved."))
    sample = card(person, "sample-heading").locator("..")
    before = sample.locator("[data-label=Before]").first.inner_text().removeprefix("City")
    expect(sample.locator("[data-label=After] b").first).to_have_text(before.strip().upper())
    saves_mapping(person)
    edits_mapping(person, "Phone", winner="Ask a person")
    saves_mapping(person)

    syncs(person)

    cities = [
        row["Billing_City"] for row in person.site.zoho.find("Accounts") if row.get("Exact_ID")
    ]
    assert cities
    assert all(city.isupper() for city in cities)


def edits_mapping(person: Visitor, name: str, **choices: str) -> None:
    """Open the mapping of a property of accounts in the administration; choose, save nothing."""
    person.go("/zoho/setup/")
    person.page.get_by_role("navigation", name="Set-up of Zoho").get_by_text("mappings").click()
    person.page.get_by_role("link", name=name, exact=True).first.click()
    for field, words in choices.items():
        person.page.locator(f"#id_{field}").select_option(label=words)


def saves_mapping(person: Visitor) -> None:
    person.page.get_by_role("button", name="Save", exact=True).click()
    person.sees(re.compile("was changed successfully"))


def turns_contacts_on(person: Visitor) -> None:
    asks_to_turn(person, "on")
    person.sees_heading("Sync On for Contacts?")
    person.sees("4 records change from staying out to coming in")
    from_exact, from_zoho = person.page.locator(".beside section").all()
    expect(from_exact).to_contain_text("Nathalie Van Dijk")
    expect(from_zoho).to_contain_text("Charlotte Dekker")
    expect(from_zoho).to_contain_text("The account of this contact is not synchronised")
    assert not person.site.zoho.find("Contacts", Full_Name="Nathalie Van Dijk")
    assert not person.site.stand_in.find("contacts", FirstName="Charlotte", LastName="Dekker")

    person.press("Turn Sync On")

    person.told(re.compile("^Sync On for Contacts."))
    person.go("/zoho/")
    ran(person)
    assert person.site.zoho.find("Contacts", Full_Name="Nathalie Van Dijk")
    eventually(
        lambda: person.site.stand_in.find("contacts", FirstName="Charlotte", LastName="Dekker")
    )


def asks_to_turn(person: Visitor, word: str) -> None:
    person.go("/zoho/setup/switches/")
    card(person, "Contacts").get_by_role("link", name=f"Turn {word}…").click()


def settles_a_conflict(person: Visitor) -> None:
    """Two colleagues hear two phone numbers before either change is told to us."""
    key = person.site.stand_in.account(MOERMAN)["ID"]
    theirs = person.site.zoho.find("Accounts", Exact_ID=key)[0]
    with nobody_telling(person.site):
        person.site.stand_in.change(key, Phone="+3221111111")
        author = person.site.zoho.change("Accounts", theirs, Phone="+3222222222")
        syncs(person)
    person.sees("1 field changed on both sides")
    person.follow("Choose")
    row = person.row(MOERMAN)
    expect(row).to_contain_text("+3221111111")
    expect(row).to_contain_text("+3222222222")
    for name in ("Lies Wouters", author):  # of Exact, and of Zoho
        when = re.compile(rf"^changed \d+ \w+ 20\d\d, \d\d:\d\d by {name}$")
        expect(row.get_by_text(when)).to_be_visible()

    person.press(f"Exact's value for {MOERMAN}")

    person.told("Exact's value holds: the next run writes it to the other side.")
    syncs(person)
    assert person.site.zoho.find("Accounts", Exact_ID=key, Phone="+3221111111")
    person.go("/zoho/conflicts/")
    person.sees("Nothing to choose")
    person.follow(re.compile("^Settled"))
    expect(person.row(MOERMAN)).to_contain_text("chosen")
    echoes_nothing(person)


@contextmanager
def nobody_telling(site: Site) -> Iterator[None]:
    """Lose what both sides would tell us, so that a run finds it all at once."""
    site.stand_in.turn("webhooks", drop=100)
    site.zoho.turn("switches", watch_drop=1)
    yield
    site.stand_in.turn("webhooks", drop=0)
    site.zoho.turn("switches", watch_drop=0)


def echoes_nothing(person: Visitor) -> None:
    """Run once more: nothing is written to either side."""
    sides = (person.site.zoho, person.site.stand_in)
    before = [len(writes(side)) for side in sides]
    syncs(person)
    assert [len(writes(side)) for side in sides] == before


def writes(side: Knobs) -> list[str]:
    """Return the records that were written so far: questions and subscriptions are none."""
    changes = [call["path"] for call in side.calls() if call["method"] in {"POST", "PUT", "DELETE"}]
    others = re.compile(r"oauth|coql|/actions/|/settings/|webhooks")
    return [path for path in changes if not others.search(path)]


def mends_what_is_missing(person: Visitor) -> None:
    """Exact takes no contact without a first name."""
    contact = new_contact(person, Last_Name="De Wit", Email="de.wit@moermanmedia.be")
    syncs(person)
    person.sees("Contacts: 1 lacks something")
    person.navigate("Inbox")
    signal = person.page.get_by_role("listitem").filter(has_text="Contacts: De Wit · needs you")
    expect(signal).to_contain_text("first name")
    assert (
        person.site.zoho.find("Contacts", id=contact["id"])[0]["Exact_Sync_Status"] == "Needs you"
    )
    signal.get_by_role("link", name="Put it right").click()
    person.sees_heading("De Wit")
    field = person.page.locator(f"#{urlsplit(person.page.url).fragment}")
    expect(field).to_contain_text("First Name")
    with person.page.expect_popup() as opened:
        person.follow("Fill in “First Name” in Zoho")
    expect(opened.value).to_have_title(re.compile("De Wit"))
    opened.value.close()

    person.site.zoho.change("Contacts", contact, First_Name="Anna")
    syncs(person)

    eventually(lambda: person.site.stand_in.find("contacts", FirstName="Anna", LastName="De Wit"))
    assert person.site.zoho.find("Contacts", id=contact["id"])[0]["Exact_Sync_Status"] is None
    person.navigate("Inbox")
    expect(person.page.locator("section", has_text="To know")).not_to_contain_text("De Wit")
    expect(person.page.locator("section", has_text="Mended lately")).to_contain_text("De Wit")


def turns_contacts_off(person: Visitor) -> None:
    asks_to_turn(person, "off")
    person.sees("Nothing that is here now changes")
    person.press("Turn Sync Off")
    person.told(re.compile("^Sync Off for Contacts."))
    person.go("/zoho/")
    ran(person)  # another one joins a run that goes on, and that read Zoho already
    new_contact(person, First_Name="Piet", Last_Name="Blijver", account="Software Aerts")

    syncs(person)

    person.go("/zoho/contacts/?q=Blijver")
    expect(person.row("Piet Blijver")).to_contain_text("The switch is off")
    assert not person.site.stand_in.find("contacts", LastName="Blijver")


def closes_and_goes_on(person: Visitor) -> None:
    person.go("/zoho/setup/")
    popup = person.unfold("All jobs stop.")
    person.press("Close", within=popup)
    person.told("Closed. Nothing runs any more, and nothing was deleted.")
    key = person.site.stand_in.account(MOERMAN)["ID"]
    person.site.stand_in.change(key, Phone="+3223333333")
    person.go("/zoho/")
    person.sees("Zoho ↔ Exact is closed.")
    expect(person.page.get_by_role("button", name="Sync now")).to_have_count(0)

    person.follow("Go to set-up")
    person.press("Go on")
    person.told(re.compile("^Started."))
    person.go("/zoho/")
    ran(person)

    assert person.site.zoho.find("Accounts", Exact_ID=key, Phone="+3223333333")


def new_contact(person: Visitor, account: str = MOERMAN, **values: str) -> dict[str, Any]:
    """Have a colleague add a contact of an account in Zoho."""
    of = person.site.zoho.find("Accounts", Account_Name=account)[0]
    lookup = {"Account_Name": {"id": of["id"], "name": account}}
    made: dict[str, Any] = person.site.zoho.turn(
        "add", module="Contacts", values={**values, **lookup}
    )
    return made


def syncs(person: Visitor) -> None:
    """Ask for a run, and wait for its end."""
    person.go("/zoho/")
    with person.page.expect_navigation():
        person.press("Sync now")
    ran(person)


# --- Every page -------------------------------------------------------------------------------

PAGES = [
    "/inbox/",
    "/zoho/",
    "/zoho/setup/",
    "/zoho/setup/switches/",
    "/zoho/setup/switches/Accounts/",
    "/zoho/accounts/",
    "/zoho/accounts/?state=equal",
    "/zoho/contacts/?q=script",
    "/zoho/products/",
    "/zoho/invoices/",
    "/zoho/orders/",
    "/zoho/review/",
    "/zoho/conflicts/?state=settled",
]


def signed_in(arrive: Callable[..., Visitor], site: Site, window: Any, scheme: str) -> Visitor:
    visitor = arrive(site, viewport=window, color_scheme=scheme)
    visitor.go("/")
    visitor.sign_in()
    visitor.sees_heading("Home")
    return visitor


def every_page(person: Visitor) -> list[str]:
    """Return the pages of Zoho, with a record of each kind and a name that is a script."""
    new_contact(person, First_Name=NASTY, Last_Name="Script")
    syncs(person)
    records = []
    for slug in ("accounts", "contacts", "invoices"):
        person.go(f"/zoho/{slug}/?q={'Script' if slug == 'contacts' else ''}")
        link = person.page.locator("tbody a.name").first
        records.append(link.get_attribute("href") or "")
    return [*PAGES, *records]
