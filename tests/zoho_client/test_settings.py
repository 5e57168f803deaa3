"""Addresses, checks and codes: what a person may get wrong, and what he is told."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from zoho_client.checks import check_zoho
from zoho_client.connections import code_and_server, connect_through_sandbox
from zoho_client.errors import ZohoDisconnectedError, ZohoTemporaryError
from zoho_client.sites import DATA_CENTRES, is_accounts, is_api, location_of

REAL = "https://accounts.zoho.com"


@pytest.mark.parametrize("location", DATA_CENTRES)
def test_every_data_centre_is_known_by_both_its_addresses(
    settings: LazySettings, location: str
) -> None:
    settings.ZOHO_ACCOUNTS_URL = REAL
    centre = DATA_CENTRES[location]

    assert is_accounts(f"https://{centre.accounts}")
    assert location_of(f"https://{centre.accounts}") == location
    for environment in ("www", "sandbox", "developer"):
        assert is_api(f"https://{environment}.{centre.api}")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "www.zohoapis.eu",
        "http://www.zohoapis.eu",
        "https://www.zohoapis.eu.evil.example",
        "https://evil.example/www.zohoapis.eu",
        "https://www.zohoapis.eu@evil.example",
        "https://www.zohoapis.eu:8443",
        "https://www.zohoapis.eu:port",
        "https://www.zohoapis.eu/crm",
        "https://evilzohoapis.eu",
        "https://evil.zohoapis.eu",
        "https://169.254.169.254",
        "http://localhost:8200",  # where the real Zoho is set, this machine is no Zoho
        "https://127.0.0.1",
    ],
)
def test_a_token_goes_to_no_other_address(settings: LazySettings, url: str) -> None:
    settings.ZOHO_ACCOUNTS_URL = REAL

    assert not is_api(url)
    assert not is_accounts(url)


def test_the_api_is_no_place_to_ask_for_tokens_nor_the_reverse(settings: LazySettings) -> None:
    settings.ZOHO_ACCOUNTS_URL = REAL

    assert not is_accounts("https://www.zohoapis.eu")
    assert not is_api("https://accounts.zoho.eu")


def test_the_stand_in_may_be_on_this_machine_alone(settings: LazySettings) -> None:
    settings.ZOHO_ACCOUNTS_URL = "http://localhost:8200"

    assert is_accounts("http://localhost:8200")
    assert is_api("http://127.0.0.1:8201")
    assert not is_api("http://10.0.0.1")


def test_a_person_may_be_sent_on_to_every_data_centre_to_sign_in() -> None:
    text = (Path(__file__).parents[2] / "config" / "settings.py").read_text()

    for centre in DATA_CENTRES.values():
        assert f'"{centre.accounts.removeprefix("accounts.")}"' in text


def test_the_settings_as_they_come_are_fine() -> None:
    assert check_zoho() == []


@pytest.mark.parametrize(
    ("changes", "id_"),
    [
        ({"ZOHO_ACCOUNTS_URL": "https://evil.example"}, "zoho_client.E001"),
        ({"ZOHO_CLIENT_SECRET": ""}, "zoho_client.E002"),
        ({"ZOHO_TOTAL_TIMEOUT": 1.0}, "zoho_client.E003"),
        ({"ZOHO_ACCOUNTS_URL": REAL}, "zoho_client.W001"),
    ],
)
def test_each_mistake_is_told_with_what_to_do(
    settings: LazySettings, changes: dict[str, object], id_: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    found = check_zoho()

    assert [one.id for one in found] == [id_]
    assert found[0].hint


def test_who_has_no_app_at_zoho_is_left_in_peace(settings: LazySettings) -> None:
    settings.ZOHO_ACCOUNTS_URL, settings.ZOHO_CLIENT_ID, settings.ZOHO_CLIENT_SECRET = REAL, "", ""

    assert check_zoho() == []


@pytest.mark.parametrize(
    ("pasted", "code", "server"),
    [
        (" 1000.a.b\n", "1000.a.b", ""),
        ("https://us.example/zoho/callback/?code=1000.a.b&state=s", "1000.a.b", ""),
        (
            "https://us.example/?code=1000.a.b&location=eu"
            "&accounts-server=https%3A%2F%2Faccounts.zoho.eu",
            "1000.a.b",
            "https://accounts.zoho.eu",
        ),
    ],
)
def test_a_pasted_address_tells_the_code_and_where_it_is_good(
    pasted: str, code: str, server: str
) -> None:
    assert code_and_server(pasted) == (code, server)


def test_the_real_zoho_is_never_walked_through_by_itself(settings: LazySettings) -> None:
    settings.ZOHO_ACCOUNTS_URL = REAL

    with pytest.raises(ZohoDisconnectedError, match="browser"):
        connect_through_sandbox(connected_by="test")


def test_a_stand_in_that_is_not_there_is_told(settings: LazySettings) -> None:
    settings.ZOHO_ACCOUNTS_URL = "http://127.0.0.1:9"

    with pytest.raises(ZohoTemporaryError, match="does not answer"):
        connect_through_sandbox(connected_by="test")
