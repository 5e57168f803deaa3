"""Compares the stand-in's ledger with our rows: what was lost, doubled, or took a wrong step."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FOR_A_PERSON = {"refused", "conflict", "unclear"}
LEGAL = {
    ("queued", "sending"),
    ("queued", "cancelled"),
    ("queued", "conflict"),
    ("sending", "done"),
    ("sending", "queued"),
    ("sending", "unknown"),
    ("sending", "refused"),
    ("sending", "conflict"),
    ("unknown", "unknown"),
    ("unknown", "done"),
    ("unknown", "queued"),
    ("unknown", "refused"),
    ("unknown", "conflict"),
    ("unknown", "unclear"),
    ("unknown", "cancelled"),
    *((state, "unknown") for state in FOR_A_PERSON),
    *((state, "cancelled") for state in FOR_A_PERSON),
    *((state, "done") for state in FOR_A_PERSON),
    ("done", "done"),
    ("done", "conflict"),
}


@dataclass
class Verdict:
    """What came of a run; everything but `pushes` and `for_a_person` should be nothing."""

    pushes: int = 0
    for_a_person: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # amounts, ids, steps, histories

    @property
    def is_clean(self) -> bool:
        """Whether every push is in the books once, in order and right."""
        return not (self.lost or self.doubled or self.out_of_order or self.wrong)


def judge(ours: dict[str, Any], theirs: dict[str, Any]) -> Verdict:
    """Compare `ours`, from work.told, with `theirs`, the state of the stand-in."""
    verdict = Verdict()
    rows = [row for row in ours["rows"] if row["kind"] == "sales_entry"]
    booked = defaultdict(list)
    for entry in theirs["entries"]:
        booked[entry["YourRef"]].append(entry)
    blocked = {row["customer"] for row in ours["rows"] if row["state"] in FOR_A_PERSON}
    for row in rows:
        waits = row["state"] == "queued" and row["customer"] in blocked
        _judge_row(verdict, row, booked[row["reference"]], waits=waits)
    known = {row["reference"] for row in rows}
    verdict.wrong += [f"nobody sent {ref}" for ref in booked if ref not in known]
    _judge_order(verdict, rows, theirs["entries"])
    _judge_accounts(verdict, ours, theirs)
    _judge_steps(verdict, ours)
    queued = {row["identity"].split(":")[1] for row in rows}
    verdict.lost += [f"{number} {state}" for number, state in ours["invoices"].items()
                     if number not in queued]  # fmt: skip
    return verdict


def _judge_row(
    verdict: Verdict, row: dict[str, Any], found: list[dict[str, Any]], *, waits: bool
) -> None:
    verdict.pushes += 1
    name = f"{row['identity']} {row['state']}: {row['reason']}"
    if len(found) > 1:
        verdict.doubled.append(name)
    if row["state"] in FOR_A_PERSON or waits:  # behind the one that a person must settle
        verdict.for_a_person += 1
    elif row["state"] != "done" or not found:
        verdict.lost.append(name)
    if row["state"] == "done" and found:
        if found[0]["EntryID"] != row["remote_id"]:
            verdict.wrong.append(f"{name} has another id than Exact")
        if Decimal(str(found[0]["AmountDC"])) != Decimal(row["amount"]):
            verdict.wrong.append(f"{name} for {found[0]['AmountDC']} instead of {row['amount']}")


def _judge_order(
    verdict: Verdict, rows: list[dict[str, Any]], entries: list[dict[str, Any]]
) -> None:
    place = {row["reference"]: (row["customer"], row["pk"]) for row in rows}
    last: dict[str, int] = {}
    for entry in entries:  # as they were booked
        if entry["YourRef"] in place:
            customer, pk = place[entry["YourRef"]]
            if pk < last.get(customer, 0):
                verdict.out_of_order.append(entry["YourRef"])
            last[customer] = max(pk, last.get(customer, 0))


def _judge_accounts(verdict: Verdict, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    made = Counter(account["SearchCode"] for account in theirs["accounts"])
    for row in ours["rows"]:
        if row["kind"] == "account" and row["state"] == "done" and made[row["customer"]] != 1:
            found = f"{row['identity']}: {made[row['customer']]} accounts"
            (verdict.doubled if made[row["customer"]] else verdict.lost).append(found)


def _judge_steps(verdict: Verdict, ours: dict[str, Any]) -> None:
    for entry, was, became, fence_was, fence in ours["steps"]:
        rises = fence - fence_was
        if (was, became) not in LEGAL and was != became:
            verdict.wrong.append(f"row {entry} went from {was} to {became}")
        if ((was, became) == ("queued", "sending")) != (rises == 1) and was not in FOR_A_PERSON:
            verdict.wrong.append(f"row {entry}: fence {fence_was} to {fence}, {was} to {became}")
    for row in ours["rows"]:
        sent = sum(step == "send" for step, _, _ in row["history"])
        claimed = sum(
            (entry, became) == (row["pk"], "sending") for entry, _, became, *_ in ours["steps"]
        )
        if sent != claimed:
            verdict.wrong.append(f"{row['identity']}: {claimed} claims, {sent} in its history")
        if row["history"] and row["state"] != "cancelled" and not _explains(row):
            verdict.wrong.append(f"{row['identity']} is {row['state']}, and says {row['history']}")


def _explains(row: dict[str, Any]) -> bool:
    """The last step of the history that tells a state tells the row's."""
    states = [state for _, state, _ in row["history"] if state]
    return bool(states) and states[-1] == row["state"]
