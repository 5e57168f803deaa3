"""The rows of the work itself: documents, mappings, the outbox, cursors, runs and signals."""

from sync.models.documents import Invoice, InvoiceLine, InvoiceState
from sync.models.ledger import CostCentre, GLAccount, Journal, PaymentCondition, VATCode
from sync.models.mapping import BookingSettings, GLMapping, JournalMapping, VATMapping
from sync.models.mirror import MirrorCursor
from sync.models.outbox import Attempt, OutboxEntry
from sync.models.runs import Heartbeat, Run
from sync.models.signals import Signal
from sync.models.uploads import Upload

__all__ = [
    "Attempt",
    "BookingSettings",
    "CostCentre",
    "GLAccount",
    "GLMapping",
    "Heartbeat",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "Journal",
    "JournalMapping",
    "MirrorCursor",
    "OutboxEntry",
    "PaymentCondition",
    "Run",
    "Signal",
    "Upload",
    "VATCode",
    "VATMapping",
]
