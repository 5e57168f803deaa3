"""The pages of zapfloor: connecting, testing, looking at real records, previewing, switching on."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.contrib.admin.models import LogEntry
from django.test import override_settings

from accounts_link.models import Customer
from sync.models import Run, ZapfloorSource
from sync.services.zapfloor import paths as zapfloor_paths
from sync.services.zapfloor import source as zapfloor_source
from sync.zapfloor.sandbox.app import CLIENT
from sync.zapfloor.sandbox.faults import Fault
from tests.build import an_operator
from tests.sync.pages import FORM, a_browser, queries, text_of, told
from tests.sync.zapfloor.conftest import Standing, typed

pytestmark = pytest.mark.django_db
PAGE = "/exact/setup/zapfloor/"
FIELDS = f"{PAGE}fields/customers/"
DOCUMENTS = f"{PAGE}fields/documents/"
SECRETS = (CLIENT["client_secret"], CLIENT["password"])


def paths(what: str = "customers", **changed: str) -> dict[str, str]:
    """Return the form of the guessed paths, with some changed."""
    guesses = zapfloor_paths.guessed(what)
    form = {
        f"{section.prefix}{name}": path
        for section in zapfloor_paths.SECTIONS[what]
        for name, path in guesses[section.column].items()
    }
    return {**form, **changed}


def post(url: str, form: dict[str, str], *rights: str) -> tuple[int, str]:
    answer = a_browser(*rights).post(url, urlencode(form), FORM)
    return answer.status_code, answer.content.decode()


def test_a_connection_is_saved_and_its_secrets_are_never_shown(zapfloor: Standing) -> None:
    page = told(a_browser(), f"{PAGE}save/", typed(zapfloor.url))

    source = ZapfloorSource.objects.get()
    assert "Connection saved." in page
    assert "Kept; leave empty to keep it" in page
    for secret in SECRETS:
        assert secret not in page
        assert secret not in source.password_sealed + source.client_secret_sealed
    assert LogEntry.objects.get().change_message == "Saved the connection."


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://api.zapfloorhq.com", "must be https"),
        ("https://10.0.0.8", "the name of a host"),
        ("https://intranet", "the name of a host"),
        ("https://api.zapfloorhq.com/v1", "more than a host"),
        ("https://me@api.zapfloorhq.com", "more than a host"),
        ("file:///etc/passwd", "more than a host"),
        ("", "is empty"),
    ],
)
def test_an_address_that_can_not_be_zapfloor_is_refused(address: str, said: str) -> None:
    status, page = post(f"{PAGE}save/", typed(address))

    assert (status, said in page) == (422, True)
    assert not ZapfloorSource.objects.exists()
    assert not any(secret in page for secret in SECRETS)


@pytest.mark.parametrize("path", ["https://example.com/v1", "//example.com/x", "v1/x", "/a/../b"])
def test_a_path_that_leads_elsewhere_is_refused(zapfloor: Standing, path: str) -> None:
    status, page = post(f"{PAGE}save/", typed(zapfloor.url, invoices_path=path))

    assert (status, "is not a path" in page) == (422, True)


def test_secrets_stay_when_left_empty_and_are_asked_anew_for_another_address(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    empty = dict.fromkeys(("client_secret", "password"), "")

    status, _ = post(f"{PAGE}save/", typed(zapfloor.url, **empty, scope="INVOICE:READ"))
    elsewhere, page = post(f"{PAGE}save/", typed("https://evil.example.com", **empty))

    source.refresh_from_db()
    assert (status, source.scope) == (302, "INVOICE:READ")
    assert (elsewhere, "must be typed anew" in page) == (422, True)
    assert source.base_url == zapfloor.url


def test_the_stand_in_is_no_zapfloor_for_real_books(zapfloor: Standing) -> None:
    with override_settings(STAND_IN=False):
        status, page = post(f"{PAGE}save/", typed(zapfloor.url))

    assert (status, "for the stand-in alone" in page) == (422, True)


def test_testing_the_connection_tells_of_each_list(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    zapfloor.sandbox.faults.append(Fault("status", path="/credit_notes", status=404))

    _, page = post(f"{PAGE}test/", {})

    assert "50 records, 50 of them on the first page." in page
    assert "zapfloor knows no /v1/credit_notes; correct the path." in page


def test_wrong_credentials_are_told_without_repeating_them(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    zapfloor_source.save(typed(zapfloor.url, password="another-secret"), by=an_operator())  # noqa: S106 - a wrong one

    _, page = post(f"{PAGE}test/", {})

    assert "does not accept the credentials (invalid_grant)" in page
    assert "another-secret" not in page


def test_a_preview_tells_what_a_fetch_would_bring_and_saves_nothing(
    source: ZapfloorSource, zapfloor: Standing
) -> None:
    customer = zapfloor.sandbox.company.records["customers"]["3"]
    customer["attributes"]["country"] = "Belgiumm"

    _, page = post(f"{PAGE}preview/", {})

    assert "What a fetch would bring" in page
    assert "customers 3: “Country” (attributes.country): “Belgiumm”" in page
    assert not Customer.objects.exists()


def test_switching_on_fetches_and_off_stops(source: ZapfloorSource) -> None:
    browser = a_browser()

    page = told(browser, f"{PAGE}switch/", {"on": ""})
    assert "Fetching every 15 minutes from now on." in page
    assert Run.objects.get().job == Run.Job.SOURCE

    told(browser, f"{PAGE}switch/", {})
    source.refresh_from_db()
    assert source.is_active is False


def test_a_real_record_is_shown_beside_what_each_field_reads(source: ZapfloorSource) -> None:
    _, page = post(FIELDS, paths(action="look", name="attributes.nam", vat_typed="attributes.vat?"))

    assert "Moerman Media SA" in page
    assert "is not there: “attributes” has no “nam”, but ref, name" in page
    assert "1 problem" in page
    assert "Not saved" not in page


def test_the_next_record_is_another(source: ZapfloorSource) -> None:
    _, page = post(FIELDS, paths(action="next", place="0"))

    assert "customers 2" in page


def test_a_document_shows_its_first_line_and_how_many_there_are(source: ZapfloorSource) -> None:
    _, page = post(DOCUMENTS, paths("documents", action="look"))

    assert "INV-2026-000001" in page
    assert "2 lines" in page
    assert "desk FLEX" in page
    assert "All are read" in page


def test_paths_are_checked_against_real_records_before_they_are_saved(
    source: ZapfloorSource,
) -> None:
    status, page = post(FIELDS, paths(action="save", name="attributes.nam"))

    source.refresh_from_db()
    assert (status, "has no “nam”" in page, source.customer_fields) == (422, True, {})

    saved, _ = post(FIELDS, paths(action="save", name="attributes.nam", anyway="on"))
    source.refresh_from_db()
    assert (saved, source.customer_fields["name"]) == (302, "attributes.nam")


def test_a_path_that_makes_no_sense_is_never_saved(source: ZapfloorSource) -> None:
    status, page = post(FIELDS, paths(action="save", name="attributes..name", anyway="on"))

    assert (status, "can&#x27;t be understood" in page) == (422, True)
    assert 'value="attributes..name"' in page


def test_good_paths_are_saved_and_everything_is_read_anew(source: ZapfloorSource) -> None:
    ZapfloorSource.objects.update(fetched_at="2026-10-05T09:30:00Z")

    page = told(a_browser(), FIELDS, paths(action="save", city="attributes.state"))

    source.refresh_from_db()
    assert "Saved, checked against 50 records." in page
    assert (source.customer_fields["city"], source.fetched_at) == ("attributes.state", None)


def test_without_zapfloor_a_person_may_insist(source: ZapfloorSource, zapfloor: Standing) -> None:
    zapfloor.sandbox.faults.append(Fault("status", path="/v1", status=503))

    status, page = post(FIELDS, paths(action="save"))

    assert (status, "No real record could be looked at" in page) == (422, True)
    assert "Save it all the same" in page


def test_who_may_not_set_up_sees_it_without_secrets_and_changes_nothing(
    source: ZapfloorSource,
) -> None:
    browser = a_browser("view_invoice")

    assert "Save the connection" not in text_of(browser, PAGE)
    assert "Check and save" not in text_of(browser, FIELDS)
    for part in ("save", "test", "preview", "switch", "fetch", "forget"):
        assert browser.post(f"{PAGE}{part}/").status_code == 403
    assert browser.post(FIELDS, {"action": "look"}).status_code == 403
    assert a_browser("view_exactaccount").get(PAGE).status_code == 403


def test_before_there_is_a_connection_the_page_says_what_to_do() -> None:
    assert "Fill in the form, and save it." in text_of(a_browser(), PAGE)
    assert a_browser().get(FIELDS).status_code == 404


def test_the_page_takes_the_same_queries_whatever_was_refused(source: ZapfloorSource) -> None:
    browser = a_browser()
    few = queries(browser, PAGE)
    one = {"type": "customers", "id": "1", "number": "", "said": ["It is wrong."], "at": ""}
    ZapfloorSource.objects.update(refused=[one] * 60)

    assert queries(browser, PAGE) == few
    assert "And 10 more" in text_of(browser, PAGE)
