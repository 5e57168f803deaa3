"""What Zoho said no to, in plain words, and when it is worth asking again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sync.models import ExactRecord, Pair, PairCandidate, ZohoRecord
from sync.services.zoho.reading.reading_zoho import EXACT_ID

if TYPE_CHECKING:
    from zoho_client.records import Outcome

DUPLICATE = "DUPLICATE_DATA"
SOON, LATER = timedelta(hours=1), timedelta(days=1)
PASSING = {"RECORD_LOCKED", "NOT_APPROVED", "RECORD_IN_BLUEPRINT"}  # somebody is at it
WORDS = {
    "MANDATORY_NOT_FOUND": "Zoho demands “{field}”, which is empty here.",
    "INVALID_DATA": "Zoho does not take what is in “{field}”.",
    DUPLICATE: "Zoho has another record with the same “{field}”.",
    "RECORD_LOCKED": "The record is locked in Zoho.",
    "NOT_APPROVED": "The record waits for approval in Zoho.",
    "RECORD_IN_BLUEPRINT": "A blueprint in Zoho holds the record.",
}


def words(outcome: Outcome) -> str:
    """Return what Zoho said of a row, for people."""
    said = WORDS.get(outcome.code, "")
    if not said or ("{field}" in said and not outcome.api_name):
        return f"Zoho refused it: {outcome.message} ({outcome.code})."
    return said.format(field=outcome.api_name.replace("_", " "))


def ask_again_at(outcome: Outcome, now: datetime) -> datetime:
    """Return when to try again by ourselves; a change of the record makes it due at once."""
    return now + (SOON if outcome.code in PASSING else LATER)


def note(refused: Pair | ExactRecord, outcome: Outcome, now: datetime) -> None:
    """Note on a pair, or on the copy of a new record, unsaved, that Zoho said no."""
    is_pair = isinstance(refused, Pair)
    refused_word = Pair.State.REFUSED if is_pair else ExactRecord.Standing.REFUSED
    setattr(refused, "state" if is_pair else "standing", refused_word)
    refused.reason, refused.problem = words(outcome), outcome.code[:40]
    refused.due_at = ask_again_at(outcome, now)


def settle_new(record: ExactRecord, outcome: Outcome, now: datetime) -> None:
    """Note on the copy of a new record, unsaved, what came of it: a second one is never made."""
    field = outcome.api_name.replace("_", " ")
    there = _double(record, outcome)
    if there is not None:
        said = f"Zoho has it already, by “{field}”"
        PairCandidate.objects.get_or_create(
            exact=record, zoho=there, defaults={"score": 100, "points": [[said, 100]]}
        )
        record.standing, record.problem = ExactRecord.Standing.REVIEW, outcome.code
        record.reason = f"{said}: say whether {there} is the same."
    elif outcome.code == DUPLICATE and outcome.api_name == EXACT_ID and record.due_at is None:
        record.reason = "Zoho has it by now; the next reading pairs the two."
        record.due_at = now + SOON  # if it is not paired by then, a person must look
    else:
        note(record, outcome, now)


def _double(record: ExactRecord, outcome: Outcome) -> ZohoRecord | None:
    """Return our copy of the record that Zoho says is a double, when it is nobody's pair."""
    if outcome.code != DUPLICATE or not outcome.duplicate_id:
        return None
    return ZohoRecord.objects.filter(
        sync=record.sync_id, module=record.module, key=outcome.duplicate_id, pair=None
    ).first()
