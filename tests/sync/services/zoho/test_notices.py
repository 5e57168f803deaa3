"""What a side tells crosses at once; late, twice, in a wrong order or never, nothing is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import ModuleSync, Notice, Pair, Run, ZohoSync
from sync.services import runs
from sync.services.clock import SystemClock
from sync.services.locks import process_lock
from sync.services.zoho import job
from sync.services.zoho.telling import notices
from tests.sync.services.zoho.build import a_sync
from tests.sync.services.zoho.told import Told, told

__all__ = ["told"]
pytestmark = pytest.mark.django_db

PHONE = "+32 2 555 01 99"


def in_exact(told: Told, pair: Pair, name: str) -> object:
    return told.exact.record("accounts", pair.exact.key)[name]


def in_zoho(told: Told, pair: Pair, name: str) -> object:
    return told.zoho.record("Accounts", pair.zoho.key)[name]


def test_a_change_in_zoho_crosses_by_what_it_tells_and_its_echoes_die(told: Told) -> None:
    pair = told.a_pair()
    told.zoho.change("Accounts", pair.zoho.key, Phone=PHONE)
    before = told.writes()

    told.settle()

    assert in_exact(told, pair, "Phone") == in_zoho(told, pair, "Phone")
    exact, zoho = told.writes()
    assert (exact - before[0], zoho - before[1]) == (1, 0)
    assert Notice.objects.filter(side="exact").exists()  # the echo of our own write
    assert ModuleSync.objects.get(sync=told.tie, module="Accounts").zoho_told_at is not None


def test_a_change_in_exact_crosses_by_what_it_tells_and_its_echoes_die(told: Told) -> None:
    pair = told.a_pair()
    told.exact.edit("Accounts", pair.exact.key, {"Phone": PHONE})
    before = told.writes()

    told.settle()

    assert in_zoho(told, pair, "Phone") == in_exact(told, pair, "Phone")
    exact, zoho = told.writes()
    assert (exact - before[0], zoho - before[1]) == (0, 1)
    assert ModuleSync.objects.get(sync=told.tie, module="Accounts").exact_told_at is not None


def test_what_comes_late_twice_and_in_a_wrong_order_ends_equal(told: Told) -> None:
    told.exact.webhooks.set(duplicate=2, reorder=2)
    told.zoho.switches.watch_duplicate, told.zoho.switches.watch_reorder = 1, True
    first, second = Pair.objects.filter(module="Accounts", state=Pair.State.EQUAL)[:2]
    for number in ("1", "2", "3"):
        told.zoho.change("Accounts", first.zoho.key, Phone=f"+32 2 555 01 0{number}")
        told.exact.edit("Accounts", second.exact.key, {"Phone": f"+32 2 555 02 0{number}"})

    told.settle()

    for pair, phone in ((first, "+32 2 555 01 03"), (second, "+32 2 555 02 03")):
        assert in_exact(told, pair, "Phone") == in_zoho(told, pair, "Phone") == phone
        pair.refresh_from_db()
        assert pair.state == Pair.State.EQUAL


def test_what_is_never_told_is_found_by_the_poll(told: Told) -> None:
    told.exact.webhooks.set(drop=1)
    told.zoho.switches.watch_drop = 1
    first, second = Pair.objects.filter(module="Accounts", state=Pair.State.EQUAL)[:2]
    told.zoho.change("Accounts", first.zoho.key, Phone=PHONE)
    told.exact.edit("Accounts", second.exact.key, {"Phone": PHONE})
    told.deliver()
    assert not Notice.objects.exists()

    job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))

    assert in_exact(told, first, "Phone") == in_zoho(told, second, "Phone") == PHONE


def test_forged_notices_of_exact_change_nothing(told: Told) -> None:
    told.exact.webhooks.set(forge=1)
    told.exact.edit("Accounts", told.a_pair().exact.key, {"Phone": PHONE})

    told.deliver()

    assert not Notice.objects.exists()
    assert ZohoSync.objects.get().hooks_refused == 1


def test_whatever_is_told_of_a_module_takes_one_call_for_a_hundred_and_one_for_exact(
    told: Told,
) -> None:
    accounts = [row["id"] for row in told.zoho.records("Accounts")]
    now = timezone.now()
    for n, key in enumerate(accounts * 2):
        Notice.objects.create(
            sync=told.tie, side="zoho", module="Accounts", action="update", keys=[key],
            digest=str(n), received_at=now,
        )  # fmt: skip
        Notice.objects.create(
            sync=told.tie, side="exact", module="Accounts", action="update", keys=[str(n)],
            digest=f"exact {n}", received_at=now,
        )  # fmt: skip
    zoho, exact = len(told.zoho.calls), len(told.exact.calls)

    told.work()

    assert [one.path for one in list(told.zoho.calls)[zoho:]] == ["/crm/v8/coql", "/crm/v8/users"]
    assert len(told.exact.calls) - exact == 1
    assert not Notice.objects.filter(worked_at=None).exists()


def test_what_was_read_since_is_not_asked_for_again(told: Told) -> None:
    pair = told.a_pair()
    told.zoho.change("Accounts", pair.zoho.key, Phone=PHONE)
    told.deliver()
    job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))
    calls = len(told.zoho.calls)

    told.work()

    assert len(told.zoho.calls) == calls
    assert not Notice.objects.filter(worked_at=None).exists()


def test_whoever_finds_another_worker_at_the_tie_leaves_it_alone(told: Told) -> None:
    told.zoho.change("Accounts", told.a_pair().zoho.key, Phone=PHONE)
    told.deliver()

    with process_lock(job.LOCK, told.tie.pk) as held:
        assert held
        told.work()
    assert Notice.objects.filter(worked_at=None).exists()

    told.work()
    assert not Notice.objects.filter(worked_at=None).exists()


def test_what_zoho_can_not_answer_is_noted_and_left_to_the_poll(told: Told) -> None:
    pair = told.a_pair()
    told.zoho.change("Accounts", pair.zoho.key, Phone=PHONE)
    told.deliver()
    told.zoho.fault("status", path="/coql", status=503)

    assert not told.work()

    assert Notice.objects.exclude(problem="").get().worked_at is not None
    told.zoho.clear_faults()
    job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))
    assert in_exact(told, pair, "Phone") == PHONE


# Without the stand-ins.


def a_notice(number: int, **values: object) -> Notice:
    defaults = {"side": "zoho", "module": "Accounts", "action": "update", "keys": ["1"]}
    given = defaults | {"received_at": timezone.now()} | values
    return Notice.objects.create(sync=a_sync(), digest=str(number), **given)


def test_echoes_are_gathered_and_a_side_that_tells_without_end_is_listened_to_less_often() -> None:
    now = timezone.now()
    a_notice(0)
    tie = ZohoSync.objects.get()
    assert notices.is_due(tie, now)

    a_notice(1, worked_at=now)
    assert not notices.is_due(tie, now + notices.REST / 2)
    assert notices.is_due(tie, now + notices.REST)

    for n in range(notices.BUSY_ROUNDS):
        a_notice(n + 2, worked_at=now - timedelta(seconds=n))
    assert not notices.is_due(tie, now + notices.REST)
    assert notices.is_due(tie, now + notices.BUSY_REST)


def test_a_module_that_takes_no_part_is_not_asked_for() -> None:
    tie = a_sync()
    ModuleSync.objects.filter(module="Accounts").update(takes_part=False)

    assert not notices.gather(tie, [a_notice(1), a_notice(2, module="Nonsense")])


def test_what_was_worked_on_a_week_ago_is_forgotten() -> None:
    now = timezone.now()
    a_notice(1, worked_at=now - timedelta(days=8))
    a_notice(2, worked_at=now)
    a_notice(3)

    assert notices.prune(now) == 1
    assert Notice.objects.count() == 2


def test_a_tie_that_does_not_run_is_not_worked_for() -> None:
    a_notice(1)
    ZohoSync.objects.update(state=ZohoSync.State.CLOSED)

    assert not notices.work_on_all(SystemClock())
    assert Notice.objects.filter(worked_at=None).exists()
