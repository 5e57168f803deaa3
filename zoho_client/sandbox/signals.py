"""Signals: messages inside Zoho CRM, possible where an extension made their namespace."""

from functools import partial
from typing import TYPE_CHECKING

from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.several import missing, reply, rows_of, success, wrong

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

SENT = "_signals"
MOST = 100  # signals in one call; no figure is published
LONGEST = {"subject": 100, "message": 1_000}


def raise_signals(request: Request) -> Reply:
    """Show each signal to the record's owner."""
    signals = rows_of(request, "signals", MOST)
    return reply(request, "signals", (partial(_raised, request, signal) for signal in signals))


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


def _raised(request: Request, signal: Record) -> Record:
    _check(request, signal)
    store = request.sandbox.store
    key = store.new_id()
    store.keep(SENT, key, {**signal, "record": signal.get("id"), "id": key})
    return success("Signal notified successfully", {"id": key})


def _check(request: Request, signal: Record) -> None:
    actions = ["actions"] if request.sandbox.switches.signal_actions else []
    for name in ("signal_namespace", "subject", "message", *actions):
        if not signal.get(name):
            raise missing(name)
    known = {one["namespace"] for one in request.sandbox.company.signals if one["enabled"]}
    if str(signal["signal_namespace"]) not in known:
        raise wrong("signal_namespace")
    for name, most in LONGEST.items():
        if len(str(signal[name])) > most:
            raise wrong(name, maximum_length=most)
    _check_record(request, signal)


def _check_record(request: Request, signal: Record) -> None:
    module = str(signal.get("module", "Contacts"))
    if module not in request.sandbox.company.fields:
        raise Problem("INVALID_MODULE", "the module name given seems to be invalid", {})
    store = request.sandbox.store
    if signal.get("id"):
        record = store.get(module, str(signal["id"]))
        if record is None:
            raise wrong("id")
        if request.sandbox.switches.signal_email and not record.get("Email"):
            raise _no_email()
    elif not signal.get("email"):
        raise missing("email")
    elif all(row.get("Email") != signal["email"] for row in store.rows(module)):
        raise _no_email()


def _no_email() -> Problem:
    text = "There is no email for the given module"
    return Problem("EMAIL_NOT_FOUND_FOR_MODULE", text, {})
