"""Loads the demo company once, on a first start against the stand-in."""

from collections.abc import Callable

from django.conf import settings

from accounts_link.models import Customer
from sync.running.supervisor import Supervisor, manage

STEPS = (("connect", "exact", "--sandbox"), ("load_demo",))


def load(supervisor: Supervisor, say: Callable[[str], None]) -> None:
    """Connect to the stand-in and load the demo company, unless people's own data is here.

    A load that was cut short is done again: every step may run twice.
    """
    note = settings.DATA_DIR / "sandbox" / "demo"
    has_begun = note.exists() and note.read_text() == "begun"
    if not has_begun and (note.exists() or Customer.objects.exists()):
        return
    note.write_text("begun")
    say("Loading the demo company; this happens once.")
    for step in STEPS:
        if supervisor.errand("demo", *manage(*step)) != 0:
            if not supervisor.is_stopping:
                command = " ".join(step)
                log = settings.DATA_DIR / "logs" / "demo.log"
                say(f"The demo is not loaded whole: manage.py {command} failed; {log} says why.")
            return
    note.write_text("done")
