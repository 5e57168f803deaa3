"""Compares the stand-in's ledger with our rows: what was lost, doubled, or took a wrong step."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FOR_A_PERSON = {"refused", "conflict", "unclear"}
FILES = {"document", "attachment"}
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
    """What came of a run; everything but the numbers should be nothing."""

    pushes: int = 0
    undone: int = 0
    files: int = 0
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
    rows = [row for row in ours["rows"] if row["kind"] in {"sales_entry", "reversal"}]
    removed = {row["undoes"] for row in _done(ours, "removal")}
    booked = defaultdict(list)
    for entry in theirs["entries"]:
        booked[entry["YourRef"]].append(entry)
    blocked = {
        row["customer"]
        for row in ours["rows"]
        if row["state"] in FOR_A_PERSON and row["kind"] not in FILES
    }
    for row in rows:
        if row["state"] == "cancelled" and not booked[row["reference"]]:
            continue  # withdrawn: what took its place is judged
        waits = row["state"] == "queued" and row["customer"] in blocked
        if row["pk"] in removed:
            _judge_removed(verdict, row, booked[row["reference"]])
        else:
            _judge_row(verdict, row, booked[row["reference"]], waits=waits)
    known = {row["reference"] for row in rows}
    verdict.wrong += [f"nobody sent {ref}" for ref in booked if ref not in known]
    _judge_order(verdict, rows, theirs["entries"])
    _judge_accounts(verdict, ours, theirs)
    _judge_files(verdict, ours, theirs)
    _judge_undone(verdict, ours)
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


def _done(ours: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for row in ours["rows"] if (row["kind"], row["state"]) == (kind, "done")]


def _judge_removed(verdict: Verdict, row: dict[str, Any], found: list[dict[str, Any]]) -> None:
    verdict.undone += 1
    if found:
        verdict.wrong.append(f"{row['identity']} was removed, and is there {len(found)} times")


def _judge_undone(verdict: Verdict, ours: dict[str, Any]) -> None:
    """No entry is taken back in two ways, and a reversal takes back what it says."""
    undone = Counter(row["undoes"] for kind in ("removal", "reversal") for row in _done(ours, kind))
    verdict.doubled += [
        f"row {pk} undone {count} times" for pk, count in undone.items() if count > 1
    ]
    amounts = {row["pk"]: Decimal(row["amount"]) for row in ours["rows"] if row["amount"] != "None"}
    for row in _done(ours, "reversal"):
        verdict.undone += 1
        if amounts[row["pk"]] != -amounts[row["undoes"]]:
            verdict.wrong.append(f"{row['identity']} does not take back what was booked")


def _judge_files(verdict: Verdict, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Each file that is done is in Exact once, in its document, which is there once."""
    documents = Counter(row["Subject"] for row in theirs["documents"])
    files = Counter(map(_place, theirs["attachments"]))
    for row in ours["rows"]:
        if row["kind"] not in FILES:
            continue
        verdict.files += 1
        body, name = row["payload"], f"{row['identity']} {row['state']}"
        is_document = row["kind"] == "document"
        count = documents[body["Subject"]] if is_document else files[_place(body)]
        if count > 1:
            verdict.doubled.append(name)
        if row["state"] in FOR_A_PERSON:
            verdict.for_a_person += 1
        elif row["state"] not in {"done", "cancelled"} or (row["state"], count) == ("done", 0):
            verdict.lost.append(f"{name}: {row['reason']}")


def _place(file: dict[str, Any]) -> tuple[str, str]:
    return file["Document"], file["FileName"]


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
