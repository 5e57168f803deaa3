"""Matching in the database: the sample's truth, what is written, and people who are faster."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts_link.models import (
    AccountLink,
    Candidate,
    Customer,
    ExactAccount,
    LinkEvent,
    Standing,
)
from exact_client.client import ExactClient
from exact_client.models import Division
from sync.services import intake
from sync.services.parties import link
from sync.services.parties.match import BATCH, Matched, match
from sync.services.parties.mirror import mirror
from tests.build import (
    NOW,
    a_candidate,
    a_customer,
    a_division,
    a_link,
    a_standing,
    an_account,
    an_operator,
)
from tests.exact_client.conftest import sandbox

__all__ = ["sandbox"]  # here with the whole sample company

pytestmark = pytest.mark.django_db
DEMO = Path(apps.get_app_config("accounts_link").path) / "demo"
VAT, OTHER_VAT = "BE0676025860", "BE0784866986"
AUTHOR = link.Author(by=None, at=NOW)


def a_pair(**values: str) -> tuple[Customer, ExactAccount]:
    """Make a customer and an account that agree by VAT number, and by what is given."""
    party = {"vat_number": VAT, "vat_typed": VAT, "name": "Moerman Media", **values}
    return a_customer(**party), an_account(**party)


def written() -> list[list[tuple[object, ...]]]:
    """Return everything that a match may write, but for keys and times."""
    return [
        list(AccountLink.objects.order_by("customer").values_list("customer", "account", "rule")),
        list(LinkEvent.objects.order_by("pk").values_list("pk", "customer", "account", "action")),
        list(Standing.objects.order_by("customer").values_list("customer", "situation")),
        list(
            Candidate.objects.order_by("customer", "account").values_list(
                "customer", "account", "score", "is_rejected"
            )
        ),
        list(ExactAccount.objects.order_by("pk").values_list("link_count", "candidate_count")),
    ]


def recounted() -> list[tuple[int, int, int]]:
    """Count links and open candidates of every account, row by row."""
    linked = set(AccountLink.objects.values_list("customer", "division"))
    return [
        (
            account.pk,
            account.links.count(),
            sum(
                not one.is_rejected and (one.customer_id, account.division_id) not in linked
                for one in account.candidates.all()
            ),
        )
        for account in ExactAccount.objects.order_by("pk")
    ]


def counts() -> list[tuple[int, int, int]]:
    """Return the counts that the accounts carry."""
    rows = ExactAccount.objects.order_by("pk")
    return list(rows.values_list("pk", "link_count", "candidate_count"))


def test_the_sample_is_matched_as_the_truth_says_row_by_row(
    division: Division, exact: ExactClient
) -> None:
    with (DEMO / "customers.csv").open("rb") as file:
        intake.import_customers(file, "customers.csv", now=NOW)
    mirror(division, exact, now=NOW)

    matched = match(division, now=NOW)

    with (DEMO / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["customer_number"]: row for row in csv.DictReader(file)}
    links = AccountLink.objects.select_related("customer", "account")
    made = {one.customer.number: (str(one.account.exact_id), one.rule) for one in links}
    due = {
        number: (row["exact_id"], row["rule"].removesuffix(" (duplicate name)"))
        for number, row in truth.items()
        if row["expected"] == "link"
    }
    assert {number: account for number, (account, _) in made.items()} == {
        number: account for number, (account, _) in due.items()
    }
    assert len(made) == matched.outcomes["link"] == 742
    assert LinkEvent.objects.count() == 742
    standings = dict(Standing.objects.values_list("customer__number", "outcome"))
    assert standings.keys() == truth.keys() - made.keys()
    assert counts() == recounted()
    assert {number for number, row in truth.items() if row["expected"] == "review"} <= {
        number for number, outcome in standings.items() if outcome == "review"
    }


@pytest.mark.parametrize(
    ("customer", "account", "rule", "evidence"),
    [
        ({"vat_number": VAT}, {"vat_number": VAT}, "vat", "VAT"),
        ({"number": "10001"}, {"code": "10001"}, "code", "10001"),
        ({"number": "10001"}, {"search_code": "10001"}, "search_code", "10001"),
    ],
)
def test_each_rule_writes_the_link_and_why(
    customer: dict[str, str], account: dict[str, str], rule: str, evidence: str
) -> None:
    ours = a_customer(name="Moerman Media", **customer)
    theirs = an_account(name="Moerman Media", **account)

    matched = match(a_division(), now=NOW)

    made = AccountLink.objects.get()
    assert (made.customer, made.account, made.rule, made.linked_by) == (ours, theirs, rule, None)
    event = LinkEvent.objects.get()
    assert (event.action, event.rule, event.at, event.by) == ("linked", rule, NOW, None)
    assert any(evidence in text for text, _ in event.evidence)
    assert matched.rules == {rule: 1}
    assert not Standing.objects.exists()
    assert ExactAccount.objects.get().link_count == 1


def test_who_needs_a_person_gets_a_standing_and_candidates_with_reasons() -> None:
    ours, first = a_pair()
    second = an_account(vat_number=VAT, vat_typed=VAT, name="Moerman Media West")

    matched = match(a_division(), now=NOW)

    standing = Standing.objects.get()
    assert (standing.customer, standing.outcome, standing.situation) == (
        ours,
        "review",
        "vat_on_several",
    )
    assert {one.account for one in ours.candidates.all()} == {first, second}
    assert all(one.points and one.score for one in ours.candidates.all())
    assert [customer for customer, _ in matched.reviews] == [ours]
    assert counts() == recounted()


def test_who_is_near_nobody_is_to_be_created() -> None:
    ours = a_customer(name="Qwx Zzyzx")
    an_account(name="Moerman Media")

    match(a_division(), now=NOW)

    assert ours in Customer.objects.to_create(a_division())


def test_a_dry_run_counts_and_writes_nothing() -> None:
    a_pair()
    a_pair(name="Decoster", vat_number=OTHER_VAT, vat_typed=OTHER_VAT)
    an_account(vat_number=OTHER_VAT, name="Decoster Oost")
    before = written()

    matched = match(a_division(), now=NOW, dry_run=True)

    assert matched.outcomes == {"link": 1, "review": 1}
    assert [situation for _, situation in matched.reviews] == ["vat_on_several"]
    assert written() == before


def test_matching_again_changes_nothing() -> None:
    a_pair()
    a_pair(name="Decoster", vat_number=OTHER_VAT)
    an_account(vat_number=OTHER_VAT, name="Decoster Oost")
    a_customer(name="Qwx Zzyzx")
    match(a_division(), now=NOW)
    before = written()

    match(a_division(), now=NOW)

    assert written() == before


def test_an_older_standing_and_older_candidates_give_way() -> None:
    ours, theirs = a_pair()
    stale = a_candidate(customer=ours)
    a_standing(customer=ours)
    assert ExactAccount.objects.get(pk=stale.account_id).candidate_count == 1

    match(a_division(), now=NOW)

    assert AccountLink.objects.get().account == theirs
    assert not Standing.objects.exists()
    assert not Candidate.objects.exists()
    assert counts() == recounted()


def test_a_rejected_pair_is_kept_and_never_offered_or_linked_again() -> None:
    ours, theirs = a_pair()
    link.reject(ours, theirs, AUTHOR)

    for _ in range(2):
        match(a_division(), now=NOW)

    assert not AccountLink.objects.exists()
    assert Candidate.objects.get().is_rejected
    assert counts() == recounted() == [(theirs.pk, 0, 0)]


def test_an_unlinked_pair_is_not_linked_again_by_itself() -> None:
    ours, _ = a_pair()
    match(a_division(), now=NOW)

    link.unlink(AccountLink.objects.get(), AUTHOR)
    match(a_division(), now=NOW)

    assert not AccountLink.objects.exists()
    assert Standing.objects.get().customer == ours


def test_accounts_that_are_gone_are_not_matched() -> None:
    ours, theirs = a_pair()
    ExactAccount.objects.update(is_gone=True)

    match(a_division(), now=NOW)

    assert not AccountLink.objects.exists()
    assert Customer.objects.to_create(a_division()).get() == ours
    assert theirs.candidates.count() == 0


def test_another_division_keeps_its_links_and_standings() -> None:
    ours, theirs = a_pair()
    other = a_division(code=2, is_chosen=False)
    elsewhere = an_account(division=other, vat_number=OTHER_VAT, name="Elsewhere")
    a_link(customer=ours, account=elsewhere)
    review = a_customer(name="Decoster")
    a_standing(customer=review, division=other)
    a_candidate(customer=review, account=elsewhere)

    match(a_division(), now=NOW)

    assert set(ours.links.values_list("account", flat=True)) == {theirs.pk, elsewhere.pk}
    assert review.standings.filter(division=other).exists()
    assert review.candidates.filter(account=elsewhere).exists()
    assert counts() == recounted()


def test_one_customer_can_be_matched_alone() -> None:
    ours, _ = a_pair()
    a_customer(name="Somebody else")

    matched = match(a_division(), now=NOW, customers=[ours])

    assert (matched.done, matched.total) == (1, 1)
    assert not Standing.objects.exists()


class _Meanwhile:
    """Lets a person act after the first batch, when the second is still to be decided."""

    def __init__(self) -> None:
        rows = [
            Customer(number=f"F{n:04}", name=f"Filler {n}", country="BE", imported_at=NOW)
            for n in range(BATCH)
        ]
        Customer.objects.bulk_create(rows)
        self.last = a_customer(number="Z1", name="Moerman Media", vat_number=VAT)
        self.first = Customer.objects.get(number="F0000")

    def all(self) -> list[Customer]:
        return list(Customer.objects.order_by("number"))


def test_a_person_who_links_meanwhile_wins() -> None:
    meanwhile = _Meanwhile()
    an_account(name="Moerman Media", vat_number=VAT)
    chosen = an_account(name="Chosen by a person")
    person = link.Author(by=an_operator(), at=NOW)

    def links(matched: Matched) -> None:
        if matched.done == BATCH:
            link.assign(meanwhile.last, chosen, person)

    matched = match(a_division(), now=NOW, customers=meanwhile.all(), progress=links)

    assert AccountLink.objects.get(customer=meanwhile.last).account == chosen
    assert not Standing.objects.filter(customer=meanwhile.last).exists()
    assert matched.done == BATCH + 1
    assert matched.outcomes["link"] == 0
    assert counts() == recounted()


def test_a_person_who_says_not_the_same_meanwhile_wins() -> None:
    meanwhile = _Meanwhile()
    theirs = an_account(name="Moerman Media", vat_number=VAT)

    def rejects(matched: Matched) -> None:
        if matched.done == BATCH:
            link.reject(meanwhile.last, theirs, AUTHOR)

    match(a_division(), now=NOW, customers=meanwhile.all(), progress=rejects)

    assert not AccountLink.objects.exists()
    assert Candidate.objects.get().is_rejected


def test_a_candidate_that_a_person_rejects_meanwhile_stays_rejected() -> None:
    meanwhile = _Meanwhile()
    near = an_account(name="Moerman Media", vat_number=VAT)
    other = an_account(name="Moerman Media", vat_number=VAT)

    def rejects(matched: Matched) -> None:
        if matched.done == BATCH:
            link.reject(meanwhile.last, near, AUTHOR)

    match(a_division(), now=NOW, customers=meanwhile.all(), progress=rejects)

    assert Candidate.objects.get(account=near).is_rejected
    assert not Candidate.objects.get(account=other).is_rejected
    assert counts() == recounted()


def test_a_batch_takes_the_same_number_of_queries_however_many_it_links() -> None:
    def queries_for(number: int) -> int:
        for n in range(number):
            code = f"{number}{n:04}"
            a_customer(number=code, name=f"Atlas {code}")
            an_account(code=code, name=f"Atlas {code}")
        with CaptureQueriesContext(database) as queries:
            matched = match(a_division(), now=NOW)
        assert matched.outcomes["link"] == number
        return len(queries)

    assert queries_for(3) == queries_for(30)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["assign", "unlink", "reject", "undo", "match"]),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    max_size=12,
)


class CountsStayTrue(TestCase):
    """Whatever is done in whatever order, the accounts' counts equal a recount."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    def test_counts_equal_a_recount_after_every_step(
        self, steps: list[tuple[str, int, int]]
    ) -> None:
        names = ["Moerman Media", "Moerman Media West", "Decoster", "Decoster Oost", "Qwx"]
        customers = [a_customer(name=name, postcode="9000") for name in names]
        accounts = [an_account(name=name, postcode="9000") for name in names]
        for what, one, other in steps:
            with suppress(
                link.LinkError
            ):  # refused with a reason: the counts must hold all the same
                _do(what, customers[one], accounts[other])
            assert counts() == recounted(), what


def _do(what: str, customer: Customer, account: ExactAccount) -> None:
    if what == "assign":
        link.assign(customer, account, AUTHOR)
    elif what == "reject":
        link.reject(customer, account, AUTHOR)
    elif what == "match":
        match(a_division(), now=NOW)
    elif what == "unlink" and (made := customer.links.first()):
        link.unlink(made, AUTHOR)
    elif what == "undo" and (event := customer.link_events.first()):
        link.undo(event, AUTHOR)
