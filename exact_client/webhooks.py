"""What Exact posts to us when something changed: only what is surely from Exact is read."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

import msgspec

TOPICS = (
    "Accounts",
    "Contacts",
    "Items",
    "SalesInvoices",
    "SalesOrders",
    "SalesEntries",
    "FinancialTransactions",
    "Documents",
    "DocumentAttachments",
    "GLAccounts",
    "BankAccounts",
)


class Content(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """Which record changed. What it holds now must be asked for: a hint, never the news itself."""

    topic: str
    division: int
    key: UUID
    action: str = ""  # Create, Update or Delete
    client_id: str = ""
    event_created_on: str = ""  # as Exact writes it; only good for telling doubles apart
    exact_online_endpoint: str = ""


class _Message(msgspec.Struct, rename="pascal"):
    content: msgspec.Raw
    hash_code: str


def verified_content(raw: bytes, secret: str) -> Content | None:
    """Return what a webhook tells, or None for anything that was not signed with `secret`.

    The signature is over the bytes of Content exactly as they came, so they are never written
    anew: HMAC-SHA256 in hexadecimal digits. An empty body (Exact trying the address) is None too.
    Source: docs/remote-apis.md, checked there on a live notification.
    """
    try:
        message = msgspec.json.decode(raw, type=_Message)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    right = hmac.new(secret.encode(), bytes(message.content), hashlib.sha256).hexdigest()
    told = message.hash_code.encode(errors="replace")
    if not secret or not hmac.compare_digest(told, right.upper().encode()):
        return None
    try:
        return msgspec.json.decode(message.content, type=Content)
    except msgspec.DecodeError:
        return None
