"""Files that people bring: kept until they are imported or thrown away."""

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """A file of customers or invoices, what a first reading found in it, and what became of it."""

    class Kind(models.TextChoices):
        CUSTOMERS = "customers", "Customers"
        INVOICES = "invoices", "Invoices"

    class State(models.TextChoices):
        READING = "reading", "Being read"
        READ = "read", "Ready to import"
        UNREADABLE = "unreadable", "Can't be read"
        IMPORTING = "importing", "Being imported"
        IMPORTED = "imported", "Imported"

    kind = models.CharField(max_length=9, choices=Kind)
    name = models.CharField(max_length=200, help_text="As the person's computer calls it.")
    file = models.FileField(upload_to="imports/%Y/%m/")
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    report = models.JSONField(default=dict, help_text="Counts, errors and notes of the reading.")
    problem = models.TextField(blank=True, help_text="Why the file as a whole can't be read.")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )
    uploaded_at = models.DateTimeField()
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name
