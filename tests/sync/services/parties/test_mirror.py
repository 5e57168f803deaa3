"""Our copies of Exact's accounts: whole, in few calls, whatever happens while they are read."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts_link.models import ExactAccount
from exact_client.connections import connect_through_sandbox, read_divisions
from exact_client.errors import ExactDisconnectedError, ExactError
from exact_client.models import CallBudget, Division
from exact_client.reading import OddRecord
from sync.models import MirrorCursor
from sync.services.feeds import OVERLAP, OVERLAP_VERSIONS
from sync.services.parties.mirror import mirror
from tests.build import NOW, a_link
from tests.exact_client.strange import Rows
from tests.sync.services.mirroring import (
    MADE,
    MINUTE,
    SYNC,
    Made,
    a_client,
    a_key,
    calls_for,
    deleted,
    renamed,
    rest,
    strange,
    the_copy,
    the_cursor,
    the_division,
)

__all__ = ["strange"]


def test_accounts_are_copied_in_a_call_for_each_thousand(strange: Made) -> None:
    sandbox = strange(MADE)

    mirrored = mirror(the_division(), a_client(), now=NOW)

    assert (mirrored.read, mirrored.changed, mirrored.gone) == (MADE, MADE, 0)
    assert ExactAccount.objects.count() == MADE
    assert calls_for(sandbox) <= 4


def test_what_did_not_change_is_read_in_two_calls_and_not_written(strange: Made) -> None:
    sandbox = strange(MADE)
    mirror(the_division(), a_client(), now=NOW)
    before = calls_for(sandbox)

    with CaptureQueriesContext(database) as queries:
        mirrored = mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert mirrored.changed == 0
    assert calls_for(sandbox) - before == 2
    assert not [
        q for q in queries if "accounts_link_exactaccount" in q["sql"] and "SELECT" not in q["sql"]
    ]
    assert ExactAccount.objects.filter(mirrored_at=NOW).count() == MADE


def test_padding_goes_and_vat_numbers_get_their_country(strange: Made) -> None:
    sandbox = strange(3)
    sandbox.change(
        sandbox.company.divisions[0],
        "accounts",
        a_key(0),
        Code="               555",
        SearchCode=" 10001 ",
        VATNumber="0676.025.860",
        Country="BE ",
    )

    mirror(the_division(), a_client(), now=NOW)

    copy = the_copy(0)
    assert (copy.code, copy.search_code, copy.country) == ("555", "10001", "BE")
    assert (copy.vat_typed, copy.vat_number) == ("0676.025.860", "BE0676025860")


def test_one_change_is_one_row_written(strange: Made) -> None:
    sandbox = strange(50)
    mirror(the_division(), a_client(), now=NOW)
    renamed(sandbox, 7, "Seven of Fifty")

    mirrored = mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert mirrored.changed == 1
    assert the_copy(7).name == "Seven of Fifty"
    assert "seven of fifty" in the_copy(7).search_text


def test_the_same_rows_twice_in_a_page_are_one_copy_the_newest(strange: Made) -> None:
    sandbox = strange(20)

    def doubled(rows: Rows) -> Rows:
        newer = [
            {**row, "Timestamp": str(int(row["Timestamp"]) + 100), "Name": "Newer"} for row in rows
        ]
        return [*newer, *rows, *rows]

    sandbox.twist = doubled

    mirror(the_division(), a_client(), now=NOW)

    assert list(ExactAccount.objects.values_list("name", flat=True)) == ["Newer"] * 20


@pytest.mark.parametrize("full", [False, True])
def test_an_older_version_on_a_later_page_does_not_undo_a_newer_one(
    strange: Made, *, full: bool
) -> None:
    sandbox = strange(1500)
    pages: list[Rows] = []

    def newest_first(rows: Rows) -> Rows:
        pages.append(rows)
        own = next(row for row in pages[0] if row["ID"] == a_key(0))
        if len(pages) == 1:
            return [{**own, "Timestamp": "9000", "Name": "Newest"}, *rows[1:]]
        return [*rows, own]

    sandbox.twist = newest_first

    mirror(the_division(), a_client(), now=NOW, full=full)

    assert len(pages) == 2
    assert the_copy(0).name == "Newest"


def test_what_changes_while_pages_are_read_is_there_in_the_end(strange: Made) -> None:
    sandbox = strange(MADE)

    def meanwhile(mirrored: object) -> None:
        renamed(sandbox, 3, "Changed after its page")
        renamed(sandbox, MADE - 1, "Changed before its page")

    mirror(the_division(), a_client(), now=NOW, progress=meanwhile)
    mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert ExactAccount.objects.count() == MADE
    assert the_copy(3).name == "Changed after its page"
    assert the_copy(MADE - 1).name == "Changed before its page"


def test_a_row_committed_late_with_a_lower_version_is_found_by_the_overlap(strange: Made) -> None:
    sandbox = strange(40)
    late: Rows = []

    def without_nine(rows: Rows) -> Rows:
        late[:] = [row for row in rows if row["ID"] == a_key(9)] or late
        return [row for row in rows if row["ID"] != a_key(9)]

    sandbox.twist = without_nine
    mirror(the_division(), a_client(), now=NOW)
    assert not ExactAccount.objects.filter(exact_id=UUID(a_key(9))).exists()

    sandbox.twist = None
    mirror(the_division(), a_client(), now=NOW + 5 * MINUTE)

    assert the_copy(9).code == late[0]["Code"].strip()


def test_many_mirrors_within_the_overlap_still_begin_before_it(strange: Made) -> None:
    sandbox = strange(5)
    mirror(the_division(), a_client(), now=NOW - 2 * OVERLAP)
    settled = the_cursor().version
    for second in range(60):
        renamed(sandbox, second % 5, f"Again {second}")
        mirror(the_division(), a_client(), now=NOW + timedelta(seconds=second))
        CallBudget.objects.all().delete()

    before = len(sandbox.calls)
    mirror(the_division(), a_client(), now=NOW + MINUTE)

    asked = next(call for call in sandbox.calls[before:] if SYNC in call.path)
    assert f"Timestamp gt {settled}L" in str(asked)


def test_versions_out_of_order_do_not_move_the_restart_when_it_is_cut_off(strange: Made) -> None:
    sandbox = strange(MADE)
    sandbox.twist = lambda rows: rows[::-1]
    sandbox.fault("rate_limit_minute", path=SYNC, every=2, times=1)

    with pytest.raises(ExactError):
        mirror(the_division(), a_client(), now=NOW)

    assert the_cursor().version == 1
    rest(sandbox)
    mirror(the_division(), a_client(), now=NOW + MINUTE)
    assert ExactAccount.objects.count() == MADE


@pytest.mark.parametrize("kind", ["rate_limit_minute", "rate_limit_day", "html", "truncate"])
def test_a_mirror_that_was_cut_off_goes_on_where_it_was(strange: Made, kind: str) -> None:
    sandbox = strange(MADE)

    def break_from_now_on(mirrored: object) -> None:
        sandbox.fault(kind, path=SYNC)

    with pytest.raises(ExactError):
        mirror(the_division(), a_client(), now=NOW, progress=break_from_now_on)
    assert ExactAccount.objects.count() == 1000
    sandbox.clear_faults()
    rest(sandbox)

    mirrored = mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert ExactAccount.objects.count() == MADE
    assert mirrored.read <= MADE - 1000 + OVERLAP_VERSIONS
    assert mirrored.changed == MADE - 1000


def test_an_unreadable_record_is_reported_and_the_others_arrive(strange: Made) -> None:
    sandbox = strange(30)
    sandbox.twist = lambda rows: [
        {**row, "Blocked": {"odd": True}} if row["ID"] == a_key(4) else row for row in rows
    ]
    odd: list[OddRecord] = []

    mirror(the_division(), a_client(odd), now=NOW, odd=odd)

    assert ExactAccount.objects.count() == 29
    assert [a_key(4) in one.raw.decode() for one in odd] == [True]


def test_an_account_that_became_unreadable_is_not_taken_for_deleted(strange: Made) -> None:
    sandbox = strange(30)
    mirror(the_division(), a_client(), now=NOW)
    deleted(sandbox, 5)
    sandbox.twist = lambda rows: [
        {**row, "Blocked": {"odd": True}} if row["ID"] == a_key(4) else row for row in rows
    ]
    odd: list[OddRecord] = []

    mirrored = mirror(the_division(), a_client(odd), now=NOW + MINUTE, full=True, odd=odd)

    assert [the_copy(n).is_gone for n in (4, 5)] == [False, True]
    assert mirrored.gone == 1


def test_texts_longer_than_we_keep_are_cut_and_stop_nobody(strange: Made) -> None:
    sandbox = strange(3)
    sandbox.twist = lambda rows: [
        {**row, "Name": "N" * 500, "Phone": "0" * 99, "City": "Gent\0", "Status": "CC"}
        if row["ID"] == a_key(0)
        else row
        for row in rows
    ]

    mirror(the_division(), a_client(), now=NOW)

    copy = the_copy(0)
    assert (len(copy.name), len(copy.phone), copy.city) == (200, 40, "Gent")
    assert copy not in ExactAccount.objects.customers()
    assert ExactAccount.objects.count() == 3


def test_what_was_deleted_is_marked_and_kept_with_its_links(strange: Made) -> None:
    sandbox = strange(10)
    mirror(the_division(), a_client(), now=NOW)
    a_link(account=the_copy(2))
    deleted(sandbox, 2)

    mirrored = mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert (mirrored.gone, ExactAccount.objects.count()) == (1, 10)
    assert (the_copy(2).is_gone, the_copy(2).link_count) == (True, 1)


def test_an_account_that_is_back_again_stays_back(strange: Made) -> None:
    sandbox = strange(10)
    mirror(the_division(), a_client(), now=NOW)
    gone = sandbox.record("accounts", a_key(2))
    deleted(sandbox, 2)
    mirror(the_division(), a_client(), now=NOW + MINUTE)
    first = sandbox.company.divisions[0]
    sandbox._books.put(first, "accounts", a_key(2), gone)  # noqa: SLF001 - no page does that

    for minutes in range(2, 15):
        mirror(the_division(), a_client(), now=NOW + minutes * MINUTE)
        assert not the_copy(2).is_gone


def test_after_45_days_everything_is_compared_anew(strange: Made) -> None:
    sandbox = strange(1200)
    mirror(the_division(), a_client(), now=NOW)
    deleted(sandbox, 2)
    sandbox.advance(timedelta(days=70).total_seconds())  # Exact no longer tells of the deletion
    connect_through_sandbox(connected_by="test")

    mirrored = mirror(the_division(), a_client(), now=NOW + timedelta(days=46))

    assert (mirrored.read, mirrored.gone) == (1199, 1)
    assert the_copy(2).is_gone
    assert calls_for(sandbox, "sync/Deleted") == 0


def test_a_division_whose_versions_began_anew_is_compared_anew_and_then_followed(
    strange: Made,
) -> None:
    sandbox = strange(60)
    sandbox.twist = lambda rows: [
        {**row, "Timestamp": str(int(row["Timestamp"]) + 50_000)} for row in rows
    ]
    mirror(the_division(), a_client(), now=NOW - timedelta(hours=1))
    deleted(sandbox, 2)
    mirror(the_division(), a_client(), now=NOW - timedelta(minutes=30))
    MirrorCursor.objects.filter(feed="deleted").update(version=50_000)  # of the old versions

    sandbox.twist = None
    Division.objects.update(epoch="moved")
    deleted(sandbox, 3)
    mirror(the_division(), a_client(), now=NOW)
    assert the_copy(3).is_gone

    renamed(sandbox, 7, "After the move")
    deleted(sandbox, 8)
    for minutes in (1, 20, 40):
        mirror(the_division(), a_client(), now=NOW + minutes * MINUTE)
    renamed(sandbox, 9, "Long after the move")
    mirror(the_division(), a_client(), now=NOW + 60 * MINUTE)

    assert the_copy(7).name == "After the move"
    assert the_copy(8).is_gone
    assert the_copy(9).name == "Long after the move"


def test_a_first_mirror_of_a_moved_division_begins_anew_too(strange: Made) -> None:
    sandbox = strange(MADE)
    sandbox.twist = lambda rows: [
        {**row, "Timestamp": str(int(row["Timestamp"]) + 50_000)} for row in rows
    ]
    sandbox.fault("rate_limit_minute", path=SYNC, every=2, times=1)
    with pytest.raises(ExactError):
        mirror(the_division(), a_client(), now=NOW)
    sandbox.twist = None
    rest(sandbox)
    Division.objects.update(epoch="moved")

    mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert ExactAccount.objects.filter(is_gone=False).count() == MADE


def test_exact_tells_when_a_division_has_moved(strange: Made) -> None:
    sandbox = strange(3)
    mirror(the_division(), a_client(), now=NOW)
    sandbox.change(0, "divisions", str(the_division().code), DivisionMoveDate=1_790_000_000_000)
    read_divisions(the_division().connection)

    mirrored = mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert mirrored.read == mirrored.changed == 3


def test_without_permission_nothing_moves(strange: Made) -> None:
    sandbox = strange(10)
    mirror(the_division(), a_client(), now=NOW)
    before = the_cursor().version
    sandbox.fault("revoke_tokens", times=1)
    renamed(sandbox, 1, "Unread")

    with pytest.raises(ExactDisconnectedError):
        mirror(the_division(), a_client(), now=NOW + MINUTE)

    assert the_cursor().version == before
    assert the_copy(1).name != "Unread"


@pytest.mark.django_db(transaction=True)
def test_two_mirrors_at_once_lose_and_double_nothing(strange: Made) -> None:
    strange(MADE)
    mirror(the_division(), a_client(), now=NOW)
    problems: list[Exception] = []

    def one() -> None:
        try:
            mirror(the_division(), a_client(), now=NOW + MINUTE, full=True)
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    both = [Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)

    assert problems == []
    assert ExactAccount.objects.filter(is_gone=False).count() == MADE
