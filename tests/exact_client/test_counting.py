"""The arithmetic of limits, by value and by simulating workers whose clocks are wrong."""

import heapq
import itertools
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exact_client.budget import DAILY, MINUTELY, told
from exact_client.clock import ServerClock
from exact_client.counting import DAY, MINUTE, Count, Lane, Span, Ticket, Told
from exact_client.wire import Answer

BEGIN = int(datetime(2026, 10, 1, 9, tzinfo=UTC).timestamp() * 1000)


def at(seconds: float) -> Span:
    moment = BEGIN + int(seconds * 1000)
    return Span(moment, moment)


def headers_of(used: int, seconds: float = 0, limit: int = 60) -> Told:
    end = BEGIN + (int(seconds) // 60 + 1) * MINUTE
    return Told(limit, limit - used, end)


def spend(count: Count, lane: Lane, seconds: float) -> int:
    """Reserve and settle until turned away; return how often it went."""
    for spent in itertools.count():
        ticket = count.reserve(lane, at(seconds))
        if isinstance(ticket, int):
            return spent
        used = count.minute.used + 1
        day = Told(5000, 5000 - count.day.used - 1, BEGIN - BEGIN % DAY + DAY)
        count.settle(ticket, headers_of(used, seconds), day, at(seconds))
    raise AssertionError


def test_pushes_may_use_the_whole_minute() -> None:
    count = Count()

    assert spend(count, Lane.PUSH, 1) == 58
    assert spend(count, Lane.PERSON, 2) == 2
    assert spend(count, Lane.PUSH, 61) == 58
    assert spend(count, Lane.PUSH, 111) == 2


def test_who_is_turned_away_learns_when_to_come_back() -> None:
    count = Count()
    spend(count, Lane.PERSON, 10)

    assert count.reserve(Lane.PERSON, at(10)) == BEGIN + MINUTE


def test_a_mirror_leaves_room_for_a_person() -> None:
    count = Count()
    spend(count, Lane.MIRROR, 1)

    assert isinstance(count.reserve(Lane.PERSON, at(2)), Ticket)


def test_what_was_kept_for_others_is_used_before_the_minute_ends() -> None:
    count = Count()
    spent = spend(count, Lane.BACKFILL, 1)

    assert spent < 60
    assert spent + spend(count, Lane.BACKFILL, 50) == 60


def test_pushes_do_not_starve_a_mirror() -> None:
    count = Count()
    spend(count, Lane.PERSON, 1)
    assert isinstance(count.reserve(Lane.MIRROR, at(2)), int)

    spend(count, Lane.PUSH, 61)

    assert spend(count, Lane.MIRROR, 62) >= 3


def test_a_call_in_flight_at_the_turn_counts_in_both_minutes_until_it_tells() -> None:
    count = Count()
    ticket = count.reserve(Lane.PERSON, at(59.9))
    assert isinstance(ticket, Ticket)

    assert spend(count, Lane.PERSON, 60.1) == 59
    count.settle(ticket, headers_of(1, 59), Told(), at(60.2))

    assert spend(count, Lane.PERSON, 60.3) == 1


def test_others_who_use_the_same_app_are_noticed() -> None:
    count = Count()
    ticket = count.reserve(Lane.PERSON, at(1))
    assert isinstance(ticket, Ticket)

    count.settle(ticket, headers_of(50, 1), Told(), at(1))

    assert spend(count, Lane.PERSON, 2) == 10


def test_a_limit_of_the_minute_says_nothing_about_the_day() -> None:
    count = Count()
    spend(count, Lane.PUSH, 1)
    day_before = count.day.used
    ticket = count.reserve(Lane.PERSON, at(2))
    assert isinstance(ticket, Ticket)

    count.settle(ticket, headers_of(60, 2), Told(), at(2), limited=True)

    assert count.day.used - day_before <= 1
    assert count.day.limit == 5000
    assert count.reserve(Lane.LOOKUP, at(3)) == BEGIN + MINUTE


def test_a_limit_of_the_day_stops_until_midnight_in_utc() -> None:
    count, midnight = Count(), BEGIN - BEGIN % DAY + DAY
    ticket = count.reserve(Lane.PERSON, at(1))
    assert isinstance(ticket, Ticket)

    count.settle(ticket, Told(), Told(5000, 0, midnight), at(1), limited=True)

    assert count.reserve(Lane.LOOKUP, at(2)) == midnight
    assert isinstance(count.reserve(Lane.LOOKUP, Span(midnight, midnight)), Ticket)


def test_limits_without_a_word_shut_the_minute_and_then_ever_longer() -> None:
    count, waits = Count(), []
    moment = at(1)
    for _ in range(9):
        ticket = count.reserve(Lane.PERSON, moment)
        assert isinstance(ticket, Ticket)
        count.settle(ticket, Told(), Told(), moment, limited=True)
        until = count.reserve(Lane.PERSON, moment)
        assert isinstance(until, int)
        waits.append((until - moment.earliest) / MINUTE)
        moment = Span(until, until)

    assert waits == sorted(waits)
    assert waits[0] <= 1
    assert waits[-1] <= 61


def test_a_call_that_never_left_is_given_back() -> None:
    count = Count()
    ticket = count.reserve(Lane.PERSON, at(1))
    assert isinstance(ticket, Ticket)

    count.not_sent(ticket)

    assert spend(count, Lane.PERSON, 1) == 60


def test_the_calls_of_a_dead_process_are_forgotten() -> None:
    count = Count()
    for _ in range(60):
        assert isinstance(count.reserve(Lane.PERSON, at(1)), Ticket)
    assert isinstance(count.reserve(Lane.PERSON, at(61)), int)

    assert isinstance(count.reserve(Lane.PERSON, at(125)), Ticket)


def test_a_clock_that_was_an_hour_ahead_does_not_stop_everybody_for_an_hour() -> None:
    count = Count()
    spend(count, Lane.PERSON, 3600)

    assert isinstance(count.reserve(Lane.PERSON, at(1)), Ticket)


@pytest.mark.parametrize(
    ("lane", "left", "may"),
    [
        (Lane.LOOKUP, 1, True),
        (Lane.LOOKUP, 0, False),
        (Lane.PUSH, 101, True),
        (Lane.PUSH, 100, False),
        (Lane.PERSON, 300, True),
        (Lane.PERSON, 150, False),
        (Lane.MIRROR, 900, True),
        (Lane.MIRROR, 500, False),
        (Lane.BACKFILL, 2000, True),
        (Lane.BACKFILL, 1200, False),
    ],
)
def test_the_end_of_a_day_is_kept_for_what_is_urgent(lane: Lane, left: int, *, may: bool) -> None:
    count = Count()
    ticket = count.reserve(Lane.PERSON, at(1))  # at nine in the morning: 15 of 24 hours are left
    assert isinstance(ticket, Ticket)
    midnight = BEGIN - BEGIN % DAY + DAY
    count.settle(ticket, headers_of(1, 1), Told(5000, left, midnight), at(1))

    assert isinstance(count.reserve(lane, at(2)), Ticket) == may


def test_what_the_day_saved_is_used_at_night() -> None:
    count = Count()
    midnight = BEGIN - BEGIN % DAY + DAY
    ticket = count.reserve(Lane.PERSON, at(1))
    assert isinstance(ticket, Ticket)
    count.settle(ticket, headers_of(1, 1), Told(5000, 500, midnight), at(1))

    until = count.reserve(Lane.BACKFILL, at(2))

    assert isinstance(until, int)
    assert until == midnight - DAY * 500 // 2000
    assert isinstance(count.reserve(Lane.BACKFILL, Span(until, until)), Ticket)


@dataclass
class Exact:
    """Counts as Exact does, by its own clock; tells what was refused."""

    used: Counter[int] = field(default_factory=Counter)
    refused: int = 0

    def answer(self, now: float) -> Answer:
        minute = int(now // MINUTE)
        is_over = self.used[minute] >= 60
        self.refused += is_over
        self.used[minute] += not is_over
        headers = {
            "Date": format_datetime(datetime.fromtimestamp(now // 1000, UTC), usegmt=True),
            "X-RateLimit-Minutely-Limit": "60",
            "X-RateLimit-Minutely-Remaining": str(60 - self.used[minute]),
            "X-RateLimit-Minutely-Reset": str((minute + 1) * MINUTE),
        }
        if not is_over:
            day = int(now // DAY)
            headers |= {
                "X-RateLimit-Limit": "5000",
                "X-RateLimit-Remaining": str(5000 - sum(self.used.values())),
                "X-RateLimit-Reset": str((day + 1) * DAY),
            }
        return Answer(429 if is_over else 200, headers, b"")


@dataclass
class World:
    """Workers that want to call all the time, on machines whose clocks differ from Exact's."""

    random: Random
    latency: float  # the longest way there, and the longest way back, in milliseconds
    skews: list[float]  # of each worker's clock, in milliseconds
    lost: float  # share of the calls whose answer never comes
    exact: Exact = field(default_factory=Exact)
    count: Count = field(default_factory=Count)

    def run(self, minutes: int) -> None:
        """Let them call from somewhere in a minute until so many whole ones have passed."""
        start = BEGIN + self.random.uniform(0, MINUTE)
        callers = [self._calls(skew) for skew in self.skews]
        turns = [(start + next(caller), number) for number, caller in enumerate(callers)]
        while turns[0][0] < BEGIN + (minutes + 1) * MINUTE:
            now, number = heapq.heappop(turns)
            heapq.heappush(turns, (callers[number].send(now), number))

    def used(self, minutes: int) -> list[int]:
        """Return the calls that counted in each whole minute."""
        return [self.exact.used[BEGIN // MINUTE + 1 + minute] for minute in range(minutes)]

    def _calls(self, skew: float) -> Generator[float, float, None]:
        clock = ServerClock()
        now = yield 0.0  # from here on: yields when it goes on, and is sent the time by then
        while True:
            span = clock.span(now + skew, None)
            ticket = self.count.reserve(Lane.PUSH, span)
            if isinstance(ticket, int):
                now = yield now + ticket - span.earliest + 20
                continue
            sent = now + skew
            now = yield now + self.random.uniform(0, self.latency)
            answer = self.exact.answer(now)
            now = yield now + self.random.uniform(1, self.latency)
            if self.random.random() < self.lost:
                self.count.settle(ticket, Told(), Told(), clock.span(now + skew))
                continue
            clock.learn(answer, sent, now + skew)
            self.count.settle(
                ticket, told(answer, MINUTELY), told(answer, DAILY), clock.span(now + skew),
                limited=answer.status == 429,
            )  # fmt: skip


def a_world(seed: int, latency: float, skew: float, lost: float = 0.0) -> World:
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    return World(random, latency, [random.uniform(-skew, skew) for _ in range(3)], lost)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), latency=st.floats(2, 900), skew=st.floats(0, 25_000))
def test_three_workers_use_nearly_all_of_each_minute_and_are_never_refused(
    seed: int, latency: float, skew: float
) -> None:
    world = a_world(seed, latency, skew)

    world.run(minutes=4)

    assert world.exact.refused == 0
    assert min(world.used(4)) >= 59


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), lost=st.floats(0.05, 0.5))
def test_lost_answers_never_lead_into_a_refusal(seed: int, lost: float) -> None:
    world = a_world(seed, 900, 5_000, lost)

    world.run(minutes=4)

    assert world.exact.refused == 0
    assert sum(world.used(4)) > 0
