"""Which addresses may be Exact: its own sites by https, or a stand-in on this very machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

HOSTS = frozenset(
    f"start.exactonline.{country}" for country in ("nl", "be", "de", "co.uk", "fr", "es", "com")
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Tell whether the address is on this machine."""
    return urlsplit(url).hostname in LOOPBACK


def is_allowed(url: str) -> bool:
    """Tell whether tokens and data may go there."""
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or parts.username:
        return False
    if parts.scheme == "https" and parts.hostname in HOSTS and parts.port in (None, 443):
        return True
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK


def checked(url: str) -> str:
    """Return the address. Raises ImproperlyConfigured when it is not one of Exact's."""
    if not is_allowed(url):
        raise ImproperlyConfigured(
            f"EXACT_URL is {url!r}. Use the site of your country, such as"
            " https://start.exactonline.nl, without anything behind it."
        )
    return url
