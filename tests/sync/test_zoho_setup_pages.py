"""The pages of the set-up of Zoho: the way from nothing to running, the switches, and who may."""

from __future__ import annotations

from html import unescape

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client

from exact_client.models import Division
from exact_client.sandbox import ExactSandbox
from sync.models import Journal, ModuleSync, Run, VATCode, ZohoSync
from sync.rules.zoho.modules import Module
from sync.services.zoho.set_up import setup, terms
from sync.urls import urlpatterns
from tests.build import NOW, a_division, an_operator
from tests.sync.pages import queries, text_of, told
from tests.sync.services.zoho.build import a_pair, a_sync, a_zoho_record, an_exact_record
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import ZohoSandbox
from zoho_client.wire import pooled_session

SETUP = "/zoho/setup/"
SWITCHES = "/zoho/setup/switches/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return browser_of(an_operator("change_bookingsettings", username="ada", is_staff=True))


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def chosen_user() -> User:
    user = an_operator("view_invoice", username="bea")
    a_sync().users.add(user)
    return user


# Who may.


def test_who_was_not_chosen_is_refused_and_told_who_can_help(admin: Client) -> None:
    a_sync()
    stranger = an_operator("view_invoice", "change_invoice")
    stranger.groups.add(Group.objects.get(name="Bookkeepers"))

    for url in (SETUP, SWITCHES):
        refused = browser_of(stranger).get(url)
        assert refused.status_code == 403
        assert "Ask an administrator (ada) to tick your name" in unescape(refused.content.decode())


def test_who_was_chosen_reads_the_set_up_and_changes_none_of_it() -> None:
    browser = browser_of(chosen_user())

    for url in (SETUP, SWITCHES):
        page = text_of(browser, url)
        main = page.partition('<main class="page"')[2].partition("</main>")[0]
        assert "<button" not in main

    for one in urlpatterns:
        if str(one.pattern).startswith("zoho/setup/"):
            address = f"/{one.pattern}".replace("<slug:module>", "Accounts")
            assert (address, browser.post(address).status_code in {403, 405}) == (address, True)


def test_administrators_are_always_let_in(admin: Client) -> None:
    assert "Agree to the terms" in text_of(admin, SETUP)
    assert admin.get(SWITCHES).status_code == 404  # before there is anything to switch


def test_an_administrator_needs_no_more_than_the_role() -> None:
    user = an_operator("view_logentry")
    user.groups.add(Group.objects.get(name="Administrators"))
    browser = browser_of(user)

    assert "Agree to the terms" in text_of(browser, SETUP)
    assert browser.post("/zoho/connect/")["Location"].startswith(settings.ZOHO_ACCOUNTS_URL)


# From nothing to running.


def test_the_terms_are_shown_in_full_until_somebody_agrees(admin: Client) -> None:
    before = text_of(admin, SETUP)
    assert "What never crosses" in before
    assert "Nothing runs before somebody agrees." in before

    page = told(admin, "/zoho/setup/terms/", {"version": terms.VERSION})

    assert f"ada agreed to version {terms.VERSION}" in page
    assert "I have read this and agree" not in page
    assert "What never crosses" in page


def test_the_way_from_nothing_to_running(
    admin: Client, zoho_sandbox: ZohoSandbox, division: Division, sandbox: ExactSandbox
) -> None:
    VATCode.objects.create(
        division=division, code="4", description="Sales", percentage=21, type="E"
    )
    Journal.objects.create(division=division, code="70", description="Sales", type=20)
    told(admin, "/zoho/setup/terms/", {"version": terms.VERSION})
    page = log_in_to_zoho(admin)
    assert "Flexhub" in page
    assert "ZohoCRM.modules.ALL" in page

    page = told(admin, "/zoho/setup/division/", {"division": division.pk})
    assert "Zoho's modules, fields and taxes are read." in page
    page = told(admin, "/zoho/setup/fields/", {})
    assert "15 fields made in Zoho." in page
    sync = ZohoSync.objects.get()
    tax = sync.taxes.get(label="BTW 21")
    assert "The only code of 21 %." in page
    told(admin, "/zoho/setup/taxes/", {f"tax/{tax.pk}": "4"})
    words = {f"word/{state}": word for state, word in setup.status_words(sync, []).items()}
    told(admin, "/zoho/setup/invoices/", {"status": ["Open"], "journal": "70", **words})
    page = told(admin, "/zoho/setup/product/", {"make": "1"})
    assert "Exactlink: other lines" in page
    assert "Ready to go" in page

    page = told(admin, "/zoho/setup/start/", {})

    assert "Started." in page
    assert ZohoSync.objects.get().state == ZohoSync.State.RUNNING
    assert Run.objects.get().job == Run.Job.ZOHO


def test_closing_is_told_and_offers_to_go_on(
    admin: Client, zoho_connection: ZohoConnection
) -> None:
    a_sync(connection=zoho_connection)

    page = told(admin, "/zoho/setup/close/", {})

    assert "Nothing runs any more" in page
    assert "ada closed it" in page
    assert ">Go on</button>" in page


def log_in_to_zoho(browser: Client) -> str:
    """Press Log in, and Accept on the stand-in's page; return the page it leads back to."""
    sent = browser.post("/zoho/connect/")["Location"]
    landing = pooled_session().post(sent, data={"decision": "allow"}, allow_redirects=False)
    back = landing.headers["Location"].removeprefix(settings.PUBLIC_URL)
    return unescape(browser.get(back, follow=True).content.decode())


def test_the_start_says_what_is_still_to_do(
    admin: Client, zoho_connection: ZohoConnection, division: Division
) -> None:
    told(admin, "/zoho/setup/division/", {"division": division.pk})

    page = told(admin, "/zoho/setup/start/", {})

    assert "Still to do: Agree to the terms" in page
    assert not Run.objects.exists()


def test_a_module_that_is_off_says_which_switch_opens_it(
    admin: Client,
    zoho_sandbox: ZohoSandbox,
    zoho_connection: ZohoConnection,
    division: Division,
) -> None:
    zoho_sandbox.hide_module("Invoices")

    page = told(admin, "/zoho/setup/division/", {"division": division.pk})
    assert "Invoices is switched off in Zoho" in page
    assert "Modules and Fields → Organize Modules" in page

    zoho_sandbox.hide_module("Invoices", "")
    page = told(admin, "/zoho/setup/check/", {})
    assert "Invoices is switched off in Zoho" not in page


def test_a_sandbox_organisation_is_told_apart(
    admin: Client, zoho_connection: ZohoConnection
) -> None:
    assert "not the real one" not in text_of(admin, SETUP)

    ZohoConnection.objects.update(org_type="sandbox")

    assert "This is a sandbox organisation, not the real one." in text_of(admin, SETUP)


def test_zoho_out_of_reach_is_told_and_nothing_is_lost(
    admin: Client,
    zoho_sandbox: ZohoSandbox,
    zoho_connection: ZohoConnection,
    division: Division,
) -> None:
    zoho_sandbox.fault("html", status=502)

    page = told(admin, "/zoho/setup/division/", {"division": division.pk})

    assert "Zoho could not be looked at." in page
    assert ZohoSync.objects.get().division == division


# Switches.


def test_a_switch_is_turned_after_who_falls_in_was_shown(admin: Client) -> None:
    sync = a_sync()
    sync.modules.update(is_on=False)
    an_exact_record(name="Acme BV", values={"Status": "C", "Code": "1", "Name": "Acme BV"})
    an_exact_record(name="Maker BV", values={"Status": "A", "IsSupplier": True, "Name": "M"})
    page = text_of(admin, SWITCHES)
    assert "An account crosses with an invoice or order that is synchronised." in page

    page = text_of(admin, f"{SWITCHES}Accounts/")
    assert "1 record changes from staying out to coming in" in page
    assert "Acme BV" in page
    assert "It is a supplier in Exact, not a customer." in page
    assert not ModuleSync.objects.get(module="Accounts").is_on
    page = told(admin, f"{SWITCHES}Accounts/", {"to": "on"})

    assert ModuleSync.objects.get(module="Accounts").is_on
    assert "Every new account crosses" in page
    assert Run.objects.get().job == Run.Job.ZOHO


def test_a_switch_of_a_tie_that_does_not_run_asks_for_no_run(admin: Client) -> None:
    ZohoSync.objects.filter(pk=a_sync().pk).update(state=ZohoSync.State.CLOSED)

    told(admin, f"{SWITCHES}Products/", {"to": "off"})

    assert not ModuleSync.objects.get(module="Products").is_on
    assert not Run.objects.exists()


def test_the_switches_tell_who_stands_where_and_how_fresh_each_side_is(admin: Client) -> None:
    a_pair()
    a_zoho_record(standing="blocked", reason="No first name.")
    ModuleSync.objects.filter(module="Accounts").update(zoho_read_at=NOW, zoho_told_at=NOW)

    page = text_of(admin, SWITCHES)

    assert "Paired <b>1</b>" in page
    assert '<a class="warn-ink" href="/zoho/accounts/?state=you">Needs you <b>1</b></a>' in page
    assert "Told us of a change" in page
    assert "Looked at every five minutes" in page
    assert "Never read" in page


# Queries.


def test_the_pages_take_no_more_queries_for_more_rows(
    admin: Client, zoho_connection: ZohoConnection
) -> None:
    sync = a_sync(connection=zoho_connection, division=a_division())
    urls = (SETUP, SWITCHES, f"{SWITCHES}Accounts/")

    def more(numbers: range) -> None:
        for number in numbers:
            a_pair()
            an_exact_record()
            sync.users.add(an_operator("view_invoice"))
            sync.taxes.create(label=f"Tax {number}", percentage=number)

    more(range(1))
    few = [queries(admin, url) for url in urls]
    more(range(1, 12))

    assert [queries(admin, url) for url in urls] == few
    assert max(few) <= 36
    assert sync.modules.count() == len(Module)
