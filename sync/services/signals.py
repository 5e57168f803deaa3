"""Tell a person what they should know, once, until its cause is mended."""

from datetime import datetime

from django.db import IntegrityError, transaction

from sync.models import Signal


def raise_signal(key: str, title: str, *, now: datetime, advice: str = "", url: str = "") -> None:
    """Open a signal about `key`, or bring the words of the open one up to date."""
    words = {"title": title[:200], "advice": advice[:500], "url": url}
    if Signal.objects.open().filter(key=key).update(**words):
        return
    try:
        with transaction.atomic():
            Signal.objects.create(key=key, opened_at=now, **words)
    except IntegrityError:
        return  # another process said it at the same moment


def close_signal(key: str, *, now: datetime) -> None:
    """The cause is mended: close what is open about `key`."""
    Signal.objects.open().filter(key=key).update(closed_at=now)
