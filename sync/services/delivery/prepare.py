"""Say of each document what it will be in the books, or what it still needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Prefetch, Subquery

from accounts_link.models import AccountLink, Customer, ExactAccount, Standing
from sync.models import BookingSettings, Invoice, InvoiceLine, InvoiceState
from sync.models.documents import KEPT
from sync.rules import booking
from sync.rules.entries import Document, DocumentLine, Entry, Original, StatedVat
from sync.rules.ledger import DocumentKind, Problem, ProblemKind
from sync.rules.periods import WhenClosed, period_problem
from sync.services.delivery import routing
from sync.services.intake import whose
from sync.services.ledger.books import Books, books_of
from sync.services.streams import batches
from sync.services.upsert import rewrite

if TYPE_CHECKING:
    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet

STATE_OF = {
    ProblemKind.NEEDS_MAPPING: InvoiceState.NEEDS_MAPPING,
    ProblemKind.NEEDS_DATA: InvoiceState.NEEDS_DATA,
    ProblemKind.REFUSED: InvoiceState.NEEDS_DATA,
    ProblemKind.HELD: InvoiceState.HELD,
    ProblemKind.EXCLUDED: InvoiceState.EXCLUDED,
}
BATCH = 100  # documents that are fetched, with their parts, at a time
WILL_BE_CREATED = "Its customer will be created in Exact first."
MAY_NOT_BE_CREATED = "Its customer has no account, and creating accounts is off in the set-up."


@dataclass(frozen=True, slots=True)
class Preview:
    """A document before it goes: its entry, its problems, and whose account it will be on.

    With both an entry and problems, only the day of the entry is in its way.
    """

    invoice: Invoice
    entry: Entry | None
    problems: tuple[Problem, ...]
    link: AccountLink | None
    standing: Standing | None
    may_create: bool = True

    @property
    def has_nothing_near(self) -> bool:
        """Whether the customer has no account, and nothing comes near it."""
        return (
            self.link is None
            and self.standing is not None
            and self.standing.outcome == Standing.Outcome.CREATE
        )

    @property
    def creates_account(self) -> bool:
        """Whether an account will be made for it."""
        return self.has_nothing_near and self.may_create

    @property
    def account(self) -> ExactAccount | None:
        """The account it will be booked on, when it is there and Exact would book on it."""
        return None if self.link is None or _unfit(self.link.account) else self.link.account

    @property
    def state(self) -> InvoiceState:
        """Where the document stands as long as nothing of it was sent."""
        if self.problems:
            return STATE_OF[self.problems[0].kind]
        if self.account or self.creates_account:
            return InvoiceState.READY
        return InvoiceState.NEEDS_LINK

    @property
    def reason(self) -> str:
        """Why it stands there, in plain words."""
        if self.problems:
            return " ".join(problem.sentence for problem in self.problems)
        if self.link is not None:
            return _unfit(self.link.account)
        if self.has_nothing_near:
            return WILL_BE_CREATED if self.may_create else MAY_NOT_BE_CREATED
        if self.standing is None:
            return "Its customer was not matched yet."
        return f"Its customer needs review: {self.standing.explanation}"


def _unfit(account: ExactAccount) -> str:
    """Say why Exact would not book on an account, and what to do; empty when it would."""
    if account.is_gone:
        return f"{account} was deleted in Exact: unlink it, and link another."
    if account.status != ExactAccount.Status.CUSTOMER:
        kind = account.get_status_display().lower()
        return f"{account} is a {kind} in Exact: make it a customer there, or link another."
    return ""


def previews(
    division: Division, invoices: InvoiceQuerySet, books: Books | None = None
) -> Iterator[Preview]:
    """Yield a preview of each, in their order, with a few queries for every hundred."""
    books = books or books_of(division)
    may_create = may_create_accounts(division)
    keys = list(invoices.values_list("pk", flat=True))
    for batch in batches(keys, BATCH):
        found = _with_parts(Invoice.objects.filter(pk__in=batch), division).in_bulk()
        nobodys = whose.reasons([one for one in found.values() if one.customer is None])
        for key in batch:
            why = nobodys.get(key, "")
            yield preview(found[key], division, books, may_create=may_create, why_nobodys=why)


def may_create_accounts(division: Division) -> bool:
    """Whether the set-up lets us make accounts."""
    chosen = BookingSettings.objects.filter(division=division).first()
    return chosen is None or chosen.create_accounts


def _with_parts(invoices: InvoiceQuerySet, division: Division) -> InvoiceQuerySet:
    """Fetch lines, customers, links and standings along with the documents."""
    links = AccountLink.objects.filter(division=division).select_related("account")
    standings = Standing.objects.filter(division=division)
    credited = Invoice.objects.filter(number=OuterRef("credited_invoice")).values("customer")
    with_original = invoices.annotate(original_customer=Subquery(credited[:1]))
    return with_original.select_related("customer").prefetch_related(
        "lines",
        Prefetch("customer__links", links, to_attr="link_list"),
        Prefetch("customer__standings", standings, to_attr="standing_list"),
    )


def preview(
    invoice: Invoice,
    division: Division,
    books: Books,
    *,
    may_create: bool = True,
    why_nobodys: str = "",
) -> Preview:
    """Work out what one document will be. Nothing is written."""
    customer = invoice.customer
    if customer is None:
        sentence = why_nobodys or whose.reasons([invoice])[invoice.pk]
        problem = Problem(ProblemKind.NEEDS_DATA, sentence, ("document", "customer_ref"))
        return Preview(invoice, None, (problem,), None, None)
    made = booking.prepare(document_of(invoice, customer), books.mappings, books.ledger)
    link, standing = _link_of(customer, division), _standing_of(customer, division)
    if not isinstance(made, Entry):
        return Preview(invoice, None, made, link, standing, may_create)
    entry = replace(made, entry_date=invoice.book_on or made.entry_date)
    return Preview(invoice, entry, _closed(entry, books), link, standing, may_create)


def _closed(entry: Entry, books: Books) -> tuple[Problem, ...]:
    """Return what a closed period or an unknown year puts in the way of an entry."""
    policy = books.when_closed.get(entry.journal, WhenClosed.HOLD)
    problem = period_problem(entry.entry_date, entry.journal, books.calendar, policy)
    return (problem,) if problem else ()


def _link_of(customer: Customer, division: Division) -> AccountLink | None:
    fetched = getattr(customer, "link_list", None)
    links = customer.links.filter(division=division) if fetched is None else fetched
    return next(iter(links), None)


def _standing_of(customer: Customer, division: Division) -> Standing | None:
    fetched = getattr(customer, "standing_list", None)
    standings = customer.standings.filter(division=division) if fetched is None else fetched
    return next(iter(standings), None)


def document_of(invoice: Invoice, customer: Customer) -> Document:
    """Return an invoice as the rules see it."""
    return Document(
        number=invoice.number,
        kind=DocumentKind(invoice.kind),
        invoice_date=invoice.invoice_date,
        customer_country=customer.country,
        business_type=customer.business_type,
        customer_vat_valid=bool(customer.vat_number),
        lines=tuple(_line_of(line) for line in invoice.lines.all()),
        due_date=invoice.due_date,
        payment_terms=invoice.payment_terms,
        currency=invoice.currency,
        location=invoice.location,
        structured_reference=invoice.structured_reference,
        your_reference=invoice.your_reference,
        credited_invoice=invoice.credited_invoice,
        original=_original_of(invoice, customer),
        total_excl=invoice.total_excl,
        total_vat=invoice.total_vat,
        total_incl=invoice.total_incl,
        stated_vat=tuple(_stated_vat(*told) for told in invoice.vat_breakdown),
        book_on=invoice.book_on,
        is_approved=invoice.approved_at is not None,
    )


def _line_of(line: InvoiceLine) -> DocumentLine:
    return DocumentLine(
        position=line.position,
        description=line.description,
        resource_type=line.resource_type,
        resource_code=line.resource_code,
        quantity=line.quantity,
        unit_price=line.unit_price,
        vat_rate=line.vat_rate,
        discount_percent=line.discount_percent,
        period_from=line.period_from,
        period_to=line.period_to,
        supply=line.supply,
        vat_category=line.vat_category,
    )


def _stated_vat(category: str, rate: str, base: str | None, vat: str) -> StatedVat:
    return StatedVat(Decimal(rate), Decimal(vat), category, Decimal(base) if base else None)


def _original_of(invoice: Invoice, customer: Customer) -> Original:
    """Say what is known of the invoice that a credit note names."""
    if not invoice.credited_invoice:
        return Original.OURS
    if not hasattr(invoice, "original_customer"):
        credited = Invoice.objects.filter(number=invoice.credited_invoice)
        owner = credited.values_list("customer", flat=True).first()
    else:
        owner = invoice.original_customer
    if owner is None:
        return Original.UNKNOWN
    return Original.OURS if owner == customer.pk else Original.OF_ANOTHER


def refresh(division: Division, invoices: InvoiceQuerySet | None = None) -> int:
    """Write the state, reason and amount of documents that were not sent; return how many changed.

    By default of all that this division books. Call it after anything that may have opened the
    way: an import, a match, a link, a mapping.
    """
    waiting = Invoice.objects.all() if invoices is None else invoices
    routing.assign(waiting)
    shown = previews(division, waiting.before_the_outbox().of(division))
    return sum(show(division, batch) for batch in batches(shown, BATCH))


def show(division: Division, previews: Iterable[Preview]) -> int:
    """Write what these previews say on their documents; return how many changed.

    What was sent, or came in with another content, since the preview was made has moved on, and is
    left as it is.
    """
    changed = []
    for shown in previews:
        invoice = shown.invoice
        amount = shown.entry.incl if shown.entry else invoice.amount
        wanted = (shown.state, shown.reason, amount, shown.state in KEPT)
        now = (invoice.state, invoice.reason, invoice.amount, invoice.is_kept_by_rule)
        if wanted != now:
            invoice.state, invoice.reason, invoice.amount, invoice.is_kept_by_rule = wanted
            changed.append(invoice)
    if not changed:  # not even for a moment may others wait for this then
        return 0
    with transaction.atomic():
        waiting = Invoice.objects.before_the_outbox().of(division)
        mine = (
            waiting.filter(pk__in=[invoice.pk for invoice in changed])
            .order_by("pk")
            .select_for_update()
        )
        still_here = dict(mine.values_list("pk", "fingerprint"))
        here = [one for one in changed if still_here.get(one.pk) == one.fingerprint]
        rewrite(here, ["state", "reason", "amount", "is_kept_by_rule"])
    return len(here)
