"""The stored pair of tokens: one refresh at a time among all processes, and never a pair lost.

Exact's refresh token works once, and presenting a spent one ends the whole chain. So whoever
refreshes first takes a lease by compare-and-set, reads again under it, and writes the answer to a
journal on disk before the row. The fence rises when a lease is taken and when it is released, so
that nobody who read before can take it with what he read.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from exact_client import oauth, vault
from exact_client.errors import ExactDisconnectedError, ExactTemporaryError
from exact_client.journal import Journal
from exact_client.models import ExactConnection
from exact_client.oauth import Tokens, TokensRefusedError, TooEarlyError
from exact_client.wire import Limits, LostError, NotSentError, Wire

logger = logging.getLogger(__name__)

ENOUGH_LIFE = timedelta(seconds=30)  # a token must be good until the call ends
LEASE = timedelta(seconds=60)  # far longer than the token call may take
CALL_LIMITS = Limits(connect=5, read=10, total=15)  # seconds
PATIENCE = 20.0  # seconds that others wait for the one who refreshes
AGAIN_AFTER_LOSS = timedelta(seconds=60)
AGAIN_AFTER_TOO_EARLY = timedelta(seconds=10)
STALE_AFTER = timedelta(days=7)  # Exact forgets a permission after 30 days
UNANSWERED = "Exact did not answer when the permission was renewed. It is tried again."
RECONNECT = "Exact does not accept our permission any more. Connect to Exact again."


class _Raw(msgspec.Struct):
    """An answer of the token endpoint before it is stored."""

    body: bytes
    asked_at: datetime
    answered_at: datetime


class TokenKeeper:
    """Hands out the access token of one connection, and renews it when it must."""

    def __init__(
        self,
        connection_id: int,
        wire: Wire | None = None,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._id = connection_id
        self._wire = wire or Wire(CALL_LIMITS)
        self._now = now
        self._journal = Journal(connection_id)

    def access_token(self) -> str:
        """Return a token that is good for a whole call, refreshing it first if need be.

        Raises ExactDisconnectedError when a person must connect again, ExactTemporaryError when
        Exact can't be reached, RuntimeError when a refresh is needed inside a transaction.
        """
        row = self._row()
        tokens = self._opened(row)
        left = tokens.expires_at - self._now()
        if left > ENOUGH_LIFE or (left > timedelta(0) and not _is_due(row, self._now())):
            return tokens.access_token
        return self._renewed(row.token_version)

    def after_401(self, refused: str) -> str:
        """Return another token than the one Exact just refused, or the same if it insists."""
        row = self._row()
        tokens = self._opened(row)
        return (
            tokens.access_token
            if tokens.access_token != refused
            else self._renewed(row.token_version)
        )

    def keep_alive(self) -> bool:
        """Refresh a permission that was not used for a week; tell whether that was needed."""
        row = self._row()
        if row.refreshed_at is not None and row.refreshed_at > self._now() - STALE_AFTER:
            return False
        self._renewed(row.token_version)
        return True

    def lose(self, reason: str = RECONNECT) -> None:
        """Mark that only a person's consent helps; the row and its tokens stay."""
        ExactConnection.objects.filter(pk=self._id, state=ExactConnection.State.CONNECTED).update(
            state=ExactConnection.State.RECONNECT, state_reason=reason
        )
        logger.error("permission lost connection=%s", self._id)

    def store(self, tokens: Tokens, **changes: object) -> None:
        """Keep the pair that a person's consent brought, whatever was there before."""
        with transaction.atomic(durable=True):
            row = ExactConnection.objects.select_for_update().get(pk=self._id)
            self._write(row.token_version, tokens, **changes)

    def _renewed(self, version: int) -> str:
        deadline = time.monotonic() + PATIENCE
        while True:
            row = self._row()
            if row.token_version != version:
                return self._opened(row).access_token
            if row.refresh_retry_at is not None and row.refresh_retry_at > self._now():
                raise ExactTemporaryError(UNANSWERED, row.refresh_retry_at)
            if self._lease(row):
                return self._refresh_under_lease(row.fence + 1, version)
            if time.monotonic() > deadline:
                raise ExactTemporaryError(
                    "Another process is renewing the permission of Exact.", row.lease_until
                )
            time.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - spreads waiters, guards nothing

    def _lease(self, row: ExactConnection) -> bool:
        now = self._now()
        # Durable: inside a caller's transaction this raises before any token is spent, for a
        # roll-back would throw the new pair away, and on SQLite everybody would wait for Exact.
        with transaction.atomic(durable=True):
            return bool(
                ExactConnection.objects.filter(pk=self._id, fence=row.fence)
                .filter(Q(lease_until=None) | Q(lease_until__lte=now))
                .update(fence=F("fence") + 1, lease_until=now + LEASE)
            )

    def _release(self, fence: int) -> None:
        ExactConnection.objects.filter(pk=self._id, fence=fence).update(
            fence=F("fence") + 1, lease_until=None
        )

    def _refresh_under_lease(self, fence: int, version: int) -> str:
        row = self._row()
        if row.token_version == version:
            self._journal.prepare()
            if not self._recover(version):
                self._refresh(row, fence)
        self._release(fence)
        return self._opened(self._row()).access_token

    def _recover(self, version: int) -> bool:
        """Store what an earlier refresh left in the journal, if it follows on our version."""
        sealed = self._journal.read()
        if sealed is None:
            return False
        try:
            raw = vault.unseal(_Raw, sealed, "journal", self._id, version + 1)
        except vault.SealedForElsewhereError:  # an old one, stored long ago
            return False
        logger.warning("refresh recovered from the journal connection=%s", self._id)
        self._keep(raw, version)
        return True

    def _refresh(self, row: ExactConnection, fence: int) -> None:
        asked_at = self._now()
        try:
            body = oauth.refresh(self._wire, self._opened(row).refresh_token)
        except TooEarlyError:
            self._not_yet(row)
            return
        except TokensRefusedError as error:
            self._refused(row, fence, str(error))
            return
        except NotSentError:
            self._release(fence)
            raise ExactTemporaryError(
                "Exact could not be reached to renew the permission."
            ) from None
        except LostError:
            # Spent or not, nobody knows: after a while the next try will tell.
            retry_at = self._now() + AGAIN_AFTER_LOSS
            ExactConnection.objects.filter(pk=self._id).update(refresh_retry_at=retry_at)
            self._release(fence)
            raise ExactTemporaryError(UNANSWERED, retry_at) from None
        raw = _Raw(body, asked_at, self._now())
        self._journal.write(vault.seal("journal", self._id, row.token_version + 1, raw))
        self._keep(raw, row.token_version)

    def _keep(self, raw: _Raw, version: int) -> None:
        tokens = Tokens.from_answer(raw.body, raw.asked_at, raw.answered_at)
        with transaction.atomic(durable=True):
            self._write(version, tokens, refreshed_at=raw.answered_at)
        self._journal.clear()
        logger.info("refreshed connection=%s version=%s", self._id, version + 1)

    def _write(self, version: int, tokens: Tokens, **changes: object) -> None:
        ExactConnection.objects.filter(pk=self._id, token_version=version).update(
            tokens=vault.seal("tokens", self._id, version + 1, tokens),
            token_version=version + 1,
            expires_at=tokens.expires_at,
            refresh_not_before=tokens.refresh_not_before,
            refresh_retry_at=None,
            **changes,
        )

    def _not_yet(self, row: ExactConnection) -> None:
        logger.info("refresh too early connection=%s", self._id)
        ExactConnection.objects.filter(pk=self._id, token_version=row.token_version).update(
            refresh_not_before=self._now() + AGAIN_AFTER_TOO_EARLY
        )

    def _refused(self, row: ExactConnection, fence: int, told: str) -> None:
        if self._row().token_version != row.token_version:
            return  # somebody whose lease had lapsed brought a newer pair after all
        self.lose(f"{RECONNECT} ({told})")
        self._release(fence)

    def _row(self) -> ExactConnection:
        return ExactConnection.objects.get(pk=self._id)

    def _opened(self, row: ExactConnection) -> Tokens:
        if row.state != ExactConnection.State.CONNECTED:
            raise ExactDisconnectedError(row.state_reason or RECONNECT)
        try:
            return vault.unseal(Tokens, row.tokens, "tokens", row.pk, row.token_version)
        except (vault.UnreadableSecretError, vault.SealedForElsewhereError) as error:
            raise ExactDisconnectedError(str(error)) from None


def _is_due(row: ExactConnection, now: datetime) -> bool:
    return row.refresh_not_before is None or row.refresh_not_before <= now
