"""Signals: messages inside Zoho CRM, possible where an extension made their namespace."""

from typing import TYPE_CHECKING, Any

from zoho_client.sandbox.messages import Problem, Record, Reply, Request

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

SENT = "_signals"
LONGEST = {"subject": 100, "message": 1_000}


def raise_signals(request: Request) -> Reply:
    """Show each signal to the record's owner."""
    signals = request.json().get("signals")
    if not isinstance(signals, list) or not signals:
        raise _missing("signals")
    told = [_told(request, signal) for signal in signals]
    failed = [one for one in told if one["status"] == "error"]
    status = 200 if not failed else 400 if len(failed) == len(told) else 207
    return Reply(status, {"signals": told})


def known_signals(request: Request) -> Reply:
    """The signals of the company; 204 when no extension made one."""
    signals = request.sandbox.company.signals
    return Reply(200, {"signals": signals}) if signals else Reply(204)


def register(sandbox: "ZohoSandbox") -> None:
    """Put this chapter's addresses into the table; the documentation still says v2."""
    for version in ("v2", "v8"):
        address = f"/crm/{version}/signals/notifications"
        sandbox.routes.add("POST", address, raise_signals, scopes=("ZohoCRM.signals.CREATE",))
    scopes = ("ZohoCRM.settings.signals.READ",)
    sandbox.routes.add("GET", "/crm/v8/settings/signals", known_signals, scopes=scopes)


def _told(request: Request, signal: Record) -> Record:
    try:
        _check(request, signal)
    except Problem as problem:
        return problem.told
    store = request.sandbox.store
    key = store.new_id()
    store.keep(SENT, key, {**signal, "record": signal.get("id"), "id": key})
    return {
        "code": "SUCCESS",
        "details": {"id": key},
        "message": "Signal notified successfully",
        "status": "success",
    }


def _check(request: Request, signal: Record) -> None:
    actions = ["actions"] if request.sandbox.switches.signal_actions else []
    for name in ("signal_namespace", "subject", "message", *actions):
        if not signal.get(name):
            raise _missing(name)
    known = {one["namespace"] for one in request.sandbox.company.signals if one["enabled"]}
    if signal["signal_namespace"] not in known:
        raise _wrong("signal_namespace")
    for name, most in LONGEST.items():
        if len(str(signal[name])) > most:
            raise _wrong(name, maximum_length=most)
    _check_record(request, signal)


def _check_record(request: Request, signal: Record) -> None:
    module = signal.get("module", "Contacts")
    if module not in request.sandbox.company.fields:
        raise Problem("INVALID_MODULE", "the module name given seems to be invalid", {})
    store = request.sandbox.store
    if signal.get("id"):
        record = store.get(module, str(signal["id"]))
        if record is None:
            raise _wrong("id")
        if request.sandbox.switches.signal_email and not record.get("Email"):
            raise _no_email()
    elif not signal.get("email"):
        raise _missing("email")
    elif all(row.get("Email") != signal["email"] for row in store.rows(module)):
        raise _no_email()


def _no_email() -> Problem:
    text = "There is no email for the given module"
    return Problem("EMAIL_NOT_FOUND_FOR_MODULE", text, {})


def _missing(name: str) -> Problem:
    return Problem("MANDATORY_NOT_FOUND", "required field not found", {"api_name": name})


def _wrong(name: str, **details: Any) -> Problem:
    return Problem("INVALID_DATA", "invalid data", {"api_name": name, **details})
