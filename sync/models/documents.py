"""Invoices and credit notes of zapfloor, on their way to the books."""

from __future__ import annotations

from django.db import models

from accounts_link.models import Customer
from exact_client.models import Division


class InvoiceState(models.TextChoices):
    """Where a document stands; the same word in code, pages, logs and files."""

    DRAFT = "draft", "Draft"
    NEEDS_DATA = "needs_data", "Needs data"
    NEEDS_LINK = "needs_link", "Needs link"
    NEEDS_MAPPING = "needs_mapping", "Needs mapping"
    HELD = "held", "Held"
    EXCLUDED = "excluded", "Excluded"
    READY = "ready", "Ready"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "Looking up"
    RETRY = "retry", "Will retry"
    NEEDS_YOU = "needs_you", "Needs you"
    BOOKED = "booked", "Booked"
    PART_PAID = "part_paid", "Part-paid"
    PAID = "paid", "Paid"
    DRIFTED = "drifted", "Drifted"
    UNDONE = "undone", "Undone"


BEFORE_THE_OUTBOX = [
    InvoiceState.DRAFT,
    InvoiceState.NEEDS_DATA,
    InvoiceState.NEEDS_LINK,
    InvoiceState.NEEDS_MAPPING,
    InvoiceState.READY,
]


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    """Questions about documents."""

    def before_the_outbox(self) -> InvoiceQuerySet:
        """Those of which nothing was sent yet: their state may be worked out anew."""
        return self.filter(state__in=BEFORE_THE_OUTBOX)

    def named(self, text: str) -> InvoiceQuerySet:
        """Those whose number, customer, or entry number holds all words of `text`."""
        found = self
        for word in text.split():
            found = found.filter(
                models.Q(number__icontains=word)
                | models.Q(customer__search_text__contains=word.casefold())
                | models.Q(entry_number__startswith=word)
            )
        return found


class Invoice(models.Model):
    """An invoice or credit note as zapfloor issued it. Its number is unique and never changes."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "credit_note", "Credit note"

    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.INVOICE)
    invoice_date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    customer_ref = models.CharField(max_length=30, help_text="The number the source gave.")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    location = models.CharField(max_length=30, blank=True)
    structured_reference = models.CharField(max_length=25, blank=True)
    your_reference = models.CharField(max_length=60, blank=True)
    credited_invoice = models.CharField(max_length=60, blank=True)
    total_excl = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    total_vat = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    total_incl = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, default=0, help_text="Including VAT, as it will be booked."
    )
    fingerprint = models.CharField(
        max_length=64, help_text="Of what the source said, line by line."
    )
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    state = models.CharField(max_length=14, choices=InvoiceState, default=InvoiceState.DRAFT)
    reason = models.TextField(blank=True, help_text="Why it is not further, in plain words.")
    released_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when it may go as soon as nothing stands in its way.",
    )
    entry_id = models.UUIDField("entry in Exact", null=True, blank=True)
    entry_number = models.CharField(max_length=20, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    imported_at = models.DateTimeField()

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-invoice_date", "-number"]
        indexes = [
            models.Index(fields=["state", "-invoice_date", "-number"], name="invoice_by_state"),
            models.Index("customer", "state", name="invoice_by_customer"),
            models.Index("location", "state", "amount", name="invoice_by_location"),
            models.Index(fields=["-invoice_date", "-number"], name="invoice_by_date"),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """A line as the source gave it: net price, discount in per cent, VAT rate in per cent."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    description = models.CharField(max_length=200, blank=True)
    resource_type = models.CharField(max_length=12)
    resource_code = models.CharField(max_length=60, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    vat_rate = models.DecimalField(max_digits=6, decimal_places=2)
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint("invoice", "position", name="a_position_once")]

    def __str__(self) -> str:
        return f"{self.invoice} line {self.position}"
