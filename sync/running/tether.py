"""Becomes the given command, tied to its parent: when the parent dies, so does the command.

Run as a file, `python tether.py PARENT COMMAND…`. On Linux the kernel keeps the tie; elsewhere
there is none, and a supervisor that was killed leaves its children to be adopted or ended by hand.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie_to_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` is gone; on Linux alone."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the tie was made
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Tie, keep every file private, and become the command."""
    tie_to_parent(int(sys.argv[1]))
    os.umask(0o077)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the supervisor's own command, no shell


if __name__ == "__main__":
    main()
