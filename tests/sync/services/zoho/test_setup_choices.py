"""What is chosen at the set-up: taxes, how invoices cross, the product for other lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from exact_client.models import Division
from sync.models import Journal, TaxMapping, VATCode, VATMapping, ZohoRecord, ZohoSync
from sync.services.zoho.pairing import choosing
from sync.services.zoho.reading import reading_zoho
from sync.services.zoho.set_up import catch_all, metadata, setup, taxes
from sync.services.zoho.set_up.catch_all import NoProductError
from sync.services.zoho.set_up.setup import SetupError
from tests.build import a_division, an_operator
from tests.sync.services.zoho.build import a_sync
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import ZohoSandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(zoho_connection: ZohoConnection, division: Division) -> ZohoSync:
    """Both sides tied, and nothing looked at yet."""
    made = setup.begin()
    setup.tie(made, zoho_connection, division, by=an_operator())
    return made


def a_code(division: Division, code: str, percentage: int, **values: object) -> VATCode:
    defaults = {"description": code, "percentage": percentage, "type": "E", "transaction_type": "B"}
    return VATCode.objects.create(division=division, code=code, **{**defaults, **values})


def test_a_tax_is_guessed_by_its_percentage_and_what_invoices_use_comes_first() -> None:
    sync, division = a_sync(), a_division()
    for code, rate in (("1", 21), ("4", 21), ("2", 6), ("9", 12)):
        a_code(division, code, rate, type="I" if code == "9" else "E")
    used = division.vat_codes.get(code="4")
    VATMapping.objects.create(division=division, country_group="domestic", rate=21, vat_code=used)
    rows = [
        TaxMapping.objects.create(sync=sync, label=f"BTW {rate}", percentage=Decimal(rate))
        for rate in (21, 12, 6)
    ]

    found = taxes.guesses(rows, taxes.codes_of(division), division)

    assert {label: one.code for label, one in found.items()} == {"BTW 21": "4", "BTW 6": "2"}
    assert found["BTW 21"].reason == "Your invoices at 21 % use it."
    assert found["BTW 6"].reason == "The only code of 6 %."


def test_a_guess_counts_once_a_person_has_saved_it() -> None:
    sync = a_sync()
    a_code(a_division(), "4", 21)
    tax = TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=Decimal(21))

    assert taxes.choose(sync, {str(tax.pk): "no such code"}) == 0
    assert taxes.choose(sync, {str(tax.pk): "4"}) == 1


def test_zohos_words_are_guessed_from_what_it_offers(
    fresh: ZohoSync, zoho: ZohoClient, now: datetime
) -> None:
    offered = setup.statuses_of(fresh, setup.look(fresh, zoho, now=now))

    words = setup.status_words(fresh, offered)

    assert words["part_paid"] == "Part-paid"  # Zoho's spelling, not ours
    assert (words["draft"], words["processed"], words["paid"]) == ("Draft", "Printed", "Paid")


def test_invoices_need_a_word_for_each_status_and_a_journal_that_is_open() -> None:
    sync, admin = a_sync(), an_operator()
    Journal.objects.create(division=a_division(), code="70", description="Sales", type=20)
    words = setup.status_words(sync, [])

    def choose(**given: object) -> None:
        chosen = {"statuses": ["Open", "Open", " "], "words": words, "journal": "70", **given}
        setup.choose_for_invoices(sync, by=admin, **chosen)  # type: ignore[arg-type]  # wrong on purpose, at times

    with pytest.raises(SetupError, match="a word for each"):
        choose(words={**words, "paid": " "})
    with pytest.raises(SetupError, match="sales journal"):
        choose(journal="90")
    choose()

    sync.refresh_from_db()
    assert (sync.statuses, sync.sales_journal, sync.status_words) == (["Open"], "70", words)


def test_the_product_for_other_lines_is_made_once_and_stays_in_zoho(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    setup.look(fresh, zoho, now=now)
    with pytest.raises(NoProductError, match="Make our fields"):
        catch_all.make(fresh, zoho)
    metadata.make_fields(fresh, zoho, now=now)
    before = len(zoho_sandbox.records("Products"))

    catch_all.make(fresh, zoho)
    first = fresh.catch_all_product
    catch_all.make(fresh, zoho)

    assert fresh.catch_all_product == first != ""
    assert len(zoho_sandbox.records("Products")) == before + 1
    reading_zoho.read(fresh, zoho, now=now, module="Products")
    choosing.choose(fresh, now=now)
    ours = ZohoRecord.objects.get(key=first)
    assert (ours.standing, ours.reason) == ("stays", choosing.CATCHES_ALL)
    assert catch_all.name_of(fresh) == ours.name == "Exactlink: other lines"


def test_a_product_is_chosen_by_its_code_or_name_when_one_alone_has_it(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox
) -> None:
    for _ in range(2):
        zoho_sandbox.add("Products", Product_Name="Sundries")

    assert catch_all.choose(fresh, zoho, "flex") == "Flexible desk"
    with pytest.raises(NoProductError, match="no product"):
        catch_all.choose(fresh, zoho, "nothing like it")
    with pytest.raises(NoProductError, match="2 products fit"):
        catch_all.choose(fresh, zoho, "Sundries")
