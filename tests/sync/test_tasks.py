"""When: doorbells that may be lost, a sweep that forgets nothing, and tasks that may run twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts_link.models import AccountLink, Customer, ExactAccount, LinkEvent
from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync import tasks
from sync.models import Heartbeat, Invoice, OutboxEntry, Run, Upload
from sync.services import jobs
from sync.services.ledger import books, setup
from tests.build import NOW, a_customer, an_invoice, an_operator
from tests.exact_client.conftest import connection, division
from tests.sync.services.conftest import few_accounts, sandbox
from tests.sync.services.intake.test_intake import CUSTOMER, a_file

__all__ = ["connection", "division", "few_accounts", "sandbox"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def dead_broker() -> None:
    """Be sure that nobody listens where the messages of these tests go."""
    assert not settings.REDIS_URL
    assert not settings.BROKER_SOCKET.exists()


@pytest.fixture
def at_once() -> Iterator[None]:
    """Run what is rung at once, as where there is no broker."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.mark.usefixtures("dead_broker")
def test_a_dead_broker_is_no_error_for_who_rings() -> None:
    with pytest.raises(OperationalError):
        tasks.match.apply_async(retry=False)

    tasks.nudge(tasks.match)
    tasks.nudge(tasks.take_in, 7)


@pytest.mark.usefixtures("dead_broker")
def test_a_dead_broker_does_not_break_a_page(client: Client) -> None:
    client.force_login(an_operator(is_superuser=True))

    answer = client.post("/exact/runs/mirror/")

    assert answer.status_code in {200, 302}
    assert Run.objects.get().state == "waiting"


def test_the_heartbeat_is_one_row() -> None:
    for _ in range(3):
        tasks.heartbeat()

    assert Heartbeat.objects.get().beat_at > timezone.now() - timedelta(seconds=10)


@pytest.mark.usefixtures("at_once")
def test_one_ring_of_the_mirror_leads_to_an_entry_in_the_books(
    division: Division, sandbox: ExactSandbox
) -> None:
    tasks.mirror()
    known = ExactAccount.objects.customers().exclude(vat_number="")[0]
    Run.objects.all().delete()
    ours = a_customer(vat_number=known.vat_number, name=known.name)
    invoice = an_invoice(customer=ours, released_at=NOW)
    _map_everything(division)
    sandbox.change(division.code, "accounts", str(known.exact_id), Phone="02 555 55 55")

    tasks.mirror()

    assert [entry["Customer"] for entry in sandbox.entries] == [str(known.exact_id)]
    assert Invoice.objects.get(pk=invoice.pk).state == "booked"
    assert set(Run.objects.values_list("job", "state")) == {
        ("mirror", "done"),
        ("match", "done"),
        ("push", "done"),
    }


@pytest.mark.usefixtures("at_once")
def test_rung_a_hundred_times_it_happens_once(division: Division, sandbox: ExactSandbox) -> None:
    tasks.mirror()
    known = ExactAccount.objects.customers().exclude(vat_number="")[0]
    ours = a_customer(vat_number=known.vat_number, name=known.name)
    an_invoice(customer=ours, released_at=NOW)
    _map_everything(division)

    for _ in range(100):
        tasks.match()
        tasks.push()

    assert len(sandbox.entries) == OutboxEntry.objects.count() == 1
    assert AccountLink.objects.count() == LinkEvent.objects.count() == 1


def _map_everything(division: Division) -> None:
    books.read(division, jobs.office_of(division).exact)
    setup.confirm(division, setup.guesses(division), now=NOW)


def test_a_push_without_anything_due_leaves_no_run() -> None:
    tasks.push()

    assert not Run.objects.exists()


@pytest.mark.usefixtures("at_once")
def test_the_sweep_does_what_lost_doorbells_forgot(division: Division) -> None:
    long_ago = timezone.now() - timedelta(minutes=1)
    upload = Upload(kind="customers", name="c.csv", uploaded_at=long_ago)
    upload.file.save("c.csv", ContentFile(a_file([CUSTOMER]).getvalue()))
    run = Run.objects.create(job="mirror", asked_at=long_ago, seen_at=long_ago)

    tasks.sweep()

    upload.refresh_from_db()
    run.refresh_from_db()
    assert upload.state == "read"
    assert (run.state, run.done) == ("done", division.accounts.count())
    assert not Customer.objects.exists()


@pytest.mark.usefixtures("at_once")
def test_a_mirror_out_of_budget_goes_on_with_the_sweep(
    division: Division, sandbox: ExactSandbox
) -> None:
    sandbox.fault("status", path="sync/CRM", status=503, times=10)
    tasks.mirror()
    run = Run.objects.get()
    assert run.state == "paused"

    sandbox.clear_faults()
    Run.objects.update(resumes_at=timezone.now())
    tasks.sweep()

    run.refresh_from_db()
    assert (run.state, run.done) == ("done", division.accounts.count())


def test_every_scheduled_task_is_there() -> None:
    current_app.loader.import_default_modules()

    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert names <= set(current_app.tasks)
