"""A client and a session that end their own process by SIGKILL at a chosen step of a push."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exact_client.budget import Lane
from exact_client.client import ExactClient
from exact_client.meter import Meter, clock_of
from exact_client.models import Division
from exact_client.tokens import TokenKeeper
from exact_client.transport import Transport, limits
from exact_client.wire import Wire, pooled_session

CREATES = {  # and what deletes
    "create_sales_entry",
    "create_account",
    "create_document",
    "create_attachment",
    "delete_sales_entry",
}
LOOK_UPS = {
    "sales_entries_with_reference",
    "accounts_with_search_code",
    "sales_entries_like",
    "sales_entry",
    "documents_of_entry",
    "attachments_of",
}


class Moment(StrEnum):
    """When a process dies."""

    CLAIMED = "claim committed, nothing sent"
    DURING = "during the call"
    ANSWERED = "answer read, nothing saved"
    SAVED = "answer saved"
    BEFORE_LOOK_UP = "before a look-up"
    LOOKED_UP = "looked up, nothing saved"
    OUTSIDE = "at a random moment"  # by the driver


@dataclass
class Plan:
    """Die at the `countdown`-th time that `moment` comes; never when there is no moment."""

    moment: Moment | None = None
    countdown: int = 1
    delay: float = 0.0  # seconds into a call, for DURING

    def reached(self, moment: Moment) -> bool:
        """Say that `moment` has come; return whether it is the one to die at."""
        if moment is not self.moment:
            return False
        self.countdown -= 1
        return self.countdown == 0


def die() -> None:
    """End this process as a power cut would: nothing is cleaned up, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


class MortalClient:
    """Exact's client, with death before and after what changes and what looks up."""

    def __init__(self, exact: ExactClient, plan: Plan) -> None:
        self._exact = exact
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        """Return the method of the real client, with death on both sides of it."""
        real = getattr(self._exact, name)
        if name in CREATES:
            return self._between(real, Moment.CLAIMED, Moment.ANSWERED)
        if name in LOOK_UPS:
            return self._between(real, Moment.BEFORE_LOOK_UP, Moment.LOOKED_UP)
        return real

    def _between(self, real: Callable[..., Any], before: Moment, after: Moment) -> Any:
        def mortal(*args: Any, **kwargs: Any) -> Any:
            if self._plan.reached(before):
                die()
            answer = real(*args, **kwargs)
            if self._plan.reached(after):
                die()
            return answer

        return mortal


class MortalSession:
    """The pooled session, with death while a change is on its way."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        """Send it, and perhaps not live to see the answer."""
        if method != "GET" and self._plan.reached(Moment.DURING):
            threading.Timer(self._plan.delay, die).start()
        return pooled_session().request(method, url, **kwargs)


def mortal_client(division: Division, plan: Plan) -> Any:
    """Return the client that production code would use, but mortal."""
    site = division.connection.url
    session: Any = MortalSession(plan)
    transport = Transport(
        site=site,
        division=division.code,
        keeper=TokenKeeper(division.connection_id),
        wire=Wire(limits(), session),
        lane=Lane.PUSH,
        meter=Meter(division.pk, clock_of(site)),
        sleep=lambda seconds: time.sleep(seconds / 20),  # many deaths must fit into a minute
    )
    return MortalClient(ExactClient(transport), plan)
