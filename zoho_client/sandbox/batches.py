"""Calls that carry up to a hundred records: each is judged alone, the answers keep the order."""

from collections.abc import Callable
from typing import Any

from zoho_client.sandbox.clock import in_zone
from zoho_client.sandbox.messages import Problem, Record, Reply, Request

MOST = 100
RECORDS_FOR_A_CREDIT = 10
HEAVY_FROM = 11  # records
TRIGGERS = ["workflow", "approval", "blueprint", "pathfinder", "orchestration"]
Work = Callable[[Record, str], Record]  # a record and its json_path, to what is told about it


def records_in(request: Request) -> list[Record]:
    """The records of a body. Raises Problem when there are none, or more than a hundred."""
    data = request.json().get("data")
    where = {"api_name": "data", "json_path": "$.data"}
    if data is None:
        raise Problem("MANDATORY_NOT_FOUND", "required field not found", where)
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        details = {**where, "expected_data_type": "jsonarray"}
        raise Problem("INVALID_DATA", "invalid data", details)
    if not 1 <= len(data) <= MOST:
        bound: Record = {"maximum_length": MOST} if data else {"minimum_length": 1}
        raise Problem("INVALID_DATA", "invalid data", {**where, **bound})
    return data


def is_heavy(request: Request) -> bool:
    """Whether a write carries more than ten records."""
    try:
        return len(records_in(request)) >= HEAVY_FROM
    except Problem:
        return False


def worked_off(request: Request, data: list[Any], work: Work, status: int = 200) -> Reply:
    """The answer to a batch: `status` when all went well, 207 mixed, 400 when nothing did."""
    told: list[Record] = []
    problems: list[Problem] = []
    for number, given in enumerate(data):
        try:
            told.append(work(given, f"$.data[{number}]"))
        except Problem as problem:
            problems.append(problem)
            told.append(problem.told)
    count_automation(request, len(data) - len(problems))
    cost = -(-len(data) // RECORDS_FOR_A_CREDIT)
    return Reply(_status(request, data, problems, status), {"data": told}, credits=cost)


def _status(request: Request, data: list[Any], problems: list[Problem], status: int) -> int:
    if not problems:
        return status
    if len(problems) < len(data):
        return request.sandbox.switches.mixed_status
    if all(problem.status == problems[0].status != 400 for problem in problems):  # noqa: PLR2004
        return problems[0].status
    return request.sandbox.switches.failed_status


def triggers(request: Request) -> list[str]:
    """The automation that a write sets off: all of it when it says nothing. Raises Problem."""
    found = request.json().get("trigger", TRIGGERS)
    if not isinstance(found, list) or any(one not in TRIGGERS for one in found):
        details = {"api_name": "trigger", "json_path": "$.trigger", "supported_values": TRIGGERS}
        raise Problem("INVALID_DATA", "invalid data", details)
    return found


def count_automation(request: Request, records: int) -> None:
    """Count the records that set off workflows of the company."""
    asked = request.query.get("wf_trigger", "true") != "false"
    on = bool(triggers(request)) if request.method in ("POST", "PUT") else asked
    request.sandbox.automation += records if on else 0


def success(request: Request, row: Record, message: str, **more: Any) -> Record:
    """What is told about one record that was written."""
    stamps = {name: in_zone(row[name], request.zone) for name in ("Modified_Time", "Created_Time")}
    people = {
        name: {"name": row[name]["name"], "id": row[name]["id"]}
        for name in ("Modified_By", "Created_By")
    }
    details = {**stamps, **people, "id": row["id"], **more.pop("details", {})}
    return {"code": "SUCCESS", **more, "details": details, "message": message, "status": "success"}


def no_such(key: object, path: str) -> Problem:
    """The refusal of an id that no record has."""
    details = {"api_name": "id", "json_path": path, "id": key}
    return Problem("INVALID_DATA", "the id given seems to be invalid", details)
