"""How things are written: states as pills, VAT numbers in groups, money, icons, equal words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django_htmx.middleware import HtmxDetails

from accounts_link.models import Candidate, Customer, ExactAccount, LinkEvent, Standing

register = template.Library()

WORDS = re.compile(r"([^\w@.\-]+)")  # an e-mail address is one word


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it."""

    htmx: HtmxDetails


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a drawing of the sprite; it decorates, the word beside it tells."""
    address = static("accounts_link/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', address, name
    )


@register.simple_tag
def page_url(name: str, *args: Any) -> str:
    """Return the address of a page, or nothing where an installation lacks that page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def pill(word: object, tone: str = "") -> SafeString:
    """Return a word with a shape and a colour: good, warn, bad, busy, or none."""
    return format_html('<span class="pill {}">{}</span>', tone, word)


@register.simple_tag
def account_pill(account: ExactAccount) -> SafeString:
    """Return the state of an account of the overview."""
    links = list(account.links.all())
    if account.is_gone:
        return pill("Gone from Exact", "bad")
    if links:
        rules = {link.get_rule_display() for link in links}
        return pill(
            f"Linked · {rules.pop() if len(rules) == 1 else f'{len(links)} customers'}", "good"
        )
    if account.status != ExactAccount.Status.CUSTOMER:
        return pill(f"{account.get_status_display()} in Exact")
    return pill("Needs review", "warn") if account.candidate_count else pill("Unlinked")


@register.simple_tag
def customer_pill(customer: Customer) -> SafeString:
    """Return the state of a customer that was read `with_standing`."""
    links, outcome = getattr(customer, "link_list", []), getattr(customer, "outcome", None)
    if links:
        return pill(f"Linked · {links[0].get_rule_display()}", "good")
    if not outcome:
        return pill("Not matched yet")
    return pill(Standing.Outcome(outcome).label, "warn" if outcome == "review" else "")


@register.simple_tag
def event_pill(event: LinkEvent) -> SafeString:
    """Return what happened to a link."""
    tones = {LinkEvent.Action.LINKED: "good", LinkEvent.Action.UNLINKED: "bad"}
    return pill(event.get_action_display(), tones.get(LinkEvent.Action(event.action), ""))


@register.simple_tag
def run_pill(run: Any) -> SafeString:
    """Return how a piece of long work stands."""
    tones = {
        "done": "good",
        "failed": "bad",
        "paused": "warn",
        "running": "busy",
        "waiting": "busy",
    }
    return pill(run.get_state_display(), tones.get(run.state, ""))


@register.filter
def versus(candidate: Candidate, customer: Customer) -> list[tuple[str, str, str]]:
    """Return what to compare, line by line: the word, what zapfloor says, what Exact says."""
    account = candidate.account
    return [
        ("Name", customer.name, account.name),
        (
            "VAT",
            vat(customer.vat_number) or customer.vat_typed,
            vat(account.vat_number) or account.vat_typed,
        ),
        ("Number", customer.number, " ".join(filter(None, (account.code, account.search_code)))),
        ("Street", f"{customer.street} {customer.street_number}".strip(), account.address),
        ("Place", _place(customer), _place(account)),
        ("E-mail", customer.email or customer.invoice_emails, account.email),
        ("Phone", customer.phone or customer.mobile, account.phone),
    ]


def _place(party: Customer | ExactAccount) -> str:
    return " ".join(filter(None, (party.postcode, party.city, party.country)))


@register.simple_tag
def score_pill(score: int) -> SafeString:
    """Return how near a candidate is, 0 to 100, with a word for it."""
    word = "strong" if score >= 80 else "likely" if score >= 60 else "weak"  # noqa: PLR2004 - as the legend says
    tone = "good" if word == "strong" else "warn" if word == "likely" else ""
    return pill(f"{score} · {word}", tone)


@register.simple_tag
def undoable(message: Message) -> list[str]:
    """Return the events that the toast of this message can undo: its tag is undo-12-13."""
    tags = (message.extra_tags or "").split("-")
    return tags[1:] if tags[0] == "undo" else []


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """Return the page to come back to: the one being shown, or the one a button was pressed on."""
    request: HtmxRequest = context["request"]
    return request.POST.get("next") or request.htmx.current_url_abs_path or request.get_full_path()


@register.filter
def signed(points: int) -> SafeString:
    """Return points with their sign: green for, red against, grey for nothing."""
    tone = "" if points > 0 else "bad" if points < 0 else "no"
    return format_html('<b class="{}">{}</b>', tone, f"{points:+d}" if points else "0")


@register.filter
def vat(number: str) -> str:
    """Return a Belgian or Dutch VAT number in the groups people know; others as they are."""
    for pattern, written in (
        (r"BE(\d{4})(\d{3})(\d{3})", r"BE \1.\2.\3"),
        (r"NL(\d{4})(\d{2})(\d{3})(B\d{2})", r"NL \1.\2.\3.\4"),
        (r"([A-Z]{2})(\w+)", r"\1 \2"),
    ):
        if re.fullmatch(pattern, number or ""):
            return re.sub(pattern, written, number)
    return number or ""


@register.filter
def euro(amount: Decimal | None) -> str:
    """Return an amount with two decimals and thousands in groups."""
    return f"€ {intcomma(f'{amount or 0:.2f}')}"


@register.simple_tag
def marked(text: str, other: str) -> SafeString:
    """Return `text` with each word marked that `other` holds too, whatever its case."""
    known = {_plain(word) for word in WORDS.split(other or "")} - {""}
    return format_html_join("", "{}", ((_mark(part, known),) for part in WORDS.split(text or "")))


def _mark(part: str, known: set[str]) -> SafeString:
    if _plain(part) and _plain(part) in known:
        return format_html("<mark>{}</mark>", part)
    return conditional_escape(part)


def _plain(word: str) -> str:
    return re.sub(r"\W", "", word).casefold()


@register.simple_tag
def same(text: str, other: str) -> SafeString:
    """Return the class of a row of a comparison whose two sides say the same."""
    equal = _plain(text or "") and _plain(text or "") == _plain(other or "")
    return mark_safe("equal" if equal else "")  # noqa: S308 - two constants
