"""How a comparison is written: whether a month closes, counts with a sign, facts of an entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from accounts_link.templatetags.exactlink import pill
from sync.models import ComparedMonth
from sync.templatetags.work import amount

register = template.Library()


@register.simple_tag
def month_pill(compared: ComparedMonth | None) -> SafeString:
    """Return whether a month closes."""
    if compared is None:
        return pill("Not compared")
    if compared.open_count:
        many = "" if compared.open_count == 1 else "s"
        return pill(f"{compared.open_count:,} difference{many}", "bad")
    if compared.awaited_count:
        return pill("Being read back", "busy")
    return pill("Closes, with accepted ones" if compared.accepted_count else "Closes", "good")


@register.filter
def signed_number(number: int) -> str:
    """Return a count with its sign."""
    return f"{number:+,}".replace("-", "\N{MINUS SIGN}") if number else "0"


@register.simple_tag
def fact_value(value: object) -> str:
    """Return a day, an amount or a text as a person reads it."""
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return amount(value) if isinstance(value, Decimal) else str(value or "–")  # noqa: RUF001 - a dash
