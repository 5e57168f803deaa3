"""A caller of the stand-in for Zoho that says as little as possible."""

from typing import Any

import requests

from zoho_client.sandbox import SandboxAdapter, ZohoSandbox

API = "https://www.zohoapis.eu"


class Zoho:
    """One user's calls, in-process."""

    def __init__(self, sandbox: ZohoSandbox | None = None, user: str | None = None) -> None:
        self.sandbox = sandbox or ZohoSandbox()
        self.session = requests.Session()
        self.session.mount(API, SandboxAdapter(self.sandbox))
        token = self.sandbox.issue_tokens(user=user)["access_token"]
        self.session.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        """Call /crm/v8/<path>, or a path that begins with a slash."""
        url = API + (path if path.startswith("/") else f"/crm/v8/{path}")
        return self.session.request(method, url, params=query, json=body)

    def get(self, path: str, **query: Any) -> Any:
        """What a GET answers, which must be 200."""
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 201, **query: Any) -> Any:
        """What a POST answers, which must have this status."""
        answer = self.call("POST", path, body, **query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refused(self, answer: requests.Response, status: int = 400) -> tuple[str, Any]:
        """The code and details of a refusal of the whole call."""
        assert answer.status_code == status, answer.text
        return answer.json()["code"], answer.json()["details"]

    def select(self, text: str) -> list[dict[str, Any]]:
        """The rows of a COQL query; none for 204."""
        answer = self.call("POST", "coql", {"select_query": text})
        assert answer.status_code in {200, 204}, answer.text
        return list(answer.json()["data"]) if answer.content else []

    def insert(self, module: str, **values: Any) -> str:
        """The id of a new record."""
        made = self.sandbox.store.insert(module, values, by=self.sandbox.company.users[0])
        return str(made["id"])

    def update(self, module: str, key: str, **values: Any) -> None:
        """Change a record as a person in Zoho's pages would."""
        self.sandbox.store.update(module, key, values, by=self.sandbox.company.users[0])

    def delete(self, module: str, key: str) -> None:
        """Delete a record as a person in Zoho's pages would."""
        self.sandbox.store.delete(module, key, by=self.sandbox.company.users[0])
