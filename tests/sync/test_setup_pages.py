"""The set-up: connection, division, mappings with guesses, settings, and who may change them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from exact_client.models import Division, ExactConnection
from sync.models import (
    BookingSettings,
    CostUnit,
    GLMapping,
    Invoice,
    JournalMapping,
    PaymentCondition,
    PaymentConditionMapping,
    Run,
    VATMapping,
)
from sync.services.delivery import prepare
from sync.services.ledger.mapping import Choices
from sync.views.fields import choices_of, name_of
from tests.build import a_connection, a_division, a_link, an_account, an_invoice
from tests.sync.books import some_books
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

SETUP = "/exact/setup/"
DESK = name_of("gl", ["", "desk", ""])
VAT_21 = name_of("vat", ["domestic", "vat", "21"])
JOURNAL = name_of("journal", ["", "invoice"])


@pytest.fixture
def division() -> Division:
    return some_books()


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def test_before_anything_the_page_offers_to_connect() -> None:
    page = text_of(a_browser(), SETUP)

    assert "Connect to Exact Online" in page
    assert 'action="/exact/connect/"' in page
    assert "Not connected yet" in page


def test_a_lost_connection_says_why_and_what_to_do() -> None:
    connection = a_connection()
    a_division()
    ExactConnection.objects.filter(pk=connection.pk).update(
        state="reconnect", state_reason="The permission was taken back."
    )

    page = text_of(a_browser(), SETUP)

    assert "Connect again" in page
    assert "The permission was taken back." in page


def test_choosing_a_division_leaves_exactly_one_chosen(browser: Client) -> None:
    other = a_division(code=2, name="Other BV", is_chosen=False)

    browser.post("/exact/setup/division/", {"division": other.pk})

    assert [division.code for division in Division.objects.filter(is_chosen=True)] == [2]
    assert Run.objects.get().job == Run.Job.MIRROR


def test_the_checklist_ends_in_ready_to_go_when_all_is_there() -> None:
    browser = a_browser()
    a_link(account=an_account(division=some_books()))
    assert "Complete" not in text_of(browser, SETUP)

    told(browser, "/exact/setup/guesses/", {})

    page = text_of(browser, SETUP)
    assert "Complete" in page
    assert "everything that a push needs is there" in page


def test_guesses_are_marked_with_their_reason(browser: Client) -> None:
    an_invoice(customer=a_link().customer)

    page = text_of(browser, SETUP)

    assert "Guess" in page
    assert "700100 Desks is the only one about desk." in page


def test_confirming_all_guesses_makes_waiting_documents_move_on(
    browser: Client, division: Division
) -> None:
    an_invoice(customer=a_link().customer)
    prepare.refresh(division)
    assert Invoice.objects.get().state == "needs_mapping"

    told(browser, "/exact/setup/guesses/", {})

    assert Invoice.objects.get().state == "ready"
    assert GLMapping.objects.get(resource_type="desk").gl_account.code == "700100"


def test_a_guess_never_goes_over_what_a_person_chose(browser: Client, division: Division) -> None:
    an_invoice(customer=a_link().customer)
    told(browser, "/exact/setup/mapping/gl/", {DESK: "700000"})

    told(browser, "/exact/setup/guesses/", {})

    assert GLMapping.objects.get(resource_type="desk").gl_account.code == "700000"


def test_one_card_saves_its_own_cells(browser: Client) -> None:
    page = told(browser, "/exact/setup/mapping/vat/", {VAT_21: "4"})

    assert VATMapping.objects.get().vat_code.code == "4"
    assert "Saved." in page
    assert not GLMapping.objects.exists()


def test_a_journal_row_carries_its_credit_journal_and_cost_centre(browser: Client) -> None:
    fields = {
        name_of("journal", ["BRU-1", "invoice"]): "70",
        name_of("journal", ["BRU-1", "credit_note"]): "79",
        name_of("cost_centre", ["BRU-1"]): "BRU",
    }

    told(browser, "/exact/setup/mapping/journals/", fields)

    row = JournalMapping.objects.get()
    assert row.credit_journal
    assert row.cost_centre
    assert (row.location, row.journal.code) == ("BRU-1", "70")
    assert (row.credit_journal.code, row.cost_centre.code) == ("79", "BRU")


def test_a_location_carries_its_cost_unit(browser: Client, division: Division) -> None:
    CostUnit.objects.create(division=division, code="EVT", description="Events")
    fields = {JOURNAL: "70", name_of("cost_unit", [""]): "EVT"}

    page = told(browser, "/exact/setup/mapping/journals/", fields)

    row = JournalMapping.objects.get()
    assert row.cost_unit
    assert row.cost_unit.code == "EVT"
    assert 'value="EVT" selected' in page


def test_payment_terms_of_the_source_get_a_condition_of_exact(browser: Client) -> None:
    an_invoice(payment_terms="Na 30 dagen")

    page = text_of(browser, SETUP)
    assert "Na 30 dagen" in page
    assert "The condition of the account" in page
    told(
        browser,
        "/exact/setup/mapping/terms/",
        {name_of("payment_condition", ["Na 30 dagen"]): "30"},
    )

    row = PaymentConditionMapping.objects.get()
    assert (row.payment_terms, row.payment_condition.code) == ("Na 30 dagen", "30")


def test_without_payment_conditions_in_exact_there_is_no_card_for_them(browser: Client) -> None:
    PaymentCondition.objects.update(is_gone=True)

    assert "Payment conditions" not in text_of(browser, SETUP)


def test_each_journal_says_what_happens_when_its_period_is_closed(
    browser: Client, division: Division
) -> None:
    sales = division.journals.get(code="70")
    assert f'name="closing/{division.journals.get(code="20").pk}"' not in text_of(browser, SETUP)

    told(browser, "/exact/setup/closing/", {f"closing/{sales.pk}": "move"})
    told(browser, "/exact/setup/closing/", {f"closing/{sales.pk}": "burn"})

    assert list(division.journals.values_list("code", "when_closed")) == [
        ("20", "hold"),
        ("70", "move"),
        ("79", "hold"),
    ]


def test_what_is_mapped_stands_in_the_tables_and_not_here_again(browser: Client) -> None:
    told(
        browser, "/exact/setup/mapping/gl/", {name_of("gl", ["", "", ""]): "700000", DESK: "700100"}
    )

    page = text_of(browser, SETUP)

    assert "2 chosen; nothing is left to do." in page
    assert f'name="{DESK}"' not in page


def test_an_emptied_choice_is_switched_off_and_kept(browser: Client) -> None:
    told(browser, "/exact/setup/mapping/gl/", {DESK: "700100"})

    told(browser, "/exact/setup/mapping/gl/", {DESK: ""})

    assert GLMapping.objects.get().is_active is False


def test_a_choice_that_was_switched_off_can_be_made_again(browser: Client) -> None:
    for code in ("700100", "", "700000"):
        told(browser, "/exact/setup/mapping/gl/", {DESK: code})

    row = GLMapping.objects.get()
    assert (row.is_active, row.gl_account.code) == (True, "700000")


@pytest.mark.parametrize(
    ("card", "field", "code", "sentence"),
    [
        ("journals", JOURNAL, "20", "Journal 20 is not a sales journal."),
        ("gl", DESK, "550000", "is of type bank, not of revenue."),
        ("vat", VAT_21, "14", "takes amounts as including VAT"),
        ("vat", VAT_21, "5", "is 0 % in Exact, not 21 %."),
        ("gl", DESK, "999999", "isn't in Exact any more."),
    ],
)
def test_an_impossible_choice_is_refused_at_its_place(
    browser: Client, card: str, field: str, code: str, sentence: str
) -> None:
    response = browser.post(f"/exact/setup/mapping/{card}/", {field: code})

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page.replace("&#x27;", "'")
    assert 'aria-invalid="true"' in page
    assert not JournalMapping.objects.exists()
    assert not GLMapping.objects.exists()
    assert not VATMapping.objects.exists()


def test_impossible_codes_are_not_even_offered(browser: Client) -> None:
    page = text_of(browser, SETUP)

    assert 'value="14"' not in page
    assert 'value="550000"' not in page
    assert 'value="20"' not in page


@pytest.mark.parametrize(
    "name", ["zebra", "[1]", '["gl"]', '["vat","mars","","21"]', '["journal","x","poem"]', "{}"]
)
def test_a_field_of_no_card_changes_nothing(name: str) -> None:
    chosen = choices_of({name: "4"})

    assert chosen == Choices()


def test_a_rate_that_is_no_number_is_told_and_not_saved(browser: Client) -> None:
    field = name_of("vat", ["domestic", "vat", "much"])

    assert "choose anew" in told(browser, "/exact/setup/mapping/vat/", {field: "4"})
    assert not VATMapping.objects.exists()


def test_locations_with_quotes_and_bars_keep_their_name(browser: Client) -> None:
    place = 'A"|\\<b>'

    told(browser, "/exact/setup/mapping/gl/", {name_of("gl", [place, "", ""]): "700000"})

    assert GLMapping.objects.get().location == place
    assert place not in browser.get(SETUP).content.decode()


def test_settings_are_saved(browser: Client) -> None:
    typed = {
        "push_policy": "at_once",
        "push_delay_days": "3",
        "discount_policy": "net",
        "zero_policy": "exclude",
        "bounce_days": "3",
        "code_policy": "zapfloor",
    }
    told(browser, "/exact/setup/settings/", typed)

    chosen = BookingSettings.objects.get()
    assert (chosen.push_policy, chosen.create_accounts) == ("at_once", False)
    assert chosen.code_policy == "zapfloor"


def test_discounts_as_a_product_need_to_know_which(browser: Client) -> None:
    typed = {"discount_policy": "product", "push_policy": "off", "zero_policy": "hold"}

    response = browser.post("/exact/setup/settings/", typed)

    assert response.status_code == 422
    assert "Name the product that takes the discounts." in response.content.decode()


def test_the_page_takes_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    for _ in range(5):
        an_invoice(customer=a_link().customer)
    prepare.refresh(Division.objects.get())
    few = queries(browser, SETUP)
    for n in range(55):
        an_invoice(customer=a_link().customer, location=f"L-{n}", vat_rate=Decimal(n % 3))
    prepare.refresh(Division.objects.get())

    assert queries(browser, SETUP) == few


@pytest.mark.parametrize(
    "button", ["division", "read", "mapping/gl", "guesses", "settings", "closing", "undo"]
)
def test_who_may_not_set_up_can_look_but_change_nothing(button: str) -> None:
    some_books()
    browser = a_browser("view_invoice")

    assert browser.post(f"{SETUP}{button}/").status_code == 403
    page = text_of(browser, SETUP)
    assert "Confirm" not in page
    assert "disabled" in page
