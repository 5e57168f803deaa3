"""Pairs learn from the copies of both sides whether they are equal, due or in conflict."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sync.models import Conflict, FieldMapping, Pair, ZohoSync
from sync.services.zoho.merging import conflicts, merging
from sync.services.zoho.merging.weighing import Scales, Ties, weigh
from tests.sync.services.zoho.pairs import a_pair, a_zoho, an_exact

BASE = {"City = Billing_City": "Gent"}


@pytest.fixture
def asking(sync: ZohoSync) -> ZohoSync:
    """Ask a person about the city, and keep nothing else equal."""
    FieldMapping.objects.exclude(exact_field="City").delete()
    FieldMapping.objects.update(winner="ask")
    return sync


def city(sync: ZohoSync, exact: str | None, zoho: str | None, **values: Any) -> Pair:
    """A pair whose sides both said Gent once."""
    return a_pair(
        an_exact(sync, City=exact, changed_by="Ann"),
        a_zoho(sync, Billing_City=zoho, changed_by="Zoe"),
        **{"base": BASE} | values,
    )


def state_of(pair: Pair) -> str:
    return Pair.objects.get(pk=pair.pk).state


@pytest.mark.parametrize(
    ("exact", "zoho", "state"),
    [
        ("Gent", "Gent", "equal"),
        ("Brugge", "Gent", "due"),
        ("Gent", "Brugge", "due"),
        ("Brugge", "Brugge", "equal"),
        ("Brugge", "Aalst", "conflict"),
        (None, "Gent", "due"),
    ],
)
def test_a_pair_is_what_both_sides_came_to_since_they_last_agreed(
    asking: ZohoSync, now: datetime, exact: str | None, zoho: str | None, state: str
) -> None:
    pair = city(asking, exact, zoho)

    merged = merging.merge(asking, now=now)

    assert (state_of(pair), merged.done) == (state, 1)
    assert not Pair.objects.get().is_dirty


def test_what_is_agreed_becomes_base_and_what_waits_keeps_its_own(
    asking: ZohoSync, now: datetime
) -> None:
    agreed, waiting = city(asking, "Brugge", "Brugge"), city(asking, "Brugge", "Gent")

    merging.merge(asking, now=now)

    bases = [Pair.objects.get(pk=pair.pk).base for pair in (agreed, waiting)]
    assert bases == [{"City = Billing_City": "Brugge"}, BASE]


def test_what_was_looked_at_is_left_alone_until_a_side_is_read_anew(
    asking: ZohoSync, now: datetime
) -> None:
    pair = city(asking, "Brugge", "Gent", is_dirty=False, state="equal")

    assert merging.merge(asking, now=now).done == 0
    assert state_of(pair) == "equal"


def test_a_conflict_shows_both_values_with_their_times_and_authors(
    asking: ZohoSync, now: datetime
) -> None:
    pair = city(asking, "Brugge", "Aalst")

    merging.merge(asking, now=now)

    conflict = Conflict.objects.get(pair=pair)
    assert (conflict.base_value, conflict.exact_value, conflict.zoho_value) == (
        "Gent",
        "Brugge",
        "Aalst",
    )
    assert (conflict.exact_by, conflict.zoho_by) == ("Ann", "Zoe")
    assert "Billing_City" in Pair.objects.get().reason


def test_a_conflict_is_closed_when_somebody_mends_it_by_hand(
    asking: ZohoSync, now: datetime
) -> None:
    pair = city(asking, "Brugge", "Aalst")
    merging.merge(asking, now=now)
    type(pair.zoho).objects.update(values={"Billing_City": "Brugge"})
    Pair.objects.update(is_dirty=True)

    merging.merge(asking, now=now + timedelta(hours=1))

    assert (state_of(pair), Conflict.objects.get().closed_at) == (
        "equal",
        now + timedelta(hours=1),
    )


def test_what_a_person_chose_is_due_and_the_conflict_stays_open_until_it_is_written(
    asking: ZohoSync, now: datetime
) -> None:
    pair = city(asking, "Brugge", "Aalst")
    merging.merge(asking, now=now)

    conflicts.choose(Conflict.objects.get(), "zoho", by=None, now=now)
    merging.merge(asking, now=now)

    assert state_of(pair) == "due"
    assert Conflict.objects.get().closed_at is None


def test_a_choice_between_other_values_is_void(asking: ZohoSync, now: datetime) -> None:
    pair = city(asking, "Brugge", "Aalst")
    merging.merge(asking, now=now)
    conflicts.choose(Conflict.objects.get(), "zoho", by=None, now=now)
    type(pair.exact).objects.update(values={"City": "Namur"})

    merging.merge(asking, now=now)

    conflict = Conflict.objects.get()
    assert (state_of(pair), conflict.choice, conflict.exact_value) == ("conflict", "", "Namur")


def test_a_closed_conflict_can_not_be_chosen_in(asking: ZohoSync, now: datetime) -> None:
    city(asking, "Brugge", "Aalst")
    merging.merge(asking, now=now)
    Conflict.objects.update(closed_at=now)

    with pytest.raises(conflicts.ConflictClosedError, match="agree"):
        conflicts.choose(Conflict.objects.get(), "exact", by=None, now=now)


def test_a_value_that_means_nothing_on_the_other_side_needs_a_person(
    asking: ZohoSync, now: datetime
) -> None:
    FieldMapping.objects.update(transform="table", options={"table": {"Gent": "Ghent"}})
    pair = city(asking, "Nowhere", "Ghent", base={})

    merging.merge(asking, now=now)

    assert state_of(pair) == "blocked"
    assert "table" in Pair.objects.get().reason


def test_a_contact_is_looked_at_again_once_its_account_is_paired(
    sync: ZohoSync, now: datetime
) -> None:
    exact, zoho = an_exact(sync, Name="Aurora"), a_zoho(sync, Account_Name="Aurora")
    person = a_pair(
        an_exact(sync, "Contacts", Account=exact.key, account_key=exact.key),
        a_zoho(sync, "Contacts", Account_Name={"id": zoho.key}, account_key=zoho.key),
        is_dirty=False,
        state="equal",
        base={},
    )
    a_pair(exact, zoho, merged_at=None, base={})

    merging.merge(sync, now=now)

    assert (Pair.objects.get(pk=person.pk).base or {})["Account = Account_Name"] == exact.key


def test_a_code_changed_in_zoho_is_brought_back_because_exact_never_takes_another(
    sync: ZohoSync, now: datetime
) -> None:
    FieldMapping.objects.exclude(exact_field="Code").delete()
    pair = a_pair(
        an_exact(sync, "Products", Code="DESK"),
        a_zoho(sync, "Products", Product_Code="TABLE"),
        base={"Code = Product_Code": "DESK"},
    )
    scales = Scales.of(sync.modules.get(module="Products"))

    found = weigh(pair, scales, Ties())

    assert (found.to_zoho, found.to_exact) == ({"Product_Code": "DESK"}, {})


def test_what_is_gone_on_one_side_is_not_touched(asking: ZohoSync, now: datetime) -> None:
    pair = city(asking, "Brugge", "Gent", state="gone")

    assert merging.merge(asking, now=now).done == 0
    assert state_of(pair) == "gone"
