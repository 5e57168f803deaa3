"""What the last comparison of each month came to."""

from decimal import Decimal

from django.db import models

from exact_client.models import Division


class ComparedMonth(models.Model):
    """A month of a division as it was when it was compared last: does it close, and if not, why."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="compared_months")
    month = models.DateField(help_text="Its first day.")
    compared_at = models.DateTimeField()
    entries_here = models.PositiveIntegerField(default=0, help_text="Booked by us.")
    entries_there = models.PositiveIntegerField(default=0, help_text="In Exact's sales journals.")
    totals = models.JSONField(
        default=dict, help_text="By currency, ours and Exact's with VAT, as texts."
    )
    open_count = models.PositiveIntegerField(default=0, help_text="Differences to be settled.")
    accepted_count = models.PositiveIntegerField(default=0, help_text="Taken for right.")
    awaited_count = models.PositiveIntegerField(default=0, help_text="Not read back yet.")

    class Meta:
        ordering = ["-month"]
        constraints = [models.UniqueConstraint("division", "month", name="a_month_is_compared")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.division}"

    @property
    def sums(self) -> list[tuple[str, Decimal, Decimal, Decimal]]:
        """Return for each currency what we booked, what Exact has, and what it has more."""
        pairs = {code: (Decimal(one), Decimal(two)) for code, (one, two) in self.totals.items()}
        return [(code, ours, theirs, theirs - ours) for code, (ours, theirs) in pairs.items()]
