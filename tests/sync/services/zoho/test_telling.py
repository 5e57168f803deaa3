"""What needs a person is told here and at the record in Zoho: once, until it is mended."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from sync.models import ModuleSync, Pair, Run, Signal, ZohoRecord, ZohoSync
from sync.services import runs, signals
from sync.services.signals import Words
from sync.services.zoho import job
from sync.services.zoho.set_up.metadata import OUR_FIELDS
from sync.services.zoho.telling import telling
from sync.services.zoho.telling.troubles import troubles
from tests.build import NOW
from tests.sync.services.zoho.build import a_pair, a_sync, a_zoho_record, an_exact_record
from tests.sync.services.zoho.told import Told, told
from tests.sync.zoho_rows import a_refusal
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

__all__ = ["told"]
pytestmark = pytest.mark.django_db

WHY = "This contact was not synchronised: Exact demands a first name."
SIGNAL = {"namespace": "exactlink.needs_you", "enabled": True, "id": "1", "display_label": "Exact"}


@pytest.fixture
def contact(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox) -> ZohoRecord:
    """A contact that does not cross, in a module that has our fields."""
    zoho.create_fields("Contacts", list(OUR_FIELDS.values()))
    ModuleSync.objects.filter(module="Contacts").update(
        fields=zoho_sandbox.company.fields["Contacts"]
    )
    row = next(iter(zoho_sandbox.store.rows("Contacts")))
    return ZohoRecord.objects.create(
        sync=sync, module="Contacts", key=row["id"], name=row["Full_Name"], read_at=NOW,
        standing="blocked", reason=WHY, problem="First_Name",
    )  # fmt: skip


def shown(stand_in: ZohoSandbox, record: ZohoRecord) -> tuple[Any, Any]:
    row = stand_in.record(record.module, record.key)
    return row.get("Exact_Sync_Status"), row.get("Exact_Sync_Message")


def notes(stand_in: ZohoSandbox) -> list[str]:
    return [row["Note_Content"] for row in stand_in.store.rows("Notes")]


def writes(stand_in: ZohoSandbox) -> int:
    return sum(call.method != "GET" for call in stand_in.calls)


def test_it_is_a_signal_here_and_two_fields_and_a_note_in_zoho(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    assert telling.tell(sync, zoho, now=NOW) == 1

    signal = Signal.objects.open().get()
    assert signal.title == f"Contacts: {contact.name} · needs you"
    assert signal.advice == WHY
    assert signal.url == f"/zoho/record/zoho/{contact.pk}/#First_Name"
    assert shown(zoho_sandbox, contact) == ("Needs you", WHY)
    assert notes(zoho_sandbox)[-1] == WHY
    assert not any(call.automation for call in zoho_sandbox.calls)  # no workflow was set off


def test_nothing_is_told_twice(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    telling.tell(sync, zoho, now=NOW)
    before = writes(zoho_sandbox), len(notes(zoho_sandbox)), len(zoho_sandbox.calls)

    assert telling.tell(sync, zoho, now=NOW) == 0

    assert (writes(zoho_sandbox), len(notes(zoho_sandbox)), len(zoho_sandbox.calls)) == before
    assert Signal.objects.count() == 1


def test_another_problem_is_told_anew_and_what_is_mended_is_taken_back(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    telling.tell(sync, zoho, now=NOW)
    before = len(notes(zoho_sandbox))
    ZohoRecord.objects.update(standing="refused", reason="Zoho says no.")
    telling.tell(sync, zoho, now=NOW)
    assert shown(zoho_sandbox, contact) == ("Refused", "Zoho says no.")
    assert len(notes(zoho_sandbox)) == before + 1
    assert Signal.objects.open().get().advice == "Zoho says no."

    ZohoRecord.objects.update(standing="crosses", reason="")
    telling.tell(sync, zoho, now=NOW)

    assert shown(zoho_sandbox, contact) == (None, None)
    assert len(notes(zoho_sandbox)) == before + 1
    assert not Signal.objects.open().exists()
    assert ZohoRecord.objects.get(pk=contact.pk).told == ""


def test_where_an_extension_gives_signals_it_is_one_and_nothing_else(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    zoho_sandbox.company.signals.append(SIGNAL)
    sync.signal_namespace = str(SIGNAL["namespace"])
    before = len(notes(zoho_sandbox))

    telling.tell(sync, zoho, now=NOW)

    (sent,) = zoho_sandbox.store.rows("_signals")
    assert (sent["record"], sent["message"]) == (contact.key, WHY)
    assert sent["actions"][0]["url"].endswith(f"/zoho/record/zoho/{contact.pk}/#First_Name")
    assert shown(zoho_sandbox, contact) == (None, None)
    assert len(notes(zoho_sandbox)) == before
    calls = len(zoho_sandbox.calls)
    telling.tell(sync, zoho, now=NOW)
    ZohoRecord.objects.update(standing="crosses", reason="")
    telling.tell(sync, zoho, now=NOW)
    assert len(zoho_sandbox.calls) == calls  # a signal is not repeated, and can't be taken back


def test_a_signal_that_zoho_does_not_take_becomes_fields_and_a_note(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    sync.signal_namespace = "exactlink.unknown"

    telling.tell(sync, zoho, now=NOW)

    assert shown(zoho_sandbox, contact) == ("Needs you", WHY)
    assert notes(zoho_sandbox)[-1] == WHY


def test_without_our_fields_it_is_a_note_alone(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    module = ModuleSync.objects.get(module="Contacts")
    module.fields = [one for one in module.fields if one["api_name"] not in OUR_FIELDS]
    module.save()
    before = len(notes(zoho_sandbox))

    for _ in range(2):
        telling.tell(sync, zoho, now=NOW)

    assert notes(zoho_sandbox)[before:] == [WHY]
    assert shown(zoho_sandbox, contact) == (None, None)


def test_a_hundred_take_a_call_for_the_fields_and_one_for_the_notes(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    rows = list(zoho_sandbox.store.rows("Contacts"))[1:]
    ZohoRecord.objects.bulk_create(
        ZohoRecord(
            sync=sync, module="Contacts", key=row["id"], name=row["Full_Name"], read_at=NOW,
            standing="blocked", reason=WHY,
        )
        for row in rows
    )  # fmt: skip
    before = writes(zoho_sandbox)

    assert telling.tell(sync, zoho, now=NOW) == 1 + len(rows)

    hundreds = -(-(1 + len(rows)) // 100)
    assert writes(zoho_sandbox) - before == 2 * hundreds
    assert Signal.objects.open().count() == 1 + len(rows)


@pytest.mark.parametrize("kind", ["lose_answer_after", "lose_answer_before"])
def test_a_lost_answer_leaves_the_fields_filled_and_at_most_one_note(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord, kind: str
) -> None:
    before = len(notes(zoho_sandbox))
    for path in ("/Contacts", "/Notes"):
        zoho_sandbox.fault(kind, path=path, times=1)

    for _ in range(3):
        telling.tell(sync, zoho, now=NOW)

    assert shown(zoho_sandbox, contact) == ("Needs you", WHY)
    assert len(notes(zoho_sandbox)) <= before + 1
    assert Signal.objects.open().count() == 1


def test_a_record_that_is_locked_for_now_is_told_later(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    before = len(notes(zoho_sandbox))
    zoho_sandbox.fault("record_locked", path="/Contacts", times=1)
    telling.tell(sync, zoho, now=NOW)
    assert shown(zoho_sandbox, contact) == (None, None)
    assert len(notes(zoho_sandbox)) == before

    telling.tell(sync, zoho, now=NOW)

    assert shown(zoho_sandbox, contact) == ("Needs you", WHY)
    assert len(notes(zoho_sandbox)) == before + 1


def test_a_record_that_is_not_there_is_not_asked_for_again(
    sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, contact: ZohoRecord
) -> None:
    gone = ZohoRecord.objects.create(
        sync=sync, module="Contacts", key="5725767999999999", read_at=NOW, standing="blocked",
        reason=WHY,
    )  # fmt: skip
    telling.tell(sync, zoho, now=NOW)
    before = writes(zoho_sandbox)

    telling.tell(sync, zoho, now=NOW)

    assert writes(zoho_sandbox) == before
    assert ZohoRecord.objects.get(pk=gone.pk).told.startswith("no:")
    assert shown(zoho_sandbox, contact) == ("Needs you", WHY)


def test_what_we_tell_does_not_echo_and_mending_it_brings_it_across(told: Told) -> None:
    account = told.a_pair()
    lost = told.zoho.add(
        "Contacts", Last_Name="Zonder", Account_Name={"id": account.zoho.key},
        Email="zonder@cowork.example",
    )  # fmt: skip
    told.settle()
    copy = ZohoRecord.objects.get(key=lost["id"])
    assert (copy.standing, copy.problem) == ("blocked", "First_Name")
    assert shown(told.zoho, copy)[0] == "Needs you"
    assert Signal.objects.open().filter(advice=copy.reason).exists()
    before = told.writes()
    for _ in range(2):
        job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))
    assert told.writes() == before

    told.zoho.change("Contacts", lost["id"], First_Name="Ada")
    told.settle()

    copy.refresh_from_db()
    assert copy.standing in {"crosses", "paired"}
    assert shown(told.zoho, copy) == (None, None)
    assert (
        not Signal.objects.open()
        .exclude(key__contains="webhooks")
        .filter(key__endswith=lost["id"])
        .exists()
    )


# Without the stand-ins.


def test_a_record_of_exact_and_a_pair_are_told_of_where_they_are_mended() -> None:
    tie = a_sync()
    an_exact_record("Products", standing="blocked", reason="It has no code.", problem="Code")
    a_pair(state=Pair.State.REFUSED, reason="Exact says no.", problem="VATNumber")
    an_exact_record("Accounts", standing="stays", reason="It is a supplier.")
    a_zoho_record("Accounts", standing="blocked", gone_at=NOW)

    found = list(troubles(tie))

    assert [(one.status, one.reason, one.zoho_id is None) for one in found] == [
        ("Needs you", "It has no code.", True),
        ("Refused", "Exact says no.", False),
    ]


def test_what_exact_refused_to_make_is_told_once() -> None:
    tie = a_sync()
    record = a_zoho_record("Contacts")
    a_refusal(record)

    (one,) = troubles(tie)

    assert (one.status, one.reason) == ("Refused", "Exact says no. Mend it.")
    assert (one.zoho_id, one.is_shown) == (record.pk, True)


def test_signals_of_a_tie_that_is_closed_are_closed() -> None:
    tie = a_sync()
    signals.keep(telling.prefix_of(tie), {f"{telling.prefix_of(tie)}x": Words("It.")}, now=NOW)
    signals.raise_signal("other", "Another matter.", now=NOW)

    telling.hush(tie, NOW)

    assert Signal.objects.open().get().key == "other"


def test_signals_are_kept_with_few_questions(django_assert_max_num_queries: Any) -> None:
    wanted = {f"many:{n}": Words(f"Number {n}") for n in range(700)}

    with django_assert_max_num_queries(40):
        signals.keep("many:", wanted, now=NOW)
        signals.keep("many:", {**wanted, "many:3": Words("Other")}, now=NOW)
        signals.keep("many:", {"many:3": Words("Other")}, now=NOW)

    assert Signal.objects.open().get().title == "Other"
    assert Signal.objects.count() == 700
