"""A person at a browser: signs in, looks, and keeps note of everything that goes wrong unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

from tests.journeys.site import Site

DESK: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}
PATIENT = 20_000  # milliseconds: what a worker does may take this long
# A browser writes a line for each answer of 4xx; a refusal that a page shows is no fault of it.
AN_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@dataclass
class Visitor:
    """Somebody with one window open on a site."""

    site: Site
    page: Page
    troubles: list[str] = field(default_factory=list)  # console errors, CSP, scripts that ran

    @classmethod
    def arrive(cls, site: Site, context: BrowserContext) -> Visitor:
        """Open a window and listen to it."""
        visitor = cls(site, context.new_page())
        visitor.page.on("console", visitor._note_console)
        visitor.page.on("pageerror", lambda error: visitor.troubles.append(f"script: {error}"))
        visitor.page.on("dialog", visitor._note_dialog)
        return visitor

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not AN_ANSWER.match(message.text):
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"{self.page.url} opened a dialog: {dialog.message}")
        dialog.dismiss()

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(f"{self.site.url}{path}")

    def sign_in(self, password: str | None = None, *, name: str = "admin") -> None:
        """Fill the log-in in; without a password, with the one that `up` printed."""
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(password or self.site.password)
        self.press("Log in")

    def press(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press the one button of that name."""
        (within or self.page).get_by_role("button", name=name).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow a link of the page itself, the first of that name."""
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()

    def navigate(self, name: str) -> None:
        """Go to a page by the navigation, which a phone folds away."""
        menu = self.page.get_by_role("button", name="Menu")
        if menu.is_visible():
            menu.click()
        main = self.page.get_by_role("navigation", name="Main")
        link = main.get_by_role("link", name=re.compile(rf"^{re.escape(name)}( [\d,]+)?$"))
        with self.page.expect_navigation():  # a key pressed before the page is there is lost
            link.click()

    def sees(self, text: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Expect words on the page."""
        place = within or self.page.locator("body")
        expect(place.get_by_text(text).first).to_be_visible(timeout=PATIENT)

    def sees_heading(self, name: str | re.Pattern[str], level: int = 1) -> None:
        """Expect a heading."""
        expect(self.page.get_by_role("heading", name=name, level=level)).to_be_visible(
            timeout=PATIENT
        )

    def row(self, text: str | re.Pattern[str]) -> Locator:
        """Return the row of a table that holds these words."""
        return self.page.get_by_role("row").filter(has_text=text)

    def told(self, text: str | re.Pattern[str]) -> None:
        """Expect a toast with these words."""
        expect(self.page.get_by_role("status").get_by_text(text).first).to_be_visible(
            timeout=PATIENT
        )

    def unfold(self, name: str, *, within: Locator | None = None) -> Locator:
        """Open what is folded under a word; return what it holds."""
        place = (within or self.page).locator("details").filter(has_text=name).first
        place.locator("summary").click()
        return place

    def shows(self, count: int) -> None:
        """Expect a list to say that it has so many rows."""
        words = re.compile(rf"^[\d,]+\u2013[\d,]+ of {count:,}$")
        expect(self.page.get_by_text(words)).to_be_visible()

    def waits_for(self, words: str) -> None:
        """Look at the page again and again, as somebody does who waits for a worker."""
        place = self.page.get_by_role("main").get_by_text(re.compile(rf"^\s*{words}\s*$")).first
        for _ in range(60):
            if place.is_visible():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        expect(place).to_be_visible()
