"""One HTTP exchange: bounded in time and size, never repeated, never led elsewhere."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from socket import SHUT_RDWR, socket
from typing import Any, Final
from urllib.parse import quote, urlencode

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

MEGABYTE: Final = 2**20
POOL_SIZE: Final = 4  # connections of one process to one host


class NotSentError(Exception):
    """Not a byte of the request left: it was surely not applied."""


class LostError(Exception):
    """The request may have arrived, and no whole answer came back."""


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]  # case does not matter
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Limits:
    """How long to wait, in seconds, and how much to read, in bytes."""

    connect: float = 5.0
    read: float = 30.0  # between two bytes
    total: float = 45.0  # for everything, however slowly it drips
    body: int = 5 * MEGABYTE


@dataclass(frozen=True)
class Request:
    """What to send. Its repr shows no header and no body: they hold tokens and names."""

    method: str
    url: str
    params: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    token: str = field(default="", repr=False)  # sent as Zoho wants it, which is not "Bearer"


class Wire:
    """Sends requests over one pool of connections."""

    def __init__(self, limits: Limits | None = None, session: requests.Session | None = None):
        self.limits = limits or Limits()
        self._session = session

    def send(self, request: Request, *, body_limit: int | None = None) -> Answer:
        """Return the answer, whatever its status. Raises NotSentError or LostError."""
        attempt = _Attempt()
        watchdog = threading.Timer(self.limits.total, attempt.give_up)
        watchdog.daemon = True
        watchdog.start()
        _here.attempt = attempt
        try:
            return self._exchange(request, body_limit or self.limits.body)
        except (requests.RequestException, OSError) as error:
            failure = LostError if _was_sent(attempt, error) else NotSentError
            raise failure(type(error).__name__) from None  # its text may hold an address
        finally:
            watchdog.cancel()
            _here.attempt = None

    def _exchange(self, request: Request, body_limit: int) -> Answer:
        deadline = time.monotonic() + self.limits.total
        query = "?" + urlencode(request.params, quote_via=quote, safe=",") if request.params else ""
        with self.session.request(
            request.method,
            request.url + query,
            headers=dict(request.headers),
            data=request.body,
            auth=_signature(request.token),
            timeout=(self.limits.connect, self.limits.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _whole_body(response, body_limit, deadline)
            return Answer(response.status_code, CaseInsensitiveDict(response.headers), body)

    @property
    def session(self) -> requests.Session:
        """The pool to use; a forked process never shares its parent's."""
        return self._session or pooled_session()


class _Attempt:
    """What is known of the exchange at hand, from below `requests`."""

    def __init__(self) -> None:
        self.was_sent: bool | None = None  # None: a foreign adapter, which does not tell
        self._socket: socket | None = None

    def connected(self, sock: socket) -> None:
        self.was_sent = True  # from here on, bytes may have left
        self._socket = sock

    def give_up(self) -> None:
        """End the exchange from the watchdog's thread: the reader finds its socket at its end."""
        if self._socket is not None:
            with suppress(OSError):
                socket.shutdown(self._socket, SHUT_RDWR)


class _Here(threading.local):
    attempt: _Attempt | None = None


_here = _Here()


class _Telling(HTTPConnection):
    """A connection that tells the attempt whether it ever came to sending."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if _here.attempt is not None:
            _here.attempt.connected(self.sock)
        super().send(data)


class _TellingSecurely(_Telling, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Telling


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _TellingSecurely


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        if _here.attempt is not None:
            _here.attempt.was_sent = False
        return super().send(*args, **kwargs)


def pooled_session() -> requests.Session:
    """Return the pool of this process."""
    return _pooled_session(os.getpid())


@cache
def _pooled_session(_pid: int) -> requests.Session:
    session = requests.Session()
    adapter = _Adapter(pool_connections=4, pool_maxsize=POOL_SIZE, pool_block=True, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _was_sent(attempt: _Attempt, error: Exception) -> bool:
    if attempt.was_sent is not None:
        return attempt.was_sent
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return not isinstance(error, requests.ConnectTimeout) and not isinstance(
        reason, NewConnectionError
    )


def _signature(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if token:
            prepared.headers["Authorization"] = f"Zoho-oauthtoken {token}"
        return prepared

    return sign  # even without a token: it keeps requests from looking into ~/.netrc


def _whole_body(response: requests.Response, limit: int, deadline: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_content(64 * 1024):
        size += len(part)
        if size > limit:
            raise requests.RequestException("The answer is too long.")
        if time.monotonic() > deadline:
            raise requests.RequestException("The answer took too long.")
        parts.append(part)
    return b"".join(parts)
