"""Which handler answers which address, and what a caller needs for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from zoho_client.sandbox.messages import Problem, Reply, Request

Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class Route:
    """One address: `scopes` are all needed; `{module}` in a scope is the module of the path."""

    method: str
    pattern: str
    handler: Handler
    scopes: tuple[str, ...]
    heavy: Callable[[Request], bool]  # whether the call counts among the ten heavy ones

    @property
    def expression(self) -> re.Pattern[str]:
        """The pattern as an expression whose groups are its places."""
        return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.pattern)))


def _never(_request: Request) -> bool:
    return False


def always(_request: Request) -> bool:
    """For `heavy`: every call of this address is a heavy one."""
    return True


class Routes:
    """The table of addresses. One with fewer places in braces goes before one with more."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], Route]] = []

    def add(
        self, method: str, pattern: str, handler: Handler, *,
        scopes: tuple[str, ...] = (), heavy: Callable[[Request], bool] = _never,
    ) -> None:  # fmt: skip
        """Register a handler, for example `add("POST", "/crm/v8/coql", coql.answer)`.

        A place such as `{id}` fits one step of the path; the handler finds it in
        `request.places["id"]`. `scopes` look like `ZohoCRM.modules.{module}.READ`.
        """
        route = Route(method, pattern, handler, scopes, heavy)
        self._routes.append((route.expression, route))
        self._routes.sort(key=lambda one: one[1].pattern.count("{"))

    def find(self, request: Request) -> tuple[Route, Request]:
        """The route of a request, and the request with its places. Raises Problem."""
        known = False
        for expression, route in self._routes:
            found = expression.fullmatch(request.path)
            if found and route.method == request.method:
                return route, replace(request, places=found.groupdict())
            known = known or found is not None
        if known:
            raise Problem(
                "INVALID_REQUEST_METHOD", "The http request method type is not a valid one"
            )
        text = "Please check if the URL trying to access is a correct one"
        raise Problem("INVALID_URL_PATTERN", text, status=404)
