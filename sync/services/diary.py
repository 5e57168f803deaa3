"""What people did, kept for the accountant: append-only, in Django's own log of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model, QuerySet

LENGTH = 200  # of the name under which a thing is kept


def note(things: QuerySet[Model], what: str, *, by: User) -> None:
    """Write down that `by` did `what` with each of these things."""
    kind = ContentType.objects.get_for_model(things.model)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=by.pk,
            content_type=kind,
            object_id=str(thing.pk),
            object_repr=str(thing)[:LENGTH],
            action_flag=CHANGE,
            change_message=what,
        )
        for thing in things
    )


def notes_about(thing: Model) -> QuerySet[LogEntry]:
    """Return what people did with one thing, oldest first."""
    kind = ContentType.objects.get_for_model(thing)
    notes = LogEntry.objects.filter(content_type=kind, object_id=str(thing.pk))
    return notes.select_related("user").order_by("action_time", "pk")
