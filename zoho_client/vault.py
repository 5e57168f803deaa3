"""Secrets at rest: sealed with the first of TOKEN_KEYS, opened with any, bound to their place."""

from __future__ import annotations

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class UnreadableSecretError(Exception):
    """The secret belongs to another row, or none of the keys opens it. It is kept as it is."""


class _Sealed(msgspec.Struct):
    purpose: str
    owner: int
    secret: str


def seal(purpose: str, owner: int, secret: str) -> str:
    """Return `secret` encrypted, together with what it is for and whose row it belongs to."""
    return _keys().encrypt(msgspec.json.encode(_Sealed(purpose, owner, secret))).decode()


def unseal(sealed: str, purpose: str, owner: int) -> str:
    """Return what was sealed for exactly this place. Raises UnreadableSecretError."""
    try:
        found = msgspec.json.decode(_keys().decrypt(sealed), type=_Sealed)
    except InvalidToken:
        raise UnreadableSecretError(
            "A secret of Zoho can't be read with the keys in TOKEN_KEYS. Put the key with which"
            " it was written back (it may stand behind the new one)."
        ) from None
    if (found.purpose, found.owner) != (purpose, owner):
        raise UnreadableSecretError(f"The {purpose} secret of Zoho {owner} is not in its place.")
    return found.secret


def _keys() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])
    except (ValueError, TypeError):
        raise ImproperlyConfigured(
            "TOKEN_KEYS must hold keys of 32 bytes in URL-safe base64, as `python -c 'from"
            " cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` prints."
        ) from None
