"""How many calls and how much memory it takes to mirror Exact's accounts.

`python -m tests.bench.bench_mirror [NUMBER ...]`; by default 10,000 and 1,000,000 accounts.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.installation import installation, peak_of_children

GOALS = {10_000: "11 calls", 1_000_000: "200 MB"}


def measure(number: int) -> None:
    """Mirror `number` generated accounts into an empty installation and print a row."""
    with (
        TemporaryDirectory() as folder,
        installation(
            "--no-limits", "--exact-accounts", _none(folder), "--generate", str(number)
        ) as place,
    ):
        place.manage("connect", "exact", "--sandbox")
        before = len(place.calls("GET", "/sync/"))
        began = time.monotonic()
        said = place.manage("mirror")
        seconds = time.monotonic() - began
        calls = len(place.calls("GET", "/sync/")) - before
    print(  # noqa: T201 - a benchmark prints
        f"| {number:>9,} | {said['accounts']:>9,} | {calls:>5,} | {seconds:>7.1f} "
        f"| {peak_of_children():>6.0f} | {GOALS.get(number, ''):<8} |"
    )


def _none(folder: str) -> str:
    path = Path(folder) / "accounts.json"
    path.write_text("[]")
    return str(path)


def main(numbers: list[int]) -> None:
    """Print the table."""
    print("| in Exact  | copied    | calls | seconds | peak MB | goal     |")  # noqa: T201
    for number in sorted(numbers):
        measure(number)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or list(GOALS))
