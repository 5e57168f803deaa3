"""Where Exact and Zoho post to us: quick, closed to everybody else, and nothing twice."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from sync.models import ModuleSync, Notice, ZohoSync
from sync.views.hooks import MOST_BYTES
from tests.sync.services.zoho.build import a_sync
from zoho_client import vault
from zoho_client.models import ZohoChannel, ZohoConnection

pytestmark = pytest.mark.django_db

KEY = "0b1f3c52-1d6a-4f0e-9a57-000000000001"
SECRET_PATH = "a-secret-path"  # noqa: S105 - of a test
TOKEN = "a token that Zoho repeats"  # noqa: S105 - of a test


@pytest.fixture
def tie() -> ZohoSync:
    tie = a_sync(hook_path=SECRET_PATH)
    tie.connection = ZohoConnection.objects.create(
        accounts_url=settings.ZOHO_ACCOUNTS_URL, api_domain=settings.ZOHO_ACCOUNTS_URL,
        state=ZohoConnection.State.DISCONNECTED, org_id="1",
    )  # fmt: skip
    tie.save()
    return tie


@pytest.fixture
def channel(tie: ZohoSync) -> ZohoChannel:
    assert tie.connection is not None
    channel = ZohoChannel.objects.create(
        connection=tie.connection, channel_id=4711, module="Accounts", path="zoho-path",
        events=["Accounts.all"], url="http://localhost/", state=ZohoChannel.State.OPEN,
    )  # fmt: skip
    channel.token_sealed = vault.seal("channel", channel.pk, TOKEN)
    channel.save()
    return channel


@pytest.fixture
def outsider() -> Client:
    """Somebody without a session, whose calls Django would turn away if they needed a token."""
    return Client(enforce_csrf_checks=True)


def signed(secret: str = "", **changes: Any) -> bytes:
    """Return what Exact posts."""
    tie = ZohoSync.objects.get()
    assert tie.division is not None
    about = {"Topic": "Accounts", "ClientId": "c", "Division": tie.division.code,
             "Action": "Update", "Key": KEY, "ExactOnlineEndpoint": "https:\\/\\/e",
             "EventCreatedOn": "2026-10-01T10:00:00"}  # fmt: skip
    content = json.dumps(about | changes).encode()
    given = (secret or settings.EXACT_WEBHOOK_SECRET).encode()
    code = hmac.new(given, content, hashlib.sha256).hexdigest().upper()
    return b'{"Content":' + content + b',"HashCode":"' + code.encode() + b'"}'


def told(**changes: Any) -> bytes:
    """Return what Zoho posts."""
    about = {"server_time": 1718117126473, "query_params": {}, "module": "Accounts",
             "ids": ["5725767000003000064"], "affected_fields": [], "operation": "update",
             "channel_id": "4711", "token": TOKEN}  # fmt: skip
    return json.dumps(about | changes).encode()


def post(outsider: Client, address: str, raw: bytes) -> int:
    return outsider.post(f"/hooks/{address}/", raw, content_type="application/json").status_code


def test_an_empty_body_of_exact_is_answered_and_nothing_is_kept(
    tie: ZohoSync, outsider: Client
) -> None:
    assert post(outsider, f"exact/{SECRET_PATH}", b"") == 200
    assert not Notice.objects.exists()


def test_what_exact_signed_is_kept_and_the_same_thing_once(tie: ZohoSync, outsider: Client) -> None:
    for _ in range(3):
        assert post(outsider, f"exact/{SECRET_PATH}", signed()) == 200

    notice = Notice.objects.get()
    assert (notice.side, notice.module, notice.action) == ("exact", "Accounts", "update")
    assert (notice.keys, notice.worked_at) == ([KEY], None)
    told_at = ModuleSync.objects.get(module="Accounts").exact_told_at
    assert told_at is not None
    assert told_at >= notice.received_at  # the doubles show that Exact tells us


def test_two_changes_of_one_record_are_two_notices(tie: ZohoSync, outsider: Client) -> None:
    for second in (0, 1):
        raw = signed(EventCreatedOn=f"2026-10-01T10:00:0{second}")
        assert post(outsider, f"exact/{SECRET_PATH}", raw) == 200

    assert Notice.objects.count() == 2


@pytest.mark.parametrize(
    "forge",
    [
        lambda: signed(secret="somebody else's"),  # noqa: S106 - of a test
        lambda: signed().replace(b"Update", b"Delete"),
        lambda: b"{}",
        lambda: b"\xff",
        lambda: b" ",
    ],
)
def test_what_exact_did_not_sign_is_counted_and_not_kept(
    tie: ZohoSync, outsider: Client, forge: Any
) -> None:
    assert post(outsider, f"exact/{SECRET_PATH}", forge()) == 401
    assert not Notice.objects.exists()
    assert ZohoSync.objects.get().hooks_refused == 1


def test_without_a_secret_nothing_is_believed(
    tie: ZohoSync, outsider: Client, settings: Any
) -> None:
    raw = signed()
    settings.EXACT_WEBHOOK_SECRET = ""

    assert post(outsider, f"exact/{SECRET_PATH}", raw) == 401
    assert not Notice.objects.exists()


def test_of_another_division_or_topic_nothing_is_kept(tie: ZohoSync, outsider: Client) -> None:
    assert post(outsider, f"exact/{SECRET_PATH}", signed(Division=1)) == 200
    assert post(outsider, f"exact/{SECRET_PATH}", signed(Topic="GLAccounts")) == 200
    assert not Notice.objects.exists()


def test_what_zoho_proves_with_its_token_is_kept_once(
    tie: ZohoSync, channel: ZohoChannel, outsider: Client
) -> None:
    for ids in (["1", "2"], ["2", "1"], ["1", "2"]):
        assert post(outsider, "zoho/zoho-path", told(ids=ids)) == 200
    assert post(outsider, "zoho/zoho-path", told(ids=["1", "2"], server_time=1)) == 200

    first, _second = Notice.objects.order_by("pk")
    assert (first.side, first.module, first.action) == ("zoho", "Accounts", "update")
    assert first.keys == ["1", "2"]
    assert ModuleSync.objects.get(module="Accounts").zoho_told_at is not None


@pytest.mark.parametrize(
    "raw",
    [
        told(token="another"),  # noqa: S106 - of a test
        told(token=None),
        told(module="Contacts"),
        told(channel_id="4712"),
        told(ids={"a": 1}),
        b"",
        b"[]",
        b"\xff",
    ],
)
def test_what_zoho_does_not_prove_is_counted_and_not_kept(
    tie: ZohoSync, channel: ZohoChannel, outsider: Client, raw: bytes
) -> None:
    assert post(outsider, "zoho/zoho-path", raw) == 401
    assert not Notice.objects.exists()
    assert ZohoSync.objects.get().hooks_refused == 1


def test_what_is_no_id_of_zoho_is_not_kept(
    tie: ZohoSync, channel: ZohoChannel, outsider: Client
) -> None:
    strange = ["5725767000003000064", "1' or '1'='1", "../users", "9" * 50]

    assert post(outsider, "zoho/zoho-path", told(ids=strange)) == 200
    assert Notice.objects.get().keys == strange[:1]


@pytest.mark.parametrize("address", ["exact/unknown", "zoho/unknown"])
def test_an_unknown_address_is_not_there(
    tie: ZohoSync, channel: ZohoChannel, outsider: Client, address: str
) -> None:
    assert post(outsider, address, signed() if "exact" in address else told()) == 404
    assert ZohoSync.objects.get().hooks_refused == 0


def test_before_an_address_was_made_none_is_open(tie: ZohoSync, outsider: Client) -> None:
    ZohoSync.objects.update(hook_path="")

    assert post(outsider, "exact/", signed()) == 404
    assert post(outsider, "exact/%20", signed()) == 404


def test_nothing_is_kept_for_a_tie_that_is_closed(
    tie: ZohoSync, channel: ZohoChannel, outsider: Client
) -> None:
    ZohoSync.objects.update(state=ZohoSync.State.CLOSED)

    assert post(outsider, f"exact/{SECRET_PATH}", signed()) == 200
    assert post(outsider, "zoho/zoho-path", told()) == 200
    assert not Notice.objects.exists()


@pytest.mark.parametrize("address", [f"exact/{SECRET_PATH}", "zoho/zoho-path"])
def test_only_a_post_of_some_size_is_taken(
    tie: ZohoSync, channel: ZohoChannel, outsider: Client, address: str
) -> None:
    assert outsider.get(f"/hooks/{address}/").status_code == 405
    assert outsider.put(f"/hooks/{address}/").status_code == 405
    assert post(outsider, address, b" " * (MOST_BYTES + 1)) == 413
    of_no_length = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert outsider.generic("POST", f"/hooks/{address}/", **of_no_length).status_code == 411  # type: ignore[arg-type]  # headers as WSGI names them
    assert not Notice.objects.exists()


def test_nobody_gets_a_session_and_the_answer_is_empty(tie: ZohoSync, outsider: Client) -> None:
    answer = outsider.post(
        f"/hooks/exact/{SECRET_PATH}/", signed(), content_type="application/json"
    )

    assert (answer.content, dict(answer.cookies)) == (b"", {})
