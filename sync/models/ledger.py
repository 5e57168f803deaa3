"""What a division's books offer: our copies of its journals, G/L accounts, VAT codes and terms."""

from django.db import models

from exact_client.models import Division


class Journal(models.Model):
    """A journal of the division, referred to by its code. Sales entries go to type 20 alone."""

    SALES = 20

    division = models.ForeignKey(Division, models.CASCADE, related_name="journals")
    code = models.CharField(max_length=10)
    description = models.CharField(max_length=100)
    type = models.PositiveSmallIntegerField(help_text="Exact's type: 20 is sales.")
    is_blocked = models.BooleanField(default=False)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint("division", "code", name="journal_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


class GLAccount(models.Model):
    """A G/L account of the division, referred to by its ID."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="gl_accounts")
    exact_id = models.UUIDField("ID in Exact")
    code = models.CharField(max_length=20)
    description = models.CharField(max_length=100)
    type = models.PositiveSmallIntegerField(help_text="Exact's type: 110 is revenue.")
    use_cost_centre = models.PositiveSmallIntegerField(
        default=0, help_text="0 optional, 1 mandatory, 2 not allowed."
    )
    is_blocked = models.BooleanField(default=False)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = "G/L account"
        constraints = [models.UniqueConstraint("division", "exact_id", name="gl_account_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


class VATCode(models.Model):
    """A VAT code of the division, with its rate and whether amounts include it."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="vat_codes")
    code = models.CharField(max_length=3)
    description = models.CharField(max_length=100)
    percentage = models.DecimalField(
        max_digits=7, decimal_places=4, help_text="In per cent: 21 is 21 %."
    )
    type = models.CharField(
        max_length=1, help_text="E excluding, I including, B base only, N no VAT."
    )
    transaction_type = models.CharField(
        max_length=1, default="B", help_text="S sales, P purchase, B both."
    )
    is_blocked = models.BooleanField(default=False)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = "VAT code"
        constraints = [models.UniqueConstraint("division", "code", name="vat_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


class PaymentCondition(models.Model):
    """A payment condition of the division: when an invoice falls due."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="payment_conditions")
    code = models.CharField(max_length=10)
    description = models.CharField(max_length=100)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint("division", "code", name="payment_condition_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


class CostCentre(models.Model):
    """A cost centre of the division, referred to by its code."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="cost_centres")
    code = models.CharField(max_length=20)
    description = models.CharField(max_length=100)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint("division", "code", name="cost_centre_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"
