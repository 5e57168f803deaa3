"""Zoho CRM, as the questions that we ask it and the rows that we send it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from zoho_client import coql, lists
from zoho_client.budget import Lane
from zoho_client.coql import name
from zoho_client.errors import ZohoRefusedError, ZohoUnexpectedError
from zoho_client.models import ZohoConnection
from zoho_client.reading import Record, anything, convert, read, read_all, rows, wire_time, within
from zoho_client.records import (
    DeletedRecord,
    FieldRecord,
    ModuleRecord,
    OrgRecord,
    Outcome,
    Row,
    SignalRecord,
    TaxRecord,
    UserRecord,
    WatchRecord,
)
from zoho_client.transport import Call, Transport, transport_for
from zoho_client.writing import Values, Write, one, outcomes, written

__all__ = ["Lane", "ZohoClient"]

RecordT = TypeVar("RecordT", bound=Record)
MOST_TAGGED = 100  # records of one call
MOST_NEW_FIELDS = 5  # of one call
LONGEST_SUBJECT, LONGEST_MESSAGE = 100, 1000  # characters of a signal


class ZohoClient:
    """One organisation in Zoho CRM. Every method may raise any ZohoError.

    Modules and fields go by Zoho's own API names, which tell capitals apart. Questions may be
    asked again. Source: Zoho's REST reference, version 8; what it leaves out, docs/remote-apis.md.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @classmethod
    def connected(cls, connection: ZohoConnection, *, lane: Lane) -> Self:
        """Return the client of this organisation, with its stored permission and its credits."""
        return cls(transport_for(connection, lane))

    # Reading records.

    def records(
        self, module: str, fields: Sequence[str], *, since: datetime | None = None
    ) -> Iterator[Row]:
        """Yield the records of a module by id, or those changed since, the very second included.

        Fetched 200 at a time as they are consumed. Lists hold no subforms, and cut long texts
        at 500 characters: what is to be written back comes from `changed` or `record`.
        """
        headers = {"If-Modified-Since": wire_time(since)} if since else None
        return lists.listed(self._transport, module, fields, headers)

    def changed(
        self, module: str, fields: Sequence[str], after: tuple[datetime, str] | None = None
    ) -> Iterator[Row]:
        """Yield what changed, oldest change first, 2,000 in a call, with all these fields.

        `after` is the change and id of the last row that was seen; None begins at the beginning.
        Zoho's times are whole seconds, so a record may change once more within the second that
        was read: begin some seconds earlier, with id "0", and expect to see rows again.
        """
        columns = ["Modified_Time", *fields]
        while True:
            where = coql.changed_after(*after) if after else "id is not null"
            text = coql.select(module, columns, where, order="Modified_Time, id")
            found, has_more = lists.query(self._transport, text)
            yield from found
            if not has_more or not found:
                return
            last = found[-1]
            if last.modified_time is None:
                raise ZohoUnexpectedError(f"A record of {module} has no Modified_Time.")
            after = (last.modified_time, last.id)

    def record(self, module: str, record_id: str) -> Row | None:
        """Return this record whole, with its subforms, or None when it is gone.

        `Row.cut` names subforms that are longer than the answer: read those by `subform_rows`.
        """
        try:
            body = self._transport.get(f"{name(module)}/{_id(record_id)}")
        except ZohoRefusedError as error:
            if error.code == "INVALID_DATA":  # an id that never was
                return None
            raise
        found = rows(body, "data")
        return Row.from_api(found[0]) if found else None

    def by_ids(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> list[Row]:
        """Return those of these records that are there, 100 in a call, as they are now."""
        return self.find_by(module, "id", ids, fields)

    def find_by(
        self, module: str, field: str, values: Sequence[str], fields: Sequence[str] = ()
    ) -> list[Row]:
        """Return the records whose field has one of these values, 100 values in a call.

        It sees what was written a moment ago, as Zoho's search does not. Capitals may count
        alike, so compare the values that came back.
        """
        columns = ["Modified_Time", *([] if field == "id" else [field]), *fields]
        found: dict[str, Row] = {}
        for chunk in _chunks(list(dict.fromkeys(values)), coql.MOST_VALUES):
            where = coql.one_of(field, chunk)
            for row in lists.asked(self._transport, module, columns, where, coql.SMALL_PAGE):
                found[row.id] = row
        return list(found.values())

    def subform_rows(
        self, subform: str, parent_ids: Sequence[str], fields: Sequence[str]
    ) -> Iterator[Row]:
        """Yield the rows of a subform of many parents, told apart by `values["Parent_Id"]`.

        A look-up comes as its id alone; ask for `Product_Name.Product_Code` to have more of it.
        """
        for chunk in _chunks(parent_ids, coql.MOST_VALUES):
            where = coql.one_of("Parent_Id", chunk)
            yield from lists.asked(self._transport, subform, ["Parent_Id", *fields], where)

    def deleted(self, module: str, since: datetime | None = None) -> Iterator[DeletedRecord]:
        """Yield what was deleted. Zoho forgets after 60 days, or 120 for what left the bin."""
        headers = {"If-Modified-Since": wire_time(since)} if since else None
        path, params = f"{name(module)}/deleted", {"type": "all", "per_page": str(lists.PAGE)}
        for page in lists.pages(self._transport, path, "data", params, credits_=2, headers=headers):
            yield from read_all(DeletedRecord, page)

    # Writing records: outcomes in the order of the rows; see `writing.written` for errors.

    def upsert(self, module: str, given: Sequence[Values], *, on: str) -> list[Outcome]:
        """Change the records that have the same value in the unique field `on`, make the others.

        Without `on`, Zoho would merge by name, and merge strangers. It may be repeated, but not
        with rows of a subform, which are added once more: `insert` those, and look when unsure.
        """
        if not on or any(row.get(on) in (None, "") for row in given):
            raise ValueError(f"Every row must have {on or 'the field'} by which it is known.")
        more = {"trigger": [], "duplicate_check_fields": [on]}
        return written(self._transport, Write("POST", f"{name(module)}/upsert", more=more), given)

    def update(
        self, module: str, given: Sequence[Values], *, unless_changed_since: datetime | None = None
    ) -> list[Outcome]:
        """Change these fields of records that are named by `id`. Fields left out stay.

        Rows of a subform are changed when they carry their id, deleted with `"_delete": None`,
        and added otherwise: sending a row without its id a second time adds it a second time.
        With `unless_changed_since`, a record changed later fails with ALREADY_MODIFIED.
        """
        if any(not row.get("id") for row in given):
            raise ValueError("Every row must have the id of its record.")
        when = unless_changed_since
        headers = {"If-Unmodified-Since": wire_time(when)} if when else {}
        return written(
            self._transport, Write("PUT", name(module), "update", headers=headers), given
        )

    def insert(self, module: str, given: Sequence[Values]) -> list[Outcome]:
        """Make these records. After a ZohoUncertainError, look before making them again."""
        return written(self._transport, Write("POST", name(module), "insert"), given)

    def add_note(self, module: str, record_id: str, title: str, content: str) -> Outcome:
        """Put a note on a record. Not to be repeated blindly: see `notes`."""
        parent = {"module": {"api_name": name(module)}, "id": record_id}
        note = {"Parent_Id": parent, "Note_Title": title, "Note_Content": content}
        return one(self._transport, Write("POST", "Notes", "insert"), note)

    def notes(self, module: str, record_id: str) -> list[Row]:
        """Return the notes of a record."""
        path = f"{name(module)}/{_id(record_id)}/Notes"
        params = {"fields": "Note_Title,Note_Content,Modified_Time"}
        found = lists.pages(self._transport, path, "data", params)
        return [Row.from_api(raw) for page in found for raw in page]

    def add_tags(self, module: str, ids: Sequence[str], tags: Sequence[str]) -> list[Outcome]:
        """Give these tags to records; unknown ones are made. May be repeated."""
        return self._tag(module, "add_tags", ids, tags)

    def remove_tags(self, module: str, ids: Sequence[str], tags: Sequence[str]) -> list[Outcome]:
        """Take these tags from records. May be repeated."""
        return self._tag(module, "remove_tags", ids, tags)

    def create_task(self, values: Values) -> Outcome:
        """Make a task, such as `{"Subject": …, "Due_Date": …, "What_Id": …, "$se_module": …}`."""
        return self.insert("Tasks", [values])[0]

    # What the organisation has.

    def org(self) -> OrgRecord:
        """Return the organisation."""
        return self._first(OrgRecord, "org", "org")

    def me(self) -> UserRecord:
        """Return the user whose permission we have."""
        return self._first(UserRecord, "users", "users", {"type": "CurrentUser"})

    def users(self) -> list[UserRecord]:
        """Return the active users."""
        return self._all(UserRecord, "users", "users", {"type": "ActiveUsers"})

    def modules(self) -> list[ModuleRecord]:
        """Return all modules, those that are hidden too."""
        return self._all(ModuleRecord, "settings/modules", "modules")

    def fields(self, module: str) -> list[FieldRecord]:
        """Return the fields of a module."""
        params = {"module": name(module)}
        return self._all(FieldRecord, "settings/fields", "fields", params)

    def layouts(self, module: str) -> list[dict[str, Any]]:
        """Return the layouts of a module as Zoho describes them, with what each requires."""
        body = self._transport.get("settings/layouts", {"module": name(module)})
        return [anything(raw) for raw in rows(body, "layouts")]

    def taxes(self) -> list[TaxRecord]:
        """Return the sales taxes."""
        held = within(self._transport.get("org/taxes"), "org_taxes")
        return read_all(TaxRecord, rows(held, "taxes"))

    def create_fields(self, module: str, given: Sequence[Values]) -> list[Outcome]:
        """Make fields, such as `{"field_label": "Exact ID", "data_type": "text", …}`."""
        place = {"module": name(module)}
        how = Write(
            "POST", "settings/fields", "insert", {}, place, key="fields", size=MOST_NEW_FIELDS
        )
        return written(self._transport, how, given)

    # Being told of changes, and telling people.

    def watch(self, channel: Values) -> WatchRecord:
        """Ask to be told of changes. What counts is the expiry that comes back."""
        return self._watched("POST", channel)

    def renew(self, channel: Values) -> WatchRecord:
        """Ask for longer; everything is said again, for what is left out is forgotten."""
        return self._watched("PUT", channel)

    def unwatch(self, channel_ids: Sequence[str]) -> None:
        """Ask not to be told any more; a channel that is over already counts as ended."""
        params = {"channel_ids": ",".join(channel_ids)}
        body = self._transport.tell(Call("DELETE", "actions/watch", params))
        for outcome in outcomes(body, "watch", len(channel_ids)):
            if not outcome.ok and outcome.code != "NOT_SUBSCRIBED":
                raise _no(outcome)

    def channels(self) -> list[WatchRecord]:
        """Return the channels of our user that still live."""
        return self._all(WatchRecord, "actions/watch", "watch")

    def raise_signal(
        self, namespace: str, *, module: str, record_id: str, subject: str, message: str,
        url: str = "",
    ) -> Outcome:  # fmt: skip
        """Show a message at a record, as a signal of an extension that the organisation has.

        Texts that are too long are cut. `url` becomes a button that opens it.
        """
        action = {"type": "link", "open_in": "tab", "display_name": "Open", "url": url}
        signal = {
            "signal_namespace": namespace,
            "id": _id(record_id),
            "module": name(module),
            "subject": subject[:LONGEST_SUBJECT],
            "message": message[:LONGEST_MESSAGE],
            "actions": [action] if url else [],
        }
        call = Call("POST", "signals/notifications", None, {"signals": [signal]})
        return outcomes(self._transport.tell(call), "signals", 1)[0]

    def signals(self) -> list[SignalRecord]:
        """Return the kinds of signals that the organisation has."""
        return self._all(SignalRecord, "settings/signals", "signals")

    def _all(
        self, cls: type[RecordT], path: str, key: str, params: Mapping[str, str] | None = None
    ) -> list[RecordT]:
        found = lists.pages(self._transport, path, key, params or {})
        return [record for page in found for record in read_all(cls, page)]

    def _first(
        self, cls: type[RecordT], path: str, key: str, params: Mapping[str, str] | None = None
    ) -> RecordT:
        found = rows(self._transport.get(path, params), key)
        if not found:
            raise ZohoUnexpectedError(f"Zoho's answer to {path} is empty.")
        return read(cls, found[0])

    def _tag(
        self, module: str, verb: str, ids: Sequence[str], tags: Sequence[str]
    ) -> list[Outcome]:
        done: list[Outcome] = []
        for chunk in _chunks(ids, MOST_TAGGED):
            body = {"tags": [{"name": tag} for tag in tags], "ids": chunk}
            body |= {"over_write": False} if verb == "add_tags" else {}
            call = Call("POST", f"{name(module)}/actions/{verb}", None, body)
            done += outcomes(self._transport.tell(call), "data", len(chunk), "update")
        return done

    def _watched(self, method: str, channel: Values) -> WatchRecord:
        how = Write(method, "actions/watch", more={}, key="watch")
        outcome = one(self._transport, how, channel)
        events = outcome.details.get("events")
        if not outcome.ok or not isinstance(events, list) or not events:
            raise _no(outcome)
        return convert(WatchRecord, events[0])


def _chunks(given: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(given), size):
        yield list(given[start : start + size])


def _no(outcome: Outcome) -> ZohoRefusedError:
    said = f"Zoho refused: {outcome.message} ({outcome.code})."
    return ZohoRefusedError(said, outcome.code, outcome.details)


def _id(text: str) -> str:
    if not text.isascii() or not text.isalnum():
        raise ValueError(f"{text[:40]!r} is no id of Zoho.")
    return text
