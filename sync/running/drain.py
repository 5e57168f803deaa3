"""Where no broker can run: does in one process what beat and a worker do together."""

import signal
import time
from types import FrameType

from celery import current_app
from django.conf import settings
from django.db import close_old_connections

PAUSE = 0.5  # seconds between two looks at the schedule


class Drain:
    """Runs each scheduled task when it is due, and what the task asks for at once."""

    def __init__(self) -> None:
        current_app.loader.import_default_modules()
        current_app.conf.task_always_eager = True  # there is nobody to hand a nudge to
        self._due = dict.fromkeys(settings.CELERY_BEAT_SCHEDULE, 0.0)
        self._is_stopping = False

    def run_until_stopped(self) -> None:
        """Work until SIGTERM or Ctrl-C; the task at hand is finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._is_stopping:
            self.run_what_is_due(time.monotonic())
            time.sleep(PAUSE)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def run_what_is_due(self, now: float) -> None:
        """Run every task whose time has come; `now` is a monotonic clock's, in seconds."""
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            if self._is_stopping or now < self._due[name]:
                continue
            self._due[name] = now + float(entry["schedule"])
            current_app.tasks[entry["task"]].apply()  # a failure is logged, and does not end us
            close_old_connections()
