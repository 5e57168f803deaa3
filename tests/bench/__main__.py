"""Every benchmark, one after the other: `make bench`."""

import subprocess
import sys

BENCHES = [
    "bench_matching",
    "bench_overview",
    "bench_pages",
    "bench_mirror",
    "bench_push",
    "bench_budget",
    "bench_import",
    "bench_reconcile",
]


def main() -> None:
    """Run each in a process of its own, so that the memory of one is not that of the next."""
    for name in BENCHES:
        print(f"\n== {name.removeprefix('bench_')}", flush=True)  # noqa: T201 - a benchmark prints
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)  # noqa: S603 - ours


if __name__ == "__main__":
    main()
