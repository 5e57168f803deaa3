"""Running a command in this process, and what came of it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from django.core.management import CommandError, call_command


@dataclass(frozen=True)
class Ran:
    """What a shell would see of a command."""

    status: int
    out: str
    said: str  # on standard error, the reason of a failure included

    @property
    def values(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


def manage(*words: str) -> Ran:
    """Run `manage.py` with these words."""
    out, said = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command(*words, stdout=out, stderr=said)
    except CommandError as error:
        said.write(str(error))
        status = error.returncode
    except SystemExit as end:
        status = int(str(end.code))
    return Ran(status, out.getvalue(), said.getvalue())
