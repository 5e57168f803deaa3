"""Whether Zoho lets us work in a module, and otherwise which switch in Zoho opens it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sync.rules.zoho.modules import MODULES, Module

if TYPE_CHECKING:
    from zoho_client.records import FieldRecord, ModuleRecord

WORDS = {
    Module.ACCOUNTS: "Accounts",
    Module.CONTACTS: "Contacts",
    Module.PRODUCTS: "Products",
    Module.INVOICES: "Invoices",
    Module.SALES_ORDERS: "Sales Orders",
}
ORGANISE = "Setup → Customization → Modules and Fields → Organize Modules"
PROFILES = "Setup → Security Control → Profiles"


def why_not(module: Module, found: ModuleRecord | None) -> str:
    """Return why the list of modules keeps us out, and the switch; "" when it does not.

    Source: Zoho's reference of settings/modules. The list is not the last word: see `refused`.
    """
    word = WORDS[module]
    if found is None:
        return (
            f"Zoho does not list {word}: your edition lacks it, or the profile of the user who"
            f" logged in may not see it. Look under {PROFILES}, or at your plan."
        )
    if closed := _closed(found):
        return f"{word} {closed}"
    return _rights(module, found)


def _closed(found: ModuleRecord) -> str:
    """Return what closes a module to everybody, to go behind its name."""
    if found.status == "system_hidden" or found.visibility < 0:
        return "is not part of your plan of Zoho CRM. It comes with a higher edition."
    if found.status == "scheduled_for_deletion":
        return f"is about to be deleted in Zoho. Restore it under {ORGANISE}."
    if found.status == "user_hidden" or found.visibility == 0:
        return f"is switched off in Zoho. Move it to the shown modules under {ORGANISE}."
    if not found.api_supported:
        return "is closed to programs in your organisation in Zoho. Ask Zoho's support to open it."
    return ""


def _rights(module: Module, found: ModuleRecord) -> str:
    rights = {"view": found.viewable, "create": found.creatable, "edit": found.editable}
    missing = [word for word, is_given in rights.items() if not is_given]
    if not missing:
        return ""
    return (
        f"The profile of the user who logged in may not {' or '.join(missing)} {WORDS[module]}."
        f" Allow it under {PROFILES}, or log in as somebody who may."
    )


def refused(module: Module) -> str:
    """Return what it means that Zoho lists a module and yet refuses to show its records."""
    return (
        f"Zoho lists {WORDS[module]}, but does not show its records. Allow the module under"
        f" {PROFILES} for the user who logged in."
    )


def lacks_lines(module: Module, fields: Iterable[FieldRecord]) -> str:
    """Return why the lines of documents can't be written; "" when they can, or there are none."""
    subform = MODULES[module].zoho_lines
    lines = next((field for field in fields if field.api_name == subform), None)
    if not subform or (lines is not None and lines.is_writable):
        return ""
    return (
        f"The lines of {WORDS[module]} ({subform.replace('_', ' ')}) can't be written. Allow the"
        f" field under {PROFILES} for the user who logged in."
    )
