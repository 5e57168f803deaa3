"""How long a change takes from one side to the other, with everything running as `make run` does.

`python -m tests.bench.bench_crossing`: both stand-ins on their ports with the demo company, web,
worker and beat; changes at odd moments, one after the other, in both directions.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django

from tests.running.installation import Installation, a_free_port, eventually

GOAL = 5.0  # seconds
CHANGES = 6  # of each kind
GAPS = (0.5, 6.0)  # seconds between two changes


def main() -> int:
    """Print a row for each kind of change; 1 when one took longer than the goal."""
    with tempfile.TemporaryDirectory(prefix="exactlink-crossing-") as folder:
        installation = _installation(Path(folder) / "data")
        os.environ |= installation.environment
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        with _everything(installation) as crossing:
            print("| what                        | changes | median s | slowest s | goal s |")  # noqa: T201 - a benchmark prints
            rows = [_row(name, once) for name, once in crossing.items()]
    return 0 if all(rows) else 1


def _installation(folder: Path) -> Installation:
    exact, zoho = (f"http://localhost:{a_free_port()}" for _ in range(2))
    return Installation(
        folder,
        settings={
            "EXACT_URL": exact,
            "ZOHO_ACCOUNTS_URL": zoho,
            "EXACT_CLIENT_ID": "{6b1f0c52-1d6a-4f0e-9a57-000000000001}",
            "EXACT_CLIENT_SECRET": "stand-in-secret",
            "LOG_LEVEL": "WARNING",
            "EXACT_SETTLE_SECONDS": "3",
        },
    )


@contextmanager
def _everything(installation: Installation) -> Iterator[dict[str, Callable[[int], float]]]:
    """Run both stand-ins, the tie between them and all that works for it."""
    from tests.bench.crossing_runs import Crossing, stand_ins, tie  # noqa: PLC0415 - needs Django

    with ExitStack() as ending:
        exact, zoho, servers = stand_ins()
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            ending.callback(server.server_close)
            ending.callback(server.shutdown)
        installation.folder.mkdir(exist_ok=True)
        ending.enter_context(installation.up())
        eventually(lambda: tie(exact, zoho), installation.said, seconds=300)
        yield Crossing(exact, zoho).kinds()


def _row(name: str, once: Callable[[int], float]) -> bool:
    seconds = []
    for number in range(CHANGES):
        time.sleep(random.uniform(*GAPS))  # noqa: S311 - no secret
        seconds.append(once(number))
    slowest = max(seconds)
    print(  # noqa: T201 - a benchmark prints
        f"| {name:<27} | {len(seconds):>7} | {statistics.median(seconds):>8.2f} "
        f"| {slowest:>9.2f} | {GOAL:>6.1f} |",
        flush=True,
    )
    return slowest < GOAL


if __name__ == "__main__":
    sys.exit(main())
