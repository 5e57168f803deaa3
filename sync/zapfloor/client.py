"""ZapfloorClient: the lists of zapfloor's API, page by page; nothing is ever written there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from django.utils import timezone

from exact_client.wire import Answer, Limits, LostError, NotSentError, Request, Wire
from sync.zapfloor.addresses import address, followed
from sync.zapfloor.errors import (
    ZapfloorDisconnectedError,
    ZapfloorTemporaryError,
    ZapfloorUnexpectedError,
)
from sync.zapfloor.json_api import Page, read_page

logger = logging.getLogger(__name__)

LIMITS = Limits(connect=5, read=30, total=60, body=20 * 2**20)  # seconds; bytes
MOST_PAGES = 10_000  # of one list
LONGEST_WAIT = 3600  # seconds that zapfloor may send us away for
SERVER_ERROR = 500
HEADERS = {"Accept": "application/vnd.api+json"}


class Tokens(Protocol):
    """Whoever keeps the token."""

    def token(self) -> str:
        """Return one that is good for a whole call."""
        ...

    def after_401(self, refused: str) -> str:
        """Return another than the one that was just refused."""
        ...


class ZapfloorClient:
    """Asks zapfloor. `site` is its checked address, without a path."""

    def __init__(
        self,
        site: str,
        tokens: Tokens,
        wire: Wire | None = None,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._site = site.rstrip("/")
        self._tokens = tokens
        self._wire = wire or Wire(LIMITS)
        self._now = now

    def pages(self, path: str, since: datetime | None = None) -> Iterator[Page]:
        """Yield the pages of a list, fetched as the caller consumes them.

        `path` may hold {since} in a filter; without a moment that filter is left out.
        Raises any ZapfloorError. Records may come twice: a list moves on while it is read.
        """
        url = address(self._site, path, since)
        seen: set[str] = set()
        while url:
            seen.add(url)
            page = read_page(self._answer(url).body)
            yield page
            url = self._next(page, seen, is_first=len(seen) == 1)

    def _next(self, page: Page, seen: set[str], *, is_first: bool) -> str:
        if not page.next_link:
            if is_first and page.total is not None and page.total > len(page.records):
                raise ZapfloorUnexpectedError(
                    f"zapfloor has {page.total} records, sent {len(page.records)} and no link to"
                    " the next page; ask for more at once in the path, such as page[size]=1000."
                )
            return ""
        url = followed(self._site, page.next_link)
        if url is None:
            raise ZapfloorUnexpectedError("zapfloor's next page lies on another host; not followed")
        if url in seen or len(seen) >= MOST_PAGES:
            raise ZapfloorUnexpectedError("zapfloor's pages go round in a circle.")
        return url

    def _answer(self, url: str) -> Answer:
        token = self._tokens.token()
        answer = self._sent(url, token)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = self._sent(url, self._tokens.after_401(token))
        if answer.status != HTTPStatus.OK:
            self._refuse(answer, url)
        return answer

    def _sent(self, url: str, token: str) -> Answer:
        try:
            answer = self._wire.send(Request("GET", url, None, HEADERS, token=token))
        except NotSentError as error:
            raise ZapfloorTemporaryError(f"zapfloor could not be reached ({error}).") from None
        except LostError as error:
            raise ZapfloorTemporaryError(
                f"zapfloor's answer did not arrive whole ({error})."
            ) from None
        logger.debug("asked zapfloor status=%s", answer.status)
        return answer

    def _refuse(self, answer: Answer, url: str) -> None:
        path = url.removeprefix(self._site).partition("?")[0]
        status = answer.status
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise ZapfloorTemporaryError(
                "zapfloor has had enough calls for now.", self._come_back(answer)
            )
        if status >= SERVER_ERROR:
            raise ZapfloorTemporaryError(f"zapfloor is out of order at present ({status}).")
        if status == HTTPStatus.UNAUTHORIZED:
            raise ZapfloorDisconnectedError(
                "zapfloor refuses the token it just gave; check the client and the scope."
            )
        if status == HTTPStatus.FORBIDDEN:
            raise ZapfloorDisconnectedError(
                f"zapfloor does not let us read {path}; ask zapfloor for the scope, and name it"
                " under Scope."
            )
        if status == HTTPStatus.NOT_FOUND:
            raise ZapfloorUnexpectedError(f"zapfloor knows no {path}; correct the path.")
        if status in {301, 302, 303, 307, 308}:
            raise ZapfloorUnexpectedError(
                f"zapfloor sends {path} elsewhere, and that is not followed; correct the address."
            )
        raise ZapfloorUnexpectedError(f"zapfloor refused {path} ({status}); check its filters.")

    def _come_back(self, answer: Answer) -> datetime | None:
        """Return when to ask again, by Retry-After in seconds."""
        told = answer.headers.get("Retry-After", "")
        if not told.isdecimal() or len(told) > len(str(LONGEST_WAIT)):
            return None
        return self._now() + timedelta(seconds=min(int(told), LONGEST_WAIT))
