"""How much of Exact's minute three workers use: `python -m tests.bench.bench_budget [--minutes 2]`.

Three processes want to call all the time, against a stand-in with Exact's real limits on a port of
this machine. Told per whole minute of Exact's clock: calls that counted, and answers of 429.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter

import django

import tests.environment  # noqa: F401 - a DATA_DIR of its own, before the settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - what follows needs Django set up
from django.core.management import call_command  # noqa: E402 - as above

from exact_client.client import ExactClient  # noqa: E402 - as above
from exact_client.connections import connect_through_sandbox  # noqa: E402 - as above
from exact_client.counting import Lane  # noqa: E402 - as above
from exact_client.errors import ExactTemporaryError  # noqa: E402 - as above
from exact_client.models import Division  # noqa: E402 - as above
from exact_client.sandbox import Call, ExactSandbox, run_on_port  # noqa: E402 - as above

PROCESSES = 3
PER_MINUTE = 60
TOO_MANY = 429


def worker(url: str, until: float) -> None:
    """Call whenever the budget allows it, until the time is over."""
    settings.EXACT_URL = url
    exact = ExactClient.connected(Division.objects.chosen().get(), lane=Lane.PUSH)
    while time.time() < until:
        try:
            list(exact.journals())
        except ExactTemporaryError as error:
            wait = error.retry_at.timestamp() - time.time() if error.retry_at else 0.1
            time.sleep(max(min(wait, until - time.time()), 0))


def work(url: str, minutes: int) -> int:
    """Let the workers run over so many whole minutes; return the first of them since 1970."""
    first = int(time.time() // 60 + 1)
    until = (first + minutes) * 60.0
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=worker, args=(url, until)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(until - time.time() + 60)
        process.terminate()
    return first


def table(calls: list[Call], first: int, minutes: int) -> str:
    """Return the figures of each whole minute and of all of them."""
    limited = sum(call.status == TOO_MANY for call in calls)
    used = Counter(int(call.at // 60) for call in calls if call.status != TOO_MANY)
    whole = {minute: used[minute] for minute in range(first, first + minutes)}
    rows = [
        f"{minute % 60:6} {count:6} {count / PER_MINUTE:8.1%}" for minute, count in whole.items()
    ]
    share = sum(whole.values()) / (minutes * PER_MINUTE)
    told = f"{PROCESSES} processes used {share:.1%} of the budget; answers of 429: {limited}"
    return "\n".join(["minute  calls    share", *rows, told, ""])


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=2)
    minutes = parser.parse_args().minutes
    sandbox = ExactSandbox()
    with run_on_port(sandbox) as url:
        settings.EXACT_URL = url
        call_command("migrate", verbosity=0)
        connect_through_sandbox(connected_by="bench")
        first = work(url, minutes)
    calls = [call for call in sandbox.calls if call.kind == "division"]
    sys.stdout.write(table(calls, first, minutes))


if __name__ == "__main__":
    main()
