"""Runs and the inbox: what they show while work goes on and after it, and who may start it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sync.models import OutboxEntry, Run, Signal
from sync.services import signals
from tests.build import NOW, a_customer, a_division
from tests.sync.pages import a_browser, queries, text_of, told

pytestmark = pytest.mark.django_db

RUNS = "/exact/runs/"
INBOX = "/inbox/"


@pytest.fixture
def browser() -> Client:
    a_division()
    return a_browser()


def a_run(**values: object) -> Run:
    return Run.objects.create(**{"job": Run.Job.PUSH, "asked_at": NOW, "seen_at": NOW} | values)


def an_entry(n: int = 0, **values: object) -> OutboxEntry:
    defaults = {
        "division": a_division(),
        "kind": OutboxEntry.Kind.ACCOUNT,
        "identity": f"account:{n}:v1",
        "reference": f"R{n}",
        "customer": a_customer(),
        "payload": {},
        "state": OutboxEntry.State.REFUSED,
        "due_at": NOW,
        "made_at": NOW,
    }
    return OutboxEntry.objects.create(**defaults | values)


def test_a_run_shows_its_share_while_it_goes_on(browser: Client) -> None:
    run = a_run(state="running", done=30, total=120, counts={"done": 28, "refused": 2})

    page = text_of(browser, f"{RUNS}{run.pk}/")

    assert '<progress value="30" max="120"' in page
    assert "<b>28</b> booked or created" in page
    assert "<b>2</b> refused by Exact" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_a_run_that_is_over_is_not_asked_about_again(browser: Client) -> None:
    run = a_run(state="done", started_at=NOW, ended_at=NOW + timedelta(seconds=75))

    part = browser.get(f"{RUNS}{run.pk}/", headers={"HX-Request": "true"})

    page = part.content.decode()
    assert part.status_code == 286  # the status by which htmx stops
    assert part["HX-Trigger"] == "run-over"
    assert "every 1s" not in page
    assert "1 min 15 s" in page


def test_a_run_that_goes_on_answers_htmx_with_its_part_alone(browser: Client) -> None:
    run = a_run(state="running")

    part = browser.get(f"{RUNS}{run.pk}/", headers={"HX-Request": "true"})

    assert part.status_code == 200
    assert b"<html" not in part.content


def test_a_paused_run_says_until_when(browser: Client) -> None:
    run = a_run(state="paused", message="Exact allows no call now.", resumes_at=NOW)

    page = text_of(browser, f"{RUNS}{run.pk}/")

    assert "Exact allows no call now." in page
    assert "Goes on by itself at 11:30:00" in page


@pytest.mark.parametrize("job", ["mirror", "match"])
def test_pressing_twice_starts_one_run(browser: Client, job: str) -> None:
    told(browser, f"{RUNS}{job}/", {})
    told(browser, f"{RUNS}{job}/", {})

    run = Run.objects.get()
    assert (run.job, run.state) == (job, "waiting")
    assert run.asked_by
    assert run.asked_by.username.startswith("operator")


def test_who_may_only_look_starts_nothing() -> None:
    a_division()
    browser = a_browser("view_invoice")

    assert browser.post(f"{RUNS}mirror/").status_code == 403
    assert "Mirror now" not in text_of(browser, RUNS)


def test_runs_take_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    for _ in range(5):
        a_run(state="done")
    few = queries(browser, RUNS)
    for _ in range(55):
        a_run(state="done", counts={"link": 3})

    assert queries(browser, RUNS) == few <= 10


def test_the_inbox_tells_what_is_wrong_what_to_do_and_where(browser: Client) -> None:
    signals.raise_signal("a", "Exact is away", advice="Connect again.", url="/x/", now=NOW)

    page = text_of(browser, INBOX)

    assert "Exact is away" in page
    assert "Connect again." in page
    assert 'href="/x/"' in page


def test_what_is_mended_moves_below(browser: Client) -> None:
    signals.raise_signal("a", "Exact is away", now=NOW)
    signals.close_signal("a", now=NOW)

    page = text_of(browser, INBOX)

    assert (
        page.index("Nothing is wrong.") < page.index("Mended lately") < page.index("Exact is away")
    )


def test_an_account_that_exact_refused_can_be_settled_in_the_inbox(browser: Client) -> None:
    entry = an_entry(reason="VAT number is not valid")

    assert "VAT number is not valid" in text_of(browser, INBOX)
    page = told(browser, f"/exact/outbox/{entry.pk}/decide/", {"action": "look"})

    entry.refresh_from_db()
    assert entry.state == "unknown"
    assert "No entry waits for a person." in page


def test_a_decision_that_is_none_is_refused(browser: Client) -> None:
    entry = an_entry()

    page = told(browser, f"/exact/outbox/{entry.pk}/decide/", {"action": "eat"})

    assert "Choose what to do." in page
    assert OutboxEntry.objects.get().state == "refused"


def test_the_inbox_takes_the_same_queries_for_five_and_for_sixty(browser: Client) -> None:
    for n in range(5):
        an_entry(n)
        Signal.objects.create(key=f"{n}", title="x", opened_at=NOW)
    few = queries(browser, INBOX)
    for n in range(5, 60):
        an_entry(n)
        Signal.objects.create(key=f"{n}", title="x", opened_at=NOW)

    assert queries(browser, INBOX) == few <= 10
