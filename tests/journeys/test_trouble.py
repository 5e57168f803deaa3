"""When Exact refuses, answers nothing or forgets us: a person sees it, mends it, and it goes on."""

from __future__ import annotations

import re

from tests.journeys.browser import Visitor

BOOKING = {"method": "POST", "path": "SalesEntries"}
CLOSED = "Periode is afgesloten"


def test_a_refusal_shows_exacts_words_and_goes_once_it_is_mended(person: Visitor) -> None:
    before = len(person.site.stand_in.entries())
    person.site.stand_in.fault("status", status=500, body=CLOSED, times=1, **BOOKING)
    pushes(person, "INV-2026-000008")

    person.waits_for("Needs you")
    person.sees(re.compile(re.escape(CLOSED)))
    person.sees(re.compile("Reopen the period in Exact"))
    person.navigate("Inbox")
    person.sees(re.compile(re.escape(CLOSED)))
    person.follow("INV-2026-000008")

    person.press("Look, then send anew")

    person.waits_for("Booked")
    assert len(person.site.stand_in.entries()) == before + 1


def test_a_lost_answer_is_looked_up_and_booked_once(person: Visitor) -> None:
    before = len(person.site.stand_in.entries())
    person.site.stand_in.fault("lose_answer_after", times=1, **BOOKING)
    pushes(person, "INV-2026-000004")

    person.waits_for("Looking up")
    person.waits_for("Booked")

    entries = person.site.stand_in.entries()
    assert len(entries) == before + 1
    person.sees(entries[-1]["YourRef"])
    person.sees(str(entries[-1]["EntryNumber"]))


def test_a_lost_permission_is_asked_for_again_and_nothing_is_lost(person: Visitor) -> None:
    before = len(person.site.stand_in.entries())
    person.site.stand_in.fault("revoke_tokens", times=1)
    pushes(person, "INV-2026-000006")

    asks_to_connect_again(person)
    assert len(person.site.stand_in.entries()) == before
    person.press("Connect again")
    person.press("Allow")
    person.told("Connected to Exact as Noor Peeters.")

    person.go("/exact/invoices/INV-2026-000006/")
    person.waits_for("Booked")
    assert len(person.site.stand_in.entries()) == before + 1
    person.navigate("Inbox")
    person.waits_for("Mended lately")


def asks_to_connect_again(person: Visitor) -> None:
    navigation = person.page.get_by_role("navigation", name="Main")
    for _ in range(60):
        if navigation.get_by_text("Exact: connect again").is_visible():
            break
        person.page.wait_for_timeout(500)
        person.page.reload()
    person.navigate("Home")
    person.waits_for("Exact Online must be connected again")
    person.navigate("Inbox")
    person.waits_for("Exact Online must be connected again")
    navigation.get_by_role("link", name="Put it right").click()


def pushes(person: Visitor, number: str) -> None:
    person.go(f"/exact/invoices/{number}/")
    person.press(re.compile("^Push$"))
    person.told("1 document is on its way.")
