"""The numbers that we hand out ourselves."""

from django.db import models


class NumberSequence(models.Model):
    """Numbers handed out one by one, never twice, never skipped: `prefix`, then `next_number`."""

    name = models.SlugField(unique=True, help_text="What the numbers are for, such as “customer”.")
    prefix = models.CharField(max_length=10, blank=True)
    next_number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.name}: {self.prefix}{self.next_number}"
