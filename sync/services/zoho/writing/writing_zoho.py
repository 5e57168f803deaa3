"""Tell Zoho: new records and changed fields, 100 in a call, each by what makes it unique."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from sync.rules.zoho.modules import Module
from sync.services.zoho.mapping.mappings import modules_of
from sync.services.zoho.merging.weighing import Scales
from sync.services.zoho.writing.writing import Writing, Written
from sync.services.zoho.writing.writing_invoices import InvoiceWriting

if TYPE_CHECKING:
    from sync.models import ZohoSync
    from zoho_client.client import ZohoClient

ORDER = list(Module)  # accounts before what belongs to them


def write(
    sync: ZohoSync,
    zoho: ZohoClient,
    *,
    now: datetime,
    progress: Callable[[Written], None] = lambda written: None,
) -> Written:
    """Make in Zoho what crosses, and tell it what changed: ⌈records / 100⌉ calls for each kind.

    What is written is saved batch by batch, so that a break costs one batch, which may be said
    again. A module without our unique field in Zoho is left alone. Raises any ZohoError.
    """
    written = Written()
    for module in sorted(modules_of(sync), key=lambda one: ORDER.index(Module(one.module))):
        scales = Scales.of(module)
        if scales.has_our_id:
            kind = InvoiceWriting if scales.books else Writing
            writing = kind(zoho, scales, now, written)
            for _ in chain(writing.make(), writing.tell()):
                progress(written)
    return written
