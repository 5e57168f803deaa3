"""Changes on their way to Exact: what was decided, what was tried, what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts_link.models import Customer
from exact_client.models import Division
from sync.models.documents import Invoice, InvoiceFile


class OutboxEntry(models.Model):
    """One thing to create in Exact, exactly once.

    Made in the same transaction as its reason. `identity` says what it is and `reference` travels
    with it; both are unique over all states and, like the payload, frozen from the first send on.
    The states and what may follow what: docs/decisions/0001-outbox-in-the-database.md.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", "Account"
        SALES_ENTRY = "sales_entry", "Sales entry"
        DOCUMENT = "document", "Document"
        ATTACHMENT = "attachment", "Attachment"
        REMOVAL = "removal", "Removal of an entry"
        REVERSAL = "reversal", "Reversing entry"
        CONTACT = "contact", "Contact"
        ITEM = "item", "Item"
        INVOICE = "invoice", "Sales invoice"
        ORDER = "order", "Sales order"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        UNKNOWN = "unknown", "Looking up"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused by Exact"
        CONFLICT = "conflict", "Found something else"
        UNCLEAR = "unclear", "Could not be settled"
        CANCELLED = "cancelled", "Cancelled"

    # Of one customer these go in the order in which they were made; files wait for nobody.
    IN_ORDER = (Kind.ACCOUNT, Kind.SALES_ENTRY, Kind.REMOVAL, Kind.REVERSAL)
    UNDOING = (Kind.REMOVAL, Kind.REVERSAL)
    FILES = (Kind.DOCUMENT, Kind.ATTACHMENT)
    OVER = (State.DONE, State.CANCELLED)
    FOR_A_PERSON = (State.REFUSED, State.CONFLICT, State.UNCLEAR)

    division = models.ForeignKey(Division, models.PROTECT, related_name="outbox")
    kind = models.CharField(max_length=12, choices=Kind)
    identity = models.CharField(max_length=150)
    reference = models.CharField(max_length=30)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="outbox"
    )
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="outbox"
    )
    zoho_record = models.ForeignKey(
        "sync.ZohoRecord", models.PROTECT, null=True, blank=True, related_name="outbox"
    )
    file = models.ForeignKey(
        InvoiceFile, models.PROTECT, null=True, blank=True, related_name="outbox"
    )
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    payload = models.JSONField(help_text="As it goes over the wire.")
    payload_hash = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    due_at = models.DateTimeField(help_text="Not before.")
    fence = models.PositiveIntegerField(default=0, help_text="Rises with each claim.")
    owner = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    reposts = models.PositiveIntegerField(default=0, help_text="Sent again after proven absent.")
    clock = models.CharField(max_length=60, blank=True, help_text="Which clock `sent_tick` is of.")
    sent_tick = models.FloatField(null=True, blank=True, help_text="Seconds, of a steady clock.")
    absences = models.PositiveSmallIntegerField(default=0, help_text="Empty look-ups in a row.")
    was_unknown = models.BooleanField(default=False)
    retry_wanted = models.BooleanField(
        default=False, help_text="A person asked to send a new version once this one is absent."
    )
    audit_at = models.DateTimeField(null=True, blank=True, help_text="Look again then.")
    remote_id = models.UUIDField(null=True, blank=True)
    remote_number = models.CharField(max_length=20, blank=True)
    problem = models.CharField(max_length=30, blank=True, help_text="The kind of refusal.")
    reason = models.TextField(blank=True, help_text="What happened, in plain words.")
    advice = models.TextField(blank=True, help_text="What to do.")
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When nobody had typed it in Exact before us."
    )
    offered_id = models.UUIDField(
        null=True, blank=True, help_text="What in Exact may be it: a person compares the two."
    )
    rejected = models.JSONField(
        default=list, blank=True, help_text="IDs in Exact of which a person said that it is not."
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    mended_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="mended_by"
    )

    class Meta:
        verbose_name_plural = "outbox entries"
        constraints = [
            models.UniqueConstraint("division", "identity", name="one_entry_for_a_thing"),
            models.UniqueConstraint("division", "reference", name="one_entry_for_a_reference"),
        ]
        indexes = [
            models.Index("state", "division", "due_at", "id", name="outbox_due"),
            models.Index("remote_id", name="outbox_by_remote_id"),
            models.Index("customer", "state", "id", name="outbox_of_customer"),
            models.Index("audit_at", name="outbox_audit"),
        ]

    def __str__(self) -> str:
        return self.identity


class Attempt(models.Model):
    """One step that was taken for an entry: append-only, the history for the accountant."""

    class Step(models.TextChoices):
        SEND = "send", "Sent"
        LOOK_UP = "look_up", "Looked up"
        RECOVER = "recover", "Found after a crash"
        DECIDE = "decide", "Decided by a person"
        AUDIT = "audit", "Audited"

    entry = models.ForeignKey(OutboxEntry, models.CASCADE, related_name="history")
    step = models.CharField(max_length=8, choices=Step)
    fence = models.PositiveIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=500, blank=True, help_text="Empty: no answer was noted.")
    state = models.CharField(max_length=10, blank=True, help_text="The state that followed.")
    seconds = models.FloatField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry} {self.step}"
