"""The chapters of the API: every file of this folder that answers addresses is named here."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zoho_client.sandbox import (
    coql,
    deleting,
    notes,
    reading,
    search,
    settings_api,
    signals,
    watch,
    writing,
)

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

# A chapter puts its addresses into `sandbox.routes`, for example
#     scopes = ("ZohoCRM.coql.READ",)
#     sandbox.routes.add("POST", "/crm/v8/coql", answer, scopes=scopes, heavy=always)
# and may listen: `sandbox.store.on_change.append(f)`, called with a `store.Change`.
CHAPTERS: list[Callable[["ZohoSandbox"], None]] = [
    reading.register,
    writing.register,
    deleting.register,
    coql.register,
    search.register,
    watch.register,
    signals.register,
    notes.register,
    settings_api.register,
]


def register(sandbox: "ZohoSandbox") -> None:
    """Let every chapter put its addresses into the table."""
    for chapter in CHAPTERS:
        chapter(sandbox)
