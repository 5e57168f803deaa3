"""How invoices are booked: chosen by an administrator, never hard-coded."""

from django.db import models

from exact_client.models import Division
from sync.models.ledger import (
    CostCentre,
    CostUnit,
    GLAccount,
    Journal,
    PaymentCondition,
    VATCode,
)

RESOURCE_TYPES = [
    ("product", "Product"),
    ("meeting_room", "Meeting room"),
    ("unit", "Unit or office"),
    ("desk", "Desk"),
    ("discount", "Discount"),
]
SUPPLIES = [("goods", "Goods"), ("services", "Services"), ("real_estate", "Letting")]
VAT_CATEGORIES = [  # of EN 16931, as UBL writes them
    ("S", "S standard rate"),
    ("Z", "Z zero rate"),
    ("E", "E exempt"),
    ("AE", "AE reverse charge"),
    ("K", "K supply within the EU"),
    ("G", "G export"),
    ("O", "O outside VAT"),
]


class BookingSettings(models.Model):
    """The choices that hold for a whole division."""

    class CodePolicy(models.TextChoices):
        EXACT = "exact", "Exact numbers new accounts"
        ZAPFLOOR = "zapfloor", "The zapfloor number becomes the code"

    class PushPolicy(models.TextChoices):
        OFF = "off", "Only what a person sends"
        REVIEWED = "reviewed", "What a person approved"
        DELAYED = "delayed", "Some days after its date"
        AT_ONCE = "at_once", "As soon as it is ready"

    class DiscountPolicy(models.TextChoices):
        NET = "net", "Taken off its line"
        ACCOUNT = "account", "A line of its own, on the G/L account for discounts"
        PRODUCT = "product", "A line of its own, as one product"

    class ZeroPolicy(models.TextChoices):
        EXCLUDE = "exclude", "Leave it out"
        BOOK = "book", "Book it"
        HOLD = "hold", "Hold it for a person"

    division = models.OneToOneField(Division, models.CASCADE, related_name="booking_settings")
    push_policy = models.CharField(
        "sends by itself", max_length=8, choices=PushPolicy, default=PushPolicy.OFF
    )
    push_delay_days = models.PositiveSmallIntegerField(
        "days to wait", default=3, help_text="After the date of the invoice, when it is delayed."
    )
    push_up_to = models.DecimalField(
        "at most",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="With VAT; a larger one waits for a person. Empty: no limit.",
    )
    discount_policy = models.CharField(
        "discounts", max_length=7, choices=DiscountPolicy, default=DiscountPolicy.NET
    )
    discount_product = models.CharField(
        "product for discounts", max_length=60, blank=True, help_text="Its resource code."
    )
    zero_policy = models.CharField(
        "documents of 0.00", max_length=7, choices=ZeroPolicy, default=ZeroPolicy.EXCLUDE
    )
    defer_revenue = models.BooleanField(
        "defer revenue",
        default=True,
        help_text="Give Exact the period of a line, so that it spreads the revenue over it.",
    )
    attach_files = models.BooleanField(
        "attach files", default=True, help_text="The PDF and the UBL of a document, to its entry."
    )
    bounce_days = models.PositiveSmallIntegerField(
        "days until paid counts",
        default=3,
        help_text="A collected direct debit may bounce: “paid” is told on after so many days.",
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
    cost_unit = models.ForeignKey(CostUnit, models.PROTECT, related_name="+", null=True, blank=True)
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
    """The VAT code of a country group, business type, kind of supply, UBL category and rate.

    Empty fields hold for all; the most exact row wins, the category before the supply.
    """

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
    supply = models.CharField(
        max_length=11, blank=True, choices=SUPPLIES, help_text="Empty: every kind of supply."
    )
    vat_category = models.CharField(
        "UBL category",
        max_length=2,
        blank=True,
        choices=VAT_CATEGORIES,
        help_text="Empty: every category, and documents that don't come as UBL.",
    )
    rate = models.DecimalField(max_digits=6, decimal_places=2, help_text="In per cent.")
    vat_code = models.ForeignKey(VATCode, models.PROTECT, related_name="+", verbose_name="VAT code")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["country_group", "business_type", "supply", "vat_category", "rate"]
        verbose_name = "VAT mapping"
        constraints = [
            models.UniqueConstraint(
                "division",
                "country_group",
                "business_type",
                "supply",
                "vat_category",
                "rate",
                name="a_vat_cell_once",
            )
        ]

    def __str__(self) -> str:
        what = (self.country_group, self.business_type, self.supply, self.vat_category)
        return f"{' '.join(filter(None, what))} {self.rate} %: {self.vat_code}"


class PaymentConditionMapping(models.Model):
    """The payment condition of the source's payment terms; without one the account's own holds."""

    division = models.ForeignKey(
        Division, models.CASCADE, related_name="payment_condition_mappings"
    )
    payment_terms = models.CharField(
        max_length=60, blank=True, help_text="In the source's words. Empty: all others."
    )
    payment_condition = models.ForeignKey(PaymentCondition, models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["payment_terms"]
        constraints = [models.UniqueConstraint("division", "payment_terms", name="terms_once")]

    def __str__(self) -> str:
        return f"{self.payment_terms or 'all other terms'}: {self.payment_condition}"


class Route(models.Model):
    """Which division books a location's documents, or a billing entity's. Empty fields: all."""

    location = models.CharField(max_length=30, blank=True)
    billing_entity = models.CharField(max_length=60, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="routes")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["billing_entity", "location"]
        constraints = [models.UniqueConstraint("location", "billing_entity", name="route_once")]

    def __str__(self) -> str:
        what = " · ".join(filter(None, (self.billing_entity, self.location)))
        return f"{what or 'everything else'}: {self.division}"
