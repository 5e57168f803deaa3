"""What a person should know, said once until it is mended."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections

from sync.models import Signal
from sync.services.signals import close_signal, raise_signal
from tests.build import NOW

LATER = NOW + timedelta(hours=1)


@pytest.mark.django_db
def test_saying_it_again_brings_its_words_up_to_date_and_opens_no_second_one() -> None:
    raise_signal("tap", "It drips", now=NOW)
    raise_signal("tap", "It runs", advice="Call a plumber.", url="/tap/", now=LATER)

    signal = Signal.objects.get()
    assert (signal.title, signal.advice, signal.url) == ("It runs", "Call a plumber.", "/tap/")
    assert signal.opened_at == NOW


@pytest.mark.django_db
def test_what_is_mended_is_closed_and_may_come_back() -> None:
    raise_signal("tap", "It drips", now=NOW)
    raise_signal("roof", "It leaks", now=NOW)

    close_signal("tap", now=LATER)
    close_signal("tap", now=LATER + timedelta(hours=1))

    assert Signal.objects.get(key="tap").closed_at == LATER
    assert [signal.key for signal in Signal.objects.open()] == ["roof"]
    raise_signal("tap", "It drips again", now=LATER)
    assert Signal.objects.filter(key="tap").count() == 2


@pytest.mark.django_db
def test_long_words_are_cut_to_fit() -> None:
    raise_signal("tap", "d" * 900, advice="a" * 900, now=NOW)

    signal = Signal.objects.get()
    assert (len(signal.title), len(signal.advice)) == (200, 500)


@pytest.mark.django_db(transaction=True)
def test_many_who_say_it_at_once_open_one() -> None:
    gate = threading.Barrier(6)

    def say() -> None:
        gate.wait(timeout=10)
        raise_signal("tap", "It drips", now=NOW)
        connections.close_all()

    sayers = [threading.Thread(target=say) for _ in range(6)]
    for sayer in sayers:
        sayer.start()
    for sayer in sayers:
        sayer.join(timeout=30)

    assert Signal.objects.count() == 1
