"""What a person should know."""

from django.db import models


class SignalQuerySet(models.QuerySet["Signal"]):
    """Questions about signals."""

    def open(self) -> "SignalQuerySet":
        """Those whose cause is not mended yet, newest first."""
        return self.filter(closed_at=None).order_by("-opened_at")


class Signal(models.Model):
    """One thing that a person should know, in plain words, with where to mend it."""

    key = models.CharField(max_length=120, help_text="What it is about; open once at a time.")
    title = models.CharField(max_length=200)
    advice = models.CharField(max_length=500, blank=True, help_text="What to do.")
    url = models.CharField(max_length=300, blank=True, help_text="The page where it is mended.")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "key", condition=models.Q(closed_at=None), name="a_signal_is_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.title
