"""Who may call: token, data centre, scopes, credits and calls in flight, before any handler."""

from dataclasses import replace

from zoho_client.sandbox import centres
from zoho_client.sandbox.limits import Limits
from zoho_client.sandbox.messages import Problem, Record, Reply, Request
from zoho_client.sandbox.routes import Route, Routes
from zoho_client.sandbox.tokens import Tokens, permitted


class Gate:
    """Lets calls of the API through to their handlers."""

    def __init__(self, routes: Routes, tokens: Tokens, limits: Limits, users: list[Record]) -> None:
        self._routes = routes
        self._tokens = tokens
        self._limits = limits
        self._users = {user["id"]: user for user in users}

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
        try:
            user = self._users[grant["user"]]
            reply = route.handler(replace(request, user=user, client=grant["client"]))
        except Problem as problem:
            reply = problem.reply
        reply.headers = [*reply.headers, *self._limits.spend(reply.credits)]
        return reply

    def is_heavy(self, request: Request) -> bool:
        """Whether a call counts among the heavy ones, of which fewer may be in flight."""
        try:
            route, request = self._routes.find(request)
            return route.heavy(request)
        except Problem:
            return False


def _check_scopes(route: Route, request: Request, granted: list[str]) -> None:
    module = request.places.get("module", "").replace("_", "").lower()
    for scope in route.scopes:
        if not permitted(granted, scope.replace("{module}", module)):
            text = "invalid oauth scope to access this URL"
            raise Problem("OAUTH_SCOPE_MISMATCH", text, status=401)
