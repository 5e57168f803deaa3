"""From Zoho's JSON to values and back: nothing is rounded, nothing loses its zone."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from zoho_client import coql, reading
from zoho_client.errors import ZohoUnexpectedError
from zoho_client.records import FieldRecord, OrgRecord, Outcome, Row, UserRecord
from zoho_client.writing import sendable

FEW = tuned(max_examples=60, deadline=None)
offsets = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@FEW
@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=offsets))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
def test_a_moment_goes_to_zoho_and_back_to_the_second(when: datetime) -> None:
    written = reading.wire_time(when)

    assert reading.moment(written) == when.replace(microsecond=0)
    assert "." not in written
    assert "Z" not in written


def test_a_time_with_the_offset_of_a_user_is_one_moment_in_utc() -> None:
    found = reading.moment("2022-03-22T11:37:56+02:00")

    assert found == datetime(2022, 3, 22, 9, 37, 56, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("odd", ["yesterday", "2022-03-22T11:37:56", "2022-03-22", 17])
def test_a_time_without_an_offset_is_not_guessed(odd: object) -> None:
    with pytest.raises(ZohoUnexpectedError, match="time is due"):
        reading.moment(odd)


def test_a_time_of_ours_without_a_zone_is_not_sent() -> None:
    with pytest.raises(ValueError, match="zone"):
        reading.wire_time(datetime(2026, 1, 1))  # noqa: DTZ001 - this is the mistake


@FEW
@given(st.integers(10**17, 10**19 - 1))
def test_an_id_is_never_rounded(number: int) -> None:
    as_text = Row.from_api(f'{{"id": "{number}"}}'.encode())
    as_number = Row.from_api(f'{{"id": {number}}}'.encode())

    assert as_text.id == as_number.id == str(number)


@FEW
@given(st.decimals(-(10**9), 10**9, places=9))
def test_an_amount_is_never_rounded(amount: Decimal) -> None:
    body = f'{{"id": "1", "Grand_Total": {amount:f}}}'.encode()

    assert Row.from_api(body).values["Grand_Total"] == amount


def test_a_row_keeps_what_was_asked_and_leaves_out_what_zoho_adds() -> None:
    row = Row.from_api(
        json.dumps(
            {
                "id": "5",
                "Subject": "One",
                "Modified_Time": "2026-01-02T03:04:05+01:00",
                "Modified_By": {"id": "77", "name": "Ann"},
                "$editable": True,
                "$approval": {"approve": False},
                "$line_tax": [{"name": "Vat", "percentage": 21}],
                "$has_more": {"Invoiced_Items": True, "Other": False},
            }
        ).encode()
    )

    assert row.modified_by == "77"
    assert row.cut == ("Invoiced_Items",)
    assert set(row.values) == {"id", "Subject", "Modified_Time", "Modified_By", "$line_tax"}


@pytest.mark.parametrize("body", [b"[]", b'{"Name": "x"}', b'{"id": null}', b'{"id":', b'"id"'])
def test_what_is_no_record_is_told(body: bytes) -> None:
    with pytest.raises(ZohoUnexpectedError):
        Row.from_api(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@FEW
@given(st.binary(max_size=60) | json_values.map(lambda v: json.dumps(v).encode()))
def test_whatever_comes_is_read_or_told_and_never_breaks(body: bytes) -> None:
    for read in (
        Row.from_api,
        lambda raw: reading.rows(raw, "data"),
        lambda raw: reading.read(UserRecord, raw),
        lambda raw: reading.read(FieldRecord, raw),
    ):
        with suppress(ZohoUnexpectedError):  # anything else fails the test
            read(body)


@FEW
@given(json_values)
def test_whatever_is_said_of_a_row_has_a_meaning(told: object) -> None:
    try:
        outcome = Outcome.of(told if isinstance(told, dict) else {"details": told})
    except ZohoUnexpectedError:
        return
    assert outcome.ok or outcome.message


def test_what_is_null_means_what_is_absent() -> None:
    org = reading.read(
        OrgRecord, b'{"zgid": 42, "company_name": null, "license_details": {"paid_type": null}}'
    )

    assert (org.zgid, org.company_name, org.license_details.paid_type) == ("42", None, None)


def test_a_body_that_is_empty_holds_no_rows_and_does_not_crash() -> None:
    assert reading.rows(None, "data") == []
    assert reading.rows(b"", "data") == []


def test_a_field_says_whether_it_is_ours_to_write_and_where_it_leads() -> None:
    field = reading.read(
        FieldRecord,
        b'{"api_name": "Account_Name", "data_type": "lookup", "unique": {"casesensitive": "1"},'
        b' "lookup": {"module": {"api_name": "Accounts", "id": "3"}},'
        b' "operation_type": {"api_create": true, "api_update": false}}',
    )

    assert field.looks_up == "Accounts"
    assert field.is_unique
    assert not field.is_writable


def test_a_record_that_exists_already_is_named() -> None:
    outcome = Outcome.of(
        {
            "code": "DUPLICATE_DATA",
            "details": {"api_name": "Exact_ID", "json_path": "$.data[0].Exact_ID", "id": "9"},
            "message": "duplicate data",
            "status": "error",
        }
    )

    assert not outcome.ok
    assert (outcome.id, outcome.duplicate_id, outcome.api_name) == ("", "9", "Exact_ID")


def test_of_several_errors_the_first_names_its_field() -> None:
    errors = [{"code": "INVALID_DATA", "details": {"api_name": "Phone"}}, {"code": "X"}]
    outcome = Outcome.of({"code": "MULTIPLE_OR_MULTI_ERRORS", "details": {"errors": errors}})

    assert outcome.api_name == "Phone"


def test_what_is_sent_is_written_as_zoho_reads_it() -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)

    assert sendable({"a": when, "b": [{"c": when.date()}], "d": Decimal("1.10"), "e": None}) == {
        "a": "2026-01-02T03:04:05+00:00",
        "b": [{"c": "2026-01-02"}],
        "d": Decimal("1.10"),
        "e": None,
    }


def test_a_query_asks_for_each_field_once_and_for_the_id() -> None:
    text = coql.select("Accounts", ["Account_Name", "id", "Account_Name"])

    assert text == (
        "select id, Account_Name from Accounts where id is not null order by id limit 2000"
    )


def test_what_comes_behind_a_record_is_said_in_pairs() -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    assert coql.changed_after(when, "7") == (
        "(Modified_Time >= '2026-01-02T03:04:05+00:00' and"
        " (Modified_Time > '2026-01-02T03:04:05+00:00' or id > '7'))"
    )


@FEW
@given(st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=20))
def test_a_text_can_not_leave_its_quotes(text: str) -> None:
    quoted = coql.literal(text)

    assert quoted[0] == quoted[-1] == "'"
    assert "'" not in quoted[1:-1].replace("''", "")
    assert quoted[1:-1].replace("''", "'") == text


@pytest.mark.parametrize("name", ["", "a b", "x;", "Name'", "1st", "a.", "id from Users where id"])
def test_a_name_is_nothing_but_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        coql.select("Accounts", [name])


def test_a_query_knows_what_zoho_would_refuse() -> None:
    with pytest.raises(ValueError, match="500"):
        coql.select("Accounts", [f"Field{i}" for i in range(500)])
    with pytest.raises(ValueError, match="100"):
        coql.one_of("id", ["1"] * 101)
    with pytest.raises(ValueError, match="several lines"):
        coql.literal("a\nb")


@pytest.mark.parametrize(("rows", "credits_"), [(1, 1), (200, 1), (201, 2), (1000, 2), (2000, 3)])
def test_a_query_costs_by_the_rows_it_may_answer(rows: int, credits_: int) -> None:
    assert coql.credits_of(rows) == credits_
