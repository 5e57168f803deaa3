"""What Exact posts to us: read when it was surely signed by Exact, and else not at all."""

import hashlib
import hmac
import json
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exact_client.client import ExactClient
from exact_client.sandbox import ExactSandbox
from exact_client.sandbox.subscriptions import NAMES
from exact_client.sandbox.webhooks import SECRET
from exact_client.webhooks import TOPICS, verified_content

KEY = "0b1f3c52-1d6a-4f0e-9a57-000000000001"
CONTENT = (
    b'{"Topic":"Accounts","ClientId":"c","Division":124132,"Action":"Update","Key":"'
    + KEY.encode()
    + b'","ExactOnlineEndpoint":"https:\\/\\/start.exactonline.nl","EventCreatedOn":"x"}'
)


def signed(content: bytes, secret: str = SECRET) -> bytes:
    code = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest().upper()
    return b'{"Content":' + content + b',"HashCode":"' + code.encode() + b'"}'


def test_what_was_signed_is_read() -> None:
    content = verified_content(signed(CONTENT), SECRET)

    assert content is not None
    assert (content.topic, content.action, content.division) == ("Accounts", "Update", 124132)
    assert content.key == UUID(KEY)


def test_the_bytes_count_and_not_what_they_mean() -> None:
    other = json.dumps(json.loads(CONTENT)).encode()
    raw = signed(CONTENT)

    assert other != CONTENT
    assert verified_content(signed(other), SECRET) is not None
    assert verified_content(raw.replace(CONTENT, other), SECRET) is None


def test_blanks_around_the_content_do_not_belong_to_it() -> None:
    raw = signed(CONTENT).replace(b'"Content":', b'"Content" :\n ').replace(b',"Hash', b' ,\n"Hash')

    assert verified_content(raw, SECRET) is not None


def test_the_code_may_stand_first() -> None:
    code = json.loads(signed(CONTENT))["HashCode"].encode()

    assert verified_content(b'{"HashCode":"' + code + b'","Content":' + CONTENT + b"}", SECRET)


def test_of_two_contents_the_signed_one_must_be_the_one_that_is_read() -> None:
    forged = CONTENT.replace(b"Accounts", b"Contacts")
    before = signed(CONTENT).replace(b'{"Content":', b'{"Content":' + forged + b',"Content":', 1)
    behind = signed(CONTENT)[:-1] + b',"Content":' + forged + b"}"

    first = verified_content(before, SECRET)
    assert first is None or first.topic == "Accounts"
    second = verified_content(behind, SECRET)
    assert second is None or second.topic == "Accounts"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        CONTENT,
        signed(CONTENT, "another secret"),
        signed(CONTENT).replace(b"Update", b"Delete"),
        signed(b'{"Topic":"Accounts"}'),
        signed(b'"text"'),
        signed(CONTENT)[:-1],
        signed(CONTENT).lower(),
        b'{"Content":' + CONTENT + b',"HashCode":""}',
        b'{"Content":' + CONTENT + b',"HashCode":null}',
        b'{"Content":' + CONTENT + b',"HashCode":"\xc3\xa9"}',
    ],
)
def test_anything_else_is_nothing(raw: bytes) -> None:
    assert verified_content(raw, SECRET) is None


def test_without_a_secret_nothing_is_believed() -> None:
    assert verified_content(signed(CONTENT, ""), "") is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.integers(0, len(signed(CONTENT)) - 1))
def test_no_bytes_break_it(noise: bytes, at: int) -> None:
    raw = signed(CONTENT)

    assert verified_content(noise, SECRET) is None
    assert verified_content(raw[:at] + noise + raw[at:], SECRET) in {
        None,
        verified_content(raw, SECRET),
    }


def test_what_the_stand_in_tells_is_believed_unless_it_is_forged(
    exact: ExactClient, sandbox: ExactSandbox
) -> None:
    told: list[bytes] = []

    def post(_url: str, body: bytes) -> int:
        told.append(body)
        return 200

    sandbox.webhooks.post = post
    exact.subscribe("Accounts", "http://localhost:8000/exact/webhook/")
    sandbox.webhooks.set(forge=1)
    exact.create_account({"Name": "Forged"})
    made = exact.create_account({"Name": "New"})

    sandbox.webhooks.deliver_now()

    contents = [verified_content(body, SECRET) for body in told]
    assert contents[:2] == [None, None]
    assert contents[2] is not None
    assert contents[2].key == made.id


def test_we_name_the_topics_that_exist() -> None:
    assert set(TOPICS) == set(NAMES)
