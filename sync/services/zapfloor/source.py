"""The connection to zapfloor as a person sets it up: saved, tested, switched on, and its paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from exact_client.wire import Wire
from sync.models import ZapfloorSource
from sync.services import diary
from sync.services.zapfloor.tokens import PASSWORD, SECRET, SourceTokens, sealed
from sync.zapfloor.addresses import path_problem, site_problem
from sync.zapfloor.client import ZapfloorClient
from sync.zapfloor.errors import ZapfloorError, ZapfloorUnexpectedError
from sync.zapfloor.fields import FieldMap, FieldMapError
from sync.zapfloor.json_api import Resource
from sync.zapfloor.reading import DocumentMap, customer_map

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PLAIN = {  # the fields of the connection, and how many characters fit
    "base_url": 200,
    "token_path": 200,
    "client_id": 200,
    "username": 200,
    "scope": 300,
    "customers_path": 600,
    "invoices_path": 600,
}
SECRETS = {"client_secret": SECRET, "password": PASSWORD}
WHERE_SECRETS_GO = ("base_url", "token_path")
WHAT_IS_READ = (
    "base_url", "customers_path", "invoices_path", "customer_fields", "invoice_fields",
    "line_fields",
)  # fmt: skip
LONGEST_SECRET = 500


class SourceError(ValueError):
    """The set-up can't be saved like this; `faults` says of each field why."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("The connection can't be saved like this.")
        self.faults = faults


def the_source() -> ZapfloorSource | None:
    """Return the connection to zapfloor, if anybody set it up."""
    return ZapfloorSource.objects.order_by("pk").first()


def client_of(source: ZapfloorSource, wire: Wire | None = None) -> ZapfloorClient:
    """Return who asks zapfloor. Raises ZapfloorUnexpectedError when its address can't be."""
    if problem := site_problem(source.base_url, with_stand_in=settings.STAND_IN):
        raise ZapfloorUnexpectedError(f"The address of zapfloor {problem}")
    return ZapfloorClient(source.base_url, SourceTokens(source.pk, wire), wire)


# --- The connection ----------------------------------------------------------------------------


def save(typed: Mapping[str, str], *, by: User) -> ZapfloorSource:
    """Save the connection. A secret left empty stays as it is.

    Secrets are asked anew when the place where they go changes, so that nobody who may not know
    them can have them sent elsewhere. Raises SourceError.
    """
    values = {name: " ".join(typed.get(name, "").split()) for name in PLAIN}
    values["base_url"] = values["base_url"].rstrip("/")
    with transaction.atomic():
        known = ZapfloorSource.objects.select_for_update().order_by("pk").first()
        faults = _faults(values) | _secret_faults(known, values, typed)
        if faults:
            raise SourceError(faults)
        source = known or ZapfloorSource()
        before = _what_is_read(source)
        for name, value in values.items():
            setattr(source, name, value)
        source.token_sealed, source.token_expires_at, source.problem = "", None, ""
        if _what_is_read(source) != before:
            source.fetched_at = None  # what is elsewhere was not read yet
        source.save()
        _seal(source, typed)
        diary.note(ZapfloorSource.objects.filter(pk=source.pk), "Saved the connection.", by=by)
    return source


def _seal(source: ZapfloorSource, typed: Mapping[str, str]) -> None:
    for name, purpose in SECRETS.items():
        if secret := typed.get(name, ""):
            setattr(source, f"{name}_sealed", sealed(purpose, source, secret))
    source.save(update_fields=[f"{name}_sealed" for name in SECRETS])


def _faults(values: Mapping[str, str]) -> dict[str, str]:
    faults = {name: "is empty; fill it in." for name, value in values.items() if not value}
    for name, value in values.items():
        if len(value) > PLAIN[name]:
            faults[name] = f"has {len(value)} characters; at most {PLAIN[name]} fit."
    if site := site_problem(values["base_url"], with_stand_in=settings.STAND_IN):
        faults.setdefault("base_url", site)
    for name in ("token_path", "customers_path", "invoices_path"):
        paths = values[name].split()
        if problem := next(filter(None, map(path_problem, paths)), ""):
            faults.setdefault(name, problem)
    return faults


def _secret_faults(
    known: ZapfloorSource | None, values: Mapping[str, str], typed: Mapping[str, str]
) -> dict[str, str]:
    moves = known and any(getattr(known, name) != values[name] for name in WHERE_SECRETS_GO)
    faults = {}
    for name in SECRETS:
        secret = typed.get(name, "")
        if len(secret) > LONGEST_SECRET:
            faults[name] = f"is longer than {LONGEST_SECRET} characters."
        elif not secret and not (known and getattr(known, f"{name}_sealed")):
            faults[name] = "is empty; fill it in."
        elif not secret and moves:
            faults[name] = "must be typed anew, for it goes to another address now."
    return faults


def _what_is_read(source: ZapfloorSource) -> list[Any]:
    return [getattr(source, name) for name in WHAT_IS_READ]


def reads_the_same(one: ZapfloorSource, other: ZapfloorSource) -> bool:
    """Whether both bring the same records, read in the same way."""
    return _what_is_read(one) == _what_is_read(other)


def switch(source: ZapfloorSource, *, on: bool, by: User) -> None:
    """Fetch by itself from now on, or no more."""
    rows = ZapfloorSource.objects.filter(pk=source.pk)
    rows.update(is_active=on)
    diary.note(rows, f"Switched fetching {'on' if on else 'off'}.", by=by)


# --- Looking -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """What came of asking for one list."""

    what: str
    is_well: bool
    said: str


def test(client: ZapfloorClient, source: ZapfloorSource) -> Iterator[Check]:
    """Ask for the first page of every list, and tell what came of it."""
    paths = [*source.customers_path.split(), *source.invoices_path.split()]
    for path in paths:
        what = path.partition("?")[0]
        try:
            page = next(client.pages(path))
        except ZapfloorError as error:
            yield Check(what, is_well=False, said=str(error))
            continue
        count = f"{page.total:,} records" if page.total is not None else "It answers"
        shown = f"{len(page.records)} of them on the first page"
        yield Check(what, is_well=bool(page.records), said=f"{count}, {shown}.")


def samples(client: ZapfloorClient, path: str) -> list[Resource]:
    """Return the records of the first page of the lists. Raises any ZapfloorError."""
    return [record for one in path.split() for record in next(client.pages(one)).records]


# --- The field map -----------------------------------------------------------------------------


def customers_of(source: ZapfloorSource) -> FieldMap:
    """Return the paths of customers. Raises ZapfloorUnexpectedError when they can't be."""
    try:
        return customer_map(source.customer_fields)
    except FieldMapError as error:
        raise ZapfloorUnexpectedError(_told(error)) from None


def documents_of(source: ZapfloorSource) -> DocumentMap:
    """Return the paths of documents. Raises ZapfloorUnexpectedError when they can't be."""
    try:
        return DocumentMap.of(source.invoice_fields, source.line_fields)
    except FieldMapError as error:
        raise ZapfloorUnexpectedError(_told(error)) from None


def _told(error: FieldMapError) -> str:
    name, why = next(iter(error.faults.items()))
    return f"The path of {name} {why}"


def save_paths(source: ZapfloorSource, paths: Mapping[str, dict[str, str]], *, by: User) -> None:
    """Save paths under `customer_fields`, `invoice_fields` or `line_fields`; they were checked.

    What was refused may be readable now, so the next fetch begins at the beginning.
    """
    rows = ZapfloorSource.objects.filter(pk=source.pk)
    rows.update(**paths, fetched_at=None)
    diary.note(rows, "Changed where fields are read from.", by=by)
