"""A company small enough to be read in a moment, in Exact and in Zoho, for their stand-ins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exact_client import sandbox as exact
from zoho_client.sandbox import ZohoSandbox

EXACT_ACCOUNTS = Path(exact.__file__).parent / "company" / "accounts.json"
FEW = 40  # accounts of Zoho, the oldest; some twenty of them have one in Exact
HANGING = ("Contacts", "Invoices", "Sales_Orders", "Deals")


def stand_in_options(folder: Path) -> list[str]:
    """Return the options of `manage.py sandbox` that serve few accounts, and what hangs on them."""
    accounts, state = folder / "accounts.json", folder / "zoho.json"
    kept = _thinned_out(state)
    known = {_digits(row.get("VAT_Number")) for row in kept} - {""}
    rows = json.loads(EXACT_ACCOUNTS.read_text())
    accounts.write_text(json.dumps([row for row in rows if _digits(row["VATNumber"]) in known]))
    return ["--exact-accounts", str(accounts), "--zoho-state", str(state)]


def _thinned_out(state: Path) -> list[dict[str, Any]]:
    """Leave few accounts in a file of the stand-in for Zoho; return them."""
    stand_in = ZohoSandbox(state=state, limits=False)
    kept = sorted(stand_in.records("Accounts"), key=lambda row: str(row["id"]))[:FEW]
    keys = {row["id"] for row in kept}
    for module, key in list(_others(stand_in, keys)):
        stand_in.store.drop(module, key)
    stand_in.store.commit()
    stand_in.close()
    return kept


def _others(stand_in: ZohoSandbox, kept: set[str]) -> Iterator[tuple[str, str]]:
    for module in ("Accounts", *HANGING):
        for row in stand_in.records(module):
            account = row["id"] if module == "Accounts" else (row["Account_Name"] or {}).get("id")
            if account not in kept:
                yield module, row["id"]


def _digits(text: object) -> str:
    return "".join(letter for letter in str(text or "") if letter.isdigit())
