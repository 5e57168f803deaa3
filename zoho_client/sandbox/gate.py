"""Who may call: token, data centre, scopes, credits and calls in flight, before any handler."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from zoho_client.sandbox import centres
from zoho_client.sandbox.limits import Limits
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.routes import Route, Routes
from zoho_client.sandbox.tokens import Tokens, permitted

API = "/crm/"
UNWRAPPED = {400, 429}


class Gate:
    """Lets calls of the API through to their handlers."""

    def __init__(self, routes: Routes, tokens: Tokens, limits: Limits, users: list[Record]) -> None:
        self._routes = routes
        self._tokens = tokens
        self._limits = limits
        self._users = {user["id"]: user for user in users}

    def take_off(self, request: Request) -> Callable[[], None]:
        """Count a call among those in flight; what is returned ends that. Raises Problem.

        It happens before the call waits for its turn: calls that wait are in flight as well.
        """
        client = self._tokens.client_of(request.headers.get("authorization", ""))
        if not request.path.startswith(API) or client is None:
            return _nothing
        heavy = self._is_heavy(request)
        self._limits.take_off(client, heavy=heavy)
        return lambda: self._limits.land(client, heavy=heavy)

    def answer(self, request: Request) -> Reply:
        """Answer a call of the API, refusals included."""
        try:
            return self._admitted(request)
        except Problem as problem:
            return problem.reply

    def _admitted(self, request: Request) -> Reply:
        if not centres.is_api(request):
            raise Problem("INVALID_TOKEN", "invalid oauth token", status=401)
        grant = self._tokens.grant_of(request.headers.get("authorization", ""))
        route, request = self._routes.find(request)
        _check_scopes(route, request, grant["scopes"])
        self._limits.check()
        user = self._users[grant["user"]]
        try:
            who = {"user": user, "client": grant["client"], "scopes": tuple(grant["scopes"])}
            reply = route.handler(replace(request, **who))
        except Problem as problem:
            reply = problem.reply
            if request.sandbox.switches.wrap_refusals and problem.status not in UNWRAPPED:
                reply = Reply(problem.status, {"data": [problem.told]})
        reply.headers = [*reply.headers, *self._limits.spend(reply.credits)]
        return reply

    def _is_heavy(self, request: Request) -> bool:
        try:
            route, request = self._routes.find(request)
        except Problem:
            return False
        return route.heavy(request)


def _nothing() -> None:
    """Nothing was counted, so nothing ends."""


def _check_scopes(route: Route, request: Request, granted: list[str]) -> None:
    for scope in route.scopes:
        check_scope(granted, scope, request.places.get("module", ""))


def check_scope(granted: Sequence[str], scope: str, module: str) -> None:
    """Refuse a call whose token has no such scope for the module. Raises Problem."""
    if not permitted(list(granted), scope.replace("{module}", module.replace("_", "").lower())):
        text = "invalid oauth scope to access this URL"
        raise Problem("OAUTH_SCOPE_MISMATCH", text, status=401)
