"""Channels: asked for, renewed before they end, made again when they are gone, and proven."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from zoho_client import channels
from zoho_client.client import ZohoClient
from zoho_client.errors import ZohoDisconnectedError, ZohoError, ZohoRefusedError
from zoho_client.models import ZohoChannel, ZohoConnection
from zoho_client.sandbox import ZohoSandbox

BASE = "https://us.example/zoho/told"
WEEK = timedelta(days=7)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def channel(connection: ZohoConnection) -> ZohoChannel:
    """Return an open channel for accounts."""
    return channels.watch(connection, "Accounts", BASE, now())


def watch_calls(sandbox: ZohoSandbox) -> list[str]:
    return [call.method for call in sandbox.calls if call.path.endswith("/actions/watch")]


def a_call(channel: ZohoChannel, **changes: Any) -> bytes:
    """Return what Zoho says when an account changed."""
    told = {
        "server_time": 1718117126473,
        "query_params": {},
        "module": "Accounts",
        "resource_uri": "https://www.zohoapis.com/crm/v2/Accounts",
        "ids": ["5725767000003000064", "5725767000003000065"],
        "affected_fields": [],
        "operation": "update",
        "channel_id": str(channel.channel_id),
        "token": channels._token(channel),  # noqa: SLF001 - as Zoho repeats it
    }
    return json.dumps(told | changes).encode()


def test_a_channel_lives_almost_a_week_and_is_renewed_at_half_of_it(
    channel: ZohoChannel, zoho: ZohoClient
) -> None:
    there = zoho.channels()[0]

    assert channel.state == ZohoChannel.State.OPEN
    assert there.channel_id == str(channel.channel_id)
    assert there.channel_expiry == channel.expires_at
    assert channel.expires_at is not None
    assert channel.renew_at is not None
    assert WEEK - timedelta(hours=1) < channel.expires_at - now() < WEEK
    assert timedelta(days=3) < channel.renew_at - now() < timedelta(days=4)
    assert channel.path in channel.url
    assert len(channel.path) >= 43
    assert len(channel.url) <= 255


def test_the_end_that_zoho_names_counts_and_not_the_one_we_asked_for(
    connection: ZohoConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "LIFE", WEEK + timedelta(minutes=1))

    channel = channels.watch(connection, "Accounts", BASE, now())

    assert channel.expires_at is not None
    assert channel.renew_at is not None
    assert channel.expires_at - now() <= timedelta(hours=1)
    assert channel.renew_at - now() <= timedelta(minutes=30)


def test_nothing_is_asked_while_nothing_is_due(
    channel: ZohoChannel, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    before = watch_calls(sandbox)

    assert channels.renew_due(connection, now() + timedelta(days=1)) == 0

    assert watch_calls(sandbox) == before


def test_a_channel_is_renewed_when_half_its_life_is_over(
    channel: ZohoChannel, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    assert channels.renew_due(connection, now() + timedelta(days=4)) == 1

    renewed = ZohoChannel.objects.get()
    assert watch_calls(sandbox)[-2:] == ["GET", "PUT"]
    assert renewed.expires_at is not None
    assert channel.expires_at is not None
    assert renewed.channel_id == channel.channel_id


def test_a_channel_that_went_mutely_is_made_again(
    channel: ZohoChannel, connection: ZohoConnection, sandbox: ZohoSandbox, zoho: ZohoClient
) -> None:
    zoho.unwatch([str(channel.channel_id)])

    assert channels.renew_due(connection, now() + timedelta(days=4)) == 1

    assert watch_calls(sandbox)[-2:] == ["GET", "POST"]
    assert [there.channel_id for there in zoho.channels()] == [str(channel.channel_id)]


def test_asking_twice_makes_one_channel(
    channel: ZohoChannel, connection: ZohoConnection, zoho: ZohoClient
) -> None:
    again = channels.watch(connection, "Accounts", BASE, now())

    assert again.pk == channel.pk
    assert len(zoho.channels()) == 1


def test_a_refused_channel_is_noted_and_asked_for_later(
    connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    for module in ("Accounts", "Nonsense"):
        try:
            channels.watch(connection, module, BASE, now())
        except ZohoRefusedError as error:
            refused = error
    ZohoChannel.objects.update(renew_at=now())

    assert channels.renew_due(connection, now()) == 1

    lapsed = ZohoChannel.objects.get(module="Nonsense")
    assert lapsed.state == ZohoChannel.State.LAPSED
    assert refused.code in lapsed.state_reason
    assert lapsed.renew_at is not None
    assert lapsed.renew_at > now()


def test_a_lost_answer_is_asked_for_again(connection: ZohoConnection, sandbox: ZohoSandbox) -> None:
    sandbox.fault("lose_answer_after", path="/actions/watch", times=1)
    with pytest.raises(ZohoError):
        channels.watch(connection, "Accounts", BASE, now())

    assert channels.renew_due(connection, now() + timedelta(hours=1)) == 1

    assert ZohoChannel.objects.get().state == ZohoChannel.State.OPEN


def test_stopping_a_channel_stops_it_there_and_may_be_repeated(
    channel: ZohoChannel, connection: ZohoConnection, zoho: ZohoClient
) -> None:
    channels.stop(channel)
    channels.stop(channel)

    assert zoho.channels() == []
    assert channels.renew_due(connection, now() + timedelta(days=9)) == 0
    assert channels.recognised(channel.path, a_call(channel), now()) is None


def test_a_call_of_zoho_is_known_by_its_path_and_its_token(channel: ZohoChannel) -> None:
    when = now()

    notice = channels.recognised(channel.path, a_call(channel), when)

    assert notice is not None
    assert (notice.module, notice.operation) == ("Accounts", "update")
    assert notice.ids == ("5725767000003000064", "5725767000003000065")
    assert ZohoChannel.objects.get().heard_at == when


@pytest.mark.parametrize(
    "changes",
    [
        {"token": None},
        {"token": "guess"},
        {"token": "gué"},
        {"channel_id": "1"},
        {"module": "Contacts"},
        {"ids": 5},
    ],
)
def test_a_call_of_anybody_else_is_not(channel: ZohoChannel, changes: dict[str, Any]) -> None:
    assert channels.recognised(channel.path, a_call(channel, **changes), now()) is None
    assert ZohoChannel.objects.get().heard_at is None


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"ids":'])
def test_a_body_that_is_none_is_not_believed(channel: ZohoChannel, body: bytes) -> None:
    assert channels.recognised(channel.path, body, now()) is None
    assert channels.recognised("another path", a_call(channel), now()) is None


def test_a_lost_permission_ends_the_round(
    channel: ZohoChannel, connection: ZohoConnection, sandbox: ZohoSandbox
) -> None:
    sandbox.tokens.revoke()

    with pytest.raises(ZohoDisconnectedError):
        channels.renew_due(connection, now() + timedelta(days=4))


def test_what_is_told_of_a_change_made_a_delete_and_our_own_write_is_recognised(
    channel: ZohoChannel, sandbox: ZohoSandbox, zoho: ZohoClient
) -> None:
    first, second = (str(row["id"]) for row in sandbox.records("Accounts")[:2])
    told: list[channels.Notice | None] = []

    def hear(url: str, body: bytes) -> None:
        told.append(channels.recognised(url.rstrip("/").rpartition("/")[2], body, now()))

    sandbox.change("Accounts", first, Phone="0123")
    sandbox.delete("Accounts", second)
    made = zoho.insert("Accounts", [{"Account_Name": "Ours"}])[0]
    sandbox.watch.deliver_now(hear)

    assert [notice and (notice.operation, notice.ids) for notice in told] == [
        ("update", (first,)),
        ("delete", (second,)),
        ("insert", (made.id,)),
    ]
