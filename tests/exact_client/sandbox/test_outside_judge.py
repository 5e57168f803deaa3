"""The PyPI client `exactonline` (ossobv), unchanged, against the stand-in on a real port.

It was written against the real Exact Online by people who don't know us, so what it can't do here
is either a fault of the stand-in or a difference that the reference explains.
"""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from exactonline import http
from exactonline.api import ExactApi
from exactonline.exceptions import ObjectDoesNotExist
from exactonline.storage.base import ExactOnlineConfig, MissingSetting

from exact_client.sandbox import ExactSandbox, run_on_port
from tests.exact_client.sandbox.caller import CALLBACK, CLIENT, an_account, an_entry


class Storage(ExactOnlineConfig):  # type: ignore[misc]  # the client has no types
    """The client's settings, in memory."""

    def __init__(self, url: str) -> None:
        self.values = {
            ("server", "auth_url"): f"{url}/api/oauth2/auth",
            ("server", "rest_url"): f"{url}/api",
            ("server", "token_url"): f"{url}/api/oauth2/token",
            ("application", "base_url"): CALLBACK,
            ("application", "client_id"): CLIENT["client_id"],
            ("application", "client_secret"): CLIENT["client_secret"],
        }

    def get(self, section: str, option: str) -> str:
        try:
            return self.values[section, option]
        except KeyError:
            raise MissingSetting from None

    def set(self, section: str, option: str, value: str) -> None:
        self.values[section, option] = value


@pytest.fixture
def served(sandbox: ExactSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(http.opt_secure, "protocols", ("http",))
    monkeypatch.setattr(http.opt_secure, "verify_cert", False)
    with run_on_port(sandbox) as url:
        yield url


@pytest.fixture
def api(served: str) -> ExactApi:
    """The client, with a token that it got by itself from a person's consent."""
    api = ExactApi(storage=Storage(served))
    consent = requests.post(
        api.create_auth_request_url(),
        data={"decision": "allow"},
        allow_redirects=False,
        timeout=5,
    )
    code = parse_qs(urlsplit(consent.headers["Location"]).query)["code"][0]
    api.request_token(code)
    api.set_division(124132)
    return api


def test_it_gets_a_token_and_learns_the_divisions(api: ExactApi) -> None:
    divisions, current = api.get_divisions()

    assert divisions == {124132: "Flexhub Brussels", 124133: "Flexhub Events"}
    assert current == 124132


def test_it_reads_every_account_page_by_page(api: ExactApi, sandbox: ExactSandbox) -> None:
    rows = api.relations.all()

    assert len({row["ID"] for row in rows}) == len(rows) == 1447
    pages = [call for call in sandbox.calls if call.path.endswith("crm/Accounts")]
    assert len(pages) == 1 + 25  # one call was to look whether the division is there


def test_it_finds_an_account_by_its_padded_code(api: ExactApi) -> None:
    assert [row["Name"] for row in api.relations.filter(relation_code="20099")] == (
        ["Desmnet Partners"]
    )


def test_it_posts_an_entry_and_finds_it_by_its_reference(
    api: ExactApi, sandbox: ExactSandbox
) -> None:
    made = api.invoices.create(an_entry(sandbox, 100, YourRef="O'Neill #1 & 2"))
    wanted = "EntryID,YourRef,InvoiceNumber"
    found = api.invoices.filter(invoice_number="O'Neill #1 & 2", select=wanted)

    assert [row["EntryID"] for row in found] == [made["EntryID"]]
    assert api.invoices.map_foreign2exact_invoice_numbers(["O'Neill #1 & 2", "none"]) == {
        "O'Neill #1 & 2": 26700001,
        "none": None,
    }
    with pytest.raises(ObjectDoesNotExist):
        api.invoices.get(invoice_number="none", select=wanted)


def test_it_follows_the_link_to_the_lines(api: ExactApi, sandbox: ExactSandbox) -> None:
    """Its own look-up sends $top=2 without $select, which Exact was seen to refuse."""
    sandbox.switches.set(mandatory_select=False)
    api.invoices.create(an_entry(sandbox, 100, 20, YourRef="L1"))
    entry = api.invoices.get(invoice_number="L1")

    assert sorted(line["AmountFC"] for line in entry["SalesEntryLines"]) == [20, 100]


def test_it_changes_and_deletes(api: ExactApi, sandbox: ExactSandbox) -> None:
    made = api.invoices.create(an_entry(sandbox))["EntryID"]

    assert api.invoices.update(made, {"Description": "Changed"}) is None
    assert sandbox.entries[0]["Description"] == "Changed"
    assert api.invoices.delete(made) is None
    assert sandbox.entries == []


def test_it_reads_a_refusal(api: ExactApi, sandbox: ExactSandbox) -> None:
    entry = an_entry(sandbox, Customer=an_account(sandbox, Status="P"))

    with pytest.raises(http.HTTPError) as refused:
        api.invoices.create(entry)

    assert refused.value.code == 500
    assert "Ongeldig: Klant (Type)" in refused.value.response.decode()


def test_it_refreshes_its_token_when_the_old_one_ended(
    api: ExactApi, sandbox: ExactSandbox
) -> None:
    before = api.storage.get_access_token()
    sandbox.advance(601)

    assert api.vatcodes.filter(select="Code")
    assert api.storage.get_access_token() != before
