"""The jobs of workers and commands: a service, with its client, its clock and a run to tell."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import OperationalError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts_link.models import Customer
from exact_client import connections
from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.errors import ExactError
from exact_client.models import Division, ExactConnection
from sync.models import Invoice, InvoiceState, OutboxEntry, Run, Upload
from sync.services import runs, signals
from sync.services.clock import SystemClock
from sync.services.delivery import auto_push, look_up, prepare, release
from sync.services.delivery import push as pushing
from sync.services.delivery.deliver import Delivered
from sync.services.delivery.office import Office
from sync.services.intake import uploads
from sync.services.locks import process_lock
from sync.services.odd_ones import tell_of_odd_ones
from sync.services.parties import match as matching
from sync.services.parties import mirror as mirroring
from sync.services.parties import search_codes
from zoho_client.models import ZohoConnection

if TYPE_CHECKING:
    from exact_client.reading import OddRecord

PATIENCE = timedelta(seconds=20)  # for a worker to hear a doorbell, before the sweep does the work
STEPS = 120  # of one push task; then it rings again, so that no task runs for hours
State = OutboxEntry.State

logger = logging.getLogger(__name__)


def office_of(division: Division, lane: Lane = Lane.PUSH) -> Office:
    """Return all that the services need to work for a division."""
    return Office(division, ExactClient.connected(division, lane=lane), SystemClock())


def mirror(run: Run, *, full: bool = False) -> bool:
    """Mirror every chosen division; return whether anything changed."""
    changed = False
    with runs.running(run) as progress:
        for division in Division.objects.chosen():
            changed |= _mirror(division, progress, full=full)
    return changed


def _mirror(division: Division, progress: runs.Progress, *, full: bool) -> bool:
    odd: list[OddRecord] = []
    exact = ExactClient.connected(division, lane=Lane.MIRROR, on_odd=odd.append)
    with process_lock("mirror", division.pk) as held:
        if not held:
            progress.run.message = "Another mirror is at work already."
            return False

        done, before = progress.run.done, Counter(progress.run.counts)

        def show(mirrored: mirroring.Mirrored) -> None:
            counts = {"changed": mirrored.changed, "gone": mirrored.gone, "odd": len(odd)}
            summed = {word: before[word] + number for word, number in counts.items()}
            progress.show(done + mirrored.read, None, **summed)

        mirrored = mirroring.mirror(
            division, exact, now=timezone.now(), full=full, odd=odd, progress=show
        )
        show(mirrored)
    tell_of_odd_ones(
        division, odd, what="accounts", command="mirror", all_were_read=full, now=timezone.now()
    )
    _tell_of_unfit_ones(division)
    return bool(mirrored.changed or mirrored.gone)


def _tell_of_unfit_ones(division: Division) -> None:
    """Say that customers are linked to accounts on which Exact refuses to book."""
    key, now = f"unfit:{division.pk}", timezone.now()
    linked = division.accounts.filter(link_count__gt=0)
    unfit = linked.exclude(pk__in=linked.customers().values("pk"))
    first = unfit.first()
    if first is None:
        signals.close_signal(key, now=now)
        return
    what = "was deleted" if first.is_gone else f"is a {first.get_status_display().lower()} now"
    signals.raise_signal(
        key,
        f"Linked accounts that are no longer customers in Exact: {unfit.count()}",
        advice=f"{first} {what}. Make it a customer there again, or unlink it and link another: "
        "until then nothing can be booked on it.",
        url=f"{reverse('accounts_link:overview')}?{urlencode({'q': first.code})}",
        now=now,
    )


def match(run: Run) -> bool:
    """Match every chosen division; return whether anything was linked."""
    linked = 0
    with runs.running(run) as progress:
        for division in Division.objects.chosen():

            def show(matched: matching.Matched) -> None:
                progress.show(matched.done, matched.total, **matched.outcomes)

            with process_lock("match", division.pk) as held:
                if not held:
                    progress.run.message = "Another match is at work already."
                    continue
                matched = matching.match(division, now=timezone.now(), progress=show)
            show(matched)
            prepare.refresh(division)
            linked += matched.outcomes["link"]
    return bool(linked)


def prepare_documents() -> int:
    """Say of every waiting document where it stands now; return how many changed."""
    return sum(prepare.refresh(division) for division in Division.objects.chosen())


def something_is_due() -> bool:
    """Whether a push has anything to do now."""
    now = timezone.now()
    due = Q(state=State.UNKNOWN, due_at__lte=now) | Q(state=State.QUEUED, due_at__lte=now)
    if OutboxEntry.objects.filter(due | Q(state=State.SENDING)).exists():
        return True
    wanted = Customer.objects.exclude(account_wanted_at=None).filter(links=None, outbox=None)
    if wanted.exists():
        return True
    ready = Invoice.objects.filter(state=InvoiceState.READY, released_at__isnull=False)
    return ready.exists() or auto_push.due(now).exists()


def end_idle_pushes() -> None:
    """End the pushes that paused for work which somebody else has done by now."""
    paused = Run.objects.filter(job=Run.Job.PUSH, state=Run.State.PAUSED, ended_at=None)
    waiting = OutboxEntry.objects.filter(state__in=[State.QUEUED, State.SENDING, State.UNKNOWN])
    for run in paused:
        if not waiting.exists():
            runs.finish(run)


def push(run: Run) -> bool:
    """Push for every chosen division, for a while; return whether more can go at once."""
    now = timezone.now()
    release.release(auto_push.due(now), now=now)
    if _somebody_sends():  # and tells the run itself how far it is
        return False
    with runs.running(run) as progress:
        for division in Division.objects.chosen().exclude(booking_settings__is_paused=True):
            _push(office_of(division), progress)
    return run.resumes_at is not None and run.resumes_at <= timezone.now()


def _somebody_sends() -> bool:
    """Whether another worker is sending; asked of the lock, which a dead worker does not hold."""
    for division in Division.objects.chosen():
        with process_lock("division", division.pk) as held:
            if not held:
                return True
    return False


def _push(office: Office, progress: runs.Progress) -> None:
    run = progress.run
    before = dict(run.counts)
    done = run.done

    def show(delivered: Delivered) -> None:
        counts = {
            word: before.get(word, 0) + delivered.outcomes.get(word, 0)
            for word in {*before, *delivered.outcomes}
        }
        finished = sum(delivered.outcomes.get(word, 0) for word in (State.DONE, *_FOR_A_PERSON))
        progress.show(done + finished, done + finished + _left(office), **counts)

    pushed = pushing.push(office, steps=STEPS, by=run.asked_by, progress=show)
    show(pushed.delivered)
    delivered = pushed.delivered
    if delivered.paused_because:
        resumes_at = delivered.resumes_at or timezone.now() + timedelta(seconds=15)
        runs.pause(run, delivered.paused_because, resumes_at=resumes_at)
    elif delivered.busy or delivered.resumes_at:
        runs.pause(run, _why_not_over(delivered), resumes_at=delivered.resumes_at)


_FOR_A_PERSON = OutboxEntry.FOR_A_PERSON


def _left(office: Office) -> int:
    waiting = OutboxEntry.objects.filter(division=office.division)
    return waiting.filter(state__in=[State.QUEUED, State.SENDING, State.UNKNOWN]).count()


def _why_not_over(delivered: Delivered) -> str:
    if delivered.busy:
        return "Another worker is sending."
    return "Going on."


def take_in(upload_id: int) -> bool:
    """Read an uploaded file or import it, whichever is next; return whether rows came in."""
    with process_lock("upload", upload_id) as held:
        upload = Upload.objects.get(pk=upload_id)
        try:
            if held and upload.state == Upload.State.READING:
                uploads.read(upload)
            elif held and upload.state == Upload.State.IMPORTING:
                uploads.take_in(upload)
                return True
        except OperationalError:  # time puts that right
            raise
        except Exception:
            uploads.give_up(upload)
            raise
        return False


def forgotten() -> tuple[list[int], list[Run]]:
    """Return the uploads and the runs whose doorbell nobody heard, or whose time to go on has come.

    A push is not among them: it goes on whenever something is due.
    """
    heard_by = timezone.now() - PATIENCE
    unread = Upload.objects.filter(
        state__in=[Upload.State.READING, Upload.State.IMPORTING], uploaded_at__lt=heard_by
    )
    unheard = Q(state=Run.State.WAITING, asked_at__lt=heard_by)
    may_go_on = Q(state=Run.State.PAUSED, resumes_at__lte=timezone.now())
    waiting = Run.objects.filter(unheard | may_go_on & ~Q(job=Run.Job.PUSH), ended_at=None)
    return list(unread.values_list("pk", flat=True)), list(waiting)


def fill_search_codes() -> int:
    """Fill empty search codes where the settings ask for it; return how many were filled."""
    filled, now = 0, timezone.now()
    for division in Division.objects.chosen():
        exact = ExactClient.connected(division, lane=Lane.BACKFILL)
        try:
            filled += search_codes.fill(division, exact, now=now)
        except ExactError as error:  # nobody waits for these: the next round goes on
            logger.warning("search codes not filled division=%s: %s", division.pk, error)
    return filled


def keep_alive() -> None:
    """Refresh what would lapse."""
    for connection in ExactConnection.objects.all():
        _refresh(connection)
    tell_of_connections()


def tell_of_connections() -> None:
    """Say when a person must connect again, and take it back once somebody did."""
    for exact in ExactConnection.objects.all():
        _tell_of(exact, f"connection:{exact.pk}", "Exact Online", reverse("sync:setup"))
    for zoho in ZohoConnection.objects.all():
        _tell_of(zoho, f"connection to Zoho:{zoho.pk}", "Zoho CRM", reverse("sync:zoho-setup"))


def _tell_of(connection: ExactConnection | ZohoConnection, key: str, name: str, url: str) -> None:
    now = timezone.now()
    if connection.state != connection.State.RECONNECT:
        signals.close_signal(key, now=now)
        return
    signals.raise_signal(
        key,
        f"{name} must be connected again",
        advice=f"{connection.state_reason} Nothing is lost: what is queued goes on after.",
        url=url,
        now=now,
    )


def _refresh(connection: ExactConnection) -> None:
    if connection.state == ExactConnection.State.CONNECTED:
        try:
            connections.keep_alive(connection)
            connections.read_divisions(connection)
        except ExactError as error:
            logger.warning("not kept alive connection=%s: %s", connection.pk, error)
    connection.refresh_from_db()


def audit() -> int:
    """Look again at what once was unknown; return how many are not there exactly once."""
    wrong = 0
    for division in Division.objects.chosen():
        try:
            wrong += look_up.audit(office_of(division, Lane.LOOKUP))
        except ExactError as error:
            logger.warning("not audited division=%s: %s", division.pk, error)
    return wrong
