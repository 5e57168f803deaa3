"""A plain caller of the stand-in: what any HTTP client would do, and nothing clever."""

from typing import Any

import requests

from exact_client.sandbox import ExactSandbox, SandboxAdapter

HOST = "http://exact.test"
DIVISION = 124132
ENTRIES = "salesentry/SalesEntries"
CALLBACK = "http://localhost:8000/exact/callback/"
CLIENT = {"client_id": "{6B1F0C52-1D6A-4F0E-9A57-000000000001}", "client_secret": "stand-in"}


class Caller:
    """Speaks to one division with a token of its own."""

    def __init__(self, sandbox: ExactSandbox, *, host: str = HOST) -> None:
        self.sandbox = sandbox
        self.host = host
        self.session = requests.Session()
        if host == HOST:
            self.session.mount(HOST, SandboxAdapter(sandbox))
        self.session.headers["Accept"] = "application/json"
        self.renew()

    def renew(self) -> None:
        """Take a fresh token."""
        token = self.sandbox.issue_tokens()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def url(self, path: str) -> str:
        """The address of a path under the division, or of an absolute one."""
        if path.startswith("http"):
            return path
        return f"{self.host}{path}" if path[0] == "/" else f"{self.host}/api/v1/{DIVISION}/{path}"

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET with `$` put before the names of the options."""
        params = {f"${name}": value for name, value in options.items()}
        return self.session.get(self.url(path), params=params, timeout=5)

    def send(
        self, method: str, path: str, content: Any = None, **headers: str
    ) -> requests.Response:
        """Send JSON."""
        return self.session.request(
            method, self.url(path), json=content, headers=headers, timeout=5
        )

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        """The rows of one page, in either shape."""
        content = self.get(path, **options).json()["d"]
        return list(content) if isinstance(content, list) else list(content["results"])

    def all_rows(self, path: str, **options: Any) -> tuple[list[dict[str, Any]], int]:
        """The rows of all pages, and how many calls that took."""
        found, calls, answer = [], 1, self.get(path, **options).json()["d"]
        while "__next" in answer:
            found += answer["results"]
            answer, calls = self.get(answer["__next"]).json()["d"], calls + 1
        return found + answer["results"], calls

    def text_of(self, answer: requests.Response) -> str:
        """What Exact found, out of its envelope."""
        return str(answer.json()["error"]["message"]["value"])


def an_account(sandbox: ExactSandbox, **wanted: Any) -> str:
    """The ID of an account of the company: a customer, unless something else is wanted."""
    wanted = {"Status": "C", **wanted}
    return next(
        str(row["ID"])
        for row in sandbox.accounts
        if all(row.get(name) == value for name, value in wanted.items())
    )


def ledger(sandbox: ExactSandbox, code: str) -> str:
    """The GUID of a G/L account."""
    return next(str(row["ID"]) for row in sandbox.records("glaccounts") if row["Code"] == code)


def an_entry(sandbox: ExactSandbox, *amounts: float, **changes: Any) -> dict[str, Any]:
    """A sales entry as a client posts it; `amounts` are its lines, at 21 % VAT."""
    lines = [
        {"AmountFC": amount, "GLAccount": ledger(sandbox, "700100"), "VATCode": "4"}
        for amount in amounts or (100.0,)
    ]
    entry = {
        "Customer": an_account(sandbox),
        "Journal": "70",
        "EntryDate": "2026-10-01",
        "YourRef": "INV-2026-000001",
        "SalesEntryLines": lines,
    }
    return {**entry, **changes}


def post(exact: Caller, entry: dict[str, Any]) -> dict[str, Any]:
    """Book an entry and give all of it back."""
    answer = exact.send("POST", ENTRIES, entry, Prefer="return=representation")
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["d"])


def refused(exact: Caller, entry: dict[str, Any]) -> str:
    """What Exact says to an entry that it doesn't book."""
    answer = exact.send("POST", ENTRIES, entry)
    assert answer.status_code == 500, answer.text
    assert exact.sandbox.entries == []
    return exact.text_of(answer)
