"""The set-up of Zoho beside Exact: its tie, who may use it, what was chosen, and the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction

from exact_client.sites import is_loopback as exact_is_here
from sync.models import (
    ExactRecord,
    FieldMapping,
    Journal,
    JournalMapping,
    ModuleSync,
    ZohoRecord,
    ZohoSync,
)
from sync.rules.zoho.default_rules import default_rules
from sync.rules.zoho.modules import Module
from sync.rules.zoho.statuses import DEFAULT_STATUSES, ExactState
from sync.services import diary
from sync.services.zoho.mapping.mappings import from_rule
from sync.services.zoho.set_up import checklist, metadata, taxes, terms
from zoho_client.models import ZohoConnection
from zoho_client.sites import is_loopback as zoho_is_here

if TYPE_CHECKING:
    from exact_client.models import Division
    from zoho_client.client import ZohoClient

ADMIN = "sync.change_bookingsettings"  # whoever may set up may always use it
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
LONGEST = 100  # letters of a status
LOOKED_AT_EVERY = timedelta(days=1)


class SetupError(Exception):
    """A choice that can't be; its message says what to do."""


def find() -> ZohoSync | None:
    """Return the tie, with both its sides; None before the set-up began."""
    sides = ("connection", "division__connection", "terms_agreed_by", "closed_by")
    return ZohoSync.objects.select_related(*sides).order_by("pk").first()


def begin() -> ZohoSync:
    """Return the tie, made if this is the beginning; of two that are made at once, one counts."""
    return find() or ZohoSync.objects.create()


# Who.


def agree(sync: ZohoSync, version: str, *, by: User, now: datetime) -> None:
    """Agree to the terms that were shown. Raises SetupError when others hold by now."""
    if version != terms.VERSION:
        raise SetupError("The terms have changed since this page was opened. Read them again.")
    terms.agree(sync, by=by, now=now)
    _note(sync, f"Agreed to the terms of {version}.", by)


def may_use(sync: ZohoSync | None, user: User) -> bool:
    """Whether somebody may see and use Zoho ↔ Exact."""
    if user.has_perm(ADMIN):
        return True
    return sync is not None and sync.users.filter(pk=user.pk).exists()


def administrators() -> Iterable[User]:
    """Return those who may use it without being chosen."""
    return User.objects.with_perm(ADMIN, backend=MODEL_BACKEND).order_by("username")


def choose_users(sync: ZohoSync, users: Sequence[User], *, by: User) -> None:
    """Let these use it from now on, and no others but administrators."""
    sync.users.set(users)
    names = ", ".join(user.get_username() for user in users) or "administrators alone"
    _note(sync, f"Chose who may use it: {names}.", by)


# Both sides.


def connection_of(sync: ZohoSync | None) -> ZohoConnection | None:
    """Return the organisation of the tie, or the one that somebody logged in to last."""
    if sync is not None and sync.connection is not None:
        return sync.connection
    return ZohoConnection.objects.order_by("-connected_at").first()


def another_connection(sync: ZohoSync | None) -> ZohoConnection | None:
    """Return an organisation that somebody logged in to although another one is tied."""
    if sync is None or sync.connection is None:
        return None
    others = ZohoConnection.objects.working().exclude(pk=sync.connection.pk)
    return others.order_by("-connected_at").first()


def tie(sync: ZohoSync, connection: ZohoConnection, division: Division, *, by: User) -> None:
    """Tie this organisation to this division. Raises SetupError when others were read already.

    A stand-in is never tied to something real: its made-up records would cross.
    """
    if zoho_is_here(connection.accounts_url) != exact_is_here(division.connection.url):
        raise SetupError(
            "One of the two is the stand-in and the other is real. Set EXACT_URL and"
            " ZOHO_ACCOUNTS_URL both, or neither."
        )
    if _is_another(sync.connection_id, connection.pk) and _has_copies(sync, ZohoRecord):
        raise SetupError(
            f"What was read and paired belongs to {sync.connection}. Log in to Zoho as a user of"
            " that organisation; another one needs an installation of its own."
        )
    if _is_another(sync.division_id, division.pk) and _has_copies(sync, ExactRecord):
        raise SetupError(
            f"What was read and paired belongs to {sync.division}. Another division needs an"
            " installation of its own."
        )
    sync.connection, sync.division = connection, division
    sync.save(update_fields=["connection", "division"])
    _note(sync, f"Tied {connection} to {division}.", by)


def _is_another(known: int | None, wanted: int) -> bool:
    return known is not None and known != wanted


def _has_copies(sync: ZohoSync, copies: type[ZohoRecord] | type[ExactRecord]) -> bool:
    return copies.objects.filter(sync=sync).exists()


def look(sync: ZohoSync, zoho: ZohoClient, *, now: datetime) -> list[ModuleSync]:
    """Read what Zoho offers: modules, fields and taxes; map by default what nobody mapped yet.

    Takes 2 calls for each module, and 2. Raises any ZohoError.
    """
    modules = metadata.read(sync, zoho, now=now)
    map_by_default(sync, modules)
    taxes.read(sync, zoho)
    return modules


def look_again(sync: ZohoSync, zoho: ZohoClient, *, now: datetime) -> None:
    """Look what Zoho offers if that was last done a day ago: somebody may have closed a module,
    or let Exact ID double. Raises any ZohoError.
    """
    old = sync.modules.filter(takes_part=True, fields_read_at__lt=now - LOOKED_AT_EVERY)
    if old.exists():
        look(sync, zoho, now=now)


def map_by_default(sync: ZohoSync, modules: Iterable[ModuleSync]) -> int:
    """Make the default mappings of modules without any, as far as Zoho has their fields."""
    mapped = set(sync.mappings.order_by().values_list("module", flat=True).distinct())
    made = [
        from_rule(one, rule, place)
        for one in modules
        if one.fields and one.module not in mapped
        for place, rule in enumerate(default_rules(Module(one.module), _names(one)))
    ]
    FieldMapping.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _names(module: ModuleSync) -> set[str]:
    return {field["api_name"] for field in module.fields}


# What was chosen.


def choose_modules(sync: ZohoSync, names: Iterable[str], *, by: User) -> None:
    """Let these modules take part. Accounts always do: everything else hangs on them."""
    wanted = {Module.ACCOUNTS, *names}
    sync.modules.filter(module__in=wanted).update(takes_part=True)
    sync.modules.exclude(module__in=wanted).update(takes_part=False)
    words = [one.get_module_display() for one in sync.modules.filter(takes_part=True)]
    _note(sync, f"Chose the modules that take part: {', '.join(words)}.", by)


def switch(sync: ZohoSync, module: ModuleSync, *, is_on: bool, by: User) -> None:
    """Turn the switch of a module: who comes in from the next run on."""
    sync.modules.filter(pk=module.pk).update(is_on=is_on)
    _note(sync, f"Sync {'On' if is_on else 'Off'} for {module}.", by)


def statuses_of(sync: ZohoSync, modules: Iterable[ModuleSync]) -> list[str]:
    """Return the statuses that Zoho offers for invoices, and those that were chosen besides."""
    return list(dict.fromkeys([*_offered(modules), *sync.statuses]))


def _offered(modules: Iterable[ModuleSync]) -> list[str]:
    fields = [one.fields for one in modules if one.module == Module.INVOICES]
    status = [field for found in fields for field in found if field["api_name"] == "Status"]
    return [value["actual_value"] for field in status for value in field["pick_list_values"]]


def status_words(sync: ZohoSync, offered: Iterable[str]) -> dict[str, str]:
    """Return Zoho's word for each state in Exact: as chosen, or the nearest that Zoho offers."""
    near = {_letters(word): word for word in offered}
    usual = {row.exact: row.zoho for row in reversed(DEFAULT_STATUSES)}  # the first of each counts
    guessed = {state: near.get(_letters(usual[state]), usual[state]) for state in ExactState}
    return {state.value: sync.status_words.get(state) or guessed[state] for state in ExactState}


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def choose_for_invoices(
    sync: ZohoSync,
    *,
    statuses: Sequence[str],
    words: Mapping[str, str],
    journal: str,
    by: User,
) -> None:
    """Save which invoices cross, what Zoho is told, and where Exact books. Raises SetupError."""
    chosen = list(dict.fromkeys(word.strip() for word in statuses if word.strip()))
    told = {state.value: words.get(state, "").strip() for state in ExactState}
    if not all(told.values()):
        raise SetupError("Zoho needs a word for each status of Exact.")
    if any(len(word) > LONGEST for word in [*chosen, *told.values()]):
        raise SetupError(f"A status has at most {LONGEST} letters.")
    if journal not in {one.code for one in sales_journals(sync)}:
        raise SetupError("Choose a sales journal of the division that is not blocked.")
    sync.statuses, sync.status_words, sync.sales_journal = chosen, told, journal
    sync.save(update_fields=["statuses", "status_words", "sales_journal"])
    _note(sync, f"Chose for invoices: {', '.join(chosen) or 'none'} cross, journal {journal}.", by)


def sales_journals(sync: ZohoSync) -> list[Journal]:
    """Return the journals in which Exact can book invoices that are made in Zoho."""
    if sync.division is None:
        return []
    return list(sync.division.journals.filter(type=Journal.SALES, is_blocked=False, is_gone=False))


def usual_journal(sync: ZohoSync) -> str:
    """Return the code of the journal that invoices of zapfloor take by default; "" if none."""
    usual = JournalMapping.objects.filter(division=sync.division_id, is_active=True, location="")
    found = usual.select_related("journal").first()
    return found.journal.code if found else ""


# Off it goes.


def start(sync: ZohoSync, *, by: User, now: datetime) -> None:
    """Let the jobs run from now on. Raises SetupError with what is still to do."""
    missing = [step.title for step in checklist.steps(sync, sync.connection) if step.is_in_the_way]
    if missing:
        raise SetupError(f"Still to do: {', '.join(missing)}.")
    with transaction.atomic():
        sync.state, sync.started_at = ZohoSync.State.RUNNING, sync.started_at or now
        sync.closed_at = sync.closed_by = None
        sync.save(update_fields=["state", "started_at", "closed_at", "closed_by"])
        _note(sync, "Started: Zoho and Exact are kept equal.", by)


def _note(sync: ZohoSync, what: str, by: User) -> None:
    diary.note(ZohoSync.objects.filter(pk=sync.pk), what, by=by)
