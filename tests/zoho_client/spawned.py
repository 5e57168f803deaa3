"""What the processes do that tests of tokens start: real ones, with a connection of their own."""

import os
from multiprocessing.synchronize import Barrier

import django

import tests.environment  # noqa: F401 - the parent's DATA_DIR, before the settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - what follows needs Django set up
from django.db import connection  # noqa: E402 - as above

from zoho_client import vault  # noqa: E402 - as above
from zoho_client.budget import Lane  # noqa: E402 - as above
from zoho_client.client import ZohoClient  # noqa: E402 - as above
from zoho_client.models import ZohoConnection  # noqa: E402 - as above
from zoho_client.tokens import TokenKeeper  # noqa: E402 - as above

_barrier: list[Barrier] = []


def begin(database: str, url: str, barrier: Barrier) -> None:
    """Work on the test's database and its stand-in."""
    connection.settings_dict["NAME"] = database
    settings.ZOHO_ACCOUNTS_URL = url
    _barrier.append(barrier)


def take_a_token(_: int) -> str:
    """Wait until all processes are here, then ask for the token, renewed first if need be."""
    _barrier[0].wait(30)
    return TokenKeeper(ZohoConnection.objects.get().pk).access_token()


def ask_who_we_are(_: int) -> str:
    """Wait until all processes are here, then call, each when it is its turn."""
    _barrier[0].wait(30)
    row = ZohoConnection.objects.get()
    return ZohoClient.connected(row, lane=Lane.MIRROR).me().full_name or ""


def tokens_of(row: ZohoConnection) -> tuple[str, str]:
    """Return the stored refresh token and access token, opened."""
    return (
        vault.unseal(row.refresh_token_sealed, "refresh", row.pk),
        vault.unseal(row.access_token_sealed, "access", row.pk),
    )
