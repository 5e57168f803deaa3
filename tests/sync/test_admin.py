"""Django admin: mappings refuse what Exact would refuse; what the work writes is read-only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts_link.models import NumberSequence
from exact_client.models import Division
from sync.models import (
    Attempt,
    BookingSettings,
    GLMapping,
    Invoice,
    JournalMapping,
    OutboxEntry,
    Route,
    Run,
    Signal,
    Upload,
    VATMapping,
)
from sync.services.delivery import prepare
from tests.build import NOW, a_division, a_link, an_invoice
from tests.sync.books import mapped_books, some_books
from tests.sync.pages import queries, text_of, told

pytestmark = pytest.mark.django_db

ADMIN = "/admin/sync/"


@pytest.fixture
def browser() -> Client:
    made = Client()
    made.force_login(User.objects.create_superuser("root", "root@example.com", "spoon"))
    return made


def an_entry(n: int, **values: object) -> OutboxEntry:
    defaults = {
        "division": a_division(),
        "kind": "account",
        "identity": f"account:{n}:v1",
        "reference": f"R{n}",
        "customer": a_link().customer,
        "payload": {"Name": "x"},
        "due_at": NOW,
        "made_at": NOW,
    }
    return OutboxEntry.objects.create(**defaults | values)


def test_every_page_of_ours_opens(browser: Client) -> None:
    mapped_books()
    entry = an_entry(1)
    Attempt.objects.create(entry=entry, step="send", fence=1, at=NOW, outcome="lost")
    an_invoice()
    BookingSettings.objects.create(division=a_division())
    Signal.objects.create(key="a", title="b", opened_at=NOW)
    Run.objects.create(job="push", asked_at=NOW, seen_at=NOW)
    Upload.objects.create(kind="customers", name="x.csv", file="x.csv", uploaded_at=NOW)
    NumberSequence.objects.get_or_create(name="test")

    index = text_of(browser, "/admin/")
    assert "Exactlink administration" in index
    lists = set(re.findall(r'href="(/admin/(?:sync|accounts_link)/\w+/)"', index))
    assert len(lists) >= 15
    for address in lists:
        page = text_of(browser, address)
        for row in re.findall(rf'href="({address}\d+/change/)', page)[:1]:
            text_of(browser, row)


@pytest.mark.parametrize(
    ("model", "fields", "sentence"),
    [
        ("journalmapping", {"journal": "20"}, "Journal 20 is not a sales journal."),
        (
            "journalmapping",
            {"journal": "70", "credit_journal": "20"},
            "Journal 20 is not a sales journal.",
        ),
        ("glmapping", {"gl_account": "550000"}, "is of type bank"),
        ("vatmapping", {"vat_code": "14"}, "takes amounts as including VAT"),
        ("vatmapping", {"vat_code": "5"}, "is 0 % in Exact, not 21 %."),
        ("vatmapping", {"vat_code": "14", "supply": "goods"}, "takes amounts as including VAT"),
    ],
)
def test_a_mapping_that_exact_would_refuse_is_refused_with_the_reason(
    browser: Client, model: str, fields: dict[str, str], sentence: str
) -> None:
    division = some_books()

    page = told(browser, f"{ADMIN}{model}/add/", filled(division, fields))

    assert sentence in page
    for mapping in (JournalMapping, GLMapping, VATMapping):
        assert not mapping.objects.exists()


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("journalmapping", {"journal": "70", "credit_journal": "79"}),
        ("glmapping", {"gl_account": "700000"}),
        ("vatmapping", {"vat_code": "4"}),
        ("vatmapping", {"vat_code": "4", "supply": "real_estate", "vat_category": "S"}),
        ("paymentconditionmapping", {"payment_condition": "30", "payment_terms": "Na 30 dagen"}),
        ("route", {"location": "BRU-1"}),
    ],
)
def test_a_mapping_that_fits_is_saved(browser: Client, model: str, fields: dict[str, str]) -> None:
    page = told(browser, f"{ADMIN}{model}/add/", filled(some_books(), fields))

    assert "was added successfully" in page


def filled(division: Division, fields: dict[str, str]) -> dict[str, object]:
    """Return the fields of a mapping's form, codes turned into the rows they stand for."""
    rows: dict[str, Any] = {
        "journal": division.journals,
        "credit_journal": division.journals,
        "gl_account": division.gl_accounts,
        "vat_code": division.vat_codes,
        "payment_condition": division.payment_conditions,
    }
    chosen = {
        name: rows[name].get(code=code).pk if name in rows else code
        for name, code in fields.items()
    }
    rest = {"division": division.pk, "country_group": "domestic", "rate": "21", "is_active": "on"}
    return {**rest, **chosen}


def test_a_choice_of_another_division_is_refused(browser: Client) -> None:
    division = some_books()
    other = some_books(a_division(code=2, name="Other BV"))

    page = told(
        browser,
        f"{ADMIN}journalmapping/add/",
        {"division": division.pk, "journal": other.journals.get(code="70").pk, "is_active": "on"},
    )

    assert "is of another division" in page
    assert not JournalMapping.objects.exists()


def test_a_route_to_a_division_that_we_do_not_work_with_is_refused(browser: Client) -> None:
    other = a_division(code=3, name="Old BV", is_chosen=False)

    page = told(browser, f"{ADMIN}route/add/", {"division": other.pk, "is_active": "on"})

    assert "Old BV (3) is not chosen in the set-up." in page
    assert not Route.objects.exists()


def test_a_route_moves_documents_as_soon_as_it_is_saved(browser: Client) -> None:
    first, second = mapped_books(), mapped_books(a_division(code=2, name="Events NV"))
    an_invoice(customer=a_link().customer)
    prepare.refresh(first)

    told(
        browser,
        f"{ADMIN}route/add/",
        {"location": "BRU-1", "division": second.pk, "is_active": "on"},
    )

    assert Invoice.objects.get().division == second


def test_switching_a_mapping_off_holds_back_what_needs_it(browser: Client) -> None:
    division = mapped_books()
    an_invoice(customer=a_link().customer)
    prepare.refresh(division)
    assert Invoice.objects.get().state == "ready"

    row = GLMapping.objects.get()
    told(browser, f"{ADMIN}glmapping/", {"action": "switch_off", "_selected_action": [row.pk]})

    assert Invoice.objects.get().state == "needs_mapping"
    assert GLMapping.objects.get().is_active is False


@pytest.mark.parametrize("model", ["journalmapping", "glmapping", "vatmapping"])
def test_mappings_are_switched_off_and_never_deleted(browser: Client, model: str) -> None:
    mapped_books()
    rows: dict[str, Any] = {
        "journalmapping": JournalMapping,
        "glmapping": GLMapping,
        "vatmapping": VATMapping,
    }
    pk = rows[model].objects.values_list("pk", flat=True)[0]

    assert browser.post(f"{ADMIN}{model}/{pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["invoice", "outboxentry", "journal", "vatcode", "run", "signal"])
def test_what_the_work_writes_nobody_writes_here(browser: Client, model: str) -> None:
    assert browser.get(f"{ADMIN}{model}/add/").status_code == 403


def test_try_again_hands_a_refused_entry_back_to_the_work(browser: Client) -> None:
    refused, queued = an_entry(1, state="refused"), an_entry(2, state="queued")

    page = told(
        browser,
        f"{ADMIN}outboxentry/",
        {"action": "try_again", "_selected_action": [refused.pk, queued.pk]},
    )

    refused.refresh_from_db()
    queued.refresh_from_db()
    assert (refused.state, refused.retry_wanted) == ("unknown", True)
    assert (queued.state, queued.retry_wanted) == ("queued", False)
    assert "1 will be looked up in Exact" in page
    assert Attempt.objects.get(step="decide").by == User.objects.get(username="root")


def test_lists_take_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    for n in range(5):
        an_entry(n)
    few = queries(browser, f"{ADMIN}outboxentry/")
    for n in range(5, 60):
        an_entry(n)

    assert queries(browser, f"{ADMIN}outboxentry/") == few
