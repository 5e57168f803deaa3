"""Secrets at rest: sealed with the first of TOKEN_KEYS, opened with any, bound to their place."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ContentT = TypeVar("ContentT", bound=msgspec.Struct)


class SealedForElsewhereError(Exception):
    """The secret was sealed for another row or another version: somebody moved it."""


class UnreadableSecretError(Exception):
    """None of the keys opens the secret. It is kept as it is: give the right key and try again."""


class _Sealed(msgspec.Struct):
    purpose: str
    connection: int
    version: int
    content: msgspec.Raw


def seal(purpose: str, connection: int, version: int, content: msgspec.Struct) -> str:
    """Return `content` encrypted, together with the place where it belongs."""
    inner = msgspec.Raw(msgspec.json.encode(content))
    plain = msgspec.json.encode(_Sealed(purpose, connection, version, inner))
    return _keys().encrypt(plain).decode()


def unseal(
    cls: type[ContentT], sealed: str, purpose: str, connection: int, version: int
) -> ContentT:
    """Return what was sealed for exactly this place.

    Raises UnreadableSecretError and SealedForElsewhereError; nothing is ever deleted for it.
    """
    found = _open(sealed)
    if (found.purpose, found.connection, found.version) != (purpose, connection, version):
        raise SealedForElsewhereError(f"A secret of {purpose} {connection} is not in its place.")
    return msgspec.json.decode(found.content, type=cls)


def resealed(sealed: str) -> str:
    """Return the same secret sealed with the first key."""
    try:
        return _keys().rotate(sealed).decode()
    except InvalidToken:
        raise _unreadable() from None


def _open(sealed: str) -> _Sealed:
    try:
        return msgspec.json.decode(_keys().decrypt(sealed), type=_Sealed)
    except InvalidToken:
        raise _unreadable() from None


def _unreadable() -> UnreadableSecretError:
    return UnreadableSecretError(
        "The tokens of Exact can't be read with the keys in TOKEN_KEYS. Put the key with which"
        " they were written back (it may stand behind the new one)."
    )


def _keys() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])
    except (ValueError, TypeError):
        raise ImproperlyConfigured(
            "TOKEN_KEYS must hold keys of 32 bytes in URL-safe base64, as `python -c 'from"
            " cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` prints."
        ) from None
