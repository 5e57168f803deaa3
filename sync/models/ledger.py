"""What a division's books offer: our copies of its journals, G/L accounts, VAT codes and terms."""

from django.db import models

from exact_client.models import Division


class WhenClosed(models.TextChoices):
    """What becomes of a document whose day is in a closed period."""

    HOLD = "hold", "Wait until the period is open"
    MOVE = "move", "Let a person move it to the next open period"
    REFUSE = "refuse", "Refuse it"


class Journal(models.Model):
    """A journal of the division, referred to by its code. Sales entries go to type 20 alone."""

    SALES = 20

    division = models.ForeignKey(Division, models.CASCADE, related_name="journals")
    code = models.CharField(max_length=10)
    description = models.CharField(max_length=100)
    type = models.PositiveSmallIntegerField(help_text="Exact's type: 20 is sales.")
    is_blocked = models.BooleanField(default=False)
    is_gone = models.BooleanField(default=False)
    when_closed = models.CharField(
        "when the period is closed",
        max_length=6,
        choices=WhenClosed,
        default=WhenClosed.HOLD,
        help_text="Our choice, not Exact's.",
    )

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
    use_cost_unit = models.PositiveSmallIntegerField(
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
    country = models.CharField(max_length=2, blank=True, help_text="Empty: any.")
    is_reverse_charge = models.BooleanField(default=False, help_text="Exact's “charged”.")
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


class CostUnit(models.Model):
    """A cost unit of the division, referred to by its code."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="cost_units")
    code = models.CharField(max_length=20)
    description = models.CharField(max_length=100)
    is_gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint("division", "code", name="cost_unit_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


class Period(models.Model):
    """A financial period that exists in the division; a day outside all of them can't be booked."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="periods")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day"]
        constraints = [models.UniqueConstraint("division", "year", "number", name="period_once")]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


class ClosedPeriod(models.Model):
    """A journal that takes nothing any more in a period."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="closed_periods")
    journal_code = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["year", "number", "journal_code"]
        constraints = [
            models.UniqueConstraint(
                "division", "journal_code", "year", "number", name="closed_period_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.journal_code} {self.year}-{self.number:02}"


class LedgerLine(models.Model):
    """Our copy of a transaction line of a sales journal, kept by sync/Financial/TransactionLines.

    Line 0 is the entry's header: its total with VAT. Amounts are turned round, so that a sale is
    positive on every line, as in a sales entry.
    """

    division = models.ForeignKey(Division, models.CASCADE, related_name="ledger_lines")
    exact_id = models.UUIDField("ID in Exact")
    version = models.BigIntegerField(help_text="Exact's row version.")
    entry_id = models.UUIDField()
    line_number = models.PositiveIntegerField()
    journal_code = models.CharField(max_length=10)
    entry_number = models.CharField(max_length=20, blank=True)
    date = models.DateField()
    year = models.PositiveSmallIntegerField(default=0, help_text="Financial year.")
    period = models.PositiveSmallIntegerField(default=0)
    account_id = models.UUIDField(null=True, blank=True)
    account_name = models.CharField(max_length=100, blank=True)
    gl_account = models.UUIDField(null=True, blank=True)
    gl_code = models.CharField(max_length=20, blank=True)
    vat_code = models.CharField(max_length=3, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount = models.DecimalField(
        max_digits=16, decimal_places=2, help_text="In the entry's currency; without VAT but on 0."
    )
    amount_dc = models.DecimalField(
        max_digits=16, decimal_places=2, help_text="The same in the division's currency."
    )
    vat = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    description = models.CharField(max_length=150, blank=True)
    your_ref = models.CharField(max_length=60, blank=True)
    cost_centre = models.CharField(max_length=20, blank=True)
    cost_unit = models.CharField(max_length=20, blank=True)
    document_id = models.UUIDField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(default=0, help_text="20 open, 50 processed.")
    is_gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("division", "exact_id", name="ledger_line_once")]
        indexes = [
            models.Index("division", "date", "journal_code", name="ledger_line_by_date"),
            models.Index("division", "entry_id", "line_number", name="ledger_line_by_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_number} line {self.line_number}"


class PaymentTerm(models.Model):
    """Our copy of what a customer owes or paid: a receivable of sync/Cashflow/PaymentTerms.

    Kept whether or not its customer is linked. Amounts are turned round: what a customer owes is
    positive.
    """

    division = models.ForeignKey(Division, models.CASCADE, related_name="payment_terms")
    exact_id = models.UUIDField("ID in Exact")
    version = models.BigIntegerField(help_text="Exact's row version.")
    entry_id = models.UUIDField(null=True, blank=True, help_text="The sales entry it belongs to.")
    account_id = models.UUIDField(null=True, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, help_text="In its currency.")
    amount_dc = models.DecimalField(max_digits=16, decimal_places=2)
    currency = models.CharField(max_length=3, blank=True)
    status = models.PositiveSmallIntegerField(
        default=0, help_text="20 open, 30 selected, 40 processed, 50 matched."
    )
    is_fully_paid = models.BooleanField(default=False)
    due_date = models.DateField(null=True, blank=True)
    last_payment_on = models.DateField(null=True, blank=True)
    your_ref = models.CharField(max_length=60, blank=True)
    entry_number = models.CharField(max_length=20, blank=True)
    is_gone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("division", "exact_id", name="payment_term_once")]
        indexes = [models.Index("division", "entry_id", name="payment_term_by_entry")]

    def __str__(self) -> str:
        return f"{self.entry_number} {self.amount}"
