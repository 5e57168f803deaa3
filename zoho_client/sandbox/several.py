"""Calls that carry several things, each of which succeeds or fails for itself."""

from collections.abc import Callable, Iterable
from typing import Any

from zoho_client.sandbox.messages import Problem, Record, Reply, Request


def rows_of(request: Request, name: str, most: int) -> list[Record]:
    """The objects that a body holds under a name. Raises Problem."""
    rows = request.json().get(name)
    if not rows:
        raise missing(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise wrong(name, expected_data_type="jsonarray")
    if len(rows) > most:
        raise wrong(name, maximum_length=most)
    return rows


def missing(name: str, path: str = "$") -> Problem:
    """The refusal of a thing without something that it must have."""
    details = {"api_name": name, "json_path": f"{path}.{name}"}
    return Problem("MANDATORY_NOT_FOUND", "required field not found", details)


def wrong(name: str, **details: Any) -> Problem:
    """The refusal of a value."""
    return Problem("INVALID_DATA", "invalid data", {"api_name": name, **details})


def success(message: str, details: Record) -> Record:
    """What is told about a thing that was done."""
    return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def reply(
    request: Request, name: str, work: Iterable[Callable[[], Record]], done: int = 200
) -> Reply:
    """Do each piece of work; the status tells whether all, some or none of it was done."""
    told = [_told(one) for one in work]
    failed = sum(1 for one in told if one["status"] == "error")
    switches = request.sandbox.switches
    part = switches.mixed_status if failed < len(told) else switches.failed_status
    return Reply(part if failed else done, {name: told})


def _told(work: Callable[[], Record]) -> Record:
    try:
        return work()
    except Problem as problem:
        return problem.told
