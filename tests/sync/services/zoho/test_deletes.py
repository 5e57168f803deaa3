"""Deletes never cross, whichever way they are heard of: flagged, shown, and nothing is removed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sync.models import Notice, Pair, Run
from sync.services import runs
from sync.services.zoho import job
from tests.sync.services.zoho.told import Told, told

__all__ = ["told"]
pytestmark = pytest.mark.django_db

PHONE = "+32 2 555 01 99"


def after_a_run() -> None:
    job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))


def is_flagged(pair: Pair, *, gone_in: str) -> bool:
    """Whether the pair and the copy of that side say that it went; the other side's does not."""
    fresh = Pair.objects.select_related("exact", "zoho").get(pk=pair.pk)
    sides = {"exact": fresh.exact, "zoho": fresh.zoho}
    gone, stays = sides.pop(gone_in), next(iter(sides.values()))
    assert "Nothing is deleted on the other side" in fresh.reason
    return (fresh.state, gone.standing, bool(gone.gone_at), stays.gone_at) == (
        Pair.State.GONE, "gone", True, None,
    )  # fmt: skip


def test_what_zoho_tells_is_deleted_stays_in_exact(told: Told) -> None:
    pair = told.a_pair()
    before = told.writes()
    told.zoho.delete("Accounts", pair.zoho.key)

    told.settle()

    assert Notice.objects.get().action == "delete"
    assert is_flagged(pair, gone_in="zoho")
    assert told.exact.record("accounts", pair.exact.key)["Name"]
    assert told.writes() == before


def test_what_exact_tells_is_deleted_stays_in_zoho(told: Told) -> None:
    pair = told.a_pair()
    before = told.writes()
    told.exact.erase("Accounts", pair.exact.key)

    told.settle()

    assert {one.action for one in Notice.objects.filter(module="Accounts")} == {"delete"}
    assert is_flagged(pair, gone_in="exact")
    assert told.zoho.record("Accounts", pair.zoho.key)["Account_Name"]
    assert told.writes() == before


def test_what_is_in_zohos_list_of_deletions_stays_in_exact(told: Told) -> None:
    told.zoho.switches.watch_drop = 1
    pair, before = told.a_pair(), told.writes()
    told.zoho.delete("Accounts", pair.zoho.key)
    told.deliver()
    assert not Notice.objects.exists()

    after_a_run()

    assert is_flagged(pair, gone_in="zoho")
    assert told.exact.record("accounts", pair.exact.key)["Name"]
    assert told.writes() == before


def test_what_is_in_exacts_list_of_deletions_stays_in_zoho(told: Told) -> None:
    told.exact.webhooks.set(drop=9)
    pair, before = told.a_pair(), told.writes()
    told.exact.erase("Accounts", pair.exact.key)
    told.deliver()
    assert not Notice.objects.exists()

    after_a_run()

    assert is_flagged(pair, gone_in="exact")
    assert told.zoho.record("Accounts", pair.zoho.key)["Account_Name"]
    assert told.writes() == before


def test_a_change_of_what_went_on_the_other_side_is_written_nowhere(told: Told) -> None:
    pair = told.a_pair()
    told.zoho.delete("Accounts", pair.zoho.key)
    told.settle()
    before = told.writes()
    told.exact.edit("Accounts", pair.exact.key, {"Phone": PHONE})

    told.settle()
    after_a_run()

    assert is_flagged(pair, gone_in="zoho")
    assert told.writes() == before
    assert told.zoho.record("Accounts", pair.zoho.key) == {}


@pytest.mark.parametrize("is_told", [True, False])
def test_a_record_that_zoho_restores_from_its_bin_comes_back(told: Told, *, is_told: bool) -> None:
    pair = told.a_pair()
    kept = told.zoho.delete("Accounts", pair.zoho.key)
    told.settle()
    assert is_flagged(pair, gone_in="zoho")

    told.zoho.store.drop("_deleted", pair.zoho.key)  # as a person who presses “Restore”
    told.zoho.store.keep("Accounts", pair.zoho.key, kept)
    told.zoho.change("Accounts", pair.zoho.key, Phone=PHONE)
    told.settle() if is_told else after_a_run()

    fresh = Pair.objects.select_related("zoho").get(pk=pair.pk)
    assert (fresh.state, fresh.zoho.standing, fresh.zoho.gone_at) == ("equal", "paired", None)
    assert told.exact.record("accounts", pair.exact.key)["Phone"] == PHONE
