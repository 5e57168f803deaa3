"""Ask a page again and again, and print how long it took the server and what it asked."""

from __future__ import annotations

import statistics
import sys
import time

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

HEADING = f"{'page':28}{'p50 ms':>9}{'p95 ms':>9}{'wall p50':>10}{'queries':>9}{'kB':>7}"


def somebody(user: User | None, **headers: str) -> Client:
    """Return a browser in which this user is signed in, or a program with these headers."""
    client = Client(headers={"host": "localhost", **headers})
    if user is not None:
        client.force_login(user)
    return client


def is_good(name: str, url: str, client: Client, *, rounds: int, slow: float, many: int) -> bool:
    """Ask a page `rounds` times, print its line, and tell whether it keeps both limits.

    `slow` is in milliseconds of this process's processor time, for others work here too. Where
    the database is a server of its own, what it takes is in the wall time alone.
    """
    first = client.get(url)  # templates are read and compiled
    if first.status_code != 200:
        sys.exit(f"{url} does not answer")
    with CaptureQueriesContext(connection) as queries:
        size = len(b"".join(client.get(url)))
    asked = len(queries)  # now: the next request empties the log
    pairs = [_timed(client, url) for _ in range(rounds)]
    times, wall = sorted(one for one, _ in pairs), statistics.median(two for _, two in pairs)
    high = times[max(0, round(0.95 * rounds) - 1)]
    mark = "" if high <= slow and asked <= many else "  !"
    say(
        f"{name:28}{statistics.median(times):9.1f}{high:9.1f}{wall:10.1f}{asked:9}"
        f"{size / 1000:7.0f}{mark}"
    )
    return not mark


def _timed(client: Client, url: str) -> tuple[float, float]:
    """Return the milliseconds that one answer took: of this process, and of the wall's clock."""
    worked, began = time.process_time(), time.perf_counter()
    for _ in client.get(url):  # also what is streamed
        pass
    return (time.process_time() - worked) * 1000, (time.perf_counter() - began) * 1000


def say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)  # noqa: T201 - a bench prints
