"""Where zapfloor may be, and the addresses of its lists with their filters."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.[a-z]{2,63}", re.ASCII)
SINCE = "{since}"  # in a path: the moment of the last fetch


def site_problem(url: str, *, with_stand_in: bool) -> str:
    """Say why this can't be zapfloor's address, or nothing when it can.

    Secrets go there, so it is https and a name; http on this very machine is a stand-in's.
    """
    try:
        parts = urlsplit(url)
        bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is not an address; it looks like https://api.zapfloorhq.com."
    if not bare:
        return "has more than a host; write it like https://api.zapfloorhq.com."
    if host in LOOPBACK:
        return "" if with_stand_in else "is this very machine; that is for the stand-in alone."
    if parts.scheme != "https" or port not in {None, 443} or not HOST.fullmatch(host):
        return "must be https and the name of a host, such as https://api.zapfloorhq.com."
    return ""


def path_problem(path: str) -> str:
    """Say why this can't be the path of a list, or nothing when it can."""
    parts = urlsplit(path)
    if not path.startswith("/") or parts.netloc or parts.scheme or re.search(r"[\s\\#]|\.\.", path):
        return f"“{path}” is not a path; it looks like /v1/customers?include=location."
    return ""


def address(site: str, path: str, since: datetime | None) -> str:
    """Return the address of a list's first page.

    Without a moment, a filter that names {since} is left out, and everything is asked for.
    """
    bare, _, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else ""
    kept = [(k, v.replace(SINCE, moment)) for k, v in pairs if since or SINCE not in v]
    return f"{site}{bare}" + (f"?{urlencode(kept, quote_via=quote, safe=',:')}" if kept else "")


def followed(site: str, link: str) -> str | None:
    """Return the address of a next page, or None when it leads to another host.

    Only its path and query are used: behind a proxy, links are seen to say http for https.
    """
    parts, ours = urlsplit(link), urlsplit(site)
    if parts.netloc and parts.hostname != ours.hostname:
        return None
    if not parts.path.startswith("/"):
        return None
    return f"{site}{parts.path}" + (f"?{parts.query}" if parts.query else "")
