"""Pages for people: what is in each module, and one record with everything in it."""

import json
from typing import TYPE_CHECKING

from zoho_client.sandbox.html import escaped, page, table
from zoho_client.sandbox.messages import Record, Reply, Request, html_reply
from zoho_client.sandbox.records import name_of

if TYPE_CHECKING:
    from zoho_client.sandbox.app import ZohoSandbox

SHOWN = 50  # rows of a list


def answer(request: Request) -> Reply:
    """Show the page at an address: /, /Accounts or /Accounts/<id>."""
    sandbox = request.sandbox
    steps = [step for step in request.path.split("/") if step]
    if not steps:
        return html_reply(_module(sandbox, "Accounts"))
    if steps[0] in sandbox.store.modules and len(steps) == 1:
        return html_reply(_module(sandbox, steps[0]))
    row = sandbox.store.get(steps[0], steps[1]) if len(steps) == 2 else None  # noqa: PLR2004 - module and id
    if row is None:
        return html_reply(page("Not found", "<p>There is no such page.</p>"), 404)
    return html_reply(_record(steps[0], row))


def _module(sandbox: "ZohoSandbox", module: str) -> str:
    store = sandbox.store
    links = "".join(
        f"<a href=/{name}>{escaped(name.replace('_', ' '))} {store.count(name):,}</a>"
        for name in store.modules
    )
    places = store.ordered(module, "Modified_Time")[-SHOWN:][::-1]
    found = [store.get(module, str(key)) for _, key in places]
    rows = [_line(module, row) for row in found if row]
    lists = table(["Record", "Modified", "By"], rows)
    company = escaped(sandbox.company.org.get("company_name"))
    return page(module.replace("_", " "), f"<p class=note>{company}</p><nav>{links}</nav>{lists}")


def _line(module: str, row: Record) -> list[str]:
    name = escaped(name_of(module, row) or row["id"])
    link = f'<a href="/{module}/{escaped(row["id"])}">{name}</a>'
    return [link, escaped(row["Modified_Time"]), escaped(row["Modified_By"]["name"])]


def _record(module: str, row: Record) -> str:
    rows = [[escaped(name), escaped(_text(value))] for name, value in row.items() if value]
    return page(str(name_of(module, row) or row["id"]), table(["Field", "Value"], rows))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
