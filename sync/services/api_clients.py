"""Programs that may use the intake API: their keys, what each may do, and how often it calls."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare

from sync.models import ApiClient
from sync.models.api import SCOPES
from sync.services import diary

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MARK = "exl_"  # how every key begins, so that a leaked one is recognised
PREFIX_BYTES, SECRET_BYTES = 4, 32
PREFIX_LENGTH = len(MARK) + 2 * PREFIX_BYTES
LONGEST_KEY = 200  # what is longer is no key of ours, and is not hashed
LONGEST_NAME = 80
MINUTE = timedelta(minutes=1)
PER_MINUTE = 120  # calls
SCOPE_NAMES = [name for name, _ in SCOPES]


class ApiClientError(Exception):
    """A client can't be made like this; the message says why."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A client that was just made, and the one sight of its key."""

    client: ApiClient
    key: str

    def __repr__(self) -> str:
        """Keep the key out of logs."""
        return f"NewKey({self.client})"


def make(
    name: str,
    scopes: Sequence[str],
    *,
    now: datetime,
    by: User | None = None,
    calls_per_minute: int = PER_MINUTE,
) -> NewKey:
    """Let a program in. Its key is in the answer and nowhere else: we keep a hash of it.

    Raises ApiClientError when the name is taken or the scopes can't be.
    """
    chosen = _checked(name, scopes, calls_per_minute)
    prefix = MARK + secrets.token_hex(PREFIX_BYTES)
    key = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    client = ApiClient(
        name=name.strip(),
        prefix=prefix,
        key_hash=_hash(key),
        scopes=chosen,
        calls_per_minute=calls_per_minute,
        made_by=by,
        made_at=now,
    )
    try:
        with transaction.atomic():
            client.save(force_insert=True)
            _note(client, f"Made an API key for {', '.join(chosen)}.", by)
    except IntegrityError:
        raise ApiClientError(f"“{client.name}” has a key already; choose another name.") from None
    return NewKey(client, key)


def _checked(name: str, scopes: Sequence[str], calls_per_minute: int) -> list[str]:
    """Return the scopes in their order."""
    if not name.strip() or len(name.strip()) > LONGEST_NAME or not name.isprintable():
        raise ApiClientError(f"Give it a name of at most {LONGEST_NAME} characters.")
    if unknown := sorted(set(scopes) - set(SCOPE_NAMES)):
        raise ApiClientError(f"“{unknown[0]}” is no scope; choose of {', '.join(SCOPE_NAMES)}.")
    if not scopes:
        raise ApiClientError("Choose at least one thing that the key may do.")
    if not 1 <= calls_per_minute <= 6000:  # noqa: PLR2004 - one in 10 ms is no limit any more
        raise ApiClientError("Allow 1 to 6000 calls a minute.")
    return [scope for scope in SCOPE_NAMES if scope in scopes]


def revoke(client: ApiClient, *, by: User | None = None) -> bool:
    """Shut a program out at once, for good; False when it was out already."""
    with transaction.atomic():
        ours = ApiClient.objects.filter(pk=client.pk, is_active=True)
        revoked = bool(ours.update(is_active=False))
        if revoked:
            _note(client, "Revoked its API key.", by)
    return revoked


def _note(client: ApiClient, what: str, by: User | None) -> None:
    """Write it in the diary; at the command line there is nobody to name."""
    if by is not None:
        diary.note(ApiClient.objects.filter(pk=client.pk), what, by=by)


def owner_of(key: str) -> ApiClient | None:
    """Return whose key this is, or None when it is nobody's or was revoked.

    A key holds 256 random bits, so one round of SHA-256 is as good as many. The time that it
    takes tells nothing of the hash: that is compared in constant time.
    """
    if len(key) > LONGEST_KEY or not key.isascii():
        return None
    client = ApiClient.objects.filter(prefix=key[:PREFIX_LENGTH], is_active=True).first()
    same = constant_time_compare(_hash(key), client.key_hash if client else "")
    return client if same else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def count_call(client: ApiClient, *, now: datetime) -> int:
    """Count a call of this client; return 0, or in how many seconds it may call again.

    All processes count in one row. The client's last use is written with the first call of each
    minute, never on its own.
    """
    minute = now.replace(second=0, microsecond=0)
    for _ in range(2):  # another process may begin the minute between the two questions
        if _one_more(client, minute) or _first(client, minute, now):
            return 0
    return int((minute + MINUTE - now).total_seconds()) + 1


def _one_more(client: ApiClient, minute: datetime) -> bool:
    """Count within the minute; one that has begun by another machine's clock is as good."""
    going = ApiClient.objects.filter(
        pk=client.pk, minute__gte=minute, calls__lt=F("calls_per_minute")
    )
    return bool(going.update(calls=F("calls") + 1))


def _first(client: ApiClient, minute: datetime, now: datetime) -> bool:
    past = ApiClient.objects.filter(
        Q(minute=None) | Q(minute__lt=minute), pk=client.pk, calls_per_minute__gt=0
    )
    return bool(past.update(minute=minute, calls=1, last_used_at=now))
