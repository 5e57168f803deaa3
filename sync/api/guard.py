"""Who may call: a key, the scope that the address asks for, and so many calls a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase

from sync.api.problems import Problem
from sync.services import api_clients

if TYPE_CHECKING:
    from sync.models import ApiClient


class Key(AuthBase):
    """Lets a client in that shows its key and has the scope; "" is open to every key.

    ninja has a class for bearer tokens, which writes them into the log in DEBUG.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "Made in the set-up under API keys, or by `manage.py api_key make`."

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiClient:
        """Return the client. Raises Problem; a call with a good key counts whatever comes of it."""
        client = _client(request)
        if wait := api_clients.count_call(client, now=timezone.now()):
            raise Problem(
                "too_many_calls",
                f"This key may call {client.calls_per_minute} times a minute;"
                f" come back in {wait} seconds.",
                retry_after=wait,
            )
        if self.scope and self.scope not in client.scopes:
            raise Problem("not_allowed", f"This needs the scope {self.scope}.")
        return client


def _client(request: HttpRequest) -> ApiClient:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not key or scheme.lower() != "bearer":
        raise Problem("no_key", "Send the key of this client: “Authorization: Bearer exl_…”.")
    client = api_clients.owner_of(key.strip())
    if client is None:
        raise Problem("no_key", "This key is unknown, or it was revoked; ask for a new one.")
    return client


def needs(scope: str, *headers: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation says of the scope that it asks for, and of headers that it reads."""
    return {"auth": Key(scope), "openapi_extra": {"x-scope": scope, "parameters": list(headers)}}
