"""Addresses, checks and codes: what a person may get wrong, and what he is told."""

import pytest
from django.conf import LazySettings

from exact_client.checks import check_exact
from exact_client.connections import connect_through_sandbox, decoded_code
from exact_client.errors import ExactDisconnectedError, ExactTemporaryError
from exact_client.sites import is_allowed


@pytest.mark.parametrize(
    "url",
    [
        "https://start.exactonline.nl",
        "https://start.exactonline.be",
        "https://start.exactonline.co.uk",
        "http://localhost:8100",
        "http://127.0.0.1:9",
    ],
)
def test_a_site_of_exact_or_of_this_machine_is_allowed(url: str) -> None:
    assert is_allowed(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "start.exactonline.nl",
        "http://start.exactonline.nl",
        "https://start.exactonline.nl.evil.example",
        "https://evil.example/start.exactonline.nl",
        "https://start.exactonline.nl@evil.example",
        "https://start.exactonline.nl:8443",
        "https://start.exactonline.nl/api",
        "https://10.0.0.1",
        "http://169.254.169.254",
        "ftp://localhost",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    assert not is_allowed(url)


def test_the_settings_as_they_come_are_fine() -> None:
    assert check_exact() == []


@pytest.mark.parametrize(
    ("changes", "id_"),
    [
        ({"EXACT_URL": "https://evil.example"}, "exact_client.E001"),
        ({"EXACT_CLIENT_SECRET": ""}, "exact_client.E002"),
        ({"TOKEN_KEYS": ["short"]}, "exact_client.E003"),
        ({"EXACT_TOTAL_TIMEOUT": 1.0}, "exact_client.E004"),
        ({"EXACT_URL": "https://start.exactonline.nl"}, "exact_client.W001"),
    ],
)
def test_each_mistake_is_told_with_what_to_do(
    settings: LazySettings, changes: dict[str, object], id_: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    found = check_exact()

    assert [one.id for one in found] == [id_]
    assert found[0].hint


@pytest.mark.parametrize(
    "pasted",
    [
        "XTzM!IAAAA",
        "XTzM%21IAAAA",
        "https://us.example/exact/callback/?code=XTzM%21IAAAA&state=s",
        " XTzM!IAAAA\n",
    ],
)
def test_a_pasted_code_is_decoded_exactly_once(pasted: str) -> None:
    assert decoded_code(pasted) == "XTzM!IAAAA"


def test_the_real_exact_is_never_walked_through_by_itself(settings: LazySettings) -> None:
    settings.EXACT_URL = "https://start.exactonline.nl"

    with pytest.raises(ExactDisconnectedError, match="browser"):
        connect_through_sandbox(connected_by="test")


def test_a_stand_in_that_is_not_there_is_told(settings: LazySettings) -> None:
    settings.EXACT_URL = "http://127.0.0.1:9"

    with pytest.raises(ExactTemporaryError, match="does not answer"):
        connect_through_sandbox(connected_by="test")
