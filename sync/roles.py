"""The roles that every installation has: groups of Django, made anew if somebody removed one."""

from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS

SEEING = [
    "accounts_link.view_exactaccount",
    "accounts_link.view_customer",
    "accounts_link.view_accountlink",
    "accounts_link.view_linkevent",
    "sync.view_invoice",
    "sync.view_outboxentry",
    "sync.view_run",
    "sync.view_signal",
]
BOOKING = [
    *SEEING,
    "accounts_link.add_accountlink",
    "accounts_link.delete_accountlink",
    "sync.change_invoice",
    "sync.add_upload",
]
SETTING_UP = [
    *BOOKING,
    "exact_client.change_exactconnection",
    "zoho_client.change_zohoconnection",
    "sync.change_bookingsettings",
]
ROLES = {"Auditors": SEEING, "Bookkeepers": BOOKING, "Administrators": SETTING_UP}


def make_groups(
    sender: AppConfig,
    using: str = DEFAULT_DB_ALIAS,
    **_: Any,
) -> None:
    """Make the groups that are not there, with their permissions; leave the others as they are.

    An administrator may give a group more or less; a later start does not take that back.
    """
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415 - when apps are ready

    for name, wanted in ROLES.items():
        group, is_new = Group.objects.using(using).get_or_create(name=name)
        if is_new:
            apps = {permission.partition(".")[0] for permission in wanted}
            codenames = [permission.partition(".")[2] for permission in wanted]
            group.permissions.set(
                Permission.objects.using(using).filter(
                    codename__in=codenames,
                    content_type__app_label__in=apps,
                )
            )
