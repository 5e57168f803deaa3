"""Zoho beside Exact: who agreed to it, its switches and mappings, and what the sides tell us."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from exact_client.models import Division
from zoho_client.models import ZohoConnection


def crossing_statuses() -> list[str]:
    """Return the statuses of Zoho's invoices that cross to Exact unless somebody chose others."""
    return ["Draft", "Open", "Processing", "Printed"]


class Module(models.TextChoices):
    """What is kept equal, by Zoho's API name."""

    ACCOUNTS = "Accounts", "Accounts"
    CONTACTS = "Contacts", "Contacts"
    PRODUCTS = "Products", "Products"
    INVOICES = "Invoices", "Invoices"
    ORDERS = "Sales_Orders", "Sales orders"


class ZohoSync(models.Model):
    """The tie between one organisation in Zoho and one division in Exact, and its settings."""

    class State(models.TextChoices):
        SETTING_UP = "setting_up", "Being set up"
        RUNNING = "running", "Running"
        CLOSED = "closed", "Closed"

    connection = models.OneToOneField(
        ZohoConnection, models.PROTECT, null=True, blank=True, related_name="sync"
    )
    division = models.OneToOneField(
        Division, models.PROTECT, null=True, blank=True, related_name="zoho_sync"
    )
    state = models.CharField(max_length=10, choices=State, default=State.SETTING_UP)
    terms_version = models.CharField(max_length=20, blank=True)
    terms_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    terms_agreed_at = models.DateTimeField(null=True, blank=True)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", help_text="Who may use it."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    statuses = models.JSONField(
        default=crossing_statuses, help_text="Zoho's invoices of these statuses cross to Exact."
    )
    status_words = models.JSONField(
        default=dict, blank=True, help_text="Exact's status of an invoice: the word in Zoho."
    )
    catch_all_product = models.CharField(
        max_length=40, blank=True, help_text="ID of Zoho's product for lines that match none."
    )
    sales_journal = models.CharField(
        max_length=20, blank=True, help_text="Exact's journal for invoices that are made in Zoho."
    )
    signal_namespace = models.CharField(
        max_length=100, blank=True, help_text="Of a signal that an extension in Zoho defines."
    )
    hook_path = models.CharField(max_length=60, blank=True, help_text="Secret part of addresses.")
    hooks_refused = models.PositiveIntegerField(
        default=0, editable=False, help_text="Calls to those addresses that nobody had signed."
    )

    def __str__(self) -> str:
        return f"{self.connection or 'Zoho'} and {self.division or 'Exact'}"


class ModuleSync(models.Model):
    """One module: whether it takes part, its switch, and how far each side was read."""

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="modules")
    module = models.CharField(max_length=20, choices=Module)
    takes_part = models.BooleanField(default=True)
    is_on = models.BooleanField(
        "sync on",
        default=False,
        help_text="On: every new record crosses. Off: those with a related record that does.",
    )
    unavailable = models.TextField(blank=True, help_text="Why Zoho does not let us, and the mend.")
    fields = models.JSONField(default=list, editable=False, help_text="Zoho's metadata.")
    fields_read_at = models.DateTimeField(null=True, blank=True)
    zoho_after = models.DateTimeField(
        null=True, blank=True, help_text="Modified_Time of the last record that was read."
    )
    zoho_after_id = models.CharField(max_length=40, blank=True)
    zoho_deleted_since = models.DateTimeField(null=True, blank=True)
    zoho_read_at = models.DateTimeField(null=True, blank=True)
    zoho_fields = models.JSONField(
        default=list, editable=False, help_text="Which fields of Zoho the copies hold."
    )
    exact_read_at = models.DateTimeField(null=True, blank=True)
    properties = models.JSONField(
        default=list, editable=False, help_text="Which properties of Exact the copies hold."
    )
    zoho_told_at = models.DateTimeField(null=True, blank=True, help_text="Last notification.")
    exact_told_at = models.DateTimeField(null=True, blank=True, help_text="Last webhook.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("sync", "module", name="a_module_once_per_sync")]

    def __str__(self) -> str:
        return self.get_module_display()


class FieldMapping(models.Model):
    """Which property of Exact and which field of Zoho are kept equal, and how."""

    class Direction(models.TextChoices):
        BOTH = "both", "Both ways"
        TO_ZOHO = "to_zoho", "Exact to Zoho"
        TO_EXACT = "to_exact", "Zoho to Exact"

    class Winner(models.TextChoices):
        EXACT = "exact", "Exact"
        ZOHO = "zoho", "Zoho"
        NEWEST = "newest", "Whoever changed it last"
        FILL_EMPTY = "fill_empty", "Fill only when empty"
        ASK = "ask", "Ask a person"

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="mappings")
    module = models.CharField(max_length=20, choices=Module)
    exact_field = models.CharField("Exact's property", max_length=60)
    zoho_field = models.CharField("Zoho's field", max_length=60)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.BOTH)
    transform = models.CharField(max_length=20, blank=True, help_text="Empty: as it is.")
    options = models.JSONField(default=dict, blank=True, help_text="Of the transform.")
    default = models.CharField(max_length=255, blank=True, help_text="For what would be empty.")
    winner = models.CharField(max_length=10, choices=Winner, default=Winner.ASK)
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["module", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                "sync", "module", "exact_field", "zoho_field", name="a_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.exact_field} ↔ {self.zoho_field}"


class TaxMapping(models.Model):
    """A tax of Zoho and the VAT code of Exact that it means."""

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="taxes")
    label = models.CharField(max_length=100, help_text="Zoho's name of the tax.")
    percentage = models.DecimalField(max_digits=7, decimal_places=4)
    vat_code = models.CharField(max_length=10, blank=True, help_text="Exact's code.")

    class Meta:
        ordering = ["label"]
        constraints = [models.UniqueConstraint("sync", "label", name="a_tax_once")]

    def __str__(self) -> str:
        return self.label


class Subscription(models.Model):
    """A topic that Exact posts its changes of to us."""

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="subscriptions")
    topic = models.CharField(max_length=40)
    remote_id = models.UUIDField(null=True, blank=True)
    callback_url = models.CharField(max_length=255)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("sync", "topic", name="a_topic_once")]

    def __str__(self) -> str:
        return self.topic


class Notice(models.Model):
    """What a side posted to us about a change: stored first, worked on later."""

    class Side(models.TextChoices):
        EXACT = "exact", "Exact"
        ZOHO = "zoho", "Zoho"

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="notices")
    side = models.CharField(max_length=5, choices=Side)
    digest = models.CharField(max_length=64, help_text="The same notice is taken once.")
    module = models.CharField(max_length=40)
    action = models.CharField(max_length=10)
    keys = models.JSONField(default=list)
    received_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("sync", "digest", name="a_notice_once")]
        indexes = [models.Index("sync", "id", name="notice_unworked", condition=Q(worked_at=None))]

    def __str__(self) -> str:
        return f"{self.side} {self.module} {self.action}"
