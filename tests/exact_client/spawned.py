"""What the processes do that tests of tokens start: real ones, with a connection of their own."""

import os
import signal
from multiprocessing.synchronize import Barrier

import django

import tests.environment  # noqa: F401 - the parent's DATA_DIR, before the settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - what follows needs Django set up
from django.db import connection  # noqa: E402 - as above

from exact_client.client import ExactClient  # noqa: E402 - as above
from exact_client.counting import Lane  # noqa: E402 - as above
from exact_client.models import Division, ExactConnection  # noqa: E402 - as above
from exact_client.oauth import Tokens  # noqa: E402 - as above
from exact_client.tokens import TokenKeeper  # noqa: E402 - as above

_barrier: list[Barrier] = []


def begin(database: str, url: str, barrier: Barrier | None = None) -> None:
    """Work on the test's database and its stand-in."""
    connection.settings_dict["NAME"] = database
    settings.EXACT_URL = url
    _barrier.extend([barrier] if barrier else [])


def ask_who_we_are(_: int) -> str:
    """Wait until all processes are here, then call, refreshing the token first if need be."""
    _barrier[0].wait(30)
    division = Division.objects.chosen().get()
    return ExactClient.connected(division, lane=Lane.PERSON).me().full_name or ""


class Doomed(TokenKeeper):
    """Dies between writing the journal and writing the row."""

    def _keep(self, raw: object, version: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def refresh_and_die(database: str, url: str) -> None:
    """Spend the refresh token and be killed with its answer in the journal alone."""
    begin(database, url)
    Doomed(ExactConnection.objects.get().pk).access_token()


def tokens_of(row: ExactConnection) -> Tokens:
    """Return what is stored, opened."""
    keeper = TokenKeeper(row.pk)
    return keeper._opened(row)  # noqa: SLF001 - a test may look
