"""The function that tells from which row version on to read, for who begins at a date."""

from exact_client.sandbox.books import Books
from exact_client.sandbox.facts import entities
from exact_client.sandbox.messages import Reply, Request, json_reply, problem
from exact_client.sandbox.odata import Shown
from exact_client.sandbox.wire import read_date

SYNC_TIMESTAMP = "read/sync/Sync/SyncTimestamp"
_TABLES = {"TransactionLines": "transactions"}  # of the lists that the function knows, ours


def sync_timestamp(books: Books, division: int, base: str, request: Request) -> Reply:
    """Tell the first record changed at or after `modified`; both arguments are mandatory."""
    asked = {name.lower(): value for name, value in request.options.items()}
    table = _TABLES.get(asked.get("endpoint", "").strip("'"))
    spelled = asked.get("modified", "")
    if table is None or not (spelled.startswith("datetime'") and spelled.endswith("'")):
        raise problem(400, "Bad Request - Error in query syntax.")
    try:
        start = read_date(spelled.removeprefix("datetime'")[:-1])
    except ValueError:
        raise problem(400, "Bad Request - Error in query syntax.") from None
    rows = [row for row in books.table(division, table) if row["Modified"] >= start]
    first = min(rows, key=lambda row: (row["Modified"], row["Timestamp"]), default=None)
    entity = entities()[SYNC_TIMESTAMP]
    shown = Shown(entity, base, entity.properties)
    found = [] if first is None else [shown.one(_told(first, asked["endpoint"].strip("'")))]
    return json_reply({"d": {"results": found}})


def _told(row: dict[str, object], name: str) -> dict[str, object]:
    return {"API": name, "Modified": row["Modified"], "TimeStampAsBigInt": row["Timestamp"]}
