"""The addresses under /_sandbox/: what tests and people turn and read, from this machine alone."""

import json
from collections.abc import Callable
from dataclasses import asdict
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from exact_client.sandbox.clock import wall_of
from exact_client.sandbox.facts import Record
from exact_client.sandbox.messages import Problem, Reply, Request, json_reply, problem
from exact_client.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from exact_client.sandbox.app import ExactSandbox

_COUNTED = [
    "accounts",
    "entries",
    "lines",
    "transactions",
    "deleted",
    "journals",
    "glaccounts",
    "vatcodes",
    "paymentconditions",
    "costcenters",
    "costunits",
    "receivables",
    "terms",
    "payments",
    "documents",
    "attachments",
    "contacts",
    "items",
    "itemprices",
    "invoices",
    "salesorders",
    "subscriptions",
]
_TOLD = ["EntryID", "EntryNumber", "Journal", "Customer", "CustomerName", "YourRef", "Description"]
_TOLD_ACCOUNT = [
    "ID",
    "Code",
    "Name",
    "Status",
    "SearchCode",
    "VATNumber",
    "Country",
    "Email",
    "Timestamp",
]
_TOLD_LINE = [
    "ID",
    "LineNumber",
    "AmountFC",
    "VATAmountFC",
    "VATCode",
    "GLAccount",
    "GLAccountCode",
    "CostCenter",
    "Description",
]
_TOLD_CONTACT = ["ID", "HID", "Account", "FirstName", "LastName", "Email", "Phone", "Timestamp"]
_TOLD_ITEM = ["ID", "Code", "Description", "Unit", "SalesVatCode", "Timestamp"]
_TOLD_INVOICE = ["InvoiceID", "InvoiceNumber", "Status", "Type", "OrderedBy", "OrderedByName"]
_TOLD_INVOICE += ["YourRef", "Description", "AmountFC", "VATAmountFC", "Timestamp"]
_TOLD_INVOICE_LINE = ["ID", "ItemCode", "Quantity", "NetPrice", "AmountFC", "VATAmountFC"]
_AMOUNTS = ["AmountDC", "VATAmountDC", "AmountFC", "VATAmountFC", "Currency"]
_TOLD_OF_TERM = ["ID", "AmountFC", "Status", "IsFullyPaid", "Timestamp"]
_TOLD_OF_DOCUMENT = ["ID", "HID", "Subject", "Type", "Account"]


def answer(sandbox: "ExactSandbox", request: Request) -> Reply:
    """Turn or read a knob. Callers that are not on this machine are told there is nothing."""
    try:
        if not ip_address(request.remote or "0.0.0.0").is_loopback:  # noqa: S104 - an unknown caller
            raise problem(404, "Not found.")
        name = request.path.removeprefix("/_sandbox/")
        knob = _KNOBS.get((request.method, name))
        if knob is None:
            raise problem(404, f"There is no {request.method} {request.path}.")
        return json_reply(knob(sandbox, request))
    except Problem as refused:
        return refused.reply
    except Refusal as refused:
        return refused.reply(sandbox.switches.language, other=sandbox.switches.other_wording)
    except (ArithmeticError, ValueError, TypeError, KeyError) as error:
        return json_reply({"error": str(error)}, 400)


def state(sandbox: "ExactSandbox", division: int) -> dict[str, Any]:
    """Counts of all tables, and the accounts and entries of one division."""
    documents = _documents(sandbox, division)
    entries = sandbox.kept("entries", division)
    return {
        "division": division,
        "divisions": sandbox.company.divisions,
        "now": sandbox.clock.now(),
        "counts": {name: sandbox.count(name, division) for name in _COUNTED},
        "accounts": [_some(row, _TOLD_ACCOUNT) for row in sandbox.kept("accounts", division)],
        "entries": [_entry(sandbox, row, division, documents) for row in entries],
        "contacts": [_some(row, _TOLD_CONTACT) for row in sandbox.kept("contacts", division)],
        "items": [_some(row, _TOLD_ITEM) for row in sandbox.kept("items", division)],
        "invoices": [
            _invoice(sandbox, row, division) for row in sandbox.kept("invoices", division)
        ],
    }


def _some(row: Record, names: list[str]) -> Record:
    return {name: row.get(name) for name in names}


def _entry(
    sandbox: "ExactSandbox", row: Record, division: int, documents: dict[str, list[Record]]
) -> Record:
    def found(table: str, keys: list[str]) -> list[Record]:
        return [sandbox.record(table, key, division) for key in keys]

    payments = found("payments", row.get("_payments", []))
    return {
        **_some(row, [*_TOLD, *_AMOUNTS]),
        "EntryDate": _day(row["EntryDate"]),
        "DueDate": _day(row["DueDate"]),
        "Type": row["Type"],
        "Status": row["Status"],
        "Creator": row["Creator"],
        "lines": [_some(line, _TOLD_LINE) for line in found("lines", row["_lines"])],
        "terms": [_some(term, _TOLD_OF_TERM) for term in found("terms", row.get("_terms", []))],
        "payments": [{"Date": _day(one["Date"]), "AmountFC": one["AmountFC"]} for one in payments],
        "documents": documents.get(row["EntryID"], []),
    }


def _invoice(sandbox: "ExactSandbox", row: Record, division: int) -> Record:
    lines = [sandbox.record("invoicelines", key, division) for key in row["_lines"]]
    return {
        **_some(row, _TOLD_INVOICE),
        "InvoiceDate": _day(row["InvoiceDate"]),
        "lines": [_some(line, _TOLD_INVOICE_LINE) for line in lines],
    }


def _documents(sandbox: "ExactSandbox", division: int) -> dict[str, list[Record]]:
    """The documents of each entry, with the names and sizes of their files."""
    files: dict[str, list[Record]] = {}
    for row in sandbox.kept("attachments", division):
        files.setdefault(row["Document"], []).append(_some(row, ["ID", "FileName", "FileSize"]))
    found: dict[str, list[Record]] = {}
    for row in sandbox.kept("documents", division):
        told = {**_some(row, _TOLD_OF_DOCUMENT), "attachments": files.get(row["ID"], [])}
        found.setdefault(row.get("FinancialTransactionEntryID") or "", []).append(told)
    return found


def _day(ms: int) -> str:
    return wall_of(ms).date().isoformat()


def _read(request: Request) -> dict[str, Any]:
    content = json.loads(request.body or b"{}")
    if not isinstance(content, dict):
        raise ValueError("Send a JSON object.")  # noqa: TRY004 - one kind of error to catch
    return content


def _state(sandbox: "ExactSandbox", request: Request) -> Any:
    division = request.options.get("division")
    return sandbox.state(int(division) if division else None)


def _calls(sandbox: "ExactSandbox", _request: Request) -> Any:
    return [asdict(call) for call in sandbox.calls]


def _faults(sandbox: "ExactSandbox", _request: Request) -> Any:
    return [fault.told() for fault in sandbox.faults]


def _add_fault(sandbox: "ExactSandbox", request: Request) -> Any:
    return sandbox.fault(**_read(request)).told()


def _clear_faults(sandbox: "ExactSandbox", _request: Request) -> Any:
    sandbox.clear_faults()
    return []


def _reset(sandbox: "ExactSandbox", _request: Request) -> Any:
    sandbox.reset()
    return {"reset": True}


def _clock(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.advance(float(_read(request).get("advance", 0)))
    return {"now": sandbox.clock.now(), "wall": sandbox.clock.wall().isoformat()}


def _switches(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.switches.set(**_read(request))
    return sandbox.switches.all()


def _pay(sandbox: "ExactSandbox", request: Request) -> Any:
    return _told(sandbox, sandbox.pay(**_read(request)))


def _bounce(sandbox: "ExactSandbox", request: Request) -> Any:
    return _told(sandbox, sandbox.bounce(**_read(request)))


def _alter(sandbox: "ExactSandbox", request: Request) -> Any:
    return _told(sandbox, sandbox.alter(**_read(request)))


def _remove(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.remove(**_read(request))
    return {"removed": True}


def _process(sandbox: "ExactSandbox", request: Request) -> Any:
    return _told(sandbox, sandbox.process(**_read(request)))


def _period(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.period(**_read(request))
    return {"done": True}


def _year(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.year(**_read(request))
    return {"done": True}


def _type(sandbox: "ExactSandbox", request: Request) -> Any:
    asked = _read(request)
    key = sandbox.book([asked["entry"]], division=asked.get("division"))[0]
    return _told(sandbox, sandbox.record("entries", key, asked.get("division")))


def _make(sandbox: "ExactSandbox", request: Request) -> Any:
    return sandbox.make(**_read(request))


def _edit(sandbox: "ExactSandbox", request: Request) -> Any:
    return sandbox.edit(**_read(request))


def _erase(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.erase(**_read(request))
    return {"erased": True}


def _print(sandbox: "ExactSandbox", request: Request) -> Any:
    return sandbox.print_invoice(**_read(request))


def _invoice_order(sandbox: "ExactSandbox", request: Request) -> Any:
    return sandbox.invoice_order(**_read(request))


def _cancel_order(sandbox: "ExactSandbox", request: Request) -> Any:
    return sandbox.cancel_order(**_read(request))


def _webhooks(sandbox: "ExactSandbox", _request: Request) -> Any:
    return sandbox.webhooks.told()


def _set_webhooks(sandbox: "ExactSandbox", request: Request) -> Any:
    sandbox.webhooks.set(**_read(request))
    return sandbox.webhooks.told()


def _told(sandbox: "ExactSandbox", row: Record) -> Record:
    return _entry(sandbox, row, row["Division"], _documents(sandbox, row["Division"]))


_KNOBS: dict[tuple[str, str], Callable[["ExactSandbox", Request], Any]] = {
    ("GET", "state"): _state,
    ("GET", "calls"): _calls,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "reset"): _reset,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _clock,
    ("GET", "switches"): _switches,
    ("POST", "switches"): _switches,
    ("POST", "pay"): _pay,
    ("POST", "bounce"): _bounce,
    ("POST", "alter"): _alter,
    ("POST", "remove"): _remove,
    ("POST", "process"): _process,
    ("POST", "period"): _period,
    ("POST", "year"): _year,
    ("POST", "type"): _type,
    ("POST", "make"): _make,
    ("POST", "edit"): _edit,
    ("POST", "erase"): _erase,
    ("POST", "print"): _print,
    ("POST", "invoice-order"): _invoice_order,
    ("POST", "cancel-order"): _cancel_order,
    ("GET", "webhooks"): _webhooks,
    ("POST", "webhooks"): _set_webhooks,
}
