"""How the work is written: states, amounts, how long things took, and where a problem is mended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts_link.templatetags.exactlink import pill
from sync.models import Invoice, InvoiceState, OutboxEntry, Run, Upload
from sync.rules.ledger import Problem, ProblemKind, VatCell
from sync.rules.references import format_ogm, is_valid_ogm, payment_reference
from sync.views.fields import id_of, name_of

register = template.Library()

TONES = {
    InvoiceState.NEEDS_DATA: "warn",
    InvoiceState.NEEDS_LINK: "warn",
    InvoiceState.NEEDS_MAPPING: "warn",
    InvoiceState.NEEDS_YOU: "bad",
    InvoiceState.DRIFTED: "bad",
    InvoiceState.READY: "ready",
    InvoiceState.QUEUED: "busy",
    InvoiceState.SENDING: "busy",
    InvoiceState.UNKNOWN: "busy",
    InvoiceState.RETRY: "busy",
    InvoiceState.BOOKED: "good",
    InvoiceState.PART_PAID: "warn",
    InvoiceState.PAID: "good",
}
SETTLED = {  # nobody pays a credit note
    InvoiceState.PART_PAID: "Part-settled",
    InvoiceState.PAID: "Settled",
}
ENTRY_TONES = {
    OutboxEntry.State.QUEUED: "busy",
    OutboxEntry.State.SENDING: "busy",
    OutboxEntry.State.UNKNOWN: "busy",
    OutboxEntry.State.DONE: "good",
    OutboxEntry.State.REFUSED: "bad",
    OutboxEntry.State.CONFLICT: "bad",
    OutboxEntry.State.UNCLEAR: "bad",
}
UPLOAD_TONES = {
    Upload.State.READING: "busy",
    Upload.State.READ: "ready",
    Upload.State.UNREADABLE: "bad",
    Upload.State.IMPORTING: "busy",
    Upload.State.IMPORTED: "good",
}
COUNTED = {  # the words under which a run counts, as a person reads them
    "done": "booked or created",
    "link": "linked",
    "review": "to review",
    "create": "to be created",
    "refused": "refused by Exact",
    "conflict": "found something else",
    "unclear": "not settled",
    "unknown": "being looked up",
    "queued": "waiting",
    "odd": "could not be read",
}


@register.simple_tag
def invoice_pill(invoice: Invoice) -> SafeString:
    """Return where a document stands."""
    state = InvoiceState(invoice.state)
    is_credit = invoice.kind == Invoice.Kind.CREDIT_NOTE
    words = SETTLED.get(state, state.label) if is_credit else state.label
    return pill(words, TONES.get(state, ""))


@register.simple_tag
def state_pill(state: str) -> SafeString:
    """Return a state of documents."""
    known = InvoiceState(state)
    return pill(known.label, TONES.get(known, ""))


@register.simple_tag
def entry_pill(entry: OutboxEntry) -> SafeString:
    """Return where an outbox entry stands."""
    tone = ENTRY_TONES.get(OutboxEntry.State(entry.state), "")
    return pill(entry.get_state_display(), tone)


@register.simple_tag
def upload_pill(upload: Upload) -> SafeString:
    """Return what became of a file."""
    report = upload.report
    if upload.state == Upload.State.READ and not (report["new"] or report["changed"]):
        return pill("Changes nothing")
    return pill(upload.get_state_display(), UPLOAD_TONES[Upload.State(upload.state)])


@register.filter
def amount(value: Decimal | None) -> str:
    """Return an amount with two decimals, thousands in groups, and a true minus sign."""
    if value is None:
        return ""
    digits = intcomma(f"{abs(value):.2f}")
    return f"\N{MINUS SIGN}{digits}" if value < 0 else digits


@register.simple_tag
def money(value: Decimal | None, currency: str = "EUR") -> str:
    """Return an amount with its currency."""
    sign = "€" if currency in {"EUR", ""} else currency
    return f"{sign} {amount(value or Decimal(0))}"


@register.filter
def plainly(number: Decimal | None) -> str:
    """Return a number without zeros that say nothing."""
    return "" if number is None else f"{number.normalize():f}"


@register.filter
def bytes_in_words(size: int | None) -> str:
    """Return the size of a file."""
    if not size:
        return ""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} kB"


@register.filter
def counted(run: Run) -> list[tuple[str, int]]:
    """Return what came of a run, in words, without zeros."""
    return [(COUNTED.get(word, word), number) for word, number in run.counts.items() if number]


@register.filter
def took(run: Run) -> str:
    """Return how long a run took, in a person's measure."""
    if not run.started_at or not run.ended_at:
        return ""
    return _spoken(run.ended_at - run.started_at)


def _spoken(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004 - minutes in an hour


@register.filter
def mend_url(problem: Problem) -> str:
    """Return the page, and on it the very cell, where a problem is put right; or nothing."""
    if problem.kind == ProblemKind.NEEDS_DATA:
        return reverse("sync:import")
    if problem.kind != ProblemKind.NEEDS_MAPPING:
        return ""
    kind, parts = str(problem.key[0]), problem.key[1:]
    if kind in {"gl", "vat"}:
        name = name_of(kind, VatCell(*parts) if kind == "vat" else parts)  # type: ignore[arg-type]  # a key that begins with vat
        query = urlencode({"cell": name})
        return f"{reverse('sync:grid', args=[kind])}?{query}#{id_of(name)}"
    if kind == "route":
        return f"{reverse('sync:routes')}#{id_of(name_of(kind, parts))}"
    return f"{reverse('sync:setup')}?{_cell_of(kind, parts)}#cell"


def _cell_of(kind: str, parts: Iterable[object]) -> str:
    """Return the query for a cell of the set-up: a location's row holds all that is its own."""
    card = kind if kind in {"payment_condition", "discount_product"} else "journal"
    return urlencode([("cell", card), *(("cell", str(part)) for part in parts)])


@register.filter
def mend_word(problem: Problem) -> str:
    """Return what that page is for."""
    return "Choose it" if problem.kind == ProblemKind.NEEDS_MAPPING else "Import it again"


@register.filter
def as_printed(reference: str) -> str:
    """Return a payment reference as invoices print it: an OGM/VCS as +++ddd/dddd/ddddd+++."""
    kept = payment_reference(reference)
    return format_ogm(kept) if is_valid_ogm(kept) else reference


@register.filter
def items(values: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Return a dictionary as pairs."""
    return list(values.items())
