"""A tie that both stand-ins tell of changes: their calls go to our pages, without a port."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from exact_client.sandbox import ExactSandbox
from sync.models import ModuleSync, Notice, Pair, Run, ZohoSync
from sync.services import runs
from sync.services.clock import SystemClock
from sync.services.zoho import job
from sync.services.zoho.set_up.metadata import OUR_FIELDS
from sync.services.zoho.telling import being_told, notices
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

PARTIES = ("Accounts", "Contacts")


class Told:
    """Both stand-ins, our pages, and the work that is done on what they tell."""

    def __init__(self, tie: ZohoSync, exact: ExactSandbox, zoho: ZohoSandbox) -> None:
        self.tie, self.exact, self.zoho = tie, exact, zoho
        self._browser = Client()
        exact.webhooks.post = self.post

    def post(self, url: str, body: bytes) -> int:
        """Take what a stand-in posts, as the web server does."""
        path = urlsplit(url).path
        return self._browser.post(path, body, content_type="application/json").status_code

    def _post_of_zoho(self, url: str, body: bytes) -> None:
        self.post(url, body)

    def deliver(self) -> None:
        """Let both stand-ins say what they have to say."""
        self.exact.webhooks.deliver_now()
        self.zoho.watch.deliver_now(self._post_of_zoho)

    def work(self) -> bool:
        """Work on what was told, as a task does that was rung; the last round is a while ago."""
        Notice.objects.exclude(worked_at=None).update(worked_at=timezone.now() - timedelta(hours=1))
        return notices.work_on_all(SystemClock())

    def settle(self) -> None:
        """Deliver and work until neither side has anything to say."""
        for _ in range(6):
            self.deliver()
            if not Notice.objects.filter(worked_at=None).exists():
                return
            self.work()
        raise AssertionError("Echoes go on and on.")

    def a_pair(self, module: str = "Accounts") -> Pair:
        """Return an equal pair."""
        pairs = Pair.objects.filter(module=module, state=Pair.State.EQUAL)
        return pairs.select_related("exact", "zoho").order_by("pk")[0]

    def writes(self) -> tuple[int, int]:
        """Return how often each side was written to: Exact, Zoho."""
        return (
            _written((one.method, one.path) for one in self.exact.calls if one.kind == "division"),
            _written((one.method, one.path) for one in self.zoho.calls if "/crm/" in one.path),
        )


def _written(calls: Iterable[tuple[str, str]]) -> int:
    about_telling = ("coql", "WebhookSubscriptions", "watch")
    return sum(method != "GET" and not path.endswith(about_telling) for method, path in calls)


@pytest.fixture
def told(
    sync: ZohoSync, zoho: ZohoClient, sandbox: ExactSandbox, zoho_sandbox: ZohoSandbox
) -> Told:
    """Accounts and contacts that are equal on both sides, and sides that tell of changes."""
    ModuleSync.objects.exclude(module__in=PARTIES).update(takes_part=False)
    for module in ModuleSync.objects.filter(takes_part=True):
        zoho.create_fields(module.module, list(OUR_FIELDS.values()))
        ModuleSync.objects.filter(pk=module.pk).update(
            fields=zoho_sandbox.company.fields[module.module]
        )
    told = Told(sync, sandbox, zoho_sandbox)
    for _ in range(2):  # the second brings what Exact made of values that it trims
        job.sync_zoho(runs.ask(Run.Job.ZOHO, by=None, now=timezone.now()))
    being_told.keep(timezone.now())
    return told
