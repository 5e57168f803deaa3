"""Is the configuration for Exact usable, and if not, what to do. Nothing is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from exact_client.sites import is_allowed, is_loopback

MAX_TOTAL = 120  # seconds; claims of the outbox are given up after this long


@register()
def check_exact(**_: Any) -> list[CheckMessage]:
    """Look at every setting that begins with EXACT_, and at TOKEN_KEYS."""
    return [*_site(), *_app(), *_keys(), *_timeouts()]


def _site() -> Iterator[CheckMessage]:
    if not is_allowed(settings.EXACT_URL):
        yield Error(
            f"EXACT_URL is {settings.EXACT_URL!r}, which is no site of Exact.",
            hint="Use the site of your country, such as https://start.exactonline.nl or"
            " https://start.exactonline.be, or leave it out to work with the stand-in.",
            id="exact_client.E001",
        )


def _app() -> Iterator[CheckMessage]:
    if not settings.EXACT_CLIENT_ID or not settings.EXACT_CLIENT_SECRET:
        yield Error(
            "EXACT_CLIENT_ID or EXACT_CLIENT_SECRET is empty.",
            hint="Register an app in Exact's App Center and copy both from there.",
            id="exact_client.E002",
        )
    is_real = is_allowed(settings.EXACT_URL) and not is_loopback(settings.EXACT_URL)
    if is_real and not settings.PUBLIC_URL.startswith("https://"):
        yield checks.Warning(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}, and Exact sends people back by https alone.",
            hint="Set PUBLIC_URL to the https address under which people reach this application.",
            id="exact_client.W001",
        )


def _keys() -> Iterator[CheckMessage]:
    for place, key in enumerate(settings.TOKEN_KEYS, start=1):
        try:
            Fernet(key)
        except (ValueError, TypeError):
            yield Error(
                f"Key {place} of TOKEN_KEYS is not 32 bytes in URL-safe base64.",
                hint="Make one: python -c 'from cryptography.fernet import Fernet;"
                " print(Fernet.generate_key().decode())'",
                id="exact_client.E003",
            )


def _timeouts() -> Iterator[CheckMessage]:
    connect, read, total = (
        settings.EXACT_CONNECT_TIMEOUT,
        settings.EXACT_READ_TIMEOUT,
        settings.EXACT_TOTAL_TIMEOUT,
    )
    if not 0 < connect <= read <= total <= MAX_TOTAL:
        yield Error(
            "The time-outs of Exact do not fit together.",
            hint="They must rise: EXACT_CONNECT_TIMEOUT, EXACT_READ_TIMEOUT,"
            f" EXACT_TOTAL_TIMEOUT, and end at {MAX_TOTAL} seconds at most.",
            id="exact_client.E004",
        )
