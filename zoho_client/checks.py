"""Is the configuration for Zoho usable, and if not, what to do. Nothing is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from zoho_client.sites import is_accounts, is_loopback

MAX_TOTAL = 120  # seconds; a call that took longer is forgotten by the count of calls


@register()
def check_zoho(**_: Any) -> list[CheckMessage]:
    """Look at every setting that begins with ZOHO_."""
    return [*_site(), *_app(), *_timeouts()]


def _site() -> Iterator[CheckMessage]:
    if not is_accounts(settings.ZOHO_ACCOUNTS_URL):
        yield Error(
            f"ZOHO_ACCOUNTS_URL is {settings.ZOHO_ACCOUNTS_URL!r}, which is not Zoho's.",
            hint="Use https://accounts.zoho.com or the one of your data centre, such as"
            " https://accounts.zoho.eu, or leave it out to work with the stand-in.",
            id="zoho_client.E001",
        )


def _app() -> Iterator[CheckMessage]:
    if bool(settings.ZOHO_CLIENT_ID) != bool(settings.ZOHO_CLIENT_SECRET):
        yield Error(
            "Of ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET one is empty.",
            hint="Register a server-based app at https://api-console.zoho.com, switch on your"
            " data centre there, and copy both from it.",
            id="zoho_client.E002",
        )
    if _is_real() and not settings.PUBLIC_URL.startswith("https://"):
        yield checks.Warning(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}, and Zoho tells of changes by https alone.",
            hint="Set PUBLIC_URL to the https address under which people reach this application.",
            id="zoho_client.W001",
        )


def _is_real() -> bool:
    url = settings.ZOHO_ACCOUNTS_URL
    return bool(settings.ZOHO_CLIENT_ID) and is_accounts(url) and not is_loopback(url)


def _timeouts() -> Iterator[CheckMessage]:
    connect, read, total = (
        settings.ZOHO_CONNECT_TIMEOUT,
        settings.ZOHO_READ_TIMEOUT,
        settings.ZOHO_TOTAL_TIMEOUT,
    )
    if not 0 < connect <= read <= total <= MAX_TOTAL:
        yield Error(
            "The time-outs of Zoho do not fit together.",
            hint="They must rise: ZOHO_CONNECT_TIMEOUT, ZOHO_READ_TIMEOUT, ZOHO_TOTAL_TIMEOUT,"
            f" and end at {MAX_TOTAL} seconds at most.",
            id="zoho_client.E003",
        )
