"""The loop that works where no broker can run."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from sync.models import Heartbeat
from sync.running.drain import Drain

pytestmark = pytest.mark.django_db(transaction=True)  # connections are closed between two looks


@pytest.fixture(autouse=True)
def nudges_as_before() -> Iterator[None]:
    """Undo what a drain sets for its whole process."""
    yield
    current_app.conf.task_always_eager = False


def test_what_is_scheduled_is_done_without_a_broker() -> None:
    Drain().run_what_is_due(0.0)

    assert Heartbeat.objects.get().beat_at > timezone.now() - timedelta(seconds=10)


def test_each_task_waits_for_its_own_time() -> None:
    drain = Drain()
    drain.run_what_is_due(0.0)
    Heartbeat.objects.all().delete()

    drain.run_what_is_due(9.9)
    assert not Heartbeat.objects.exists()

    drain.run_what_is_due(10.0)
    assert Heartbeat.objects.exists()
