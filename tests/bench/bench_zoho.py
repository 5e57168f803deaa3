"""What it costs to keep accounts of Zoho and Exact equal: the first run, and the one after it.

`python -m tests.bench.bench_zoho [NUMBER ...]`; by default 1,000 and 10,000 accounts on both
sides. Each is paired by its VAT number; of every third the city is missing in Zoho.
`BENCH_DATABASE_URL` names an empty database of PostgreSQL to use instead of SQLite.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command

NUMBERS = [1_000, 10_000]


def main(numbers: list[int]) -> int:
    """Print the table; return 1 when a goal was missed."""
    print(  # noqa: T201 - a benchmark prints
        "| accounts | run    | Zoho reads | Zoho writes | Exact reads | Exact writes | seconds "
        "| state  | goal                |"
    )
    missed = 0
    for number in numbers:
        with TemporaryDirectory(prefix="exactlink-bench-") as folder:
            missed += _in_a_place_of_its_own(folder, number)
    return 1 if missed else 0


def _in_a_place_of_its_own(folder: str, number: int) -> bool:
    """Measure in a process with a database of its own; return whether a goal was missed."""
    environment = {
        **os.environ,
        "DATA_DIR": folder,
        "DATABASE_URL": os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder}/db.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "WARNING",
    }
    words = [sys.executable, "-m", "tests.bench.bench_zoho", "--one", str(number)]
    return subprocess.run(words, env=environment, check=False).returncode != 0  # noqa: S603 - our own


def _one(number: int) -> int:
    django.setup()
    call_command("migrate", verbosity=0)
    return 0 if import_module("tests.bench.zoho_runs").measure(number) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        sys.exit(_one(int(sys.argv[2])))
    sys.exit(main([int(word) for word in sys.argv[1:]] or NUMBERS))
