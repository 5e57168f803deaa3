"""Secrets at rest: bound to their place, readable with any key, resealed with the first."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from tests.zoho_client.spawned import tokens_of
from zoho_client import vault
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoDisconnectedError
from zoho_client.models import ZohoConnection


def a_key() -> str:
    return Fernet.generate_key().decode()


def test_a_secret_opens_in_its_place_alone() -> None:
    sealed = vault.seal("refresh", 1, "1000.secret")

    assert vault.unseal(sealed, "refresh", 1) == "1000.secret"
    assert "secret" not in sealed
    for elsewhere in (("access", 1), ("refresh", 2)):
        with pytest.raises(vault.UnreadableSecretError, match="not in its place"):
            vault.unseal(sealed, *elsewhere)


def test_tokens_are_not_readable_in_the_database(connection: ZohoConnection) -> None:
    stored = " ".join(map(str, ZohoConnection.objects.values_list().get()))

    assert not [token for token in tokens_of(connection) if token in stored]


def test_keys_are_rotated_without_connecting_again(
    connection: ZohoConnection, settings: LazySettings
) -> None:
    given, fresh = tokens_of(connection), a_key()
    settings.TOKEN_KEYS = [fresh, *settings.TOKEN_KEYS]

    call_command("rotate_keys", stdout=StringIO())

    settings.TOKEN_KEYS = [fresh]
    assert tokens_of(ZohoConnection.objects.get()) == given


def test_a_missing_key_is_told_and_nothing_is_deleted(
    zoho: ZohoClient, connection: ZohoConnection, settings: LazySettings
) -> None:
    keys, settings.TOKEN_KEYS = settings.TOKEN_KEYS, [a_key()]

    with pytest.raises(ZohoDisconnectedError, match="TOKEN_KEYS"):
        zoho.me()

    row = ZohoConnection.objects.get()
    assert row.refresh_token_sealed == connection.refresh_token_sealed
    assert row.state == ZohoConnection.State.CONNECTED
    settings.TOKEN_KEYS = keys
    assert zoho.me().full_name


def test_a_key_that_is_none_is_told(connection: ZohoConnection, settings: LazySettings) -> None:
    settings.TOKEN_KEYS = ["short"]

    with pytest.raises(ImproperlyConfigured, match="TOKEN_KEYS"):
        tokens_of(connection)
