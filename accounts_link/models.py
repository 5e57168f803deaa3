"""The parties: customers of zapfloor, our copies of Exact's accounts, and their links."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from accounts_link.sequences import NumberSequence as NumberSequence  # noqa: PLC0414 - handed on
from exact_client.models import Division


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Questions about customers, always for one division."""

    def active(self) -> CustomerQuerySet:
        """Those that zapfloor still has."""
        return self.filter(is_active=True)

    def linked(self, division: Division) -> CustomerQuerySet:
        """Those that have an account."""
        return self.filter(_has_link(division))

    def without_link(self, division: Division) -> CustomerQuerySet:
        """Those that have no account yet, for whatever reason."""
        return self.active().filter(~_has_link(division))

    def in_review(self, division: Division) -> CustomerQuerySet:
        """Those that a rule would not settle: a person must choose."""
        return self.without_link(division).filter(
            standings__division=division, standings__outcome=Standing.Outcome.REVIEW
        )

    def to_create(self, division: Division) -> CustomerQuerySet:
        """Those that nothing in Exact comes near."""
        return self.without_link(division).filter(
            standings__division=division, standings__outcome=Standing.Outcome.CREATE
        )

    def wanted_in(self, division: Division) -> CustomerQuerySet:
        """Those for which a person wants an account made here, invoices or none."""
        here = models.Q(account_wanted_in=division) | models.Q(account_wanted_in=None)
        return self.to_create(division).filter(here, account_wanted_at__isnull=False)

    def named(self, text: str) -> CustomerQuerySet:
        """Those whose number, name, VAT number or city holds the words of `text`, in any order."""
        found = self
        for word in text.split():
            found = found.filter(search_text__contains=word.casefold())
        return found

    def with_standing(self, division: Division) -> CustomerQuerySet:
        """With `link_list`, `candidate_list`, `outcome` and `explanation` in one division."""
        standing = FilteredRelation("standings", condition=Q(standings__division=division))
        return self.annotate(
            _standing=standing,
            outcome=F("_standing__outcome"),
            explanation=F("_standing__explanation"),
        ).prefetch_related(
            Prefetch(
                "links",
                AccountLink.objects.filter(division=division).select_related("account"),
                to_attr="link_list",
            ),
            Prefetch(
                "candidates",
                Candidate.objects.in_division(division)
                .filter(is_rejected=False)
                .select_related("account")
                .order_by("-score", "account_id"),
                to_attr="candidate_list",
            ),
        )


def _has_link(division: Division) -> Exists:
    return Exists(AccountLink.objects.filter(customer=OuterRef("pk"), division=division))


class Customer(models.Model):
    """A customer of zapfloor, as its files or its API tell. Its number never changes."""

    class BusinessType(models.TextChoices):
        VAT = "vat", "Company with VAT number"
        NO_VAT = "no_vat", "Organisation without VAT"
        PRIVATE = "private", "Private person"

    class Kind(models.TextChoices):
        MEMBER = "member", "Member"
        GUEST = "guest", "Guest"
        EXTERNAL = "external", "External"

    number = models.CharField(max_length=30, unique=True)
    business_type = models.CharField(max_length=8, choices=BusinessType)
    vat_typed = models.CharField("VAT number as typed", max_length=40, blank=True)
    vat_number = models.CharField(
        "VAT number",
        max_length=20,
        blank=True,
        db_index=True,
        help_text="The normal form, checked.",
    )
    chamber_number = models.CharField("KvK or KBO number", max_length=30, blank=True)
    is_international = models.BooleanField(default=False)
    name = models.CharField(max_length=200)
    kind = models.CharField("customer type", max_length=8, choices=Kind, default=Kind.MEMBER)
    street = models.CharField(max_length=150, blank=True)
    street_number = models.CharField(max_length=20, blank=True)
    address_line_2 = models.CharField(max_length=150, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2)
    contact = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    mobile = models.CharField(max_length=40, blank=True)
    website = models.CharField(max_length=200, blank=True)
    fax = models.CharField(max_length=40, blank=True)
    email = models.CharField("public e-mail", max_length=254, blank=True)
    invoice_emails = models.CharField("mail invoices to", max_length=500, blank=True)
    language = models.CharField(max_length=2, blank=True)
    location = models.CharField(max_length=30, blank=True)
    search_text = models.TextField(editable=False, default="")
    is_active = models.BooleanField(default=True)
    account_wanted_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when a person wants an account made for it."
    )
    account_wanted_in = models.ForeignKey(
        Division, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    imported_at = models.DateTimeField()

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index("name", "id", name="customer_by_name"),
            models.Index("id", condition=Q(is_active=False), name="inactive_customers"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ExactAccountQuerySet(models.QuerySet["ExactAccount"]):
    """Questions about our copies of Exact's accounts."""

    def customers(self) -> ExactAccountQuerySet:
        """Those that may be linked: status C, still there."""
        return self.filter(status=ExactAccount.Status.CUSTOMER, is_gone=False)

    def not_customers(self) -> ExactAccountQuerySet:
        """Those of another status, which Exact refuses to book sales on."""
        return self.exclude(status=ExactAccount.Status.CUSTOMER).filter(is_gone=False)

    def linked(self) -> ExactAccountQuerySet:
        """Those with a customer."""
        return self.filter(link_count__gt=0)

    def unlinked(self) -> ExactAccountQuerySet:
        """Customers in Exact that no customer of zapfloor is linked to."""
        return self.customers().filter(link_count=0)

    def in_review(self) -> ExactAccountQuerySet:
        """Those that are a candidate for a customer whom a person must settle."""
        return self.filter(is_gone=False, candidate_count__gt=0)

    def named(self, text: str) -> ExactAccountQuerySet:
        """Those whose name, code, search code, VAT number or city holds all words of `text`."""
        found = self
        for word in text.split():
            found = found.filter(search_text__contains=word.casefold())
        return found

    def for_overview(self) -> ExactAccountQuerySet:
        """With their links and open candidates, in three queries whatever the number of rows."""
        return self.prefetch_related(
            Prefetch(
                "links",
                AccountLink.objects.select_related("customer", "linked_by").order_by("pk"),
            ),
            Prefetch(
                "candidates",
                Candidate.objects.open().select_related("customer"),
                to_attr="candidate_list",
            ),
        )

    def recount(self) -> None:
        """Bring `link_count` and `candidate_count` of these accounts in step with their rows.

        Call it in the transaction that changed those rows.
        """
        links = AccountLink.objects.filter(account=OuterRef("pk")).values("account")
        candidates = Candidate.objects.open().filter(account=OuterRef("pk")).values("account")
        with transaction.atomic():
            # Two who link to one account at once must not each miss the other's link.
            list(self.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
            self.update(link_count=_count(links), candidate_count=_count(candidates))


def _count(rows: models.QuerySet[Any, Any]) -> Coalesce:
    counted = rows.order_by().annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


class ExactAccount(models.Model):
    """Our last copy of an account in one division of Exact, kept by the mirror."""

    class Status(models.TextChoices):
        NONE = "A", "No status"
        SUSPECT = "S", "Suspect"
        PROSPECT = "P", "Prospect"
        CUSTOMER = "C", "Customer"

    division = models.ForeignKey(Division, models.PROTECT, related_name="accounts")
    exact_id = models.UUIDField("ID in Exact")
    code = models.CharField(max_length=18, blank=True, help_text="Without Exact's padding.")
    name = models.CharField(max_length=200)
    search_code = models.CharField(max_length=50, blank=True)
    status = models.CharField(max_length=1, choices=Status)
    is_supplier = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    vat_typed = models.CharField("VAT number as typed", max_length=50, blank=True)
    vat_number = models.CharField("VAT number", max_length=20, blank=True)
    chamber_number = models.CharField("KvK or KBO number", max_length=60, blank=True)
    address = models.CharField(max_length=150, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    payment_condition = models.CharField(max_length=10, blank=True)
    end_date = models.DateField(null=True, blank=True)
    version = models.BigIntegerField(default=0, help_text="Exact's row version (Timestamp).")
    is_gone = models.BooleanField(default=False, help_text="Deleted in Exact; kept here.")
    search_text = models.TextField(editable=False, default="")
    link_count = models.PositiveIntegerField(default=0, editable=False)
    candidate_count = models.PositiveIntegerField(default=0, editable=False)
    mirrored_at = models.DateTimeField()

    objects = ExactAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("division", "exact_id", name="an_account_is_copied_once")
        ]
        indexes = [
            models.Index("division", "code", name="account_by_code"),
            models.Index("division", "search_code", name="account_by_search_code"),
            models.Index("division", "vat_number", name="account_by_vat"),
            # All that the overview filters, counts, searches and sorts by, so that it reads no row
            # which it does not show. The text begins with the name, in small letters.
            models.Index(
                "division",
                "search_text",
                "id",
                "is_gone",
                "status",
                "link_count",
                "candidate_count",
                name="account_on_overview",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class AccountLink(models.Model):
    """The tie between a zapfloor customer and its account in one Exact division."""

    class Rule(models.TextChoices):
        VAT = "vat", "VAT number"
        CODE = "code", "Code"
        SEARCH_CODE = "search_code", "Search code"
        PERSON = "person", "Chosen by a person"
        CREATED = "created", "Created by us"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="links")
    division = models.ForeignKey(Division, models.PROTECT, related_name="links")
    account = models.ForeignKey(ExactAccount, models.PROTECT, related_name="links")
    rule = models.CharField(max_length=12, choices=Rule)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "customer", "division", name="a_customer_has_one_account_in_a_division"
            )
        ]
        indexes = [models.Index("division", "rule", "account", name="link_by_rule")]

    def __str__(self) -> str:
        return f"{self.customer} → {self.account}"


class LinkEvent(models.Model):
    """What happened to a link: append-only. An undo writes an event of its own."""

    class Action(models.TextChoices):
        LINKED = "linked", "Linked"
        UNLINKED = "unlinked", "Unlinked"
        REJECTED = "rejected", "Marked as not the same"
        RECONSIDERED = "reconsidered", "May be the same after all"

    action = models.CharField(max_length=12, choices=Action)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="link_events")
    account = models.ForeignKey(ExactAccount, models.PROTECT, related_name="link_events")
    rule = models.CharField(max_length=12, choices=AccountLink.Rule, blank=True)
    evidence = models.JSONField(default=list, help_text="What spoke for it: [text, points] pairs.")
    reason = models.CharField(max_length=300, blank=True, help_text="In the words of the person.")
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.customer} {self.get_action_display()} {self.account}"


class Standing(models.Model):
    """What matching found for a customer without a link in one division; a link ends it."""

    class Outcome(models.TextChoices):
        REVIEW = "review", "Needs review"
        CREATE = "create", "To be created"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="standings")
    division = models.ForeignKey(Division, models.CASCADE, related_name="standings")
    outcome = models.CharField(max_length=6, choices=Outcome)
    situation = models.CharField(max_length=40, help_text="The row of the matching table.")
    explanation = models.CharField(max_length=300)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("customer", "division", name="one_standing_in_a_division")
        ]
        indexes = [models.Index("division", "outcome", "customer", name="standing_by_outcome")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.explanation}"


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Questions about candidates."""

    def in_division(self, division: Division) -> CandidateQuerySet:
        """Those of accounts of `division`, in a way that leaves indexes to other conditions.

        SQLite takes a bare “division = 1” for rare and would read every account to begin with.
        """
        return self.alias(at=F("account__division_id") + 0).filter(at=division.pk)

    def open(self) -> CandidateQuerySet:
        """Those still to be judged by a person, best first: not rejected, the customer unlinked."""
        settled = AccountLink.objects.filter(
            customer=OuterRef("customer"), division=OuterRef("account__division")
        )
        return self.filter(~Exists(settled), is_rejected=False).order_by("-score", "account_id")


class Candidate(models.Model):
    """An account that may be a customer, with the reasons; kept when a person says it is not."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="candidates")
    account = models.ForeignKey(ExactAccount, models.CASCADE, related_name="candidates")
    score = models.PositiveSmallIntegerField(help_text="0 to 100")
    points = models.JSONField(default=list, help_text="Why: [text, points] pairs.")
    is_rejected = models.BooleanField(default=False, help_text="“Not the same”, said a person.")

    objects = CandidateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("customer", "account", name="a_pair_is_judged_once"),
            models.CheckConstraint(condition=Q(score__lte=100), name="a_score_is_at_most_100"),
        ]
        indexes = [
            models.Index("account", "is_rejected", F("score").desc(), name="open_candidates"),
            models.Index("is_rejected", F("score").desc(), "id", name="best_candidates"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} ≈ {self.account} ({self.score})"
