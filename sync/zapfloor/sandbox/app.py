"""The stand-in's WSGI application: tokens, lists of records, and the knobs that tests turn.

Seen in public code: the address of the token, its JSON body, 201 and a `user`; JSON:API; filters as
`filters[field]=value`; scopes such as BASIC:READ. Guessed: the paths of customers, invoices and
credit notes, the names of their attributes, `page[number]`, `page[size]`, `include`,
`filters[updated_since]`, `meta.total_count`, and what is answered to whoever may not.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode
from wsgiref.types import StartResponse

from sync.zapfloor.sandbox.company import Company, Record
from sync.zapfloor.sandbox.faults import HTML, Fault

CLIENT = {
    "client_id": "stand-in",
    "client_secret": "stand-in-client-secret",
    "username": "exactlink@example.com",
    "password": "stand-in-password",
}
SCOPES = {"customers": "CUSTOMER:READ", "invoices": "INVOICE:READ", "credit_notes": "INVOICE:READ"}
LARGEST_PAGE = 100
JSON_API = "application/vnd.api+json"


@dataclass(frozen=True)
class Reply:
    """An answer before it is written."""

    status: int
    content: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None  # in place of the content

    @classmethod
    def error(cls, status: int, title: str) -> Reply:
        """Say no as JSON:API does."""
        return cls(status, {"errors": [{"status": str(status), "title": title}]})


@dataclass
class ZapfloorSandbox:
    """One zapfloor in memory."""

    company: Company = field(default_factory=Company.of_demo)
    life: int = 3600  # seconds of a token
    allowed: str = "BASIC:READ CUSTOMER:READ INVOICE:READ"
    tokens: dict[str, tuple[float, set[str]]] = field(default_factory=dict)  # end, scopes
    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[str, str, int]] = field(default_factory=list)  # method, address, status

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        query = environ.get("QUERY_STRING", "")
        if path.startswith("/_sandbox/"):
            reply = self._knob(method, path.removeprefix("/_sandbox/"), environ)
        else:
            reply = self._struck(path) or self._reply(method, path, query, environ)
            self.calls.append((method, f"{path}?{query}" if query else path, reply.status))
        body = json.dumps(reply.content).encode() if reply.body is None else reply.body
        status = f"{reply.status} {HTTPStatus(reply.status).phrase}"
        headers = [("Content-Type", JSON_API), ("Content-Length", str(len(body)))]
        start(status, [*headers, *reply.headers])
        return [body]

    def _struck(self, path: str) -> Reply | None:
        """Return what goes wrong with this call, if anything does."""
        fault = next((one for one in self.faults if one.strikes(path)), None)
        if fault is None:
            return None
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return None
        wait = () if fault.retry_after is None else (("Retry-After", f"{fault.retry_after}"),)
        return {
            "status": replace(Reply.error(fault.status, "Asked for by a fault"), headers=wait),
            "html": Reply(200, body=HTML),
            "redirect": Reply(302, headers=(("Location", "http://localhost:9/"),)),
            "next_elsewhere": _led_to("https://example.com/v1/x"),
            "circle": _led_to(f"{path}?round=1"),
        }[fault.kind]

    def _reply(self, method: str, path: str, query: str, environ: dict[str, Any]) -> Reply:
        if (method, path) == ("POST", "/oauth/token"):
            return self._token(_json(environ))
        version, _, kind = path.strip("/").partition("/")
        if method != "GET" or version != "v1" or kind not in SCOPES:
            return Reply.error(404, "Not found")
        bearer = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        end, scopes = self.tokens.get(bearer, (0.0, set()))
        if time.time() >= end:
            return Reply.error(401, "The access token is invalid or expired")
        if SCOPES[kind] not in scopes:
            return Reply.error(403, f"The scope {SCOPES[kind]} is needed")
        return self._list(kind, {key: found[0] for key, found in parse_qs(query).items()})

    def _token(self, asked: Mapping[str, Any]) -> Reply:
        if asked.get("grant_type") != "password":
            return Reply(400, {"error": "unsupported_grant_type"})
        if any(asked.get(name) != value for name, value in CLIENT.items()):
            return Reply(401, {"error": "invalid_grant", "error_description": str(asked)})
        scopes = set(str(asked.get("scope", "")).split())
        if not scopes <= set(self.allowed.split()):
            return Reply(400, {"error": "invalid_scope"})
        token = secrets.token_urlsafe(24)
        self.tokens[token] = (time.time() + self.life, scopes)
        user = {"id": "1", "email": CLIENT["username"], "locations_bankdetail_settings": []}
        return Reply(201, {"access_token": token, "expires_in": self.life, "user": user})

    def _list(self, kind: str, asked: Mapping[str, str]) -> Reply:
        records = list(self.company.records[kind].values())
        if since := asked.get("filters[updated_since]"):
            records = [one for one in records if one["attributes"]["updated_at"] >= since]
        size = min(max(int(asked.get("page[size]", 25)), 1), LARGEST_PAGE)
        page = max(int(asked.get("page[number]", 1)), 1)
        shown = records[(page - 1) * size : page * size]
        links = {}
        if page * size < len(records):
            following = {**asked, "page[size]": str(size), "page[number]": str(page + 1)}
            links["next"] = f"/v1/{kind}?{urlencode(following)}"
        along = list(self._along(shown, asked.get("include", "")))
        meta = {"total_count": len(records)}
        return Reply(200, {"data": shown, "included": along, "links": links, "meta": meta})

    def _along(self, shown: list[Record], include: str) -> Iterator[Record]:
        """Yield, once each, the records that the shown ones lead to."""
        keys: dict[tuple[str, str], None] = {}
        for record in shown:
            for name in filter(None, include.split(",")):
                data = record["relationships"].get(name, {}).get("data") or []
                found = data if isinstance(data, list) else [data]
                keys |= dict.fromkeys((one["type"], one["id"]) for one in found)
        for kind, key in keys:
            if key in self.company.records[kind]:
                yield self.company.records[kind][key]

    def _knob(self, method: str, name: str, environ: dict[str, Any]) -> Reply:
        content: Any = {}
        match method, name:
            case "GET", "state":
                kinds = self.company.records.items()
                content = {"counts": {kind: len(found) for kind, found in kinds}}
            case "GET", "calls":
                content = [list(call) for call in self.calls]
            case "POST", "faults":
                self.faults.append(Fault.read(_json(environ)))
            case "DELETE", "faults":
                self.faults.clear()
            case "POST", "records":
                self.company.add(_json(environ))
            case "POST", "reset":
                self.__dict__.update(ZapfloorSandbox().__dict__)
            case _:
                return Reply.error(404, "There is no such knob")
        return Reply(200, content)


def _led_to(link: str) -> Reply:
    return Reply(200, {"data": [], "links": {"next": link}})


def _json(environ: dict[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    try:
        content = json.loads(environ["wsgi.input"].read(length) or b"{}")
    except json.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
