"""The job that fetches from zapfloor, with a run to tell how far it is and signals that stay."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from exact_client.models import Division
from sync.models import Run, ZapfloorSource
from sync.services import runs, signals
from sync.services.delivery import prepare
from sync.services.locks import process_lock
from sync.services.zapfloor.fetch import SINCE_THE_LAST, Fetched, Wanted, fetch
from sync.services.zapfloor.source import client_of, the_source
from sync.zapfloor.errors import ZapfloorError, ZapfloorTemporaryError

COME_BACK = timedelta(minutes=5)  # when zapfloor does not say
LONG_ENOUGH = timedelta(hours=2)  # without a fetch, after which a person should know
FAILED, REFUSED = "zapfloor", "zapfloor refused"


def is_wanted() -> bool:
    """Whether somebody switched fetching on."""
    return ZapfloorSource.objects.filter(is_active=True).exists()


def fetch_now(run: Run, wanted: Wanted = SINCE_THE_LAST) -> Fetched | None:
    """Fetch, and tell the run; return what came, or None when nothing could be fetched."""
    source, fetched = the_source(), None
    if source is None:
        runs.fail(run, "Connect to zapfloor first, under Set-up.")
        return None
    with process_lock("zapfloor", source.pk) as held:
        if held:  # otherwise another worker fetches, and tells its run how far it is
            with runs.running(run) as progress:
                fetched = _fetched(source, wanted, progress)
    return fetched


def _fetched(source: ZapfloorSource, wanted: Wanted, progress: runs.Progress) -> Fetched | None:
    now = timezone.now()
    try:
        client = client_of(source)
        fetched = fetch(source, client, wanted, now=now, progress=progress.show)
    except ZapfloorError as error:
        _stopped(progress.run, source, error)
        return None
    progress.show(fetched.read, None, **counts_of(fetched))
    if fetched.changed:
        for division in Division.objects.chosen():
            prepare.refresh(division)
    signals.close_signal(FAILED, now=now)
    source.refresh_from_db()
    tell_of_refused(source)
    return fetched


def counts_of(fetched: Fetched) -> dict[str, int]:
    """Return what came of a fetch, by the words that a person reads."""
    counts = {
        "customers new": fetched.customers.new,
        "customers changed": fetched.customers.changed,
        "documents new": fetched.documents.new,
        "documents changed": fetched.documents.changed,
        "not final yet": fetched.not_final,
        "could not be taken in": len(fetched.refused),
    }
    return {word: number for word, number in counts.items() if number}


def _stopped(run: Run, source: ZapfloorSource, error: ZapfloorError) -> None:
    """Say why, on the run, at the source, and to a person when time alone won't mend it."""
    now = timezone.now()
    ZapfloorSource.objects.filter(pk=source.pk).update(problem=str(error))
    is_temporary = isinstance(error, ZapfloorTemporaryError)
    if isinstance(error, ZapfloorTemporaryError):
        runs.pause(run, str(error), resumes_at=error.retry_at or now + COME_BACK)
    else:
        runs.fail(run, str(error))
    is_late = source.fetched_at is not None and source.fetched_at < now - LONG_ENOUGH
    if is_late or not is_temporary:
        signals.raise_signal(
            FAILED,
            "zapfloor could not be fetched",
            advice=f"{error} What was fetched before stays; the next fetch goes on from there.",
            url=reverse("sync:zapfloor"),
            now=now,
        )


def tell_of_refused(source: ZapfloorSource) -> None:
    """Say how many records of zapfloor could not be taken in, until there are none."""
    now, count = timezone.now(), len(source.refused)
    if not count:
        signals.close_signal(REFUSED, now=now)
        return
    first = source.refused[0]
    signals.raise_signal(
        REFUSED,
        f"{count} record{'s' if count > 1 else ''} of zapfloor could not be taken in",
        advice=f"The others were. The first says: {first['said'][0]} Correct it in zapfloor, or"
        " where its field is read from; it is taken in by itself then.",
        url=f"{reverse('sync:zapfloor')}#refused",
        now=now,
    )
