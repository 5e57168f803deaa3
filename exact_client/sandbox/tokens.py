"""OAuth2 as Exact does it: codes, chains of single-use refresh tokens, and how a chain dies."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exact_client.sandbox.books import EVERYWHERE, Books
from exact_client.sandbox.clock import DAY
from exact_client.sandbox.facts import Record
from exact_client.sandbox.limits import ErrorLimits
from exact_client.sandbox.messages import Problem, Reply, Request, json_reply
from exact_client.sandbox.switches import Switches

CODE_LIFE = 180  # seconds
ACCESS_LIFE = 600
IDLE_LIFE = 30 * DAY
CALLS_PER_DAY = 200
REMEMBERED = 100  # spent refresh tokens of a chain that are still recognised
TABLES = frozenset({"chains", "clients", "redirects"})


@dataclass(frozen=True)
class Code:
    """What a person allowed, until it is exchanged for tokens."""

    client: str
    redirect_uri: str
    divisions: list[int]
    given: float


def plain_client(client_id: str) -> str:
    """A client id without the braces it may come in."""
    return client_id.strip().strip("{}").lower()


def _error(status: int, error: str, text: str, **headers: str) -> Problem:
    body = {"error": error, "error_description": text}
    return Problem(json_reply(body, status, [(k.replace("_", "-"), v) for k, v in headers.items()]))


class Tokens:
    """Every code, client and chain. A chain belongs to one user and one client."""

    def __init__(
        self, books: Books, switches: Switches, errors: ErrorLimits, user: str, *, counted: bool
    ) -> None:
        self._books = books
        self._switches = switches
        self._errors = errors
        self._user = user
        self._counted = counted
        self._codes: dict[str, Code] = {}
        self._calls: dict[tuple[str, int], int] = {}

    # The consent page.

    def may_ask(self, client_id: str) -> bool:
        """Whether this client is known here."""
        known = [plain_client(one) for one in self._switches.known_clients]
        return bool(client_id) and (not known or plain_client(client_id) in known)

    def allow(self, client_id: str, redirect_uri: str, divisions: list[int]) -> str:
        """A code for what a person just allowed; it holds a character that must be escaped."""
        code = f"{secrets.token_hex(2)}!IAAAA{secrets.token_urlsafe(60)}"
        now = self._books.clock.now()
        client = plain_client(client_id)
        self._codes[code] = Code(client, redirect_uri, divisions, now)
        self._books.put(EVERYWHERE, "redirects", client, {"uri": redirect_uri})
        return code

    # The token endpoint.

    def answer(self, request: Request) -> Reply:
        """Answer a call of the token endpoint."""
        form = dict(request.form)
        client = plain_client(form.get("client_id", ""))
        try:
            self._check_call(request, client)
            grants: dict[str, Callable[[str, dict[str, str]], Record]] = {
                "authorization_code": self._exchange,
                "refresh_token": self._refresh,
            }
            grant = grants.get(form.get("grant_type", ""))
            if grant is None:
                raise _error(400, "unsupported_grant_type", "The grant type is not supported.")
            self._check_client(client, form.get("client_secret", ""))
            return self._fresh(grant(client, form))
        except Problem:
            self._errors.count((client, EVERYWHERE), "oauth2/token")
            raise

    def _check_call(self, request: Request, client: str) -> None:
        if self._errors.blocked((client, EVERYWHERE)):
            raise Problem(Reply(self._switches.blocked_status))
        if "authorization" in request.headers:
            raise _error(401, "invalid_client", "Client authentication failed.")
        kind = request.headers.get("content-type", "")
        if request.method != "POST" or not kind.startswith("application/x-www-form-urlencoded"):
            raise _error(400, "invalid_request", "A form must be posted.")
        today = (client, int(self._books.clock.now() // DAY))
        self._calls[today] = self._calls.get(today, 0) + 1
        if self._counted and self._calls[today] > CALLS_PER_DAY:
            raise Problem(Reply(429))

    def _check_client(self, client: str, secret: str) -> None:
        """The first secret of a client is the right one from then on."""
        known = self._books.table(EVERYWHERE, "clients").get(client)
        if known is None and client and secret:
            self._books.put(EVERYWHERE, "clients", client, {"secret": secret})
        elif known is None or known["secret"] != secret:
            raise _error(400, "invalid_client", "Client authentication failed.")

    def _exchange(self, client: str, form: dict[str, str]) -> Record:
        code = self._codes.pop(form.get("code", ""), None)
        late = code is None or self._books.clock.now() > code.given + CODE_LIFE
        if code is None or late or code.client != client:
            raise _error(400, "invalid_grant", "The code is not valid, was used, or is too old.")
        if code.redirect_uri != form.get("redirect_uri"):
            raise _error(400, "invalid_grant", "The redirect_uri differs from the one of the code.")
        return self.begin(client, code.divisions)

    def begin(self, client: str, divisions: list[int]) -> Record:
        """Begin a chain; an older one of the same user and client dies."""
        for old in self._books.table(EVERYWHERE, "chains"):
            if old["client"] == client and not old["dead"]:
                self._keep({**old, "dead": True})
        return {
            "id": secrets.token_hex(8),
            "client": client,
            "user": self._user,
            "divisions": divisions,
            "dead": False,
            "access": {},
            "spent": [],
            "refresh": "",
        }

    def _refresh(self, client: str, form: dict[str, str]) -> Record:
        if not self._switches.user_active:
            raise _error(400, "invalid_grant", "The user is not active")
        token = form.get("refresh_token", "")
        chain = self._chain_of(token)
        if chain is None or chain["client"] != client:
            raise _error(400, "invalid_grant", "The refresh token is not valid.")
        if chain["dead"] or token != chain["refresh"]:
            self._keep({**chain, "dead": True})
            raise self._reused()
        age = self._books.clock.now() - chain["issued"]
        if age < self._switches.refresh_window:
            raise self._too_early()
        if age > IDLE_LIFE:
            raise _error(400, "invalid_grant", "The refresh token has expired.")
        return {**chain, "spent": [*chain["spent"], token][-REMEMBERED:]}

    def _reused(self) -> Problem:
        status = self._switches.reuse_status
        if self._switches.reuse_text == "old":
            return _error(status, "unauthorized_client", "Old refresh token used.")
        text = "Token is not allowed, because of invalid or empty chainId"
        return _error(status, "invalid_grant", text)

    def _too_early(self) -> Problem:
        return _error(
            self._switches.too_early_status,
            "access_denied",
            "Rate limit exceeded: access_token not expired",
            Reason="TooEarlyToRefreshTokens: access_token not expired",
        )

    def _fresh(self, chain: Record) -> Reply:
        """Give a chain its next pair of tokens. `expires_in` is a text, as Exact sends it."""
        pair = self.issue(chain)
        body = {
            "access_token": pair["access_token"],
            "token_type": "bearer",
            "expires_in": str(ACCESS_LIFE),
            "refresh_token": pair["refresh_token"],
        }
        return json_reply(body, headers=[("Cache-Control", "no-store")])

    def issue(self, chain: Record) -> dict[str, str]:
        """Make the next pair of tokens of a chain and keep it."""
        now = self._books.clock.now()
        access, refresh = (
            f"stampNL{secrets.token_urlsafe(240)}",
            f"stampNL001!{secrets.token_urlsafe(90)}",
        )
        living = {token: end for token, end in chain["access"].items() if end > now - DAY}
        living[access] = now + ACCESS_LIFE
        self._keep({**chain, "access": living, "refresh": refresh, "issued": now})
        return {"access_token": access, "refresh_token": refresh}

    # What tokens are good for.

    def session(self, authorization: str) -> tuple[Record | None, bool]:
        """The chain of a bearer token, and whether the token is still good."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            return None, False
        for chain in self._chains():
            end = chain["access"].get(token)
            if end is not None:
                return chain, not chain["dead"] and end > self._books.clock.now()
        return None, False

    def revoke(self) -> None:
        """Kill every chain, as an administrator at Exact would."""
        for chain in list(self._chains()):
            self._keep({**chain, "dead": True})

    def _chains(self) -> Any:
        return self._books.table(EVERYWHERE, "chains")

    def _chain_of(self, refresh: str) -> Record | None:
        return next(
            (row for row in self._chains() if refresh in (row["refresh"], *row["spent"])), None
        )

    def _keep(self, chain: Record) -> None:
        self._books.put(EVERYWHERE, "chains", chain["id"], chain)
