"""Real workers, killed at every step under faults: no push is lost, none is booked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.checker import Verdict, judge
from tests.crash.deaths import Moment
from tests.crash.stage import Stage, go_wrong, postgres_database, staged

KILLS = 50
FEW = 5  # entries undone and files attached in one run, so that kills hit them too
SECONDS = 150.0  # at most, for one run; on a quiet machine 16 to 45


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'crash.sqlite3'}"
        return
    with postgres_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def stage(tmp_path: Path, database: str) -> Iterator[Stage]:
    with staged(tmp_path, database) as stage:
        yield stage


def told(name: str, ours: dict[str, Any], verdict: Verdict) -> str:
    """Return the figures of a run in one line."""
    return (
        f"{name}: {verdict.pushes} pushes, {verdict.undone} undone, {verdict.files} files, "
        f"{sum(ours['killed'].values())} kills, "
        f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, "
        f"out of order {len(verdict.out_of_order)}, for a person {verdict.for_a_person}, "
        f"{ours['seconds']} s"
    )


def test_killed_workers_lose_and_double_nothing(stage: Stage, database: str) -> None:
    go_wrong(stage.sandbox, seed=1)

    ours = stage.drive(kills=KILLS, seconds=SECONDS, seed=1)

    verdict = judge(ours, stage.ledger())
    print(told(database.partition(":")[0], ours, verdict), ours["killed"])  # noqa: T201 - a figure
    assert verdict.is_clean, verdict
    assert sum(ours["killed"].values()) >= KILLS
    assert set(ours["killed"]) >= {str(moment) for moment in Moment}
    assert min(verdict.undone, verdict.files) >= FEW
    assert ours["crashed"] == 0
    assert ours["open"] == 0


def test_a_blind_retry_doubles_so_the_bench_can_see(stage: Stage, database: str) -> None:
    go_wrong(stage.sandbox, seed=1)

    ours = stage.drive(kills=5, seconds=15.0, seed=1, is_blind=True)

    verdict = judge(ours, stage.ledger())
    print("blind", told(database.partition(":")[0], ours, verdict))  # noqa: T201 - a figure
    assert verdict.doubled


def test_killed_celery_workers_lose_and_double_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, f"sqlite:///{tmp_path / 'crash.sqlite3'}") as stage:
        go_wrong(stage.sandbox, seed=2)

        ours = stage.drive(module="tests.crash.celery_driver", kills=10, seconds=SECONDS, seed=2)

        verdict = judge(ours, stage.ledger())
    print(told("celery", ours, verdict))  # noqa: T201 - a figure
    assert verdict.is_clean, verdict
    assert ours["killed"] == {"a worker with its children": 10}
    assert ours["open"] == 0
