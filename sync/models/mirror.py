"""Where each mirror stands."""

from django.db import models

from exact_client.models import Division


class MirrorCursor(models.Model):
    """The highest row version that was read whole from one feed of one division."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="cursors")
    feed = models.CharField(max_length=30)
    version = models.BigIntegerField(default=1)
    history = models.JSONField(default=list, help_text="[version, UTC seconds] of earlier ends.")
    epoch = models.CharField(max_length=60, blank=True, help_text="Of the division, when read.")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("division", "feed", name="a_feed_has_one_cursor")]

    def __str__(self) -> str:
        return f"{self.feed} of {self.division} at {self.version}"
