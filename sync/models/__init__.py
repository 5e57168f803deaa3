"""The rows of the work itself: documents, mappings, the outbox, cursors, runs and signals."""

from sync.models.api import ApiAnswer, ApiClient
from sync.models.documents import IN_THE_BOOKS, Invoice, InvoiceFile, InvoiceLine, InvoiceState
from sync.models.ledger import (
    ClosedPeriod,
    CostCentre,
    CostUnit,
    GLAccount,
    Journal,
    LedgerLine,
    PaymentCondition,
    PaymentTerm,
    Period,
    VATCode,
    WhenClosed,
)
from sync.models.mapping import (
    BookingSettings,
    GLMapping,
    JournalMapping,
    PaymentConditionMapping,
    Route,
    VATMapping,
)
from sync.models.mirror import MirrorCursor
from sync.models.months import ComparedMonth
from sync.models.outbox import Attempt, OutboxEntry
from sync.models.pairs import (
    Conflict,
    ExactRecord,
    Pair,
    PairCandidate,
    PairEvent,
    RemoteRecord,
    ZohoRecord,
)
from sync.models.runs import Heartbeat, Run
from sync.models.signals import Signal
from sync.models.sources import ZapfloorSource
from sync.models.uploads import Upload
from sync.models.zoho import (
    FieldMapping,
    Module,
    ModuleSync,
    Notice,
    Subscription,
    TaxMapping,
    ZohoSync,
)

__all__ = [
    "IN_THE_BOOKS",
    "ApiAnswer",
    "ApiClient",
    "Attempt",
    "BookingSettings",
    "ClosedPeriod",
    "ComparedMonth",
    "Conflict",
    "CostCentre",
    "CostUnit",
    "ExactRecord",
    "FieldMapping",
    "GLAccount",
    "GLMapping",
    "Heartbeat",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceState",
    "Journal",
    "JournalMapping",
    "LedgerLine",
    "MirrorCursor",
    "Module",
    "ModuleSync",
    "Notice",
    "OutboxEntry",
    "Pair",
    "PairCandidate",
    "PairEvent",
    "PaymentCondition",
    "PaymentConditionMapping",
    "PaymentTerm",
    "Period",
    "RemoteRecord",
    "Route",
    "Run",
    "Signal",
    "Subscription",
    "TaxMapping",
    "Upload",
    "VATCode",
    "VATMapping",
    "WhenClosed",
    "ZapfloorSource",
    "ZohoRecord",
    "ZohoSync",
]
