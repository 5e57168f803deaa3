"""What every page shows around its content: navigation with counts, and how the connection is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    DateTimeField,
    DecimalField,
    Field,
    IntegerField,
    QuerySet,
    Subquery,
)
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, cached_property

from accounts_link.division import chosen_divisions, find_division
from accounts_link.models import AccountLink, Customer, Standing
from exact_client.budget import Purse, purse_of
from exact_client.models import Division, ExactConnection
from sync.models import Invoice, InvoiceState, MirrorCursor, Signal
from sync.models.documents import FOR_A_PERSON, InvoiceQuerySet

# heading, then: word, page, icon, the count beside it
NAVIGATION = [
    ("", [("Home", "sync:home", "home", ""), ("Inbox", "sync:inbox", "inbox", "signals")]),
    (
        "Exact Online",
        [
            ("Accounts overview", "accounts_link:overview", "link", ""),
            ("Customers", "accounts_link:customers", "people", ""),
            ("Review", "accounts_link:review", "review", "review"),
            ("Invoices", "sync:invoices", "invoice", "invoices"),
            ("Payments", "sync:payments", "payment", ""),
            ("Reconciliation", "sync:reconciliation", "balance", ""),
            ("Link history", "accounts_link:history", "history", ""),
            ("Runs", "sync:runs", "runs", ""),
        ],
    ),
    (
        "Zoho CRM",
        [
            ("Zoho ↔ Exact", "sync:zoho", "refresh", ""),
            ("Zoho set-up", "sync:zoho-setup", "switches", ""),
        ],
    ),
    ("Company", [("Import", "sync:import", "import", ""), ("Set-up", "sync:setup", "setup", "")]),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shell`, which asks the database only when a page shows it."""
    return {"shell": SimpleLazyObject(lambda: Shell(request))}


def documents_of(request: HttpRequest) -> InvoiceQuerySet:
    """Return the documents of the division looked at, and those that no route fits yet."""
    if len(chosen_divisions(request)) < 2:  # noqa: PLR2004 - all of them are its
        return Invoice.objects.all()
    return Invoice.objects.around(find_division(request))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    word: str
    url: str
    icon: str
    count: int
    is_current: bool


class Shell:
    """The frame of a page, in two queries: the division with its budget, and every count."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.division: Division | None = find_division(request)

    @property
    def divisions(self) -> list[Division]:
        """Those that a person may look at instead; only worth showing when there are several."""
        return chosen_divisions(self.request)

    @cached_property
    def counts(self) -> dict[str, Any]:
        """Return customers, linked, review, create, invoices, signals and the euros that wait."""
        if self.division is None:
            return {"signals": Signal.objects.open().count(), "customers": Customer.objects.count()}
        counts = ask_at_once(self.division, _questions(self.division, documents_of(self.request)))
        counts["customers"] -= counts["inactive"]  # few, and so quicker to count than the others
        return {**counts, "without": max(counts["customers"] - counts["linked"], 0)}

    @cached_property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        """Return the navigation; a page that this user's installation lacks is left out."""
        current = self._current()
        groups = [
            (heading, [self._entry(current, *line) for line in lines if _address(line[1])])
            for heading, lines in NAVIGATION
        ]
        return [(heading, entries) for heading, entries in groups if entries]

    @property
    def purse(self) -> Purse | None:
        """The calls to Exact that are left."""
        budget = getattr(
            self.division, "budget", None
        )  # read with the division; none before a call
        return purse_of(budget) if self.division else None

    @property
    def is_connected(self) -> bool:
        """Exact answers us, as far as we know."""
        state = self.division.connection.state if self.division else None
        return state == ExactConnection.State.CONNECTED

    def _entry(self, current: str, word: str, page: str, icon: str, count: str) -> Entry:
        url = _address(page)
        return Entry(word, url, icon, self.counts.get(count) or 0, url == current)

    def _current(self) -> str:
        """Return the entry whose address the page's begins with; Home only when it is Home."""
        path = self.request.path
        pages = [_address(line[1]) for _, lines in NAVIGATION for line in lines]
        under = [url for url in pages if url and url != "/" and path.startswith(url)]
        return max(under, key=len, default=path)


def _address(page: str) -> str:
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""


def ask_at_once(division: Division, questions: dict[str, Subquery]) -> dict[str, Any]:
    """Return the answers of many subqueries in one query, by the names of the questions."""
    named = {f"asked_{name}": question for name, question in questions.items()}
    answers: Any = Division.objects.filter(pk=division.pk).values(**named).get()
    return {name: answers[f"asked_{name}"] for name in questions}


def _questions(division: Division, documents: InvoiceQuerySet) -> dict[str, Subquery]:
    standings = Standing.objects.filter(division=division)  # of customers without a link
    cursors = MirrorCursor.objects.filter(division=division)
    waiting = documents.filter(state=InvoiceState.NEEDS_LINK)
    return {
        "customers": _number(Customer.objects.all()),
        "inactive": _number(Customer.objects.filter(is_active=False)),
        "linked": _number(AccountLink.objects.filter(division=division)),
        "review": _number(standings.filter(outcome=Standing.Outcome.REVIEW)),
        "create": _number(standings.filter(outcome=Standing.Outcome.CREATE)),
        "invoices": _number(documents.filter(state__in=FOR_A_PERSON)),
        "signals": _number(Signal.objects.open()),
        "waiting_count": _number(waiting),
        "waiting_amount": Figure(waiting, "amount", "SUM(amount)", DecimalField()),
        "mirrored_at": Figure(cursors, "read_at", "MAX(read_at)", DateTimeField()),
    }


def _number(rows: QuerySet[Any]) -> Figure:
    return Figure(rows, "pk", "COUNT(*)", IntegerField())


class Figure(Subquery):
    """One figure over all of `rows`, which may be none: a count is then 0, a sum None."""

    template = "(SELECT %(figure)s FROM (%(subquery)s) AS chosen)"

    def __init__(
        self, rows: QuerySet[Any], column: str, figure: str, kind: Field[Any, Any]
    ) -> None:
        super().__init__(rows.order_by().values(column), kind, figure=figure)
