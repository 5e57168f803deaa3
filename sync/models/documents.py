"""Invoices and credit notes of zapfloor, on their way to the books."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

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


# Its entry stands in Exact. Drifted: it stands there otherwise than we booked it, or not any more.
IN_THE_BOOKS = [
    InvoiceState.BOOKED,
    InvoiceState.PART_PAID,
    InvoiceState.PAID,
    InvoiceState.DRIFTED,
]

BEFORE_THE_OUTBOX = [
    InvoiceState.DRAFT,
    InvoiceState.NEEDS_DATA,
    InvoiceState.NEEDS_LINK,
    InvoiceState.NEEDS_MAPPING,
    InvoiceState.READY,
]

FOR_A_PERSON = [
    InvoiceState.NEEDS_DATA,
    InvoiceState.NEEDS_LINK,
    InvoiceState.NEEDS_MAPPING,
    InvoiceState.NEEDS_YOU,
    InvoiceState.DRIFTED,
]

KEPT = [InvoiceState.HELD, InvoiceState.EXCLUDED]


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    """Questions about documents."""

    def before_the_outbox(self) -> InvoiceQuerySet:
        """Those of which nothing was sent yet: their state may be worked out anew."""
        may_be = self.filter(state__in=[*BEFORE_THE_OUTBOX, *KEPT])  # first, for the indexes
        return may_be.filter(models.Q(state__in=BEFORE_THE_OUTBOX) | models.Q(is_kept_by_rule=True))

    def released(self) -> InvoiceQuerySet:
        """Those that go as soon as nothing stands in their way."""
        return self.before_the_outbox().filter(released_at__isnull=False)

    def of(self, division: Division) -> InvoiceQuerySet:
        """Those that this division books."""
        return self.filter(division=division)

    def around(self, division: Division | None) -> InvoiceQuerySet:
        """Those that this division books, and those that no route fits yet.

        As one condition that no index answers: most documents are such, so that an index is better
        spent on their state and their order.
        """
        if division is None:
            return self.filter(division=None)
        return self.filter(Exact(Coalesce("division", models.Value(division.pk)), division.pk))

    def locked(self) -> list[int]:
        """Lock these documents until the transaction ends, and return their keys.

        Everybody locks in one order, so that no two wait for each other.
        """
        own = self.order_by("pk").select_for_update(of=("self",))
        return list(own.values_list("pk", flat=True))

    def in_the_books(self) -> InvoiceQuerySet:
        """Those that were booked, and were not undone since."""
        return self.filter(state__in=IN_THE_BOOKS)

    def named(self, text: str) -> InvoiceQuerySet:
        """Those whose number, customer, or entry number holds all words of `text`."""
        found = self
        for word in text.split():
            customers = Customer.objects.filter(search_text__contains=word.casefold())
            found = found.filter(
                models.Q(number__icontains=word)
                | models.Q(customer__in=customers)
                | models.Q(entry_number__startswith=word)
            )
        return found


class Invoice(models.Model):
    """An invoice or credit note as zapfloor issued it. Its number is unique and never changes."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "credit_note", "Credit note"

    class Source(models.TextChoices):
        FILE = "file", "A file"
        UBL = "ubl", "UBL"
        API = "api", "The intake API"
        ZAPFLOOR = "zapfloor", "zapfloor's API"

    number = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.INVOICE)
    invoice_date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    source = models.CharField(max_length=8, choices=Source, default=Source.FILE)
    customer_ref = models.CharField(
        max_length=30, blank=True, help_text="The number the source gave."
    )
    customer_vat = models.CharField(
        max_length=35, blank=True, help_text="As the source gave it; it finds a customer as well."
    )
    customer_endpoint = models.CharField(
        max_length=60, blank=True, help_text="Where it receives by Peppol: 0208:0403019261."
    )
    customer_name = models.CharField(max_length=150, blank=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    location = models.CharField(max_length=30, blank=True)
    billing_entity = models.CharField(max_length=60, blank=True)
    payment_terms = models.CharField(max_length=60, blank=True, help_text="In the source's words.")
    structured_reference = models.CharField(max_length=25, blank=True)
    your_reference = models.CharField(max_length=60, blank=True)
    credited_invoice = models.CharField(max_length=60, blank=True)
    total_excl = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    total_vat = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    total_incl = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    vat_breakdown = models.JSONField(
        default=list,
        blank=True,
        help_text="The source's VAT as [category, rate in per cent, base, VAT], amounts as texts.",
    )
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
    is_kept_by_rule = models.BooleanField(
        default=False, help_text="A rule holds or excludes it, no person; worked out anew."
    )
    book_on = models.DateField(
        null=True,
        blank=True,
        help_text="The day a person chose for the books, its own being in a closed period.",
    )
    approved_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person said that it may be sent by itself."
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when it may go as soon as nothing stands in its way.",
    )
    entry_id = models.UUIDField("entry in Exact", null=True, blank=True, db_index=True)
    entry_number = models.CharField(max_length=20, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    booked_content = models.CharField(
        max_length=64,
        blank=True,
        help_text="Fingerprint of Exact's version that a person accepted after it had drifted.",
    )
    open_amount = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Still to be paid, in its own currency. Empty: Exact did not tell yet.",
    )
    last_payment_on = models.DateField(null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True, help_text="When the last of it was paid.")
    paid_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When we first saw it paid; a bounce takes it back."
    )
    paid_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When it began to count as paid, no longer to bounce."
    )
    falls_due_on = models.DateField(
        null=True,
        blank=True,
        help_text="By Exact: the first day on which some of what is open falls due.",
    )
    payment_changed_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="When what we tell of its payment changed."
    )
    imported_at = models.DateTimeField()

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-invoice_date", "-number"]
        # With all that a list or a sum asks, so that few rows themselves are read.
        indexes = [
            models.Index(
                fields=["state", "-invoice_date", "-number", "division"], name="invoice_by_state"
            ),
            models.Index("customer", "state", name="invoice_by_customer"),
            models.Index(
                *("location", "state", "division", "amount"),
                *("kind", "number", "entry_number", "customer"),
                name="invoice_by_location",
            ),
            models.Index(
                fields=[
                    *("-invoice_date", "-number", "state", "division", "location"),
                    *("kind", "entry_number", "customer"),
                ],
                name="invoice_by_date",
            ),
            models.Index(
                *("state", "falls_due_on", "open_amount", "amount"),
                *("currency", "paid_seen_at", "division"),
                name="invoice_by_due_day",
            ),
            models.Index(
                "state", "paid_on", "paid_seen_at", "division", name="invoice_by_paid_day"
            ),
            models.Index(
                "state",
                "paid_on",
                name="invoice_that_may_bounce",
                condition=models.Q(paid_seen_at__isnull=False, paid_told_at=None),
            ),
            models.Index(
                "state", name="invoice_let_go", condition=models.Q(released_at__isnull=False)
            ),
            models.Index(
                "division",
                "state",
                name="invoice_approved",
                condition=models.Q(approved_at__isnull=False, released_at=None),
            ),
            models.Index(
                "open_amount",
                name="invoice_owed_to_customer",
                condition=models.Q(open_amount__lt=0),
            ),
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
    vat_category = models.CharField(
        max_length=2, blank=True, help_text="UBL's: S, Z, E, AE, K, G or O. Empty: not told."
    )
    supply = models.CharField(
        max_length=11,
        blank=True,
        choices=[("goods", "Goods"), ("services", "Services"), ("real_estate", "Letting")],
        help_text="Empty: by its resource type.",
    )
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint("invoice", "position", name="a_position_once")]

    def __str__(self) -> str:
        return f"{self.invoice} line {self.position}"


class InvoiceFile(models.Model):
    """A file that belongs to a document: its PDF, or the UBL it came as. Attached to its entry."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        UBL = "ubl", "UBL"
        OTHER = "other", "Other"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(max_length=120, help_text="As Exact will show it.")
    file = models.FileField(upload_to="documents/%Y/%m/")
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("invoice", "sha256", name="a_file_once")]

    def __str__(self) -> str:
        return self.name
