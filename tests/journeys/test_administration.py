"""An administrator edits how invoices are booked, and is told why a choice can't be."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.browser import Visitor

INVOICE = "/exact/invoices/INV-2026-000001/"  # it sells desks


def test_a_mapping_is_edited_and_takes_effect_at_once(person: Visitor) -> None:
    chooses_for_desks(person, "701100 Omzet koffie en dranken")
    person.go(INVOICE)
    person.sees("701100 Omzet koffie en dranken")

    chooses_for_desks(person, "700100 Omzet flexdesks")
    person.go(INVOICE)
    person.sees("700100 Omzet flexdesks")


def chooses_for_desks(person: Visitor, account: str) -> None:
    person.go("/")
    person.navigate("Administration")
    person.page.get_by_role("link", name="G/L mappings", exact=True).first.click()
    person.row("every location").get_by_role("link", name="Desk", exact=True).click()
    person.page.get_by_label("G/L account").select_option(label=account)
    person.page.get_by_role("button", name="Save", exact=True).first.click()
    person.sees(re.compile("was changed successfully"))


def test_a_choice_that_can_not_be_is_refused_with_the_reason(person: Visitor) -> None:
    person.go("/admin/sync/vatmapping/")
    row = person.row("Own country").filter(has_text="21").first
    row.get_by_role("link").first.click()
    person.page.get_by_label("VAT code").select_option(label="4I Verkoop 21 % inclusief")

    person.page.get_by_role("button", name="Save", exact=True).first.click()

    person.sees("Please correct the error below.")
    expect(person.page.get_by_text(re.compile(r"4I.*includ"))).to_be_visible()
