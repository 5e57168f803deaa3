"""The pages about Zoho ↔ Exact: at a glance and as lists, to whom, and in how many queries."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts_link.imports.export import BOM
from sync.models import ExactRecord, Pair, Run
from sync.views.zoho_places import record_url
from tests.build import NOW, an_operator
from tests.sync.pages import a_browser, queries, text_of, told
from tests.sync.services.zoho.build import (
    a_candidate,
    a_pair,
    a_sync,
    a_zoho_record,
    an_exact_record,
)
from tests.sync.zoho_rows import HTMX, a_conflict, a_refusal, connected

pytestmark = pytest.mark.django_db

HOME, REVIEW, CONFLICTS = "/zoho/", "/zoho/review/", "/zoho/conflicts/"
ACCOUNTS = "/zoho/accounts/"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def browser() -> Client:
    a_sync()
    return a_browser()


# --- At a glance ------------------------------------------------------------------------------


def test_the_inbox_shows_what_exact_refused_to_make_of_zoho(browser: Client) -> None:
    record = a_zoho_record("Contacts", name="De Wit")
    a_refusal(record)

    page = text_of(browser, "/inbox/")

    assert f'<a class="link" href="{record_url(record)}">De Wit</a> of Zoho' in page
    assert "Exact says no." in page


def test_each_module_says_how_many_stand_where_and_how_fresh_it_is(browser: Client) -> None:
    a_pair(state=Pair.State.EQUAL)
    a_zoho_record("Contacts", standing="stays")
    a_sync().modules.filter(module="Accounts").update(zoho_read_at=NOW, exact_told_at=NOW)

    page = text_of(browser, HOME)

    assert '<a class="share" href="/zoho/accounts/?state=equal"><b>1</b> equal' in page
    assert 'href="/zoho/contacts/?state=stays"' in page
    assert "not read yet · told" in page
    assert "Nothing needs you." in page


def test_what_needs_a_person_stands_first_with_the_way_to_it(browser: Client) -> None:
    a_conflict()
    a_candidate()
    a_zoho_record("Contacts", standing="blocked", reason="No first name.")
    an_exact_record("Products", standing="refused", reason="Zoho says no.")

    page = text_of(browser, HOME)

    assert "1 field changed on both sides" in page
    assert "1 record may be there twice" in page
    assert "Contacts: 1 lacks something" in page
    assert "Products: 1 refused" in page
    assert page.index("What needs you") < page.index('class="modules"')


def test_sync_now_asks_for_a_run_and_shows_it(browser: Client) -> None:
    connected(a_sync())

    page = told(browser, "/zoho/sync/", {"next": HOME})

    run = Run.objects.get()
    assert run.job == Run.Job.ZOHO
    assert f'id="run-{run.pk}"' in page


def test_what_is_not_running_says_so_and_cannot_be_started(browser: Client) -> None:
    sync = a_sync()
    sync.state = "closed"
    sync.save()

    page = text_of(browser, HOME)

    assert "Zoho ↔ Exact is closed." in page
    assert "Sync now" not in page


def test_before_the_set_up_the_page_leads_there() -> None:
    page = text_of(a_browser(), HOME)

    assert "Zoho CRM is not set up yet" in page
    assert 'href="/zoho/setup/"' in page


def test_the_last_run_tells_what_it_did_and_what_it_cost(browser: Client) -> None:
    counts = {"zoho": 3, "made": 2, "told": 0}
    Run.objects.create(job="zoho", state="done", asked_at=NOW, counts=counts, calls=17)

    page = text_of(browser, HOME)

    assert "3 read from Zoho · 2 made in Zoho" in page
    assert "17 calls" in page


# --- The list ---------------------------------------------------------------------------------


def test_pairs_and_what_has_none_stand_in_one_list_each_once(browser: Client) -> None:
    a_pair(an_exact_record(name="Both in Exact"), a_zoho_record(name="Both"), state="equal")
    an_exact_record(name="Alone in Exact", standing="crosses")
    a_zoho_record(name="Alone in Zoho", standing="stays", reason="Sync is off.")

    page = text_of(browser, ACCOUNTS)

    assert page.count("<tr id=") == 3
    assert page.index("Alone in Exact") < page.index("Alone in Zoho") < page.index(">Both<")
    assert "Sync is off." in page
    assert "only in Zoho" in page


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("equal", "E"), ("coming", "C"), ("conflict", "F"), ("you", "Y"), ("review", "R"),
        ("stays", "S"), ("refused", "N"), ("gone", "G"),
    ],
)  # fmt: skip
def test_each_tab_shows_its_own(browser: Client, state: str, name: str) -> None:
    for letter, held in (("E", "equal"), ("F", "conflict")):
        a_pair(zoho=a_zoho_record(name=f"Name {letter}"), state=held)
    for letter, standing in zip("CYRSNG", ["crosses", "blocked", "review", "stays", "refused",
                                           "gone"], strict=True):  # fmt: skip
        a_zoho_record(name=f"Name {letter}", standing=standing)

    page = text_of(browser, f"{ACCOUNTS}?state={state}", **HTMX)

    assert page.count("<tr id=") == 1
    assert f">Name {name}<" in page


def test_a_search_finds_either_sides_name_and_a_code(browser: Client) -> None:
    values = {"Code": "20777"}
    a_pair(an_exact_record(name="Bakkerij Jansen", values=values), a_zoho_record(name="Jansen NV"))
    a_zoho_record(name="Somebody else")

    for text in ("bakkerij", "jansen nv", "20777"):
        page = text_of(browser, f"{ACCOUNTS}?q={text}", **HTMX)
        assert page.count("<tr id=") == 1
        assert "Jansen NV" in page
    assert "No record fits" in text_of(browser, f"{ACCOUNTS}?q=nobody", **HTMX)


def test_the_list_takes_the_same_queries_for_few_and_for_many(browser: Client) -> None:
    addresses = [ACCOUNTS + query for query in ("", "?state=equal", "?q=exact")]

    def more(number: int) -> None:
        for _ in range(number):
            a_pair(state="equal")
            an_exact_record(standing="crosses")
            a_zoho_record(standing="stays")

    more(2)
    few = [queries(browser, address) for address in addresses]
    more(30)

    assert [queries(browser, address) for address in addresses] == few
    assert max(few) <= 16
    assert queries(browser, f"{ACCOUNTS}?page=2") <= 16


@pytest.mark.parametrize("query", ["?state=x", "?page=999999999999", "?page=-1", "?q=%00"])
def test_an_address_that_asks_for_nonsense_shows_a_list(browser: Client, query: str) -> None:
    a_zoho_record(standing="stays")

    assert browser.get(ACCOUNTS + query).status_code == 200


def test_a_module_that_nobody_knows_is_not_found(browser: Client) -> None:
    assert browser.get("/zoho/leads/").status_code == 404
    assert browser.get("/zoho/record/both/1/").status_code == 404


def test_names_are_shown_as_text_and_never_run(browser: Client) -> None:
    made = a_candidate(an_exact_record(name=EVIL), a_zoho_record(name=EVIL))
    a_conflict(exact_value=EVIL)

    for address in (ACCOUNTS, REVIEW, CONFLICTS, record_url(made.zoho)):
        assert EVIL not in browser.get(address).content.decode()


def test_the_file_holds_the_whole_list_with_its_formulas_defused(browser: Client) -> None:
    for n in range(45):
        a_zoho_record(name=f"={n}+1", standing="stays", reason="Sync is off.")
    a_pair(state="equal")

    response = browser.get("/zoho/accounts.csv?state=stays")

    lines = response.content.decode().removeprefix(BOM).splitlines()
    assert len(lines) == 46
    assert lines[0].startswith("Name;State;Why;")
    assert lines[1].startswith("'=0+1;Stays;Sync is off.;;;;5725767")


# --- Who may ----------------------------------------------------------------------------------

PAGES = [HOME, ACCOUNTS, "/zoho/accounts.csv", REVIEW, CONFLICTS]
BUTTONS = ["sync", "pair", "part", "reject", "new", "conflicts/choose"]


@pytest.mark.parametrize("address", PAGES)
def test_a_bookkeeper_who_was_not_chosen_sees_nothing(address: str) -> None:
    a_sync()

    assert a_browser("view_invoice", "change_invoice").get(address).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_whoever_was_chosen_sees_all_of_it(address: str) -> None:
    person = an_operator("view_invoice")
    a_sync().users.add(person)
    browser = Client()
    browser.force_login(person)

    assert browser.get(address).status_code == 200


@pytest.mark.parametrize("button", BUTTONS)
def test_who_may_only_look_can_press_nothing(button: str) -> None:
    person = an_operator("view_invoice")
    a_sync().users.add(person)
    made, browser = a_candidate(), Client()
    browser.force_login(person)
    person.user_permissions.remove(*Permission.objects.filter(codename="change_invoice"))

    data = {"exact": made.exact.pk, "zoho": made.zoho.pk, "side": "zoho", "record": made.zoho.pk}
    assert browser.post(f"/zoho/{button}/", data).status_code == 403
    assert not ExactRecord.objects.filter(standing="paired").exists()
    assert f'action="/zoho/{button}/"' not in text_of(browser, record_url(made.zoho))
