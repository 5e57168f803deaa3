"""What both sides have is paired by hard evidence alone; a person's word is heeded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_link.models import ExactAccount, LinkEvent
from sync.models import ExactRecord, Pair, PairCandidate, PairEvent, ZohoRecord
from sync.services.zoho.pairing import pairing
from tests.build import NOW, a_customer, a_link, an_account
from tests.sync.services.zoho.build import (
    a_candidate,
    a_pair,
    a_sync,
    a_zoho_record,
    an_exact_record,
)

pytestmark = pytest.mark.django_db
VATS = ["BE0676025860", "BE0403019261", "BE0406798006"]


def an_exact_account(name: str = "Moerman Media", vat: str = "", **values: Any) -> ExactRecord:
    held = {"Status": "C", "Name": name, "VATNumber": vat, "Country": "BE", **values}
    return an_exact_record(name=name, values=held)


def a_zoho_account(name: str = "Moerman Media", vat: str = "", **values: Any) -> ZohoRecord:
    held = {"Account_Name": name, "VAT_Number": vat, "Billing_Country": "Belgium", **values}
    return a_zoho_record(name=name, values=held)


def test_one_vat_number_on_both_sides_makes_a_pair_and_its_history() -> None:
    exact = an_exact_account(vat="BE 0676.025.860", name="Moerman")
    zoho = a_zoho_account(vat=VATS[0], name="Moerman Media nv")

    done = pairing.pair(a_sync(), now=NOW)

    pair = Pair.objects.get()
    assert (pair.exact, pair.zoho, pair.rule) == (exact, zoho, "vat")
    assert pair.is_dirty
    assert pair.base is None
    assert done.rules == {"vat": 1}
    event = PairEvent.objects.get()
    assert (event.exact_key, event.zoho_key, event.what) == (exact.key, zoho.key, "paired")
    assert ["VAT number equal", 60] in event.evidence
    assert {row.standing for row in (ExactRecord.objects.get(), ZohoRecord.objects.get())} == {
        "paired"
    }


def test_the_id_of_exact_in_zoho_pairs_before_anything_else() -> None:
    exact = an_exact_account(name="Altogether other")
    an_exact_account(name="Moerman Media")
    a_zoho_account(Exact_ID=exact.key.upper())

    pairing.pair(a_sync(), now=NOW)

    assert Pair.objects.get().exact == exact
    assert Pair.objects.get().rule == "exact_id"


def test_a_customer_of_zapfloor_who_knows_both_is_a_witness() -> None:
    exact = an_exact_account(name="Holding 12", Code="77")
    account = an_account(exact_id=exact.key, name="Holding 12", status=ExactAccount.Status.CUSTOMER)
    customer = a_customer(name="Moerman Media", vat_number=VATS[0])
    a_link(account=account, customer=customer)
    a_zoho_account(vat=VATS[0])

    pairing.pair(a_sync(), now=NOW)

    assert Pair.objects.get().rule == "customer"


@pytest.mark.parametrize("side", ["exact", "zoho"])
def test_doubles_on_either_side_are_left_to_a_person(side: str) -> None:
    for _ in range(2 if side == "exact" else 1):
        an_exact_account(vat=VATS[0])
    for _ in range(2 if side == "zoho" else 1):
        a_zoho_account(vat=VATS[0])

    pairing.pair(a_sync(), now=NOW)

    assert not Pair.objects.exists()
    assert PairCandidate.objects.count() == 2
    for model in (ExactRecord, ZohoRecord):
        assert set(model.objects.values_list("standing", flat=True)) == {"review"}
        assert all(model.objects.values_list("reason", flat=True))


def test_a_double_of_what_is_paired_is_shown_and_not_made() -> None:
    pair = a_pair(an_exact_account(vat=VATS[0]), a_zoho_account(vat=VATS[0]))
    double = a_zoho_account(vat=VATS[0])

    pairing.pair(a_sync(), now=NOW)

    double.refresh_from_db()
    pair.exact.refresh_from_db()
    assert double.standing == "review"
    assert double.candidates.get().exact == pair.exact
    assert pair.exact.standing == "paired"


def test_a_likeness_is_offered_with_its_points_and_a_second_look_offers_it_once() -> None:
    address = {"Postcode": "9000", "City": "Gent", "AddressLine1": "Veldstraat 1"}
    there = {"Billing_Code": "9000", "Billing_City": "Gent", "Billing_Street": "Veldstraat 1"}
    an_exact_account("Moerman Media", **address)
    a_zoho_account("Moerman Media", **there)

    for _ in range(2):
        pairing.pair(a_sync(), now=NOW)

    candidate = PairCandidate.objects.get()
    assert candidate.score >= 50
    assert candidate.points
    assert not Pair.objects.exists()


def test_what_a_person_rejected_is_never_offered_again() -> None:
    exact, zoho = an_exact_account(vat=VATS[0]), a_zoho_account(vat=VATS[0])
    a_candidate(exact, zoho, is_rejected=True)

    pairing.pair(a_sync(), now=NOW)

    assert not Pair.objects.exists()
    assert not PairCandidate.objects.filter(is_rejected=False).exists()
    exact.refresh_from_db()
    zoho.refresh_from_db()
    assert (exact.standing, zoho.standing) == ("new", "new")


def test_what_a_person_called_new_is_left_alone() -> None:
    an_exact_account(vat=VATS[0])
    zoho = a_zoho_account(vat=VATS[0])
    ZohoRecord.objects.update(called_new_at=NOW)

    pairing.pair(a_sync(), now=NOW)

    zoho.refresh_from_db()
    assert zoho.standing == "new"
    assert not PairCandidate.objects.exists()


def test_a_review_is_over_when_nothing_comes_near_any_more() -> None:
    candidate = a_candidate(an_exact_account("Moerman"), a_zoho_account("Zaventem Airport"))

    pairing.pair(a_sync(), now=NOW)

    assert not PairCandidate.objects.exists()
    for record in (candidate.exact, candidate.zoho):
        record.refresh_from_db()
        assert record.standing == "new"


def test_what_is_gone_on_its_side_is_nobodys_pair() -> None:
    an_exact_account(vat=VATS[0])
    ExactRecord.objects.update(gone_at=NOW, standing="gone")
    a_zoho_account(vat=VATS[0])

    pairing.pair(a_sync(), now=NOW)

    assert not Pair.objects.exists()


def a_contact_on_both_sides(email: str = "lotte@moerman.be") -> tuple[ExactRecord, ZohoRecord]:
    accounts = a_pair()
    exact = an_exact_record(
        "Contacts",
        name="Lotte Bos",
        account_key=accounts.exact.key,
        values={"FirstName": "Lotte", "LastName": "Bos", "Email": email},
    )
    zoho = a_zoho_record(
        "Contacts",
        name="Lotte Bos",
        account_key=accounts.zoho.key,
        values={"First_Name": "Lotte", "Last_Name": "Bos", "Email": "Lotte@Moerman.be"},
    )
    return exact, zoho


def test_contacts_pair_by_e_mail_within_accounts_that_are_paired() -> None:
    exact, zoho = a_contact_on_both_sides()

    pairing.pair(a_sync(), now=NOW)

    pair = Pair.objects.get(module="Contacts")
    assert (pair.exact, pair.zoho, pair.rule) == (exact, zoho, "email")


def test_a_rejected_contact_is_not_paired_by_its_e_mail() -> None:
    a_candidate(*a_contact_on_both_sides(), is_rejected=True)

    pairing.pair(a_sync(), now=NOW)

    assert not Pair.objects.filter(module="Contacts").exists()


def test_products_pair_by_their_code() -> None:
    exact = an_exact_record("Products", name="Flexible desk", values={"Code": "FLEX"})
    zoho = a_zoho_record("Products", name="Desk", values={"Product_Code": " flex "})

    pairing.pair(a_sync(), now=NOW)

    pair = Pair.objects.get()
    assert (pair.exact, pair.zoho, pair.rule) == (exact, zoho, "code")


@pytest.mark.parametrize(("total", "outcome"), [("121", "paired"), ("122.5", "review")])
def test_invoices_pair_by_number_account_and_total(total: str, outcome: str) -> None:
    accounts = a_pair()
    an_exact_record(
        "Invoices",
        account_key=accounts.exact.key,
        values={"InvoiceNumber": 26700001, "AmountFC": 121},
    )
    zoho = a_zoho_record(
        "Invoices",
        name="26700001",
        account_key=accounts.zoho.key,
        values={"Grand_Total": total},
    )

    pairing.pair(a_sync(), now=NOW)

    zoho.refresh_from_db()
    assert zoho.standing == outcome


def test_the_queries_do_not_grow_with_the_records() -> None:
    def queries(records: int) -> int:
        for _ in range(records):
            an_exact_account("Alone in Exact")
            a_zoho_account("Alone in Zoho")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            pairing.pair(a_sync(), now=NOW)
        return len(captured)

    pairing.pair(a_sync(), now=NOW)  # the first time it notes that it looked

    assert queries(2) == queries(20)


def test_a_module_is_looked_at_again_only_when_something_that_counts_changed() -> None:
    a_zoho_account("Alone in Zoho")
    hours = [NOW + timedelta(hours=n) for n in range(1, 5)]
    assert pairing.pair(a_sync(), now=hours[0]).done == 1
    assert pairing.pair(a_sync(), now=hours[1]).done == 0

    a_link(account=an_account(), linked_at=hours[2])
    LinkEvent.objects.create(
        action=LinkEvent.Action.LINKED,
        customer=a_customer(),
        account=ExactAccount.objects.get(),
        at=hours[2],
    )

    assert pairing.pair(a_sync(), now=hours[3]).done == 1


def test_a_record_that_was_read_anew_is_paired_though_it_was_alone_before() -> None:
    exact, zoho = an_exact_account(), a_zoho_account("Alone in Zoho")
    pairing.pair(a_sync(), now=NOW)
    later = NOW + timedelta(hours=1)
    zoho.values |= {"Exact_ID": exact.key}
    zoho.read_at = later
    zoho.save()

    pairing.pair(a_sync(), now=later)

    assert Pair.objects.get().zoho == zoho
