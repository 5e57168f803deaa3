"""The stored token of zapfloor and its secrets: sealed, and asked for by one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from exact_client import vault
from exact_client.wire import Wire
from sync.models import ZapfloorSource
from sync.services.locks import process_lock
from sync.zapfloor.errors import ZapfloorDisconnectedError, ZapfloorTemporaryError
from sync.zapfloor.oauth import LIMITS, Credentials, Token, ask_token

ENOUGH_LIFE = timedelta(seconds=60)  # a token must be good until the call ends
PATIENCE = 25.0  # seconds to wait for whoever asks already; longer than the call may take
TOKEN, SECRET, PASSWORD = "zapfloor token", "zapfloor client secret", "zapfloor password"


class Secret(msgspec.Struct, frozen=True):
    """A secret that a person typed. Its repr does not show it."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"


def sealed(purpose: str, source: ZapfloorSource, value: str) -> str:
    """Return a secret encrypted, for this source alone."""
    return vault.seal(purpose, source.pk, 0, Secret(value))


class SourceTokens:
    """Hands out the token of one source, and asks for another when it must.

    A password gives as many tokens as one asks for; asking once is courtesy and spares the limit.
    """

    def __init__(
        self,
        source_id: int,
        wire: Wire | None = None,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._id = source_id
        self._wire = wire or Wire(LIMITS)
        self._now = now

    def token(self) -> str:
        """Return one that is good for a whole call. Raises any ZapfloorError."""
        return self._kept() or self._renewed("")

    def after_401(self, refused: str) -> str:
        """Return another than the one that was just refused. Raises any ZapfloorError."""
        kept = self._kept()
        return kept if kept and kept != refused else self._renewed(refused)

    def _renewed(self, refused: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with process_lock("zapfloor-token", self._id) as held:
                if held:
                    kept = self._kept()  # somebody may have asked while we waited
                    return kept if kept and kept != refused else self._asked()
            time.sleep(0.1)
        raise ZapfloorTemporaryError("Another process is asking zapfloor for a token.")

    def _asked(self) -> str:
        row = self._row()
        now = self._now()
        address = f"{row.base_url.rstrip('/')}{row.token_path}"
        token = ask_token(self._wire, address, _credentials(row), now)
        same = ZapfloorSource.objects.filter(  # nobody has typed other credentials meanwhile
            pk=row.pk, base_url=row.base_url, password_sealed=row.password_sealed
        )
        same.update(
            token_sealed=vault.seal(TOKEN, row.pk, 0, token), token_expires_at=token.expires_at
        )
        return token.access_token

    def _kept(self) -> str:
        """Return the stored token if it lives long enough; one that can't be opened is none."""
        row = self._row()
        if not row.token_sealed or not row.token_expires_at:
            return ""
        if row.token_expires_at <= self._now() + ENOUGH_LIFE:
            return ""
        try:
            return vault.unseal(Token, row.token_sealed, TOKEN, row.pk, 0).access_token
        except (vault.UnreadableSecretError, vault.SealedForElsewhereError):
            return ""

    def _row(self) -> ZapfloorSource:
        return ZapfloorSource.objects.get(pk=self._id)


def _credentials(row: ZapfloorSource) -> Credentials:
    if not (row.client_secret_sealed and row.password_sealed):
        raise ZapfloorDisconnectedError("Type the client secret and the password of zapfloor.")
    return Credentials(
        client_id=row.client_id,
        client_secret=_opened(SECRET, row, row.client_secret_sealed),
        username=row.username,
        password=_opened(PASSWORD, row, row.password_sealed),
        scope=row.scope,
    )


def _opened(purpose: str, row: ZapfloorSource, kept: str) -> str:
    try:
        return vault.unseal(Secret, kept, purpose, row.pk, 0).value
    except (vault.UnreadableSecretError, vault.SealedForElsewhereError):
        raise ZapfloorDisconnectedError(
            "The secrets of zapfloor can't be read with the keys in TOKEN_KEYS. Put the old key"
            " back behind the new one, or type the secrets anew."
        ) from None
