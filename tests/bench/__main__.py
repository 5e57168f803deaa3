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
    "bench_zoho",
    "bench_import",
    "bench_reconcile",
    "bench_crossing",
]


def main() -> int:
    """Run each in a process of its own, so that the memory of one is not that of the next.

    1 when any of them missed a goal; each says which.
    """
    missed = []
    for name in BENCHES:
        print(f"\n== {name.removeprefix('bench_')}", flush=True)  # noqa: T201 - a benchmark prints
        command = [sys.executable, "-m", f"tests.bench.{name}"]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - ours
            missed.append(name.removeprefix("bench_"))
    print(f"\nMissed a goal: {', '.join(missed) or 'none'}")  # noqa: T201 - as above
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
