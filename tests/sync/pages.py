"""How tests look at a page: as a person with some rights, as text, and by its number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.build import an_operator

FORM = "application/x-www-form-urlencoded"
BOOKKEEPER = (
    "view_invoice", "change_invoice", "change_bookingsettings", "add_upload", "view_exactaccount",
)  # fmt: skip


def a_browser(*permissions: str) -> Client:
    """Return a browser in which a bookkeeper is signed in, or somebody with these rights alone."""
    browser = Client()
    browser.force_login(an_operator(*(permissions or BOOKKEEPER)))
    return browser


def text_of(browser: Client, url: str, **headers: str) -> str:
    """Return a page's HTML with its entities read, once it answers."""
    response = browser.get(url, headers=headers)
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def told(browser: Client, url: str, data: Mapping[str, object]) -> str:
    """Send a form, follow to the page it leads to, and return that page."""
    if any(isinstance(value, UploadedFile) for value in data.values()):
        response = browser.post(url, data, follow=True)
    else:  # as a browser sends a form without a file
        response = browser.post(url, urlencode(data, doseq=True), FORM, follow=True)
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def queries(browser: Client, url: str, **headers: str) -> int:
    """Return how many queries a page takes."""
    browser.get(url, headers=headers)  # what is remembered between requests is remembered now
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(url, headers=headers).status_code == 200
    return len(caught)
