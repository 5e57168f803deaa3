"""Calls to one organisation in Zoho: signed, counted, and each answer read for what it means."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from django.conf import settings
from django.utils import timezone

from zoho_client.answers import LIMITED, UnauthorisedError, from_wire, meaning
from zoho_client.budget import Budget, Lane
from zoho_client.errors import ZohoDisconnectedError, ZohoTemporaryError
from zoho_client.meter import Meter
from zoho_client.models import ZohoConnection
from zoho_client.sites import checked_api
from zoho_client.tokens import Keeper, TokenKeeper
from zoho_client.wire import MEGABYTE, Limits, LostError, NotSentError, Request, Wire

logger = logging.getLogger(__name__)

# Seconds that a call may wait for its turn in all, for what nobody waits for on a page.
PATIENCE = {Lane.PERSON: 0.0, Lane.PUSH: 30.0, Lane.MIRROR: 30.0}
PAUSES = (0.2, 1.0)  # seconds before a question that broke is asked again, more or less
SHORTEST_WAIT = 0.05  # seconds
LONGEST_ANSWER = 50 * MEGABYTE  # 2,000 rows of 500 fields
VERSION = "/crm/v8"
WRONG = (
    "Zoho does not accept our permission any more (401), or the organisation is in another data"
    " centre than {api}. Connect to Zoho again."
)
_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True)
class Call:
    """One call, before it is signed. `credits` is what Zoho counts for it."""

    method: str
    path: str  # below the version, such as Accounts/upsert
    params: Mapping[str, str] | None = field(default=None, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    credits: int = 1
    is_heavy: bool = False  # Zoho lets ten of these run at once, in every edition
    is_question: bool = False  # may be asked again when the answer breaks on its way

    @property
    def label(self) -> str:
        """The address without ids, for a log."""
        return "/".join("#" if step.isdigit() else step for step in self.path.split("/"))


class Transport:
    """The way to one organisation."""

    def __init__(
        self,
        *,
        api_domain: str,
        keeper: Keeper,
        wire: Wire,
        meter: Meter,
        patience: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = checked_api(api_domain)
        self._keeper = keeper
        self._wire = wire
        self._meter = meter
        self._patience = patience
        self._sleep = sleep

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        credits_: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> bytes | None:
        """Ask, and ask again when the answer breaks. Return None for 204 and 304.

        Raises any ZohoError but ZohoUncertainError.
        """
        call = Call("GET", path, params, None, headers or {}, credits_, is_question=True)
        return self._ask(call)

    def ask(
        self, path: str, body: Mapping[str, Any], *, credits_: int, is_heavy: bool = True
    ) -> bytes | None:
        """Ask by POST what changes nothing, as `get` does."""
        return self._ask(
            Call("POST", path, None, body, {}, credits_, is_heavy=is_heavy, is_question=True)
        )

    def tell(self, call: Call) -> bytes:
        """Change something, in one try and no second one.

        Raises ZohoUncertainError whenever it may have been applied.
        """
        return self._in_turn(call) or b""

    def _ask(self, call: Call) -> bytes | None:
        for pause in PAUSES:
            try:
                return self._in_turn(call)
            except ZohoTemporaryError as error:
                if error.retry_at is not None:  # a limit: waiting longer is the caller's decision
                    raise
            self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads, guards nothing
        return self._in_turn(call)

    def _in_turn(self, call: Call) -> bytes | None:
        """Make the call; where it must wait a little and may, wait. It was not applied then."""
        left = self._patience
        while True:
            try:
                return self._signed(call)
            except ZohoTemporaryError as error:
                if error.retry_at is None:
                    raise
                wait = max((error.retry_at - timezone.now()).total_seconds(), SHORTEST_WAIT)
                if wait > left:
                    raise
            left -= wait
            self._sleep(wait)

    def _signed(self, call: Call) -> bytes | None:
        token = self._keeper.access_token()
        try:
            return self._tried(call, token)
        except UnauthorisedError:
            token = self._keeper.after_401(token)
        try:
            return self._tried(call, token)
        except UnauthorisedError:
            reason = WRONG.format(api=self._api)
            self._keeper.lose(reason)
            raise ZohoDisconnectedError(reason) from None

    def _tried(self, call: Call, token: str) -> bytes | None:
        is_change, started = not call.is_question, time.monotonic()
        try:
            with self._meter.call(call.credits, is_heavy=call.is_heavy) as reading:
                answer = self._wire.send(self._request(call, token), body_limit=LONGEST_ANSWER)
                reading.answer = answer
        except (LostError, NotSentError) as error:
            logger.warning("zoho %s %s: %s", call.method, call.label, type(error).__name__)
            raise from_wire(error, is_change=is_change) from None
        spent = (time.monotonic() - started) * 1000
        logger.debug("zoho %s %s %s %.0fms", call.method, call.label, answer.status, spent)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:  # when to come back is our own count's
            raise ZohoTemporaryError(LIMITED, reading.retry_at or timezone.now())
        return meaning(answer, is_change=is_change)

    def _request(self, call: Call, token: str) -> Request:
        headers = {"Accept": "application/json", **call.headers}
        body = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            body = _encoder.encode(call.body)
        url = f"{self._api}{VERSION}/{call.path}"
        return Request(call.method, url, call.params, headers, body, token)


def transport_for(connection: ZohoConnection, lane: Lane) -> Transport:
    """Return the way to this organisation, by its stored permission and within its credits."""
    return Transport(
        api_domain=connection.api_domain,
        keeper=TokenKeeper(connection.pk),
        wire=Wire(limits()),
        meter=Meter(Budget(connection.pk), lane),
        patience=PATIENCE[lane],
    )


def limits() -> Limits:
    """Return the time-outs that the settings ask for."""
    return Limits(
        settings.ZOHO_CONNECT_TIMEOUT, settings.ZOHO_READ_TIMEOUT, settings.ZOHO_TOTAL_TIMEOUT
    )
