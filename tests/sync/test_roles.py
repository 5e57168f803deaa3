"""The roles that every installation has."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from sync.roles import BOOKING, ROLES, SEEING, SETTING_UP

pytestmark = pytest.mark.django_db


def may(group: str) -> set[str]:
    person = User.objects.create_user(f"one of the {group}")
    person.groups.add(Group.objects.get(name=group))
    return set(person.get_all_permissions())


def test_each_role_may_what_it_says_and_nothing_more() -> None:
    assert may("Auditors") == set(SEEING)
    assert may("Bookkeepers") == set(BOOKING)
    assert may("Administrators") == set(SETTING_UP)


def test_an_auditor_changes_nothing() -> None:
    assert all(permission.partition(".")[2].startswith("view_") for permission in may("Auditors"))


def test_what_an_administrator_took_from_a_role_stays_taken() -> None:
    Group.objects.get(name="Bookkeepers").permissions.clear()

    call_command("migrate", verbosity=0)

    assert may("Bookkeepers") == set()
    assert set(Group.objects.values_list("name", flat=True)) >= set(ROLES)
