"""What Exact sent unreadably is told once, and taken back by a reading of everything."""

from __future__ import annotations

import pytest

from exact_client.models import Division
from exact_client.reading import OddRecord
from sync.models import Signal
from sync.services.odd_ones import tell_of_odd_ones
from tests.build import NOW

pytestmark = pytest.mark.django_db

ODD = OddRecord("TransactionLineRecord", b"{}", "Expected `int`, got `object`.")


def tell(
    division: Division, *odd: OddRecord, what: str = "lines", everything: bool = False
) -> None:
    tell_of_odd_ones(
        division, odd, what=what, command="reconcile", all_were_read=everything, now=NOW
    )


def test_the_first_one_is_quoted_with_the_command_that_reads_them_anew(division: Division) -> None:
    tell(division, ODD, ODD)

    signal = Signal.objects.open().get()
    assert signal.title == "2 lines of Exact could not be read"
    assert ODD.reason in signal.advice
    assert "`manage.py reconcile --full`" in signal.advice


def test_a_reading_of_what_changed_does_not_take_it_back(division: Division) -> None:
    tell(division, ODD)

    tell(division)
    assert Signal.objects.open().count() == 1

    tell(division, everything=True)
    assert Signal.objects.open().count() == 0


def test_each_kind_of_record_is_told_apart(division: Division) -> None:
    tell(division, ODD, what="lines")
    tell(division, ODD, what="payments")

    tell(division, what="payments", everything=True)

    assert Signal.objects.open().get().title == "1 lines of Exact could not be read"
