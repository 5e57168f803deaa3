"""Calls to one division of Exact: signed, metered, and each answer read for what it means."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.utils import timezone

from exact_client import odata
from exact_client.answers import UnauthorisedError, from_wire, meaning
from exact_client.budget import Lane
from exact_client.errors import (
    ExactDisconnectedError,
    ExactTemporaryError,
    ExactUnexpectedError,
)
from exact_client.meter import Meter, Reading, clock_of
from exact_client.models import Division
from exact_client.odata import Page
from exact_client.sites import checked
from exact_client.tokens import TokenKeeper
from exact_client.wire import MEGABYTE, Limits, LostError, NotSentError, Request, Wire

logger = logging.getLogger(__name__)

PAUSES = (0.2, 1.0)  # seconds before a question that broke is asked again
USER = "current/"  # questions about the user stand above all divisions
MAX_PAGES = 10_000
SYNC_BODY = 50 * MEGABYTE  # a page of 1,000 records; other pages have 60

_encoder = msgspec.json.Encoder(decimal_format="number")
_KEY = re.compile(r"\(.*\)$")


@dataclass(frozen=True)
class _Call:
    """One call, before it is signed."""

    method: str
    url: str
    endpoint: str  # the address without division and key: what limits are counted by
    lane: Lane
    params: Mapping[str, str] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def is_create(self) -> bool:
        return self.method == "POST"


class Transport:
    """The way to one division. Paths are below it, such as `crm/Accounts`.

    With `meter` None nothing is counted: for the first questions, before a division is known.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the way, and is passed by name
        self,
        *,
        site: str,
        division: int,
        keeper: TokenKeeper,
        wire: Wire,
        lane: Lane,
        meter: Meter | None,
        now: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._site = checked(site)
        self._division = division
        self._keeper = keeper
        self._wire = wire
        self._lane = lane
        self._meter = meter
        self._now = now
        self._sleep = sleep

    def get(
        self, path: str, params: Mapping[str, str] | None = None, lane: Lane | None = None
    ) -> msgspec.Raw:
        """Ask once, and again when the answer breaks on its way. Raises any ExactError."""
        return self._ask(_Call("GET", self._url(path), path, lane or self._lane, params))

    def pages(
        self, path: str, params: Mapping[str, str], lane: Lane | None = None
    ) -> Iterator[Page]:
        """Yield a list page by page, following Exact's own links as they are."""
        call = _Call("GET", self._url(path), path, lane or self._lane, params)
        seen: set[str] = set()
        while True:
            page = odata.page(self._ask(call))
            yield page
            if page.next is None:
                return
            if page.next in seen or len(seen) >= MAX_PAGES:
                raise ExactUnexpectedError(f"The pages of {path} go on without an end.")
            seen.add(page.next)
            call = _Call("GET", self._own(page.next), path, call.lane)

    def post(self, path: str, payload: Mapping[str, Any]) -> msgspec.Raw:
        """Create, in one try and no second one.

        Raises ExactUncertainError whenever it may have been made.
        """
        return self._signed(
            _Call("POST", self._url(path), path, self._lane, body=_encoder.encode(payload))
        )

    def put(self, path: str, payload: Mapping[str, Any]) -> None:
        """Change these fields of one record. May be repeated by the caller."""
        endpoint = _KEY.sub("", path)
        body = _encoder.encode(payload)
        self._signed(_Call("PUT", self._url(path), endpoint, self._lane, body=body))

    def delete(self, path: str) -> None:
        """Delete one record. May be repeated by the caller, who finds it gone then."""
        endpoint = _KEY.sub("", path)
        self._signed(_Call("DELETE", self._url(path), endpoint, self._lane))

    def _ask(self, call: _Call) -> msgspec.Raw:
        for pause in PAUSES:
            try:
                return self._signed(call)
            except ExactTemporaryError as error:
                if error.retry_at is not None:  # a limit: waiting is the caller's decision
                    raise
            self._sleep(pause)
        return self._signed(call)

    def _signed(self, call: _Call) -> msgspec.Raw:
        token = self._keeper.access_token()
        try:
            return self._tried(call, token)
        except UnauthorisedError:
            token = self._keeper.after_401(token)
        try:
            return self._tried(call, token)
        except UnauthorisedError:
            self._keeper.lose()
            raise ExactDisconnectedError(
                "Exact does not accept our permission any more (401). Connect to Exact again."
            ) from None

    def _tried(self, call: _Call, token: str) -> msgspec.Raw:
        started = time.monotonic()
        try:
            with self._metered(call) as reading:
                answer = reading.answer = self._wire.send(
                    self._request(call, token),
                    body_limit=SYNC_BODY if call.endpoint.startswith("sync/") else None,
                )
        except (LostError, NotSentError) as error:
            logger.warning("exact %s %s: %s", call.method, call.endpoint, type(error).__name__)
            raise from_wire(error, is_create=call.is_create) from None
        spent = (time.monotonic() - started) * 1000
        logger.debug("exact %s %s %s %.0fms", call.method, call.endpoint, answer.status, spent)
        return meaning(answer, is_create=call.is_create, now=self._now())

    def _metered(self, call: _Call) -> Any:
        if self._meter is None or call.endpoint.startswith(USER):  # no division counts those
            return nullcontext(Reading())
        return self._meter.call(call.endpoint, call.lane)

    def _request(self, call: _Call, token: str) -> Request:
        headers = {"Accept": "application/json"}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        if call.is_create:
            headers["Prefer"] = "return=representation"  # otherwise most fields come as null
        return Request(call.method, call.url, call.params, headers, call.body, token)

    def _url(self, path: str) -> str:
        below = path if path.startswith(USER) else f"{self._division}/{path}"
        return f"{self._site}/api/v1/{below}"

    def _own(self, link: str) -> str:
        there, here = urlsplit(link), urlsplit(self._url(""))
        if (there.scheme, there.netloc) != (here.scheme, here.netloc) or not (
            there.path.startswith(here.path) and "/../" not in there.path
        ):
            raise ExactUnexpectedError("A next page of Exact leads to another place.")
        return link


def transport_for(division: Division, lane: Lane) -> Transport:
    """Return the way to this division, by its stored permission and within its budget."""
    site = division.connection.url
    return Transport(
        site=site,
        division=division.code,
        keeper=TokenKeeper(division.connection_id),
        wire=Wire(limits()),
        lane=lane,
        meter=Meter(division.pk, clock_of(site)),
    )


def limits() -> Limits:
    """Return the time-outs that the settings ask for."""
    return Limits(
        settings.EXACT_CONNECT_TIMEOUT, settings.EXACT_READ_TIMEOUT, settings.EXACT_TOTAL_TIMEOUT
    )
