"""The header Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts_link.models import Customer
from sync.models import ApiAnswer
from sync.services import api_answers
from tests.build import NOW
from tests.sync.api.calling import Program, customer, invoice

pytestmark = pytest.mark.django_db
KEY = {"Idempotency_Key": "1f0a"}


def test_the_same_request_again_gets_the_same_answer() -> None:
    program = Program()

    first = program.post("customers", {"customers": [customer()]}, **KEY)
    again = program.post("customers", {"customers": [customer()]}, **KEY)
    without = program.post("customers", {"customers": [customer()]})

    assert first.json()["new"] == 1
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert without.json()["same"] == 1


def test_a_partial_success_is_replayed_with_its_status() -> None:
    program = Program()
    bring = {"customers": [customer(), customer("2", country="")]}

    answers = [program.post("customers", bring, **KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [207, 207]
    assert answers[0].json() == answers[1].json()


def test_the_same_key_with_another_body_is_refused() -> None:
    program = Program()
    program.post("customers", {"customers": [customer()]}, **KEY)

    other = program.post("customers", {"customers": [customer("10002")]}, **KEY)
    elsewhere = program.post("customers?dry_run=true", {"customers": [customer()]}, **KEY)

    for answer in (other, elsewhere):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Customer.objects.count() == 1


def test_the_same_key_of_another_client_is_another_key() -> None:
    Program().post("customers", {"customers": [customer()]}, **KEY)

    other = Program().post("customers", {"customers": [customer("10002")]}, **KEY)

    assert other.json()["new"] == 1


def test_while_the_first_is_at_work_the_second_is_told_to_wait() -> None:
    program = Program()
    program.post("customers", {"customers": [customer()]}, **KEY)
    ApiAnswer.objects.update(status=None, body=None, at=timezone.now())  # as before its end

    second = program.post("customers", {"customers": [customer()]}, **KEY)

    assert (second.status_code, second.json()["code"]) == (409, "at_work")
    assert int(second["Retry-After"]) > 0


def test_what_died_at_work_is_taken_over_and_doubles_nothing() -> None:
    program = Program()
    program.post("invoices", {"invoices": [invoice()]}, **KEY)
    long_ago = timezone.now() - api_answers.GIVEN_UP_AFTER - timedelta(seconds=1)
    ApiAnswer.objects.update(status=None, body=None, at=long_ago)

    second = program.post("invoices", {"invoices": [invoice()]}, **KEY)
    third = program.post("invoices", {"invoices": [invoice()]}, **KEY)

    assert second.json()["same"] == 1
    assert third.json() == second.json()


def test_of_two_that_take_over_one_does() -> None:
    program = Program()
    api_answers.begin(program.client, "k", "hash", now=NOW)
    later = NOW + api_answers.GIVEN_UP_AFTER + timedelta(seconds=1)

    taken, is_ours = api_answers.begin(program.client, "k", "hash", now=later)

    assert is_ours
    assert taken.at == later
    with pytest.raises(api_answers.AtWorkError):
        api_answers.begin(program.client, "k", "hash", now=later)


def test_who_was_overtaken_keeps_no_answer() -> None:
    program = Program()
    slow, _ = api_answers.begin(program.client, "k", "hash", now=NOW)
    later = NOW + api_answers.GIVEN_UP_AFTER + timedelta(seconds=1)
    quick, _ = api_answers.begin(program.client, "k", "hash", now=later)

    api_answers.keep(slow, 200, {"from": "slow"})
    api_answers.give_up(slow)
    api_answers.keep(quick, 200, {"from": "quick"})

    assert ApiAnswer.objects.get().body == {"from": "quick"}


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(RuntimeError("secret"), 500, "our_fault"), (OperationalError("secret"), 503, "busy")],
)
def test_after_a_fault_of_ours_the_same_key_may_come_at_once(
    fault: Exception, status: int, code: str
) -> None:
    program = Program()
    with connection.execute_wrapper(failing_at("accounts_link_customer", fault)):
        broken = program.post("customers", {"customers": [customer()]}, **KEY)

    mended = program.post("customers", {"customers": [customer()]}, **KEY)

    assert (broken.status_code, broken.json()["code"]) == (status, code)
    assert "secret" not in broken.content.decode()
    assert mended.json()["new"] == 1


def failing_at(table: str, fault: Exception) -> Callable[..., Any]:
    """Let the database fail at every sentence about a table."""

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if table in sql:
            raise fault
        return run(sql, *rest)

    return execute


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\u00e9"])
def test_a_key_that_can_not_be_is_refused(key: str) -> None:
    answer = Program().post("customers", {"customers": [customer()]}, Idempotency_Key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
    assert not Customer.objects.exists()


def test_answers_are_forgotten_after_a_week() -> None:
    program = Program()
    answer, _ = api_answers.begin(program.client, "old", "hash", now=NOW)
    api_answers.keep(answer, 200, {})
    now = NOW + api_answers.KEPT_FOR + timedelta(seconds=1)
    api_answers.begin(program.client, "new", "hash", now=now)

    assert api_answers.prune(now=now) == 1
    assert ApiAnswer.objects.get().key == "new"


def test_a_key_that_has_lapsed_may_come_with_another_request() -> None:
    program = Program()
    answer, _ = api_answers.begin(program.client, "k", "one", now=NOW)
    api_answers.keep(answer, 200, {})

    _, is_ours = api_answers.begin(
        program.client, "k", "two", now=NOW + api_answers.KEPT_FOR + timedelta(seconds=1)
    )

    assert is_ours
