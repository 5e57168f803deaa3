"""What long work did, and that the worker still listens."""

from django.conf import settings
from django.db import models


class Run(models.Model):
    """One piece of long work, with its progress while it goes on."""

    class Job(models.TextChoices):
        MIRROR = "mirror", "Mirror from Exact"
        MATCH = "match", "Match customers"
        PUSH = "push", "Push to Exact"
        IMPORT = "import", "Import a file"
        LEDGER = "ledger", "Read the books' set-up"
        BOOKED = "booked", "Read back what is booked"
        PAYMENTS = "payments", "Read payments"
        SOURCE = "source", "Fetch from zapfloor"
        ZOHO = "zoho", "Keep Zoho and Exact equal"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        PAUSED = "paused", "Paused"
        FAILED = "failed", "Failed"

    job = models.CharField(max_length=8, choices=Job)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict, help_text="What came of it, by word.")
    message = models.CharField(max_length=500, blank=True)
    calls = models.PositiveIntegerField(default=0, help_text="Calls to both sides that it took.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    asked_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="Its last sign of life.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    resumes_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_job_display()} of {self.asked_at:%d-%m-%Y %H:%M}"

    @property
    def is_over(self) -> bool:
        """Nothing more will come of it."""
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def share(self) -> int | None:
        """How much is done, in per cent, when the total is known."""
        return min(100, 100 * self.done // self.total) if self.total else None


class Heartbeat(models.Model):
    """Written by a task every few seconds: the proof that a worker listens to the broker."""

    name = models.CharField(max_length=30, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at}"
