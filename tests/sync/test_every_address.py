"""Every address of the work: closed to strangers, to who has no rights, and to who only looks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from sync.models import ZapfloorSource
from sync.urls import urlpatterns
from tests.build import a_division, an_operator

pytestmark = pytest.mark.django_db

VALUES = {
    "int": 1,
    "path": "INV-1",
    "slug": {
        "kind": "gl",
        "month": "2026-09",
        "form": "csv",
        "card": "gl",
        "what": "customers",
        "module": "Accounts",
        "side": "zoho",
    },
}
FOR_ALL = {"home"}  # says what there is to do, in figures that everybody may know
HIS_OWN = {"look-at"}  # which division anybody looks at
NAMES = [str(pattern.name) for pattern in urlpatterns]


def address_of(name: str) -> str:
    """Return an address of this name, with something in each of its places."""
    (pattern,) = (one for one in urlpatterns if one.name == name)
    given = {}
    for word, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = VALUES[kind]
        given[word] = value[word] if isinstance(value, dict) else value
    return reverse(f"sync:{name}", kwargs=given)


@pytest.fixture
def nobody() -> Client:
    """Somebody who is signed in and has no role."""
    a_division()
    browser = Client()
    browser.force_login(an_operator("view_logentry"))
    return browser


@pytest.fixture
def auditor() -> Client:
    a_division()
    ZapfloorSource.objects.create(base_url="http://localhost:8300")  # its paths have a page then
    person = an_operator("view_logentry")
    person.groups.add(Group.objects.get(name="Auditors"))
    browser = Client()
    browser.force_login(person)
    return browser


def test_nothing_is_shown_or_done_without_a_log_in() -> None:
    stranger = Client()

    for address in map(address_of, NAMES):
        for answer in (stranger.get(address), stranger.post(address)):
            assert (address, answer.status_code) == (address, 302)
            assert answer["Location"].startswith(f"{reverse('login')}?")


def test_who_has_no_role_sees_and_does_nothing(nobody: Client) -> None:
    for address in (address_of(name) for name in NAMES if name not in FOR_ALL):
        answers = frozenset({nobody.get(address).status_code, nobody.post(address).status_code})
        assert (address, answers) in {(address, frozenset({403})), (address, frozenset({403, 405}))}


def test_an_auditor_changes_nothing(auditor: Client) -> None:
    for address in (address_of(name) for name in NAMES if name not in HIS_OWN):
        assert (address, auditor.post(address).status_code in {403, 405}) == (address, True)
