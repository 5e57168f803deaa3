"""Invoices that were booked in Exact without being made there, out of our copies of its books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sync.models import ExactRecord, LedgerLine, MirrorCursor, PaymentTerm, VATCode
from sync.rules.cents import to_cents
from sync.rules.payments import Standing, Term, standing
from sync.services import feeds
from sync.services.payments.settle import term_of
from sync.services.streams import batches
from sync.services.zoho.pairing.crossing import LINES
from sync.services.zoho.reading.copies import Read, Seen, clean, differs, mark_gone, revalue, save

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models import ModuleSync, ZohoSync

FEED = "zoho entries"  # over our own copies: how far they were looked at
MARK = "IsEntry"  # of a copy that is an entry, and has no invoice in Exact behind it
PAYS = "InvoiceTo"  # the account of an invoice whose debt it is; it may be ordered by another one
ENTRY, PAID, OPEN = "EntryID", "Paid", "Open"  # of every invoice that is booked; amounts with VAT
HEADER, PROCESSED, INVOICE, CREDIT_NOTE = 0, 50, 8020, 8021
BATCH = 500  # entries looked at together
ZERO = Decimal("0.00")


def touched(sync: ZohoSync, *, now: datetime) -> dict[UUID, int]:
    """Return the entries of which a line or a payment is newer than at the last look.

    Ask before the invoices are read: of an entry that is known by then, Exact tells the invoice
    as printed. One that came in between would look as if it had none.
    """
    since = feeds.start(_cursor(sync), now)
    found: dict[UUID, int] = {}
    for model in (LedgerLine, PaymentTerm):
        rows = model.objects.filter(division=sync.division, version__gt=since)
        for entry, version in rows.values_list("entry_id", "version").iterator():
            if entry is not None:
                found[entry] = max(found.get(entry, 0), version)
    return found


def read(
    sync: ZohoSync, module: ModuleSync, news: Mapping[UUID, int], done: Read, *, now: datetime
) -> None:
    """Bring the entries that were `touched` up to date, and what is paid of each. Takes no call.

    The entry that Exact made of an invoice when that was printed is the same document: it has
    the invoice's number, and the account that pays. Its copy only learns what was paid.
    """
    cursor = _cursor(sync)
    codes = VATCode.objects.filter(division=sync.division)
    percents = dict(codes.values_list("code", "percentage"))
    for batch in batches(news, BATCH):
        _save(module, cursor.division, batch, percents, done, now)
    done.gone += _flag_gone(module, cursor.division, now)
    feeds.finish(cursor, max([cursor.version, *news.values()]), now)


def _cursor(sync: ZohoSync) -> MirrorCursor:
    assert sync.division is not None  # noqa: S101 - for the type checker: it is tied to one
    return feeds.cursor_of(sync.division, FEED)


def _save(
    module: ModuleSync,
    division: Division,
    entries: Sequence[UUID],
    percents: Mapping[str, Decimal],
    done: Read,
    now: datetime,
) -> None:
    lines = _grouped(LedgerLine, division, entries, "line_number")
    terms = _grouped(PaymentTerm, division, entries, "pk")
    booked = [rows for rows in lines.values() if rows[0].line_number == HEADER]
    with transaction.atomic():
        made = _made_in_exact(module, booked)
        paid: dict[int, dict[str, Any]] = {}
        seen = []
        for header, *others in booked:
            state = _state(header, terms[header.entry_id])
            invoice = made.get((header.entry_number, str(header.account_id)))
            if invoice is not None:
                paid[invoice.pk] = invoice.values | _payment(header, state)
            else:
                seen.append(_seen(header, others, state, percents))
        fresh = list(_fresh(module, seen))
        done.read += len(seen)
        done.changed += revalue(ExactRecord, paid)
        done.changed += save(ExactRecord, module, fresh, now, is_sure=True)


def _grouped(model: Any, division: Division, entries: Sequence[UUID], order: str) -> Any:
    found: dict[UUID, list[Any]] = defaultdict(list)
    rows = model.objects.filter(division=division, entry_id__in=entries, is_gone=False)
    for row in rows.order_by("entry_id", order):
        found[row.entry_id].append(row)
    return found


def _made_in_exact(
    module: ModuleSync, booked: Iterable[Sequence[LedgerLine]]
) -> dict[tuple[str, str], ExactRecord]:
    """Return the invoices that were made in Exact, by number and by the account that pays."""
    accounts = {str(rows[0].account_id) for rows in booked}
    copies = ExactRecord.objects.filter(
        Q(account_key__in=accounts) | Q(**{f"values__{PAYS}__in": list(accounts)}),
        sync_id=module.sync_id,
        module=module.module,
    ).exclude(values__has_key=MARK)
    return {
        (str(copy.values["InvoiceNumber"]), str(copy.values.get(PAYS) or copy.account_key)): copy
        for copy in copies.iterator(chunk_size=BATCH)
        if copy.values.get("InvoiceNumber")
    }


def _fresh(module: ModuleSync, seen: Sequence[Seen]) -> Iterable[Seen]:
    """Yield what our copies don't say yet."""
    keys = [one.key for one in seen]
    copies = ExactRecord.objects.filter(sync_id=module.sync_id, module=module.module, key__in=keys)
    known = {copy.key: copy for copy in copies}
    for one in seen:
        copy = known.get(one.key)
        if copy is None or copy.gone_at or differs(copy.values, one.values):
            yield one


def _seen(
    header: LedgerLine,
    lines: Sequence[LedgerLine],
    state: Standing,
    percents: Mapping[str, Decimal],
) -> Seen:
    """Return an entry by the names that an invoice of Exact has."""
    net = sum((line.amount for line in lines), ZERO)
    number = header.entry_number
    values = {
        MARK: True,
        "InvoiceNumber": int(number) if number.isdecimal() else number or None,
        "InvoiceDate": header.date,
        "DueDate": state.falls_due_on,
        "OrderedBy": str(header.account_id or "") or None,
        "Description": header.description or (lines[0].description if lines else "") or None,
        "YourRef": header.your_ref or None,
        "Currency": header.currency or None,
        "Journal": header.journal_code,
        "Status": PROCESSED,  # it is in the books
        "Type": CREDIT_NOTE if header.amount < 0 else INVOICE,
        "AmountFC": header.amount,
        "AmountFCExclVat": net,
        "VATAmountFC": to_cents(header.amount - net),
        LINES: [_line(line, percents) for line in lines],
        **_payment(header, state),
    }
    return Seen(
        key=str(header.entry_id),
        values=clean(values),
        name=number,
        account_key=str(header.account_id or ""),
        version=max(line.version for line in (header, *lines)),
    )


def _line(line: LedgerLine, percents: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return a line by the names that a line of an invoice has: one piece of its amount."""
    percent = percents.get(line.vat_code)
    return {
        "ID": str(line.exact_id),
        "LineNumber": line.line_number,
        "Item": None,
        "Description": line.description or None,
        "Quantity": 1,
        "NetPrice": line.amount,
        "AmountFC": line.amount,
        "VATAmountFC": line.vat,
        "VATCode": line.vat_code or None,
        "VATPercentage": None if percent is None else percent / 100,
        "GLAccount": str(line.gl_account or "") or None,
    }


def _state(header: LedgerLine, terms: Sequence[PaymentTerm]) -> Standing:
    found: list[Term] = [term_of(term) for term in terms]
    return standing(found, header.amount, currency=header.currency)


def _payment(header: LedgerLine, state: Standing) -> dict[str, Any]:
    """Return what is paid and what is open; None of an entry that Exact keeps no terms of."""
    told = {ENTRY: str(header.entry_id), PAID: state.paid, OPEN: state.open}
    return {name: clean(value) for name, value in told.items()}


def _flag_gone(module: ModuleSync, division: Division, now: datetime) -> int:
    """Flag the entries whose header is gone from the books."""
    gone = LedgerLine.objects.filter(division=division, line_number=HEADER, is_gone=True)
    keys = [str(entry) for entry in gone.values_list("entry_id", flat=True)]
    flagged = 0
    for some in batches(keys, BATCH):
        copies = ExactRecord.objects.filter(
            sync_id=module.sync_id, module=module.module, key__in=some, gone_at=None
        )
        with transaction.atomic():
            flagged += mark_gone(
                ExactRecord, dict.fromkeys(copies.values_list("pk", flat=True), now)
            )
    return flagged
