"""What each answer of Zoho means: of what the status says, and of what the body says."""

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from zoho_client.answers import UnauthorisedError, meaning
from zoho_client.errors import (
    ZohoDisconnectedError,
    ZohoError,
    ZohoOutOfCreditsError,
    ZohoRefusedError,
    ZohoTemporaryError,
    ZohoUncertainError,
)
from zoho_client.records import Outcome
from zoho_client.wire import Answer

JSON = {"Content-Type": "application/json;charset=UTF-8"}
PAGE = {"Content-Type": "text/html; charset=utf-8"}


def said(code: str, **details: Any) -> dict[str, Any]:
    return {"code": code, "details": details, "message": f"about {code}", "status": "error"}


def answer(status: int, body: object = None, headers: dict[str, str] = JSON) -> Answer:
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    return Answer(status, headers, content)


@pytest.mark.parametrize("status", [204, 304])
def test_nothing_is_an_answer_to_a_question(status: int) -> None:
    assert meaning(answer(status), is_change=False) is None


@pytest.mark.parametrize("status", [200, 201, 202, 207, 400, 412])
def test_outcomes_are_handed_on_whatever_the_status(status: int) -> None:
    body = {"data": [said("MANDATORY_NOT_FOUND"), {"code": "SUCCESS", "status": "success"}]}

    found = meaning(answer(status, body), is_change=True)

    assert found is not None
    assert json.loads(found) == body


@pytest.mark.parametrize("status", [200, 201, 400])
def test_a_refusal_of_the_whole_call_is_one_even_with_success_as_its_status(status: int) -> None:
    with pytest.raises(ZohoRefusedError) as raised:
        meaning(answer(status, said("INVALID_MODULE", resource_path_index=0)), is_change=True)

    assert (raised.value.code, raised.value.status) == ("INVALID_MODULE", status)
    assert raised.value.details == {"resource_path_index": 0}
    assert "about INVALID_MODULE" in str(raised.value)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_missing_right_is_told_wrapped_or_not(is_wrapped: bool) -> None:  # noqa: FBT001 - a parameter
    refusal = said("NO_PERMISSION", permissions=["Crm_Implied_View_Invoices"])
    body = {"data": [refusal]} if is_wrapped else refusal

    with pytest.raises(ZohoRefusedError) as raised:
        meaning(answer(403, body), is_change=False)

    assert raised.value.code == "NO_PERMISSION"


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("code", ["INVALID_TOKEN", "AUTHENTICATION_FAILURE"])
def test_a_token_that_is_over_may_be_renewed(code: str, is_wrapped: bool) -> None:  # noqa: FBT001 - a parameter
    body = {"data": [said(code)]} if is_wrapped else said(code)

    with pytest.raises(UnauthorisedError):
        meaning(answer(401, body), is_change=True)


def test_a_missing_scope_asks_for_a_person_and_not_for_a_new_token() -> None:
    with pytest.raises(ZohoDisconnectedError, match="Connect to Zoho again"):
        meaning(answer(401, said("OAUTH_SCOPE_MISMATCH")), is_change=False)


UNRELIABLE = [
    answer(200, b"<html>Sign in</html>", PAGE),
    answer(502, b"<html>Bad gateway</html>", PAGE),
    answer(503),
    answer(500, said("INTERNAL_ERROR")),
    answer(200, b'{"data": [{"code": "SUCC'),
    answer(302, None, {"Location": "https://accounts.zoho.eu/signin"}),
    answer(200, [1, 2]),
]


@pytest.mark.parametrize("given", UNRELIABLE)
def test_what_can_not_be_read_leaves_a_change_uncertain(given: Answer) -> None:
    with pytest.raises(ZohoUncertainError, match="looked up"):
        meaning(given, is_change=True)


@pytest.mark.parametrize("given", UNRELIABLE)
def test_what_can_not_be_read_is_a_question_for_later(given: Answer) -> None:
    with pytest.raises(ZohoTemporaryError):
        meaning(given, is_change=False)


@pytest.mark.parametrize("code", ["TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"])
def test_a_limit_is_known_by_its_status_and_not_by_its_name(code: str) -> None:
    with pytest.raises(ZohoTemporaryError, match="limit"):
        meaning(answer(429, said(code)), is_change=True)


@pytest.mark.parametrize(
    "error",
    [
        ZohoTemporaryError("later", datetime(2026, 1, 1, tzinfo=UTC)),
        ZohoOutOfCreditsError("later"),
        ZohoUncertainError("who knows", (1, 2)),
        ZohoDisconnectedError("gone"),
        ZohoRefusedError("no", "INVALID_DATA", {"api_name": "Phone"}, 400),
    ],
)
def test_an_error_survives_the_way_between_processes(error: ZohoError) -> None:
    error.done = [Outcome(ok=True, id="1")]

    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(back) is type(error)
    assert (str(back), vars(back)) == (str(error), vars(error))
