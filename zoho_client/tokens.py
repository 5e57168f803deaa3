"""The stored tokens: one access token for all processes, renewed early and by one of them.

Zoho's refresh token stays good, so a lost answer loses nothing; but ten new access tokens in ten
minutes shut the door for minutes, and the sixteenth kills the first. So all share one, whoever
finds it near its end takes a lease by compare-and-set, and the others go on with what they have.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from zoho_client import oauth, vault
from zoho_client.errors import ZohoDisconnectedError, ZohoError, ZohoTemporaryError
from zoho_client.models import ZohoConnection
from zoho_client.oauth import ThrottledError, Tokens, TokensRefusedError
from zoho_client.wire import Limits, LostError, NotSentError, Wire

logger = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)  # before its end, a token is renewed
ENOUGH_LIFE = timedelta(minutes=2)  # what a token must still have when nobody can renew it
LEASE = timedelta(seconds=60)  # far longer than the token call may take
CALL_LIMITS = Limits(connect=5, read=10, total=15)  # seconds
PATIENCE = 20.0  # seconds that others wait for the one who renews, when the old one is over
AGAIN_AFTER_LOSS = timedelta(seconds=60)
UNANSWERED = "Zoho did not answer when the permission was renewed. It is tried again."
THROTTLED = "Zoho gives no tokens for some minutes (Access Denied). It goes on by itself."
RECONNECT = "Zoho does not accept our permission any more. Connect to Zoho again."


class Keeper(Protocol):
    """Whoever hands out access tokens."""

    def access_token(self) -> str:
        """Return a token that is good for a whole call."""

    def after_401(self, refused: str) -> str:
        """Return another token than the one Zoho just refused."""

    def lose(self, reason: str) -> None:
        """Mark that only a person's consent helps."""


class OneToken:
    """The token of a consent that was just given, for the first questions."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        """Return the token."""
        return self._token

    def after_401(self, refused: str) -> str:
        """Return the same: there is no other."""
        return refused

    def lose(self, reason: str) -> None:
        """Nothing is stored yet."""


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

    def access_token(self) -> str:
        """Return a token that is good for a whole call, renewing it first if need be.

        Raises ZohoDisconnectedError when a person must connect again, ZohoTemporaryError when
        Zoho gives none just now, RuntimeError when it must be renewed inside a transaction.
        """
        row = self._working_row()
        left = self._left(row)
        if left > EARLY:
            return self._opened(row)
        if left > ENOUGH_LIFE and not self._may_renew(row):
            return self._opened(row)
        return self._renewed(row)

    def after_401(self, refused: str) -> str:
        """Return another token than the one Zoho just refused."""
        row = self._working_row()
        token = self._opened(row)
        return token if token != refused else self._renewed(row, is_dead=True)

    def lose(self, reason: str = RECONNECT) -> None:
        """Mark that only a person's consent helps; the row and its tokens stay."""
        ZohoConnection.objects.filter(pk=self._id, state=ZohoConnection.State.CONNECTED).update(
            state=ZohoConnection.State.RECONNECT, state_reason=reason
        )
        logger.error("zoho permission lost connection=%s", self._id)

    def store(self, tokens: Tokens, **changes: object) -> None:
        """Keep the tokens that a person's consent brought, whatever was there before."""
        with transaction.atomic(durable=True):
            row = ZohoConnection.objects.select_for_update().get(pk=self._id)
            sealed = vault.seal("refresh", self._id, tokens.refresh_token)
            self._write(row, tokens, refresh_token_sealed=sealed, **changes)

    def refresh_token(self) -> str:
        """Return the token that renews, to be revoked. Raises ZohoDisconnectedError."""
        return self._unsealed(self._row().refresh_token_sealed, "refresh")

    def _left(self, row: ZohoConnection) -> timedelta:
        return row.expires_at - self._now() if row.expires_at else timedelta(0)

    def _may_renew(self, row: ZohoConnection) -> bool:
        is_held = row.lease_until is not None and row.lease_until > self._now()
        is_resting = row.refresh_retry_at is not None and row.refresh_retry_at > self._now()
        return not is_held and not is_resting

    def _renewed(self, row: ZohoConnection, *, is_dead: bool = False) -> str:
        """Return the next token; where it can't be had at once, this one while it lives."""
        if is_dead or self._left(row) < ENOUGH_LIFE:
            return self._next(row, PATIENCE)
        try:
            return self._next(row, patience=0)
        except ZohoTemporaryError:
            return self._opened(row)

    def _next(self, seen: ZohoConnection, patience: float) -> str:
        deadline = time.monotonic() + patience
        while True:
            row = self._working_row()
            if row.token_version != seen.token_version:
                return self._opened(row)
            if row.refresh_retry_at is not None and row.refresh_retry_at > self._now():
                raise ZohoTemporaryError(row.state_reason or UNANSWERED, row.refresh_retry_at)
            if self._lease(row):
                return self._renew_under_lease(row)
            if time.monotonic() >= deadline:
                raise ZohoTemporaryError(
                    "Another process is renewing the permission of Zoho.", row.lease_until
                )
            time.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - spreads waiters, guards nothing

    def _lease(self, row: ZohoConnection) -> bool:
        now = self._now()
        # Durable: a roll-back would throw the new token away, and no transaction waits for Zoho.
        with transaction.atomic(durable=True):
            return bool(
                ZohoConnection.objects.filter(pk=self._id, fence=row.fence)
                .filter(Q(lease_until=None) | Q(lease_until__lte=now))
                .update(fence=F("fence") + 1, lease_until=now + LEASE)
            )

    def _renew_under_lease(self, seen: ZohoConnection) -> str:
        try:
            row = self._working_row()
            if row.token_version == seen.token_version:
                self._renew(row)
        finally:
            held = ZohoConnection.objects.filter(pk=self._id, fence=seen.fence + 1)
            held.update(lease_until=None)
        return self._opened(self._working_row())

    def _renew(self, row: ZohoConnection) -> None:
        asked_at = self._now()
        refresh_token = self._unsealed(row.refresh_token_sealed, "refresh")
        try:
            tokens = oauth.refresh(self._wire, row.accounts_url, refresh_token, asked_at)
        except TokensRefusedError as error:
            self.lose(f"{error} Connect to Zoho again.")
            raise ZohoDisconnectedError(f"{error} Connect to Zoho again.") from None
        except ThrottledError:
            raise self._rest(THROTTLED, oauth.THROTTLED_FOR) from None
        except (NotSentError, LostError):
            raise self._rest(UNANSWERED, AGAIN_AFTER_LOSS) from None
        self._write(row, tokens)
        logger.info("zoho renewed connection=%s version=%s", self._id, row.token_version + 1)

    def _rest(self, reason: str, wait: timedelta) -> ZohoError:
        """Keep all processes from asking again too soon."""
        retry_at = self._now() + wait
        ZohoConnection.objects.filter(pk=self._id).update(
            refresh_retry_at=retry_at, state_reason=reason
        )
        return ZohoTemporaryError(reason, retry_at)

    def _write(self, row: ZohoConnection, tokens: Tokens, **changes: object) -> None:
        fresh = {
            "access_token_sealed": vault.seal("access", self._id, tokens.access_token),
            "token_version": row.token_version + 1,
            "expires_at": tokens.expires_at,
            "api_domain": tokens.api_domain,  # Zoho's word counts: an organisation may move
            "refreshed_at": self._now(),
            "refresh_retry_at": None,
            "state_reason": "",
        }
        same = ZohoConnection.objects.filter(pk=self._id, token_version=row.token_version)
        same.update(**fresh | changes)

    def _working_row(self) -> ZohoConnection:
        row = self._row()
        if row.state != ZohoConnection.State.CONNECTED:
            raise ZohoDisconnectedError(row.state_reason or RECONNECT)
        if row.client_id != settings.ZOHO_CLIENT_ID:
            raise ZohoDisconnectedError("ZOHO_CLIENT_ID is another app now. Connect to Zoho again.")
        return row

    def _row(self) -> ZohoConnection:
        return ZohoConnection.objects.get(pk=self._id)

    def _opened(self, row: ZohoConnection) -> str:
        return self._unsealed(row.access_token_sealed, "access")

    def _unsealed(self, sealed: str, purpose: str) -> str:
        try:
            return vault.unseal(sealed, purpose, self._id)
        except vault.UnreadableSecretError as error:
            raise ZohoDisconnectedError(str(error)) from None
