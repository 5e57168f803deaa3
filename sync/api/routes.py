"""The API itself: its addresses, how it reads, and what it says of itself."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import HttpRequest
from ninja import NinjaAPI

from sync.api.bodies import ExactJSON
from sync.api.endpoints import router

VERSION = "1.0.0"
DESCRIPTION = """\
Brings customers, invoices and credit notes into Exactlink, and reads where they stand and what \
was paid.

Numbers decide: sending the same record again changes nothing, so every request may be repeated. \
Fields that this page does not name are refused, and so is a record that can't be right: the \
answer names the field and says what to do. Amounts may be sent as texts, and are answered so."""


class IntakeAPI(NinjaAPI):
    """Routes, reads and describes; what goes wrong is told where it is mounted."""

    def on_exception(self, request: HttpRequest, exc: Any) -> NoReturn:
        """Raise it: ninja itself would write where it is into the answer when in DEBUG."""
        raise exc


api = IntakeAPI(
    title="Exactlink intake API",
    version=VERSION,
    description=DESCRIPTION,
    parser=ExactJSON(),
    servers=[{"url": "/api/v1"}],
    openapi_url=None,
    urls_namespace="intake",
)
api.add_router("", router)
