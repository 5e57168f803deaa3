"""OAuth2 as Zoho does it: grants without an end, tokens of an hour, errors with status 200."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from zoho_client.sandbox import centres
from zoho_client.sandbox.clock import HOUR, MINUTE
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.store import Store
from zoho_client.sandbox.switches import Switches

CODE_LIFE = 3 * MINUTE
CODES, CODES_WITHIN = 10, 10 * MINUTE
ACCESS_LIFE = HOUR
LIVING = 15  # access tokens of one refresh token; one more kills the oldest
REFRESHES, REFRESHES_WITHIN = 10, 10 * MINUTE
GRANTS = 20  # refresh tokens of one user and client; one more kills the oldest
TABLES = frozenset({"_grants", "_clients"})
EVERYTHING = (
    "ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.ALL", "ZohoCRM.org.ALL",
    "ZohoCRM.coql.READ", "ZohoCRM.notifications.ALL", "ZohoCRM.signals.ALL", "ZohoCRM.bulk.ALL",
    "ZohoSearch.securesearch.READ",
)  # fmt: skip


@dataclass(frozen=True)
class Code:
    """What a person allowed, until it is exchanged for tokens."""

    client: str
    redirect_uri: str  # empty for a code of a self client
    scopes: tuple[str, ...]
    user: str
    refreshes: bool  # whether a refresh token comes with it
    ends: float


class _Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """An error of the token endpoint."""

    def __init__(self, error: str, http: int = 200, **more: str) -> None:
        super().__init__(error)
        self.reply = Reply(http, {"error": error, **more})


class Tokens:
    """Every client, code and grant. A grant is a refresh token with its access tokens."""

    def __init__(self, store: Store, switches: Switches, *, counted: bool) -> None:
        self._store = store
        self._switches = switches
        self._counted = counted
        self._codes: dict[str, Code] = {}
        self._exchanged: dict[str, list[float]] = {}

    # The consent page and the console for self clients.

    def may_ask(self, client: str) -> bool:
        """Whether this client is known here."""
        known = self._switches.known_clients
        return bool(client) and (not known or client in known)

    def knows(self, client: str, user: str) -> bool:
        """Whether this user allowed this client before."""
        return any(not one["dead"] for one in self._grants_of(client, user))

    def allow(self, code: Code) -> str:
        """A code for what a person just allowed."""
        text = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._codes[text] = code
        return text

    # The token endpoint.

    def answer(self, request: Request) -> Reply:
        """Answer a call of the token endpoint; its parameters may stand in the address too."""
        asked = {**request.query, **request.form, "api_domain": centres.api_domain_of(request)}
        grants: dict[str, Callable[[dict[str, str]], Reply]] = {
            "authorization_code": self._exchange,
            "refresh_token": self._refresh,
        }
        grant = grants.get(asked.get("grant_type", ""))
        if grant is None:
            return _Refused("unsupported_grant_type").reply
        try:
            self._check_client(asked.get("client_id", ""), asked.get("client_secret", ""))
            return grant(asked)
        except _Refused as refused:
            return refused.reply

    def revoke_one(self, token: str) -> Reply:
        """End one grant, as the revoke address does."""
        grant = next((one for one in self._grants() if one["refresh"] == token), None)
        if grant is None:
            return Reply(400, {"status": "failure", "error": "invalid_token"})
        self._keep({**grant, "dead": True})
        return Reply(200, {"status": "success"})

    def _check_client(self, client: str, secret: str) -> None:
        """The first secret of a client is the right one from then on."""
        known = self._store.get("_clients", client)
        if not self.may_ask(client):
            raise _Refused("invalid_client")
        if known is None and secret:
            self._store.keep("_clients", client, {"secret": secret})
        elif known is None or known["secret"] != secret:
            raise _Refused("invalid_client_secret")

    def _exchange(self, asked: dict[str, str]) -> Reply:
        client, now = asked["client_id"], self._store.clock.now()
        times = [at for at in self._exchanged.get(client, []) if at > now - CODES_WITHIN]
        if self._counted and len(times) >= CODES:
            raise _Refused("access_denied")
        self._exchanged[client] = [*times, now]
        code = self._codes.pop(asked.get("code", ""), None)
        if code is None or code.client != client or code.ends < now:
            raise _Refused("invalid_code")
        if code.redirect_uri != asked.get("redirect_uri", ""):
            raise _Refused("invalid_redirect_uri")
        grant = self.begin(client, code.user, code.scopes, refreshes=code.refreshes)
        return self._told(asked, grant, with_refresh=code.refreshes)

    def _refresh(self, asked: dict[str, str]) -> Reply:
        refresh, now = asked.get("refresh_token", ""), self._store.clock.now()
        grant = next((one for one in self._grants() if one["refresh"] == refresh), None)
        if not refresh or grant is None or grant["dead"] or grant["client"] != asked["client_id"]:
            raise _Refused("invalid_code")
        made = [at for at in grant["made"] if at > now - REFRESHES_WITHIN]
        if self._counted and len(made) >= REFRESHES:
            raise self._throttled()
        return self._told(asked, {**grant, "made": [*made, now]}, with_refresh=False)

    def _throttled(self) -> _Refused:
        text = "You have made too many requests continuously. Please try again after some time."
        status = self._switches.throttle_status
        return _Refused("Access Denied", status, error_description=text, status="failure")

    def _told(self, asked: dict[str, str], grant: Record, *, with_refresh: bool) -> Reply:
        access, api_domain = self.issue(grant), asked["api_domain"]
        told: dict[str, Any] = {"access_token": access, "api_domain": api_domain}
        if with_refresh:
            told["refresh_token"] = grant["refresh"]
        if self._switches.tell_scope:
            told["scope"] = " ".join(grant["scopes"])
        told |= {"token_type": "Bearer", "expires_in": ACCESS_LIFE}
        if self._switches.expires_in_milliseconds:
            told |= {"expires_in": ACCESS_LIFE * 1000, "expires_in_sec": ACCESS_LIFE}
        return Reply(200, told)

    # Grants.

    def begin(
        self, client: str, user: str, scopes: tuple[str, ...], *, refreshes: bool = True
    ) -> Record:
        """Make a grant; with the 21st of a user and client the oldest ends."""
        living = [one for one in self._grants_of(client, user) if not one["dead"]]
        for old in living[: max(0, len(living) - GRANTS + 1)]:
            self._keep({**old, "dead": True})
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        grant = {
            "id": secrets.token_hex(8),
            "refresh": token if refreshes else "",
            "client": client,
            "user": user,
            "scopes": list(scopes),
            "access": {},
            "made": [self._store.clock.now()],
            "dead": False,
        }
        self._keep(grant)
        return grant

    def issue(self, grant: Record) -> str:
        """Make an access token; with the 16th the oldest that lives ends early."""
        now = self._store.clock.now()
        living = [(token, end) for token, end in grant["access"].items() if end > now]
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        kept = living[-(LIVING - 1) :] if self._counted else living
        self._keep({**grant, "access": dict([*kept, (token, now + ACCESS_LIFE)])})
        return token

    def grant_of(self, authorization: str) -> Record:
        """The grant behind an Authorization header. Raises Problem with status 401."""
        kind, _, token = authorization.partition(" ")
        if not token:
            raise Problem("AUTHENTICATION_FAILURE", "Authentication failed", status=401)
        if kind != "Zoho-oauthtoken":
            text = {"INVALID_TOKEN": "invalid oauth token"}
            code = self._switches.bearer_code
            raise Problem(code, text.get(code, "Authentication failed"), status=401)
        now = self._store.clock.now()
        for grant in self._grants():
            if grant["access"].get(token, 0.0) > now and not grant["dead"]:
                return grant
        raise Problem("INVALID_TOKEN", "invalid oauth token", status=401)

    def client_of(self, authorization: str) -> str | None:
        """The app behind an Authorization header; None when the token is good for nothing."""
        try:
            return str(self.grant_of(authorization)["client"])
        except Problem:
            return None

    def revoke(self) -> None:
        """End every grant, as an administrator at Zoho or a new password would."""
        for grant in list(self._grants()):
            self._keep({**grant, "dead": True})

    def expire(self) -> None:
        """End every access token before its time; the refresh tokens stay good."""
        for grant in list(self._grants()):
            self._keep({**grant, "access": {}})

    def _grants(self) -> Iterator[Record]:
        return self._store.rows("_grants")

    def _grants_of(self, client: str, user: str) -> list[Record]:
        return [one for one in self._grants() if (one["client"], one["user"]) == (client, user)]

    def _keep(self, grant: Record) -> None:
        self._store.keep("_grants", grant["id"], grant)


def permitted(scopes: list[str], needed: str) -> bool:
    """Whether a scope that was granted covers the one a call needs; upper case doesn't matter."""
    *group, operation = needed.lower().split(".")
    for scope in scopes:
        *wide, allowed = scope.lower().split(".")
        covers = allowed in ("all", operation) or (
            allowed == "write" and operation in ("create", "update")
        )
        if covers and group[: len(wide)] == wide:
            return True
    return False
