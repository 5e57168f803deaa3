"""How invoices are booked: chosen by an administrator, never hard-coded."""

from django.db import models

from exact_client.models import Division
from sync.models.ledger import CostCentre, GLAccount, Journal, VATCode

RESOURCE_TYPES = [
    ("product", "Product"),
    ("meeting_room", "Meeting room"),
    ("unit", "Unit or office"),
    ("desk", "Desk"),
    ("discount", "Discount"),
]


class BookingSettings(models.Model):
    """The choices that hold for a whole division."""

    class CodePolicy(models.TextChoices):
        EXACT = "exact", "Exact numbers new accounts"
        ZAPFLOOR = "zapfloor", "The zapfloor number becomes the code"

    division = models.OneToOneField(Division, models.CASCADE, related_name="booking_settings")
    auto_push = models.BooleanField(
        "push by itself", default=False, help_text="Send each invoice as soon as it is ready."
    )
    create_accounts = models.BooleanField(
        "create accounts",
        default=True,
        help_text="Make an account for a customer that nothing comes near.",
    )
    fill_search_code = models.BooleanField(
        "fill the search code",
        default=False,
        help_text="On a link by VAT number, write the zapfloor number in an empty search code.",
    )
    code_policy = models.CharField(max_length=8, choices=CodePolicy, default=CodePolicy.EXACT)
    is_paused = models.BooleanField(
        "paused", default=False, help_text="Nothing is sent while this is on."
    )

    class Meta:
        verbose_name = verbose_name_plural = "booking settings"

    def __str__(self) -> str:
        return f"Booking settings of {self.division}"


class JournalMapping(models.Model):
    """The journals of a location; the empty location holds for all without a row of their own."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="journal_mappings")
    location = models.CharField(max_length=30, blank=True, help_text="Empty: every other location.")
    journal = models.ForeignKey(Journal, models.PROTECT, related_name="+")
    credit_journal = models.ForeignKey(
        Journal,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="For credit notes. Empty: the same journal.",
    )
    cost_centre = models.ForeignKey(
        CostCentre, models.PROTECT, related_name="+", null=True, blank=True
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["location"]
        constraints = [models.UniqueConstraint("division", "location", name="a_location_once")]

    def __str__(self) -> str:
        return f"{self.location or 'every location'}: {self.journal}"


class GLMapping(models.Model):
    """The G/L account of a resource. Empty fields hold for all; the most exact row wins."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="gl_mappings")
    location = models.CharField(max_length=30, blank=True, help_text="Empty: every location.")
    resource_type = models.CharField(max_length=12, choices=RESOURCE_TYPES, blank=True)
    resource_code = models.CharField(max_length=60, blank=True, help_text="Empty: every resource.")
    gl_account = models.ForeignKey(
        GLAccount, models.PROTECT, related_name="+", verbose_name="G/L account"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["location", "resource_type", "resource_code"]
        verbose_name = "G/L mapping"
        constraints = [
            models.UniqueConstraint(
                "division", "location", "resource_type", "resource_code", name="a_resource_once"
            )
        ]

    def __str__(self) -> str:
        what = " · ".join(filter(None, (self.location, self.resource_type, self.resource_code)))
        return f"{what or 'everything'}: {self.gl_account}"


class VATMapping(models.Model):
    """The VAT code of a country group, business type and rate."""

    class CountryGroup(models.TextChoices):
        DOMESTIC = "domestic", "Own country"
        EU = "eu", "Elsewhere in the EU"
        NON_EU = "non_eu", "Outside the EU"

    division = models.ForeignKey(Division, models.CASCADE, related_name="vat_mappings")
    country_group = models.CharField(max_length=8, choices=CountryGroup)
    business_type = models.CharField(
        max_length=8,
        blank=True,
        choices=[
            ("vat", "Company with VAT number"),
            ("no_vat", "Without VAT"),
            ("private", "Private"),
        ],
        help_text="Empty: every business type.",
    )
    rate = models.DecimalField(max_digits=6, decimal_places=2, help_text="In per cent.")
    vat_code = models.ForeignKey(VATCode, models.PROTECT, related_name="+", verbose_name="VAT code")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["country_group", "business_type", "rate"]
        verbose_name = "VAT mapping"
        constraints = [
            models.UniqueConstraint(
                "division", "country_group", "business_type", "rate", name="a_vat_cell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country_group} {self.business_type} {self.rate} %: {self.vat_code}"
