"""Every test, in two halves beside each other: what waits for processes, and what computes.

`python -m tests` is what `make test` runs; `python -m pytest` runs all of them in one row.
"""

import subprocess
import sys
import tempfile

WAITING = ["tests/crash", "tests/journeys", "tests/running"]
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]


def main() -> int:
    """Run both halves, show one as it goes and the other after it; 0 when all of both passed."""
    with tempfile.TemporaryFile() as kept:
        waiting = subprocess.Popen(  # noqa: S603 - ours
            [*PYTEST, *WAITING], stdout=kept, stderr=subprocess.STDOUT
        )
        try:
            computing = subprocess.run(  # noqa: S603 - ours
                [*PYTEST, *(f"--ignore={folder}" for folder in WAITING)], check=False
            )
            waiting.wait()
        finally:
            waiting.terminate()
        kept.seek(0)
        sys.stdout.write(kept.read().decode(errors="replace"))
    return 1 if computing.returncode or waiting.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
