"""What every page must be, whatever it shows: named, labelled, narrow enough, and at one's keys."""

from __future__ import annotations

from collections.abc import Iterable

from tests.journeys.browser import Visitor

# What each page must be; returns what is wrong, in words.
FAULTS = """() => {
  const wrong = [];
  const named = (e) => e.labels?.length || e.ariaLabel || e.getAttribute("aria-labelledby")
    || e.title || e.textContent.trim() || e.querySelector("img[alt]:not([alt=''])");
  if (!document.title.replace(/·.*/, "").trim()) wrong.push("no title");
  if (!document.documentElement.lang) wrong.push("no language");
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) wrong.push(`${heads} h1`);
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) wrong.push(`${wide} px too wide`);
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!(e.labels?.length || e.ariaLabel || e.getAttribute("aria-labelledby")))
      wrong.push(`no label: ${e.outerHTML.slice(0, 90)}`);
  for (const e of document.querySelectorAll("a[href], button, summary"))
    if (!named(e)) wrong.push(`no name: ${e.outerHTML.slice(0, 90)}`);
  for (const e of document.querySelectorAll("img:not([alt])")) wrong.push(`no alt: ${e.src}`);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n)))
    wrong.push(`twice: #${id}`);
  for (const e of document.querySelectorAll("script:not([src]), [onerror], [onclick], [onload]"))
    wrong.push(`runs in the page: ${e.outerHTML.slice(0, 90)}`);
  return wrong;
}"""
FOCUS_SHOWS = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return e !== document.body && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
}"""


def faults_of(visitor: Visitor) -> list[str]:
    """Return what is wrong with the page that is open, in words."""
    found: list[str] = visitor.page.evaluate(FAULTS)
    return found


def wrong_on(visitor: Visitor, addresses: Iterable[str]) -> dict[str, list[str]]:
    """Open each page and press Tab twice; return what is wrong, by address."""
    wrong = {}
    for address in addresses:
        visitor.go(address)
        visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.press("Tab")
        faults = faults_of(visitor)
        if not visitor.page.evaluate(FOCUS_SHOWS):
            faults.append("the focus does not show")
        if faults:
            wrong[address] = faults
    return wrong
