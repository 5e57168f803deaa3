"""Credits and calls under way: what may be asked now, and else when to come back."""

import pytest
from django.db import connection as database
from django.db import transaction
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from zoho_client.budget import (
    BELIEVED_FOR,
    DAY_PAUSE,
    FORGOTTEN_AFTER,
    HOUR,
    Budget,
    Count,
    Lane,
    Ticket,
    limit_of,
    purse,
)
from zoho_client.errors import ZohoOutOfCreditsError
from zoho_client.models import ZohoConnection
from zoho_client.wire import Answer

NOW = 1_800_000_000.0
FINE, LIMITED = Answer(200, {}, b""), Answer(429, {}, b"")


def told(left: int) -> Answer:
    return Answer(200, {"X-API-CREDITS-REMAINING": str(left)}, b"")


def taken(count: Count, now: float = NOW, lane: Lane = Lane.PUSH, credits_: int = 1) -> Ticket:
    ticket = count.reserve(lane, credits_, now, is_heavy=False)
    assert isinstance(ticket, Ticket)
    return ticket


def test_at_most_five_of_our_calls_are_under_way_and_one_place_is_kept_for_people() -> None:
    count = Count()
    first = [taken(count) for _ in range(4)]

    assert isinstance(count.reserve(Lane.PUSH, 1, NOW, is_heavy=False), float)
    taken(count, lane=Lane.PERSON)
    assert isinstance(count.reserve(Lane.PERSON, 1, NOW, is_heavy=False), float)

    count.settle(first[0], NOW, FINE)
    count.settle(first[1], NOW, FINE)
    taken(count)


def test_at_most_three_of_them_are_heavy() -> None:
    count = Count()
    for _ in range(3):
        assert isinstance(count.reserve(Lane.PUSH, 10, NOW, is_heavy=True), Ticket)

    assert isinstance(count.reserve(Lane.PUSH, 10, NOW, is_heavy=True), float)
    taken(count)


def test_a_call_of_a_dead_process_is_forgotten_and_its_credits_count() -> None:
    count = Count()
    for _ in range(4):
        taken(count, credits_=10)

    later = NOW + FORGOTTEN_AFTER + 1
    taken(count, later)

    assert len(count.in_flight) == 1
    assert sum(count.spent.values()) == 40


def test_a_day_is_the_last_24_hours() -> None:
    count = Count()
    count.settle(taken(count, credits_=4_000), NOW, None)
    assert count.left(NOW) == 1_000

    for hours, left in ((23, 1_000), (25, 5_000)):
        count.settle(taken(count, NOW + hours * HOUR, credits_=0), NOW + hours * HOUR, None)
        assert count.left(NOW + hours * HOUR) == left


def test_what_zoho_says_is_left_counts_more_than_what_we_spent() -> None:
    count = Count()
    count.settle(taken(count), NOW, told(60))  # others use the same credits

    assert count.left(NOW) == 60
    until = count.reserve(Lane.MIRROR, 1, NOW, is_heavy=False)
    assert until == NOW + BELIEVED_FOR
    assert isinstance(count.reserve(Lane.PUSH, 100, NOW, is_heavy=True), float)
    assert isinstance(count.reserve(Lane.PERSON, 1, NOW, is_heavy=False), Ticket)


def test_no_word_from_zoho_means_that_half_is_left() -> None:
    count = Count()
    count.settle(taken(count, credits_=4_800), NOW, FINE)

    assert count.left(NOW) == 2_500
    assert isinstance(count.reserve(Lane.MIRROR, 1, NOW, is_heavy=False), Ticket)


def test_a_refusal_waits_two_seconds_then_longer_and_a_success_ends_it() -> None:
    count, waits, now = Count(), [], NOW
    for _ in range(5):
        count.settle(taken(count, now), now, LIMITED)
        waits.append(count.closed_until - now)
        assert count.reserve(Lane.PERSON, 1, now, is_heavy=False) == count.closed_until
        now = count.closed_until + 0.01

    for wait, usual in zip(waits, (2, 4, 8, 16, 32), strict=True):
        assert 0.75 * usual <= wait <= 1.25 * usual
    count.settle(taken(count, now), now, FINE)
    assert count.refusals == 0


def test_five_minutes_of_refusals_mean_that_the_day_is_spent() -> None:
    count, now = Count(), NOW
    while now - NOW <= 300:
        count.settle(taken(count, now), now, LIMITED)
        now = count.closed_until
    count.settle(taken(count, now), now, LIMITED)

    assert 0.75 * DAY_PAUSE <= count.closed_until - now <= 1.25 * DAY_PAUSE
    assert count.refusals < 15  # it did not hammer on the door


def test_a_refused_call_costs_nothing() -> None:
    count = Count()
    count.settle(taken(count, credits_=10), NOW, LIMITED)

    assert count.spent == {}


@tuned(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(Lane), st.integers(1, 10), st.booleans(), st.floats(0, 400),
            st.sampled_from([None, FINE, LIMITED, told(0), told(3), told(400)]),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_whatever_happens_no_more_is_asked_than_there_is_and_all_come_back(
    steps: list[tuple[Lane, int, bool, float, Answer | None]],
) -> None:
    count, now, flying = Count(limit=500), NOW, list[Ticket]()
    for lane, credits_, is_heavy, passed, answer in steps:
        now += passed
        taken_or_until = count.reserve(lane, credits_, now, is_heavy=is_heavy)
        if isinstance(taken_or_until, Ticket):
            flying.append(taken_or_until)
            if count.told is not None and now - count.told_at < BELIEVED_FOR:
                assert sum(ticket.credits for ticket in count.in_flight) <= count.told
        else:
            assert now < taken_or_until <= now + 1.25 * DAY_PAUSE
        if flying and answer is not FINE:
            count.settle(flying.pop(0), now, answer)
        assert len(count.in_flight) <= 5
        assert sum(ticket.is_heavy for ticket in count.in_flight) <= 3
    later = now + 26 * HOUR  # whatever it was, a day later everything is open again
    assert isinstance(count.reserve(Lane.MIRROR, 1, later, is_heavy=True), Ticket)
    assert count.left(later) == 499


@pytest.mark.parametrize(
    ("edition", "licences", "credits_"),
    [
        ("free", 3, 5_000),
        ("Standard", 10, 52_500),
        ("standard", 1_000, 100_000),
        ("professional", 10, 55_000),
        ("enterprise", 10, 60_000),
        ("ZohoOne", 10, 60_000),
        ("ultimate", 10, 70_000),
        ("something new", 2, 50_500),
    ],
)
def test_an_edition_has_its_credits(edition: str, licences: int, credits_: int) -> None:
    assert limit_of(edition, licences) == credits_


def test_all_processes_share_one_count(connection: ZohoConnection) -> None:
    here, there = (Budget(connection.pk, now=lambda: NOW) for _ in range(2))
    tickets = [here.reserve(Lane.PUSH, 1, is_heavy=True) for _ in range(3)]

    with pytest.raises(ZohoOutOfCreditsError, match="goes on by itself") as raised:
        there.reserve(Lane.PUSH, 1, is_heavy=True)

    assert raised.value.retry_at is not None
    assert NOW < raised.value.retry_at.timestamp() < NOW + 2
    there.settle(tickets[0], FINE)
    assert purse(connection.pk).in_flight == 2


def test_a_page_sees_until_when_nothing_is_asked(connection: ZohoConnection) -> None:
    budget = Budget(connection.pk)
    before = purse(connection.pk)

    until = budget.settle(budget.reserve(Lane.PERSON, 1, is_heavy=False), LIMITED)

    assert before.closed_until is None
    assert purse(connection.pk).closed_until == until


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_zoho() -> None:
    row = ZohoConnection.objects.create(
        accounts_url="https://accounts.zoho.eu", state=ZohoConnection.State.DISCONNECTED
    )
    assert not database.in_atomic_block

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        Budget(row.pk).reserve(Lane.PUSH, 1, is_heavy=False)
