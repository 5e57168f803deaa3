"""The addresses under /_sandbox/: what tests and people turn and read, from this machine alone."""

import json
from collections.abc import Callable
from dataclasses import asdict
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from zoho_client.sandbox.clock import time_text
from zoho_client.sandbox.messages import Problem, Reply, Request

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox


def answer(sandbox: "ZohoSandbox", request: Request) -> Reply:
    """Turn or read a knob. Callers that are not on this machine are told there is nothing."""
    nothing = Reply(404, {"error": f"There is no {request.method} {request.path}."})
    if not ip_address(request.remote or "0.0.0.0").is_loopback:  # noqa: S104 - an unknown caller
        return nothing
    knob = _KNOBS.get((request.method, request.path.removeprefix("/_sandbox/")))
    if knob is None:
        return nothing
    try:
        return Reply(200, knob(sandbox, request))
    except Problem as problem:
        return problem.reply
    except (ValueError, TypeError, KeyError) as error:
        return Reply(400, {"error": str(error)})


def _read(request: Request) -> dict[str, Any]:
    content = json.loads(request.body or b"{}")
    if not isinstance(content, dict):
        raise ValueError("Send a JSON object.")  # noqa: TRY004 - one kind of error to catch
    return content


def _state(sandbox: "ZohoSandbox", _request: Request) -> Any:
    return sandbox.state()


def _records(sandbox: "ZohoSandbox", request: Request) -> Any:
    return sandbox.records(request.query["module"])


def _calls(sandbox: "ZohoSandbox", _request: Request) -> Any:
    return [asdict(call) for call in sandbox.calls]


def _faults(sandbox: "ZohoSandbox", _request: Request) -> Any:
    return [fault.told() for fault in sandbox.faults]


def _add_fault(sandbox: "ZohoSandbox", request: Request) -> Any:
    return sandbox.fault(**_read(request)).told()


def _clear_faults(sandbox: "ZohoSandbox", _request: Request) -> Any:
    sandbox.clear_faults()
    return []


def _reset(sandbox: "ZohoSandbox", _request: Request) -> Any:
    sandbox.reset()
    return {"reset": True}


def _clock(sandbox: "ZohoSandbox", request: Request) -> Any:
    sandbox.advance(float(_read(request).get("advance", 0)))
    return {"now": sandbox.clock.now(), "text": time_text(sandbox.clock.now())}


def _switches(sandbox: "ZohoSandbox", request: Request) -> Any:
    sandbox.switches.set(**_read(request))
    return sandbox.switches.all()


def _tokens(sandbox: "ZohoSandbox", request: Request) -> Any:
    return sandbox.issue_tokens(**_read(request))


def _revoke(sandbox: "ZohoSandbox", request: Request) -> Any:
    """End access tokens alone, or everything with `{"refresh": true}`."""
    end = sandbox.tokens.revoke if _read(request).get("refresh") else sandbox.tokens.expire
    end()
    return {"revoked": True}


def _self_client(sandbox: "ZohoSandbox", request: Request) -> Any:
    return {"code": sandbox.self_client_code(**_read(request))}


def _add(sandbox: "ZohoSandbox", request: Request) -> Any:
    asked = _read(request)
    return sandbox.add(asked["module"], asked.get("user"), **asked["values"])


def _change(sandbox: "ZohoSandbox", request: Request) -> Any:
    asked = _read(request)
    return sandbox.change(asked["module"], asked["id"], asked.get("user"), **asked["values"])


def _delete(sandbox: "ZohoSandbox", request: Request) -> Any:
    asked = _read(request)
    return sandbox.delete(asked.pop("module"), asked.pop("id"), **asked)


def _hide_module(sandbox: "ZohoSandbox", request: Request) -> Any:
    sandbox.hide_module(**_read(request))
    return sandbox.switches.module_states


_KNOBS: dict[tuple[str, str], Callable[["ZohoSandbox", Request], Any]] = {
    ("GET", "state"): _state,
    ("GET", "records"): _records,
    ("GET", "calls"): _calls,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "reset"): _reset,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _clock,
    ("GET", "switches"): _switches,
    ("POST", "switches"): _switches,
    ("POST", "tokens"): _tokens,
    ("POST", "revoke"): _revoke,
    ("POST", "self_client"): _self_client,
    ("POST", "add"): _add,
    ("POST", "change"): _change,
    ("POST", "delete"): _delete,
    ("POST", "hide_module"): _hide_module,
}
