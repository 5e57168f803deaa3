"""Our permission at Exact, its divisions, and how many calls each of them has left."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ExactConnection(models.Model):
    """The permission that a user of Exact gave us, on one country's site. Never deleted by code."""

    class State(models.TextChoices):
        CONNECTED = "connected", "Connected"
        RECONNECT = "reconnect", "Connect again"
        DISCONNECTED = "disconnected", "Disconnected"

    url = models.URLField("site", help_text="Such as https://start.exactonline.nl")
    client_id = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State, default=State.CONNECTED)
    state_reason = models.TextField(blank=True, help_text="Why it does not work, and what to do.")
    user_id = models.UUIDField("ID of the user at Exact", null=True, blank=True)
    user_name = models.CharField("user at Exact", max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True, help_text="In which Exact answers.")
    connected_by = models.CharField(max_length=200, blank=True, help_text="Who pressed Connect.")
    connected_at = models.DateTimeField(null=True, blank=True)

    # The pair of tokens, sealed by vault.py. Each pair has the next version.
    tokens = models.TextField(blank=True, editable=False)
    token_version = models.PositiveBigIntegerField(default=0, editable=False)
    refreshed_at = models.DateTimeField(
        null=True, blank=True, help_text="Exact forgets a permission that is unused for 30 days."
    )
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    refresh_not_before = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Exact refuses a refresh within 570 s."
    )

    refresh_retry_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Set when the answer to one was lost."
    )

    # Who may refresh: taken and released by compare-and-set, each time with a higher fence.
    fence = models.PositiveBigIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("url", "client_id", name="one_connection_for_an_app_on_a_site"),
            models.CheckConstraint(
                condition=~Q(state="connected") | ~Q(tokens=""), name="connected_means_tokens"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_name or 'nobody yet'} at {self.url}"


class DivisionQuerySet(models.QuerySet["Division"]):
    """Questions about divisions."""

    def chosen(self) -> DivisionQuerySet:
        """Those that we work with."""
        return self.filter(is_chosen=True).select_related("connection")


class Division(models.Model):
    """A company in Exact: the number in every address that we call."""

    class Status(models.IntegerChoices):
        INACTIVE = 0, "Inactive"
        ACTIVE = 1, "Active"
        ARCHIVED = 2, "Archived"
        HIDDEN = 9, "No longer visible to us"

    connection = models.ForeignKey(ExactConnection, models.PROTECT, related_name="divisions")
    code = models.PositiveIntegerField(help_text="Exact's number of the company.")
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    vat_number = models.CharField(max_length=40, blank=True)
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.ACTIVE)
    is_chosen = models.BooleanField(default=False, help_text="Linked and booked to by us.")
    epoch = models.CharField(
        max_length=60, blank=True, help_text="When it changes, all row versions begin anew."
    )

    objects = DivisionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "code"]
        constraints = [
            models.UniqueConstraint("connection", "code", name="a_division_once_per_connection")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class CallBudget(models.Model):
    """How many calls a division has left, as budget.py counts them."""

    division = models.OneToOneField(Division, models.CASCADE, related_name="budget")
    count = models.JSONField(default=dict, editable=False)

    def __str__(self) -> str:
        return f"Calls of {self.division}"


class CallBreaker(models.Model):
    """Our own errors at one endpoint: Exact blocks an app that makes more than 10 in an hour."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="breakers")
    endpoint = models.CharField(max_length=80)
    errors = models.JSONField(default=list, help_text="UTC seconds of those in the last hour.")
    closed_until = models.DateTimeField(
        null=True, blank=True, help_text="No call before this moment, then one to try."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("division", "endpoint", name="one_breaker_per_endpoint")
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} of {self.division}"
