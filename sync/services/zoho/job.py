"""The job that keeps Zoho and Exact equal: read both, pair, choose, merge, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.models import ExactConnection
from sync.models import OutboxEntry, Run, ZohoSync
from sync.services import runs
from sync.services.clock import SystemClock
from sync.services.delivery.office import Office
from sync.services.locks import process_lock
from sync.services.zoho.merging import merging
from sync.services.zoho.pairing import choosing, pairing
from sync.services.zoho.reading import reading_exact, reading_zoho
from sync.services.zoho.reading.copies import Read
from sync.services.zoho.set_up import setup, terms
from sync.services.zoho.telling import telling
from sync.services.zoho.writing import writing_exact, writing_zoho
from zoho_client.budget import Lane as ZohoLane
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoError, ZohoTemporaryError, ZohoUncertainError
from zoho_client.meter import calls_made
from zoho_client.models import ZohoConnection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from exact_client.models import Division

Show = Callable[..., None]  # counts by word

FRESH = timedelta(minutes=10)  # so long may what was read of Exact be written by
LOCK = "zoho"  # one process at a time reads and writes for a tie


@dataclass(slots=True)
class Synced:
    """What one run did for one tie, by word."""

    counts: dict[str, int] = field(default_factory=dict)

    def note(self, **counts: int) -> None:
        """Note how far a step is."""
        self.counts |= counts


@dataclass(frozen=True, slots=True)
class Sides:
    """The clients by which one tie is worked for."""

    zoho: ZohoClient
    reader: ExactClient
    office: Office

    @classmethod
    def of(cls, tie: ZohoSync) -> Sides:
        """Return those of a tie that is connected on both sides."""
        division = _division_of(tie)
        return cls(
            _zoho_of(tie),
            ExactClient.connected(division, lane=Lane.MIRROR),
            Office(division, ExactClient.connected(division, lane=Lane.PUSH), SystemClock()),
        )


class StoppedError(Exception):
    """The tie was closed, or one side disconnected, while it was worked for."""


def running_ties() -> QuerySet[ZohoSync]:
    """Return the ties that are to be kept equal: agreed to, and connected on both sides."""
    return ZohoSync.objects.filter(
        state=ZohoSync.State.RUNNING,
        terms_version=terms.VERSION,
        connection__state=ZohoConnection.State.CONNECTED,
        division__connection__state=ExactConnection.State.CONNECTED,
    ).select_related("connection", "division__connection")


def is_wanted() -> bool:
    """Whether there is any tie to work for."""
    return running_ties().exists()


def sync_zoho(run: Run) -> bool:
    """Keep every running tie equal; return whether something waits in the outbox to be sent.

    Whoever finds another worker at it leaves the run alone: that one tells how far it is. A run
    that is over stays over, however often its doorbell rings.
    """
    with ExitStack() as stack:
        ties = [tie for tie in running_ties() if stack.enter_context(process_lock(LOCK, tie.pk))]
        run.refresh_from_db()
        if run.is_over or (not ties and is_wanted()):
            return False
        with runs.running(run) as progress, _telling_of_zoho(run):
            for tie in ties:
                _sync(tie, progress)
    return something_is_queued(ties)


def waiting_run() -> Run | None:
    """Return the run that was asked for and not begun, such as while notices were worked on."""
    return Run.objects.filter(job=Run.Job.ZOHO, state=Run.State.WAITING, ended_at=None).first()


def mirror_zoho(*, full: bool = False) -> list[Read]:
    """Read what changed in Zoho, or everything when `full`; write nothing to either side.

    A tie that another worker is at is left out. Raises any ZohoError.
    """
    done = []
    for tie in running_ties():
        with process_lock(LOCK, tie.pk) as held:
            if held:
                if full:
                    tie.modules.update(zoho_read_at=None)
                done.append(reading_zoho.read(tie, _zoho_of(tie), now=timezone.now()))
    return done


def _sync(tie: ZohoSync, progress: runs.Progress) -> None:
    now, synced = timezone.now(), Synced()
    counted = _ZohoCalls(progress.run)
    before = dict(progress.run.counts)

    def show(**counts: int) -> None:
        if not running_ties().filter(pk=tie.pk).exists():
            raise StoppedError
        synced.note(**counts)
        counted.add()
        words = {*before, *synced.counts}
        summed = {word: before.get(word, 0) + synced.counts.get(word, 0) for word in words}
        progress.show(sum(summed.values()), None, **summed)

    try:
        synchronise(tie, now=now, show=show)
    finally:
        counted.add()


def synchronise(tie: ZohoSync, *, now: datetime, show: Show) -> None:
    """Bring both sides of one tie together. Call it under the lock of the tie.

    What we write is noted in our copies with the answers, so nothing need be read again. Raises
    ExactError and ZohoError: what was done stays done, and the next run goes on from there.
    """
    sides = Sides.of(tie)
    setup.look_again(tie, sides.zoho, now=now)
    from_zoho = reading_zoho.read(
        tie, sides.zoho, now=now, progress=lambda read: show(zoho=read.changed)
    )
    show(zoho=from_zoho.changed)
    from_exact = reading_exact.read(
        tie, sides.reader, now=now, progress=lambda read: show(exact=read.changed)
    )
    show(exact=from_exact.changed)
    bring_across(tie, sides, now=now, show=show)


def bring_across(
    tie: ZohoSync,
    sides: Sides,
    *,
    now: datetime,
    show: Show = lambda **counts: None,
    has_new: bool = True,
) -> None:
    """Pair, choose, merge and write what was read, and tell people what needs one.

    Where only pairs were read nobody is to be paired or chosen: without `has_new` that is left to
    the next whole run. Call it under the lock of the tie.
    """
    if has_new:
        show(paired=pairing.pair(tie, now=now).outcomes["pair"])
        choosing.choose(tie, now=now)
    merged = merging.merge(tie, now=now)
    show(merged=merged.done)
    written = writing_zoho.write(
        tie, sides.zoho, now=now, progress=lambda done: show(made=done.made, changed=done.changed)
    )
    show(made=written.made, changed=written.changed, refused=written.refused)
    told = writing_exact.write(
        tie,
        sides.office,
        now=now,
        progress=lambda done: show(queued=done.queued, told=done.changed),
        is_fresh=lambda: timezone.now() - now < FRESH,
    )
    show(queued=told.queued, told=told.changed, refused=written.refused + told.refused)
    telling.tell(tie, sides.zoho, now=now)


def _zoho_of(tie: ZohoSync) -> ZohoClient:
    assert tie.connection is not None  # noqa: S101 - for the type checker; a running tie has one
    return ZohoClient.connected(tie.connection, lane=ZohoLane.MIRROR)


def _division_of(tie: ZohoSync) -> Division:
    assert tie.division is not None  # noqa: S101 - for the type checker; a running tie has one
    return tie.division


def something_is_queued(ties: Iterable[ZohoSync]) -> bool:
    """Whether something of these ties waits to be made in Exact."""
    divisions = [tie.division_id for tie in ties]
    waiting = OutboxEntry.objects.filter(division__in=divisions, zoho_record__isnull=False)
    return waiting.filter(state=OutboxEntry.State.QUEUED).exists()


class _ZohoCalls:
    """Adds the calls to Zoho to those of a run, which counts Exact's by itself."""

    def __init__(self, run: Run) -> None:
        self._run, self._counted = run, calls_made()

    def add(self) -> None:
        """Add what was asked of Zoho since the last time."""
        made = calls_made()
        self._run.calls, self._counted = self._run.calls + made - self._counted, made


@contextmanager
def _telling_of_zoho(run: Run) -> Iterator[None]:
    """Let a run say what Zoho did not do, as `runs.running` does for Exact."""
    try:
        yield
    except StoppedError:
        runs.fail(run, "It was closed or disconnected meanwhile. What was done stays done.")
    except ZohoTemporaryError as error:
        runs.pause(run, str(error), resumes_at=error.retry_at)
    except ZohoUncertainError as error:  # what is unique may be said again
        runs.pause(run, str(error), resumes_at=None)
    except ZohoError as error:
        runs.fail(run, str(error))
