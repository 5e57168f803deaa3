"""Reading a page as a test does: its words, and the names of its rows."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client

OVERVIEW = "/exact/accounts/"
CUSTOMERS = "/exact/customers/"
REVIEW = "/exact/review/"
BULK = "/exact/review/bulk/"
HISTORY = "/exact/links/history/"
EVIL = "<script>alert(1)</script>"


def shown(browser: Client, url: str, **headers: str) -> str:
    response = browser.get(url, headers=headers)
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def names(page: str) -> list[str]:
    """Return the names of the rows, in order."""
    return re.findall(r"data-row>([^<]+)</a>", page)
