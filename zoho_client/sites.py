"""Which addresses may be Zoho: its data centres by https, or a stand-in on this very machine.

A token goes nowhere else. Zoho itself tells where an organisation lives, in the address that a
person comes back by and in the answer that holds the tokens; both are held against this table.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from zoho_client.errors import ZohoDisconnectedError


class DataCentre(NamedTuple):
    """Where Zoho keeps the organisations of one part of the world."""

    accounts: str  # host that gives tokens
    api: str  # what the host of the API ends in


# Canada's hosts are odd; those of the UK and the Emirates are known from other products of Zoho.
DATA_CENTRES = {
    "us": DataCentre("accounts.zoho.com", "zohoapis.com"),
    "eu": DataCentre("accounts.zoho.eu", "zohoapis.eu"),
    "in": DataCentre("accounts.zoho.in", "zohoapis.in"),
    "au": DataCentre("accounts.zoho.com.au", "zohoapis.com.au"),
    "jp": DataCentre("accounts.zoho.jp", "zohoapis.jp"),
    "cn": DataCentre("accounts.zoho.com.cn", "zohoapis.com.cn"),
    "ca": DataCentre("accounts.zohocloud.ca", "zohoapis.ca"),
    "sa": DataCentre("accounts.zoho.sa", "zohoapis.sa"),
    "uk": DataCentre("accounts.zoho.uk", "zohoapis.uk"),
    "ae": DataCentre("accounts.zoho.ae", "zohoapis.ae"),
}
ENVIRONMENTS = ("www", "sandbox", "developer")  # what stands before the domain of an API
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Tell whether the address is on this machine."""
    return urlsplit(url).hostname in LOOPBACK


def is_accounts(url: str) -> bool:
    """Tell whether this is a server of Zoho that gives tokens."""
    return _fits(url, {centre.accounts for centre in DATA_CENTRES.values()})


def is_api(url: str) -> bool:
    """Tell whether tokens and data may go there."""
    hosts = {f"{name}.{dc.api}" for dc in DATA_CENTRES.values() for name in ENVIRONMENTS}
    return _fits(url, hosts)


def checked_accounts(url: str) -> str:
    """Return the address. Raises ZohoDisconnectedError when no tokens may be asked there."""
    return _checked(url, is_good=is_accounts(url))


def checked_api(url: str) -> str:
    """Return the address. Raises ZohoDisconnectedError when no tokens may be sent there."""
    return _checked(url, is_good=is_api(url))


def location_of(accounts_url: str) -> str:
    """Return the data centre of a server that gives tokens, such as `eu`; nothing if unknown."""
    host = urlsplit(accounts_url).hostname
    return next((name for name, dc in DATA_CENTRES.items() if dc.accounts == host), "")


def _fits(url: str, hosts: set[str]) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    if parts.scheme == "https" and parts.hostname in hosts and port in (None, 443):
        return True
    # Only an installation that is set to the stand-in may be sent to this machine.
    is_here = parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
    return is_here and is_loopback(settings.ZOHO_ACCOUNTS_URL)


def _checked(url: str, *, is_good: bool) -> str:
    if not is_good:
        raise ZohoDisconnectedError(
            f"{url[:100]!r} is no address of Zoho, so nothing was sent there. Check"
            " ZOHO_ACCOUNTS_URL and connect to Zoho again."
        )
    return url
