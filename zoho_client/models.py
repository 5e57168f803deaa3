"""Our permission at Zoho, how many calls it has left, and the notifications it asked for."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class ZohoConnectionQuerySet(models.QuerySet["ZohoConnection"]):
    """Questions about connections."""

    def working(self) -> ZohoConnectionQuerySet:
        """Those that Zoho accepts our tokens of."""
        return self.filter(state=ZohoConnection.State.CONNECTED)


class ZohoConnection(models.Model):
    """The permission that a user gave us for one organisation in Zoho. Never deleted by code."""

    class State(models.TextChoices):
        CONNECTED = "connected", "Connected"
        RECONNECT = "reconnect", "Connect again"
        DISCONNECTED = "disconnected", "Disconnected"

    accounts_url = models.URLField("accounts server", help_text="Where its tokens are refreshed.")
    api_domain = models.URLField("address of the API", help_text="As the token server said.")
    location = models.CharField("data centre", max_length=10, blank=True, help_text="Such as eu.")
    client_id = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=State, default=State.CONNECTED)
    state_reason = models.TextField(blank=True, help_text="Why it does not work, and what to do.")

    org_id = models.CharField("organisation", max_length=30, help_text="Zoho's number, the zgid.")
    org_name = models.CharField("name of the organisation", max_length=200, blank=True)
    org_type = models.CharField(max_length=20, blank=True, help_text="production, sandbox, …")
    edition = models.CharField(max_length=40, blank=True, help_text="Decides how much we may call.")
    licences = models.PositiveIntegerField(default=0, help_text="Users paid for: more calls a day.")
    currency = models.CharField(
        max_length=3, blank=True, help_text="ISO code of the home currency."
    )
    is_multi_currency = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60, blank=True)

    user_id = models.CharField("ID of the user at Zoho", max_length=30, blank=True)
    user_name = models.CharField("user at Zoho", max_length=200, blank=True)
    user_email = models.CharField("e-mail of the user", max_length=254, blank=True)
    scopes = models.TextField(blank=True, help_text="What we were allowed, separated by commas.")
    connected_by = models.CharField(max_length=200, blank=True, help_text="Who pressed Connect.")
    connected_at = models.DateTimeField(null=True, blank=True)

    # Sealed by vault.py. The refresh token stays the same; each access token has the next version.
    refresh_token_sealed = models.TextField(blank=True, editable=False)
    access_token_sealed = models.TextField(blank=True, editable=False)
    token_version = models.PositiveBigIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    refresh_retry_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Set when Zoho would not refresh just now."
    )

    # Who may refresh: taken and released by compare-and-set, each time with a higher fence.
    fence = models.PositiveBigIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ZohoConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "accounts_url", "client_id", "org_id", name="one_connection_for_an_organisation"
            ),
            models.CheckConstraint(
                condition=~Q(state="connected") | ~Q(refresh_token_sealed=""),
                name="connected_zoho_means_a_refresh_token",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.org_name or self.org_id} ({self.user_name or 'nobody yet'})"


class ZohoCredits(models.Model):
    """How many calls a connection has left and has under way, as budget.py counts them."""

    connection = models.OneToOneField(ZohoConnection, models.CASCADE, related_name="credits")
    count = models.JSONField(default=dict, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="The day's credits ended.")

    class Meta:
        verbose_name_plural = "Zoho credits"

    def __str__(self) -> str:
        return f"Calls of {self.connection}"


class ZohoChannelQuerySet(models.QuerySet["ZohoChannel"]):
    """Questions about channels."""

    def due(self, now: datetime) -> ZohoChannelQuerySet:
        """Those that are wanted and should be renewed or made again."""
        wanted = self.exclude(state=ZohoChannel.State.STOPPED)
        return wanted.filter(Q(renew_at=None) | Q(renew_at__lte=now))


class ZohoChannel(models.Model):
    """One module whose changes Zoho tells us of: nothing is signed, so two secrets prove it."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        OPEN = "open", "Open"
        LAPSED = "lapsed", "Lapsed"
        STOPPED = "stopped", "Stopped"

    connection = models.ForeignKey(ZohoConnection, models.CASCADE, related_name="channels")
    channel_id = models.BigIntegerField(unique=True, help_text="Our choice; Zoho repeats it.")
    module = models.CharField(max_length=100)
    events = models.JSONField(default=list, help_text="Such as Accounts.all.")
    url = models.URLField(max_length=255, help_text="Where Zoho is to call, with the secret path.")
    path = models.CharField(max_length=64, unique=True, editable=False, help_text="Secret path.")
    token_sealed = models.TextField(
        editable=False, help_text="Sealed by vault.py; Zoho repeats it."
    )
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    state_reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="As Zoho answered.")
    renew_at = models.DateTimeField(null=True, blank=True, help_text="Half-way to its end.")
    heard_at = models.DateTimeField(null=True, blank=True, help_text="The last call that we got.")

    objects = ZohoChannelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("connection", "module", name="one_channel_for_a_module")
        ]

    def __str__(self) -> str:
        return f"{self.module} of {self.connection}"
