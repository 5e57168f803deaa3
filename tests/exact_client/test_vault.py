"""Secrets at rest: bound to their place, readable with any key, resealed with the first."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from exact_client import vault
from exact_client.client import ExactClient
from exact_client.errors import ExactDisconnectedError
from exact_client.journal import SIZE, Journal
from exact_client.models import ExactConnection
from exact_client.oauth import Tokens
from tests.exact_client.spawned import tokens_of


def a_key() -> str:
    return Fernet.generate_key().decode()


def test_a_secret_opens_in_its_place_alone(connection: ExactConnection) -> None:
    given = tokens_of(connection)
    sealed = vault.seal("tokens", 1, 2, given)

    assert vault.unseal(Tokens, sealed, "tokens", 1, 2) == given
    for elsewhere in (("journal", 1, 2), ("tokens", 2, 2), ("tokens", 1, 3)):
        with pytest.raises(vault.SealedForElsewhereError):
            vault.unseal(Tokens, sealed, *elsewhere)


def test_tokens_are_not_readable_in_the_database(connection: ExactConnection) -> None:
    given = tokens_of(connection)

    assert given.access_token not in connection.tokens
    assert given.refresh_token not in connection.tokens


def test_keys_are_rotated_without_connecting_again(
    connection: ExactConnection, settings: LazySettings
) -> None:
    given, fresh = tokens_of(connection), a_key()
    settings.TOKEN_KEYS = [fresh, *settings.TOKEN_KEYS]
    said = StringIO()

    call_command("rotate_keys", stdout=said)

    settings.TOKEN_KEYS = [fresh]
    assert tokens_of(ExactConnection.objects.get()) == given
    assert "1 of 1" in said.getvalue()


def test_a_missing_key_is_told_and_nothing_is_deleted(
    exact: ExactClient, connection: ExactConnection, settings: LazySettings
) -> None:
    keys, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [a_key()]

    with pytest.raises(ExactDisconnectedError, match="TOKEN_KEYS"):
        exact.me()
    with pytest.raises(CommandError, match="TOKEN_KEYS"):
        call_command("rotate_keys")

    assert ExactConnection.objects.get().tokens == connection.tokens
    settings.TOKEN_KEYS = keys
    assert exact.me().full_name


def test_a_key_that_is_none_is_told(connection: ExactConnection, settings: LazySettings) -> None:
    settings.TOKEN_KEYS = ["short"]

    with pytest.raises(ImproperlyConfigured, match="TOKEN_KEYS"):
        tokens_of(connection)


def test_the_journal_holds_what_was_written_until_it_is_cleared() -> None:
    journal = Journal(999_001)
    assert journal.read() is None

    journal.prepare()
    assert journal.read() is None
    journal.write("sealed")
    assert Journal(999_001).read() == "sealed"
    journal.write("newer")
    assert journal.read() == "newer"
    journal.clear()
    assert journal.read() is None


def test_a_half_written_journal_is_empty(settings: LazySettings) -> None:
    journal = Journal(999_002)
    journal.prepare()
    journal.write("a long enough secret")
    path = settings.DATA_DIR / "run" / "tokens-999002.journal"
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(bytes(content))

    assert journal.read() is None
    assert len(content) == SIZE
    assert path.stat().st_mode & 0o077 == 0


def test_a_journal_never_grows(settings: LazySettings) -> None:
    journal = Journal(999_003)
    journal.prepare()

    with pytest.raises(OSError, match="too long"):
        journal.write("x" * SIZE)
