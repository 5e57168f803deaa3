"""Tell a person what they should know, once, until its cause is mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from sync.models import Signal
from sync.services.upsert import rewrite

BATCH = 500  # keys of one question


@dataclass(frozen=True, slots=True)
class Words:
    """What a signal says."""

    title: str
    advice: str = ""
    url: str = ""


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


def keep(prefix: str, wanted: Mapping[str, Words], *, now: datetime) -> None:
    """Have these open, by key, and no others whose key begins with `prefix`.

    Takes a handful of questions for 500 of them, not some for each.
    """
    open_ = {one.key: one for one in Signal.objects.open().filter(key__startswith=prefix)}
    changed = [one for key, one in open_.items() if key in wanted and _say(one, wanted[key])]
    new = [Signal(key=key, opened_at=now) for key in wanted if key not in open_]
    for signal in new:
        _say(signal, wanted[signal.key])
    over = [one.pk for key, one in open_.items() if key not in wanted]
    with transaction.atomic():
        rewrite(changed, ["title", "advice", "url"])
        Signal.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
        for start in range(0, len(over), BATCH):
            Signal.objects.filter(pk__in=over[start : start + BATCH]).update(closed_at=now)


def _say(signal: Signal, words: Words) -> bool:
    """Put these words in a signal, unsaved; return whether they are others than before."""
    values = {"title": words.title[:200], "advice": words.advice[:500], "url": words.url[:300]}
    is_other = any(getattr(signal, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(signal, name, value)
    return is_other
