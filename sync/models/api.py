"""Who may bring documents by the intake API, and what was answered to each of their requests."""

from django.conf import settings
from django.db import models

SCOPES = [
    ("customers:write", "Bring customers"),
    ("invoices:write", "Bring invoices and credit notes"),
    ("invoices:read", "Read where documents stand"),
    ("payments:read", "Read payments"),
]


class ApiClient(models.Model):
    """A program that may use the intake API. Of its key we keep a hash and the first letters."""

    name = models.CharField(max_length=80, unique=True)
    prefix = models.CharField(max_length=12, unique=True, help_text="How its key begins.")
    key_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    calls_per_minute = models.PositiveIntegerField(default=120)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    minute = models.DateTimeField(null=True, blank=True, help_text="That `calls` counts.")
    calls = models.PositiveIntegerField(default=0, help_text="In that minute.")

    class Meta:
        ordering = ["name"]
        verbose_name = "API client"

    def __str__(self) -> str:
        return self.name


class ApiAnswer(models.Model):
    """What was answered under an idempotency key: the same request again gets the same answer."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty: still at work.")
    body = models.JSONField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("client", "key", name="an_idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
