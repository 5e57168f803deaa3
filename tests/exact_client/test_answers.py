"""What each answer means, by value: whether it was applied, and what puts it right."""

import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from exact_client.answers import UnauthorisedError, from_wire, meaning
from exact_client.errors import (
    ExactDisconnectedError,
    ExactError,
    ExactOutOfBudgetError,
    ExactRefusedError,
    ExactTemporaryError,
    ExactUncertainError,
    ExactUnexpectedError,
)
from exact_client.wire import Answer, LostError, NotSentError

NOW = datetime(2026, 10, 1, 12, 0, 30, tzinfo=UTC)
JSON = {"Content-Type": "application/json;charset=utf-8"}
HTML = {"Content-Type": "text/html"}


def an_error(status: int, text: str) -> Answer:
    envelope = {"error": {"code": "", "message": {"lang": "nl-NL", "value": text}}}
    return Answer(status, JSON, json.dumps(envelope).encode())


def error_of(answer: Answer, *, is_create: bool) -> Exception:
    with pytest.raises((ExactError, UnauthorisedError)) as raised:
        meaning(answer, is_create=is_create, now=NOW)
    return raised.value


APPLIED_OR_NOT = {
    "a page of maintenance": Answer(200, HTML, b"<html>"),
    "a cut answer": Answer(201, JSON, b'{"d":{"EntryID":"2e1e15'),
    "a redirect": Answer(302, {"Location": "https://elsewhere.example"}, b""),
    "a time-out at Exact": Answer(408, {}, b""),
    "a bad gateway": Answer(502, HTML, b"<html>"),
    "no service": Answer(503, {}, b""),
    "a gateway that waited": Answer(504, {}, b""),
    "a broken thing inside": an_error(500, "Object reference not set to an instance of an object."),
    "a problem inside": an_error(500, "A problem has occurred. The cause will be investigated."),
    "a silent 500": Answer(500, JSON, b""),
    "a 500 page": Answer(500, HTML, b"<html>Runtime error"),
    "an unknown 5xx": Answer(599, {}, b""),
}


@pytest.mark.parametrize("answer", APPLIED_OR_NOT.values(), ids=APPLIED_OR_NOT)
def test_a_create_that_may_have_been_made_is_uncertain(answer: Answer) -> None:
    assert isinstance(error_of(answer, is_create=True), ExactUncertainError)


@pytest.mark.parametrize("answer", APPLIED_OR_NOT.values(), ids=APPLIED_OR_NOT)
def test_the_same_is_temporary_for_what_may_be_repeated(answer: Answer) -> None:
    assert isinstance(error_of(answer, is_create=False), ExactTemporaryError)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"x":1}'])
def test_a_create_without_a_record_in_its_answer_is_uncertain(body: bytes) -> None:
    assert isinstance(error_of(Answer(201, JSON, body), is_create=True), ExactUncertainError)


def test_no_content_says_nothing_of_what_was_created() -> None:
    assert isinstance(error_of(Answer(204, {}, b""), is_create=True), ExactUncertainError)
    assert bytes(meaning(Answer(204, {}, b""), is_create=False, now=NOW)) == b""


def test_a_question_answered_in_an_unknown_shape_is_never_an_empty_list() -> None:
    answer = Answer(200, JSON, b'{"value": []}')

    assert isinstance(error_of(answer, is_create=False), ExactUnexpectedError)


@pytest.mark.parametrize("is_create", [True, False])
@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (500, "Gegeven bestaat reeds.", "taken"),
        (500, "In gebruik: Boekstuknummer", "taken"),
        (500, "Periode is afgesloten: 2024 - 01", "closed_period"),
        (400, "Error processing request stream. Error encountered in converting the value from"
              " request payload for property 'X' to type 'Guid'", "bad_value"),
        (500, "Etwas ganz Neues", "other"),
    ],
)  # fmt: skip
def test_a_readable_no_is_a_refusal_with_exacts_words(
    status: int,
    text: str,
    kind: str,
    is_create: bool,  # noqa: FBT001 - a case of the table
) -> None:
    error = error_of(an_error(status, text), is_create=is_create)

    assert isinstance(error, ExactRefusedError)
    assert (error.kind, error.text, error.status) == (kind, text, status)
    assert text in str(error)


@pytest.mark.parametrize("status", [404, 405, 415])
def test_a_wrong_address_was_surely_not_applied(status: int) -> None:
    error = error_of(Answer(status, HTML, b"<html>"), is_create=True)

    assert isinstance(error, ExactRefusedError)
    assert error.kind == "not_found"


def test_a_wrong_token_is_for_the_keeper_of_tokens() -> None:
    assert isinstance(error_of(Answer(401, {}, b""), is_create=True), UnauthorisedError)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(403, {"Reason": "LicenseExpired: x"}, b""), "the licence has expired"),
        (an_error(403, "Forbidden - Application Scope Violated."), "Application Scope Violated"),
        (Answer(403, HTML, b"<html>"), "no reason given"),
    ],
)
def test_being_turned_away_says_why(answer: Answer, told: str) -> None:
    error = error_of(answer, is_create=True)

    assert isinstance(error, ExactDisconnectedError)
    assert told in str(error)


MINUTE_ENDS = str(int((NOW + timedelta(seconds=30)).timestamp() * 1000))
DAY_ENDS = str(int((NOW + timedelta(hours=11)).timestamp() * 1000))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Minutely-Remaining": "0", "X-RateLimit-Minutely-Reset": MINUTE_ENDS}, 30),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": DAY_ENDS}, 11 * 3600),
        (
            {
                "X-RateLimit-Minutely-Remaining": "0",
                "X-RateLimit-Minutely-Reset": MINUTE_ENDS,
                "X-RateLimit-Remaining": "4000",
                "X-RateLimit-Reset": DAY_ENDS,
            },
            30,
        ),
        ({}, 30),
        ({"X-RateLimit-Minutely-Reset": "soon"}, 30),
        ({"Retry-After": "7"}, 7),
    ],
)
def test_a_limit_says_when_to_come_back(headers: Mapping[str, str], wait: int) -> None:
    error = error_of(Answer(429, headers, b""), is_create=True)

    assert isinstance(error, ExactTemporaryError)
    assert error.retry_at == NOW + timedelta(seconds=wait)


def test_the_wait_does_not_depend_on_our_clock() -> None:
    headers = {
        "Date": "Thu, 01 Oct 2026 15:00:50 GMT",
        "X-RateLimit-Minutely-Reset": str(
            int(datetime(2026, 10, 1, 15, 1, tzinfo=UTC).timestamp() * 1000)
        ),
    }

    error = error_of(Answer(429, headers, b""), is_create=True)

    assert isinstance(error, ExactTemporaryError)
    assert error.retry_at == NOW + timedelta(seconds=10)


def test_what_was_not_sent_may_be_repeated_and_what_was_lost_may_not() -> None:
    assert isinstance(from_wire(NotSentError("x"), is_create=True), ExactTemporaryError)
    assert isinstance(from_wire(LostError("x"), is_create=True), ExactUncertainError)
    assert isinstance(from_wire(LostError("x"), is_create=False), ExactTemporaryError)


@pytest.mark.parametrize(
    "error",
    [
        ExactTemporaryError("wait", NOW),
        ExactOutOfBudgetError("wait", NOW),
        ExactRefusedError("no", "taken", "Gegeven bestaat reeds.", 500),
        ExactUncertainError("who knows"),
    ],
)
def test_errors_survive_the_way_between_processes(error: ExactError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
