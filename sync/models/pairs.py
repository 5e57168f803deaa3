"""Our copies of both sides, which of them are the same thing, and what they disagree about."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from sync.models.zoho import Module, ZohoSync


class RemoteRecord(models.Model):
    """Our last copy of a record of one side."""

    class Standing(models.TextChoices):
        NEW = "new", "New"
        PAIRED = "paired", "Paired"
        CROSSES = "crosses", "On its way"
        STAYS = "stays", "Stays"
        BLOCKED = "blocked", "Needs you"
        REVIEW = "review", "Needs review"
        REFUSED = "refused", "Refused"
        GONE = "gone", "Gone"

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="+")
    module = models.CharField(max_length=20, choices=Module)
    key = models.CharField(max_length=40, help_text="Its ID on its own side.")
    name = models.CharField(max_length=255, blank=True)
    account_key = models.CharField(max_length=40, blank=True, help_text="ID of its account.")
    values = models.JSONField(default=dict, help_text="By the property names of its side.")
    created_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    modified_by = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When a value that we hold was last another one."
    )
    changed_by = models.CharField(max_length=200, blank=True)
    version = models.BigIntegerField(default=0, help_text="Exact's row version.")
    read_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.NEW)
    reason = models.TextField(blank=True, help_text="Why it stands so, in plain words.")
    problem = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Not before: it was refused.")
    called_new_at = models.DateTimeField(
        null=True, blank=True, help_text="A person said that the other side does not have it."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.key


class ExactRecord(RemoteRecord):
    """Our copy of an account, contact, item, invoice or order of Exact."""

    class Meta:
        constraints = [
            models.UniqueConstraint("sync", "module", "key", name="a_record_of_exact_once")
        ]
        indexes = [
            models.Index("sync", "module", "standing", "id", name="exact_by_standing"),
            models.Index("sync", "module", "account_key", name="exact_by_account"),
        ]


class ZohoRecord(RemoteRecord):
    """Our copy of a record of Zoho; an invoice's lines are in its values."""

    told = models.CharField(
        max_length=64, blank=True, help_text="Digest of what we last told about it in Zoho."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("sync", "module", "key", name="a_record_of_zoho_once")
        ]
        indexes = [
            models.Index("sync", "module", "standing", "id", name="zoho_by_standing"),
            models.Index("sync", "module", "account_key", name="zoho_by_account"),
        ]


class Pair(models.Model):
    """Two records that are the same thing, with the values that both last agreed on."""

    class State(models.TextChoices):
        EQUAL = "equal", "Equal"
        DUE = "due", "To be brought across"
        CONFLICT = "conflict", "Conflict"
        BLOCKED = "blocked", "Needs you"
        REFUSED = "refused", "Refused"
        GONE = "gone", "Gone on one side"

    class Rule(models.TextChoices):
        EXACT_ID = "exact_id", "Exact's ID in Zoho"
        VAT = "vat", "Same VAT number"
        CODE = "code", "Same code"
        SEARCH_CODE = "search_code", "Our number in the search code"
        CUSTOMER = "customer", "Same zapfloor customer"
        EMAIL = "email", "Same e-mail and account"
        NAME = "name", "Same name and account"
        REFERENCE = "reference", "Our reference"
        PERSON = "person", "Chosen by a person"
        CREATED = "created", "Created by us"

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="pairs")
    module = models.CharField(max_length=20, choices=Module)
    exact = models.OneToOneField(ExactRecord, models.PROTECT, related_name="pair")
    zoho = models.OneToOneField(ZohoRecord, models.PROTECT, related_name="pair")
    rule = models.CharField(max_length=12, choices=Rule)
    base = models.JSONField(
        null=True, blank=True, help_text="Last common values by mapping; null before the first."
    )
    is_dirty = models.BooleanField(default=True, help_text="A side was read anew since the merge.")
    state = models.CharField(max_length=8, choices=State, default=State.DUE)
    reason = models.TextField(blank=True)
    problem = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Not before: it was refused.")
    merged_at = models.DateTimeField(null=True, blank=True)
    paired_at = models.DateTimeField()
    paired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index("sync", "module", "state", "id", name="pair_by_state"),
            models.Index("sync", "module", "id", name="pair_dirty", condition=Q(is_dirty=True)),
        ]

    def __str__(self) -> str:
        return f"{self.exact} = {self.zoho}"


class PairCandidate(models.Model):
    """Two records that may be the same; remembered when a person said that they are not."""

    exact = models.ForeignKey(ExactRecord, models.CASCADE, related_name="candidates")
    zoho = models.ForeignKey(ZohoRecord, models.CASCADE, related_name="candidates")
    score = models.PositiveSmallIntegerField()
    points = models.JSONField(default=list, help_text="What speaks for it, and how much.")
    is_rejected = models.BooleanField(default=False)

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [models.UniqueConstraint("exact", "zoho", name="a_pair_is_offered_once")]

    def __str__(self) -> str:
        return f"{self.exact} may be {self.zoho}"


class PairEvent(models.Model):
    """What was paired, parted or told apart, when and by whom: append-only."""

    class What(models.TextChoices):
        PAIRED = "paired", "Paired"
        PARTED = "parted", "Parted"
        REJECTED = "rejected", "Not the same"

    sync = models.ForeignKey(ZohoSync, models.CASCADE, related_name="events")
    module = models.CharField(max_length=20, choices=Module)
    exact_key = models.CharField(max_length=40)
    exact_name = models.CharField(max_length=255, blank=True)
    zoho_key = models.CharField(max_length=40)
    zoho_name = models.CharField(max_length=255, blank=True)
    what = models.CharField(max_length=8, choices=What)
    rule = models.CharField(max_length=12, choices=Pair.Rule, blank=True)
    evidence = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.exact_name} {self.what} {self.zoho_name}"


class Conflict(models.Model):
    """A field that both sides changed to different values, and whose mapping says to ask."""

    class Choice(models.TextChoices):
        EXACT = "exact", "Exact's value"
        ZOHO = "zoho", "Zoho's value"

    pair = models.ForeignKey(Pair, models.CASCADE, related_name="conflicts")
    exact_field = models.CharField(max_length=60)
    zoho_field = models.CharField(max_length=60)
    base_value = models.JSONField(null=True)
    exact_value = models.JSONField(null=True)
    zoho_value = models.JSONField(null=True)
    exact_at = models.DateTimeField(null=True)
    exact_by = models.CharField(max_length=200, blank=True)
    zoho_at = models.DateTimeField(null=True)
    zoho_by = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    choice = models.CharField(max_length=5, choices=Choice, blank=True)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    chosen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Both sides agree again.")

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "pair",
                "exact_field",
                "zoho_field",
                condition=Q(closed_at=None),
                name="a_conflict_is_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.zoho_field} of {self.pair}"
