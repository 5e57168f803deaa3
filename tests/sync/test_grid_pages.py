"""The G/L grid: what each cell holds or follows, what waits for it, and saving whole or by cell."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from exact_client.models import Division
from sync.models import GLMapping, Invoice, InvoiceLine
from sync.services.delivery import prepare
from sync.views.fields import id_of, name_of
from tests.build import a_link, an_invoice
from tests.sync.books import mapped_books
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

GRID = "/exact/setup/gl/"
DESK = name_of("gl", ["", "desk", ""])
DESK_BRU = name_of("gl", ["BRU-1", "desk", ""])
FLEX_BRU = name_of("gl", ["BRU-1", "desk", "FLEX"])
EVERYTHING = name_of("gl", ["", "", ""])
HTMX = {"HX-Request": "true"}


@pytest.fixture
def division() -> Division:
    """Books whose one account takes everything, and a desk sold in BRU-1."""
    made = mapped_books()
    an_invoice(customer=a_link().customer)
    prepare.refresh(made)
    return made


@pytest.fixture
def browser(division: Division) -> Client:
    return a_browser()


def slot(page: str, name: str) -> str:
    """Return the HTML of one cell."""
    _, _, after = page.partition(f'id="{id_of(name)}"')
    assert after, f"{name} is not on the page"
    return after.partition("</div>")[0]


def nothing_mapped() -> None:
    GLMapping.objects.update(is_active=False)
    prepare.refresh(Division.objects.get())


def test_an_empty_cell_shows_what_it_follows_and_from_where(browser: Client) -> None:
    cell = slot(text_of(browser, GRID), FLEX_BRU)

    assert 'value=""' in cell
    assert 'placeholder="700000"' in cell
    assert "As Everything else, all locations: 700000 Revenue" in cell


def test_a_cell_follows_the_code_in_all_locations_before_its_own_type(
    browser: Client, division: Division
) -> None:
    desks = division.gl_accounts.get(code="700100")
    GLMapping.objects.create(
        division=division, resource_type="desk", resource_code="FLEX", gl_account=desks
    )
    bru = {"location": "BRU-1", "resource_type": "desk"}
    GLMapping.objects.create(
        division=division, gl_account=division.gl_accounts.get(code="700000"), **bru
    )

    page = text_of(browser, GRID)

    assert 'placeholder="700100"' in slot(page, FLEX_BRU)
    assert 'value="700000"' in slot(page, DESK_BRU)


def test_a_missing_cell_says_how_many_documents_wait_and_for_how_much(browser: Client) -> None:
    an_invoice(customer=a_link().customer, unit_price=Decimal("23.45"))
    nothing_mapped()

    page = text_of(browser, GRID)

    assert "<b>2 wait</b> · € 123.45" in slot(page, FLEX_BRU)
    assert "wait" not in slot(page, DESK_BRU)


def test_lines_that_come_to_nothing_do_not_wait(browser: Client) -> None:
    InvoiceLine.objects.update(unit_price=0)
    nothing_mapped()

    assert "wait" not in slot(text_of(browser, GRID), FLEX_BRU)


def test_only_what_is_to_do_is_shown_below_what_it_belongs_to(browser: Client) -> None:
    nothing_mapped()

    page = text_of(browser, f"{GRID}?show=open")

    assert id_of(FLEX_BRU) in page
    assert id_of(DESK) in page
    assert id_of(name_of("gl", ["", "product", ""])) not in page


def test_a_phone_opens_at_the_location_where_something_is_to_do(browser: Client) -> None:
    nothing_mapped()

    page = text_of(browser, f"{GRID}?show=open")

    assert '<th scope="col" class="else">All locations</th>' in page
    assert '<th scope="col">BRU-1</th>' in page


def test_the_whole_grid_is_saved_at_once_and_waiting_documents_move_on(browser: Client) -> None:
    nothing_mapped()
    assert Invoice.objects.get().state == "needs_mapping"

    page = told(browser, f"{GRID}save/", {DESK: "700100", FLEX_BRU: "", DESK_BRU: ""})

    assert "1 cell saved." in page
    assert Invoice.objects.get().state == "ready"
    assert 'placeholder="700100"' in slot(page, FLEX_BRU)


def test_a_code_may_be_typed_with_its_description(browser: Client) -> None:
    told(browser, f"{GRID}save/", {DESK: " 700100 Desks "})

    assert GLMapping.objects.get(resource_type="desk").gl_account.code == "700100"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("999999", "Exact has no G/L account 999999 in this division."),
        ("550000", "is of type bank, not of revenue."),
    ],
)
def test_a_code_that_can_not_be_is_said_at_its_cell_and_nothing_is_saved(
    browser: Client, code: str, sentence: str
) -> None:
    response = browser.post(f"{GRID}save/", {DESK: code, DESK_BRU: "700100"})

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in slot(page, DESK)
    assert f'value="{code}"' in slot(page, DESK)
    assert not GLMapping.objects.exclude(resource_type="").exists()


def test_a_cell_saved_by_htmx_answers_with_all_that_it_changes(browser: Client) -> None:
    page = browser.post(f"{GRID}cell/", {DESK: "700100"}, headers=HTMX).content.decode()

    assert 'value="700100"' in slot(page, DESK)
    assert 'hx-swap-oob="true"' not in slot(page, DESK)
    assert 'placeholder="700100"' in slot(page, FLEX_BRU)
    assert id_of(EVERYTHING) not in page


def test_a_cell_refused_for_htmx_says_why_in_its_place(browser: Client) -> None:
    page = browser.post(f"{GRID}cell/", {DESK: "550000"}, headers=HTMX).content.decode()

    assert 'aria-invalid="true"' in slot(page, DESK)
    assert not GLMapping.objects.filter(resource_type="desk").exists()


def test_an_account_that_was_blocked_since_is_told_at_its_cell(
    browser: Client, division: Division
) -> None:
    division.gl_accounts.filter(code="700000").update(is_blocked=True)

    assert "is blocked in Exact" in slot(text_of(browser, GRID), EVERYTHING)


def test_the_last_save_can_be_taken_back(browser: Client) -> None:
    told(browser, f"{GRID}save/", {DESK: "700100", EVERYTHING: ""})
    assert "2 cells saved." in text_of(browser, GRID)

    page = told(browser, "/exact/setup/undo/", {"next": GRID})

    assert "Taken back" in page
    active = GLMapping.objects.filter(is_active=True)
    assert [(row.resource_type, row.gl_account.code) for row in active] == [("", "700000")]


def test_nobody_takes_back_what_another_person_saved(browser: Client) -> None:
    told(browser, f"{GRID}save/", {DESK: "700100"})

    told(a_browser(), "/exact/setup/undo/", {})

    assert GLMapping.objects.filter(resource_type="desk", is_active=True).exists()


def test_a_problem_opens_the_very_cell(browser: Client) -> None:
    page = text_of(browser, f"{GRID}?cell={FLEX_BRU}")

    assert page.count('class="slot wanted"') == 1


def test_sixty_resources_in_twelve_locations_take_the_queries_of_one(browser: Client) -> None:
    few = queries(browser, GRID)
    for n in range(60):
        made = an_invoice(customer=a_link().customer, location=f"L-{n % 12}")
        made.lines.update(resource_code=f"R-{n}")
    prepare.refresh(Division.objects.get())

    assert queries(browser, GRID) == few


def test_a_grid_of_that_size_can_be_saved_without_scripts(browser: Client) -> None:
    fields = {
        name_of("gl", [f"L-{place}", "product", f"R-{n}"]): "700100" if place == n == 1 else ""
        for place in range(13)
        for n in range(66)
    }

    assert "1 cell saved." in told(browser, f"{GRID}save/", fields)


@pytest.mark.parametrize("kind", ["gl", "vat"])
def test_who_may_not_set_up_sees_the_cells_and_changes_none(division: Division, kind: str) -> None:
    browser = a_browser("view_invoice")

    page = text_of(browser, f"/exact/setup/{kind}/")
    assert " disabled>" in page
    assert "Save all" not in page
    assert "From a file" not in page
    for button in ("save", "cell", "take-in", "file"):
        assert browser.post(f"/exact/setup/{kind}/{button}/").status_code == 403
    assert browser.get(f"/exact/setup/{kind}/file/").status_code == 403
    assert browser.get(f"/exact/setup/{kind}.csv").status_code == 200


def test_who_may_not_even_see_is_refused(division: Division) -> None:
    browser = a_browser("view_exactaccount")

    assert browser.get(GRID).status_code == 403
    assert browser.get("/exact/setup/gl.csv").status_code == 403


def test_a_table_that_is_not_there_is_not_found(browser: Client) -> None:
    assert browser.get("/exact/setup/moons/").status_code == 404
    assert browser.get("/exact/setup/moons.csv").status_code == 404
