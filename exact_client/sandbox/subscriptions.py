"""What happens when an app asks to be told of changes, or not to be told any more."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit
from uuid import UUID, uuid4

from exact_client.sandbox.books import EVERYWHERE, Books
from exact_client.sandbox.facts import Record
from exact_client.sandbox.refusals import Findings, refusal
from exact_client.sandbox.switches import Switches

# Sends these bytes to this address; gives the status, or raises OSError when nobody answers.
Post = Callable[[str, bytes], int]
ACCEPTED = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
# Of which table an app can be told: the topic, its endpoint, and the key that an event names.
TOPICS = {
    "accounts": ("Accounts", "crm/Accounts", "ID"),
    "contacts": ("Contacts", "crm/Contacts", "ID"),
    "items": ("Items", "logistics/Items", "ID"),
    "invoices": ("SalesInvoices", "salesinvoice/SalesInvoices", "InvoiceID"),
    "salesorders": ("SalesOrders", "salesorder/SalesOrders", "OrderID"),
    "entries": ("SalesEntries", "salesentry/SalesEntries", "EntryID"),
    "documents": ("Documents", "documents/Documents", "ID"),
    "attachments": ("DocumentAttachments", "documents/DocumentAttachments", "ID"),
    "glaccounts": ("GLAccounts", "financial/GLAccounts", "ID"),
}
# Entries are told under a second topic, and so are those in the bank's journal.
TRANSACTION_KEYS = {"entries": "EntryID", "payments": "BankEntryID"}
TRANSACTIONS = ("FinancialTransactions", "financialtransaction/Transactions")
NAMES = frozenset({topic for topic, _, _ in TOPICS.values()} | {TRANSACTIONS[0], "BankAccounts"})


class Subscriptions:
    """The writing half of webhooks/WebhookSubscriptions in one division, for one app."""

    def __init__(
        self, *, books: Books, switches: Switches, division: int, user: str, client: str, post: Post
    ) -> None:
        self._books = books
        self._switches = switches
        self._division = division
        self._user = user
        self._client = client
        self._post = post

    def create(self, taken: Record) -> Record:
        """Note that an app wants to be told; its callback must answer an empty post at once."""
        found = Findings()
        for name in ("Topic", "CallbackURL"):
            if not (taken.get(name) or "").strip():
                found.add("missing", name)
        found.check()
        if taken["Topic"] not in NAMES:
            raise refusal("invalid", "Topic")
        if not self._is_allowed(taken["CallbackURL"]):
            raise refusal("invalid", "CallbackURL")
        rows = self._books.table(self._division, "subscriptions")
        mine = [row for row in rows if row["_client"] == self._client]
        if any(row["Topic"] == taken["Topic"] for row in mine):
            raise refusal("exists")
        self._try(taken["CallbackURL"])
        key = str(uuid4())
        record: Record = {
            **taken,
            "ID": key,
            "ClientID": _guid(self._client),
            "Created": self._books.clock.wall_ms(),
            "Creator": self._user,
            "UserID": self._user,
            "Division": self._division,
            "_client": self._client,
        }
        return self._books.put(self._division, "subscriptions", key, record)

    def delete(self, key: str) -> None:
        """Forget a subscription; what waits for it is not delivered any more."""
        self._books.drop(self._division, "subscriptions", key)

    def _is_allowed(self, callback: str) -> bool:
        """Whether it is https on the domain of the app's redirect address, if that is known."""
        target = urlsplit(callback)
        known = self._books.table(EVERYWHERE, "redirects").get(self._client)
        if known and urlsplit(known["uri"]).hostname != target.hostname:
            return False
        if target.scheme == "http":
            return self._switches.webhook_http and _is_loopback(target)
        return target.scheme == "https" and bool(target.hostname)

    def _try(self, callback: str) -> None:
        try:
            status = self._post(callback, b"")
        except OSError:
            text = "500 An error occurred while sending the request."
            raise refusal("callback", text) from None
        if status not in ACCEPTED:
            raise refusal("callback", f"{status} {HTTPStatus(status).phrase}.")


def _is_loopback(target: SplitResult) -> bool:
    host = target.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _guid(client: str) -> str | None:
    """The app's ID as Exact tells it, if it is one."""
    try:
        return str(UUID(client))
    except ValueError:
        return None
