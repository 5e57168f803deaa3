"""The set-up: terms, who may, both sides, modules and fields as Zoho has them, taxes, the start."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from exact_client.models import Division
from sync.models import (
    ModuleSync,
    ZohoSync,
)
from sync.rules.zoho.modules import Module
from sync.services.zoho import job
from sync.services.zoho.set_up import checklist, metadata, setup, terms
from sync.services.zoho.set_up.setup import SetupError
from tests.build import NOW, a_division, an_operator
from tests.sync.services.zoho.build import a_sync, a_zoho_record
from zoho_client.client import ZohoClient
from zoho_client.models import ZohoConnection
from zoho_client.sandbox import ZohoSandbox

TERMS = settings.BASE_DIR / "templates" / "sync" / "zoho" / "_terms.html"
# Of the text that goes with terms.VERSION. Whoever changes what the terms say changes all three.
TERMS_DIGEST = "401a9a8435d9e222"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return an_operator("change_bookingsettings", username="ada")


@pytest.fixture
def fresh(zoho_connection: ZohoConnection, division: Division, admin: User) -> ZohoSync:
    """Both sides tied, and nothing looked at yet."""
    made = setup.begin()
    setup.agree(made, terms.VERSION, by=admin, now=NOW)
    setup.tie(made, zoho_connection, division, by=admin)
    return made


def step(sync: ZohoSync, key: str) -> checklist.Step:
    return next(one for one in checklist.steps(sync, sync.connection) if one.key == key)


def module(sync: ZohoSync, name: str) -> ModuleSync:
    return sync.modules.get(module=name)


def test_a_stand_in_is_never_tied_to_real_books(
    zoho_connection: ZohoConnection, division: Division, admin: User
) -> None:
    division.connection.url = "https://start.exactonline.be"

    with pytest.raises(setup.SetupError, match="the other is real"):
        setup.tie(setup.begin(), zoho_connection, division, by=admin)

    assert setup.begin().connection is None


# Terms, and who may.


def test_who_agreed_and_when_is_kept(admin: User) -> None:
    setup.agree(setup.begin(), terms.VERSION, by=admin, now=NOW)

    sync = setup.begin()
    assert (sync.terms_agreed_by, sync.terms_agreed_at) == (admin, NOW)
    assert "ada on 5 October 2026" in step(sync, "terms").detail
    assert LogEntry.objects.get().change_message == f"Agreed to the terms of {terms.VERSION}."


def test_a_newer_version_asks_again_and_nothing_runs_before(sync: ZohoSync, admin: User) -> None:
    assert job.is_wanted()

    ZohoSync.objects.update(terms_version="2020-01-01", terms_agreed_by=admin, terms_agreed_at=NOW)

    sync.refresh_from_db()
    assert not job.is_wanted()
    assert not step(sync, "terms").is_done
    assert "They changed since ada" in step(sync, "terms").detail


def test_terms_that_changed_while_they_were_read_are_not_agreed_to(admin: User) -> None:
    with pytest.raises(SetupError, match="Read them again"):
        setup.agree(setup.begin(), "2020-01-01", by=admin, now=NOW)

    assert not terms.are_agreed(setup.find())


def test_the_terms_say_something_else_only_under_another_version() -> None:
    text = " ".join(re.sub(r"{#.*?#}", "", TERMS.read_text()).split())

    assert hashlib.sha256(text.encode()).hexdigest()[:16] == TERMS_DIGEST, terms.VERSION


def test_administrators_and_those_who_were_chosen_may_use_it(admin: User) -> None:
    chosen, other = an_operator("view_invoice"), an_operator("view_invoice")
    sync = a_sync()

    setup.choose_users(sync, [chosen], by=admin)

    assert [setup.may_use(sync, one) for one in (admin, chosen, other)] == [True, True, False]
    assert list(setup.administrators()) == [admin]


# Both sides.


def test_a_tie_moves_as_long_as_nothing_was_read(fresh: ZohoSync, admin: User) -> None:
    assert fresh.connection
    other = a_division(code=2, name="Other BV")

    setup.tie(fresh, fresh.connection, other, by=admin)

    assert setup.begin().division == other


def test_what_was_read_of_one_division_is_not_taken_to_another(
    fresh: ZohoSync, admin: User
) -> None:
    assert fresh.connection
    fresh.division = a_division(code=1)
    a_zoho_record(sync=fresh)
    another = ZohoConnection.objects.create(
        accounts_url="http://localhost:1", client_id="ours", org_id="2", state="disconnected"
    )

    with pytest.raises(SetupError, match="Log in to Zoho as a user of that organisation"):
        setup.tie(fresh, another, fresh.division, by=admin)


# Modules and fields.


def test_looking_reads_modules_fields_and_taxes_and_maps_what_nobody_mapped(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    before = len(zoho_sandbox.calls)

    setup.look(fresh, zoho, now=now)

    assert len(zoho_sandbox.calls) - before == 2 * len(Module) + 2
    assert [one.unavailable for one in fresh.modules.all()] == [""] * len(Module)
    assert set(fresh.mappings.values_list("module", flat=True)) == set(Module)
    assert fresh.taxes.get(label="BTW 21").percentage == Decimal(21)
    assert step(fresh, "modules").is_done
    assert step(fresh, "mappings").is_done


def test_looking_again_leaves_mappings_and_taxes_as_a_person_made_them(
    fresh: ZohoSync, zoho: ZohoClient, now: datetime
) -> None:
    setup.look(fresh, zoho, now=now)
    fresh.mappings.filter(module="Accounts").exclude(exact_field="Name").delete()
    fresh.taxes.filter(label="BTW 21").update(vat_code="4")

    setup.look(fresh, zoho, now=now)

    assert fresh.mappings.filter(module="Accounts").count() == 1
    assert fresh.taxes.get(label="BTW 21").vat_code == "4"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("user_hidden", "Organize Modules"),
        ("system_hidden", "higher edition"),
        ("no_rights", "Security Control → Profiles"),
        ("not_supported", "closed to programs"),
        ("absent", "your edition lacks it"),
    ],
)
def test_a_closed_module_names_the_switch_that_opens_it(
    state: str,
    words: str,
    fresh: ZohoSync,
    zoho: ZohoClient,
    zoho_sandbox: ZohoSandbox,
    now: datetime,
) -> None:
    zoho_sandbox.hide_module("Invoices", state)
    setup.look(fresh, zoho, now=now)

    assert words in module(fresh, "Invoices").unavailable
    assert "Invoices" in step(fresh, "modules").detail
    assert not step(fresh, "modules").is_done

    zoho_sandbox.hide_module("Invoices", "")
    setup.look(fresh, zoho, now=now)
    assert step(fresh, "modules").is_done


def test_a_module_that_is_listed_but_refuses_its_records_is_not_open(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    zoho_sandbox.fault("status", path="v8/Products", status=403, code="NO_PERMISSION", body="no")

    setup.look(fresh, zoho, now=now)

    assert "does not show its records" in module(fresh, "Products").unavailable


def test_a_closed_module_that_takes_no_part_stands_in_nobodys_way(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime, admin: User
) -> None:
    zoho_sandbox.hide_module("Sales_Orders")
    setup.look(fresh, zoho, now=now)

    setup.choose_modules(fresh, ["Contacts", "Products", "Invoices"], by=admin)

    assert step(fresh, "modules").is_done
    assert not module(fresh, "Sales_Orders").takes_part


def test_accounts_always_take_part(fresh: ZohoSync, zoho: ZohoClient, now: datetime) -> None:
    setup.look(fresh, zoho, now=now)

    setup.choose_modules(fresh, [], by=User.objects.get())

    assert [one.module for one in fresh.modules.filter(takes_part=True)] == ["Accounts"]


def test_our_fields_are_made_once_and_ours_is_unique(
    fresh: ZohoSync, zoho: ZohoClient, now: datetime
) -> None:
    setup.look(fresh, zoho, now=now)
    assert not step(fresh, "fields").is_done

    made = metadata.make_fields(fresh, zoho, now=now)
    again = metadata.make_fields(fresh, zoho, now=now)

    assert (made.fields, made.refusals) == (3 * len(Module), {})
    assert (again.fields, again.refusals) == (0, {})
    assert step(fresh, "fields").is_done
    assert all(map(metadata.id_is_unique, fresh.modules.all()))


def test_a_field_of_ours_that_is_not_unique_says_so_and_stops_the_module(
    fresh: ZohoSync, zoho: ZohoClient, now: datetime, admin: User
) -> None:
    zoho.create_fields("Contacts", [{"field_label": "Exact ID", "data_type": "text"}])
    setup.look(fresh, zoho, now=now)

    metadata.make_fields(fresh, zoho, now=now)

    assert "Do not allow duplicate values" in module(fresh, "Contacts").unavailable
    assert step(fresh, "fields").detail == "Still missing in: Contacts"
    with pytest.raises(SetupError, match="Check the modules, Make our fields in Zoho"):
        setup.start(fresh, by=admin, now=NOW)


def test_what_somebody_changed_in_zoho_is_seen_a_day_later(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    setup.look(fresh, zoho, now=now)
    metadata.make_fields(fresh, zoho, now=now)
    known = zoho_sandbox.company.fields["Contacts"]
    next(field for field in known if field["api_name"] == "Exact_ID")["unique"] = {}
    zoho_sandbox.hide_module("Products")

    setup.look_again(fresh, zoho, now=now + timedelta(hours=23))
    assert not fresh.modules.exclude(unavailable="").exists()
    setup.look_again(fresh, zoho, now=now + timedelta(hours=25))

    shut = fresh.modules.exclude(unavailable="").values_list("module", flat=True)
    assert set(shut) == {"Contacts", "Products"}
    assert not step(fresh, "modules").is_done


def test_who_may_not_make_fields_is_told_and_nothing_else_is_lost(
    fresh: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime
) -> None:
    setup.look(fresh, zoho, now=now)
    zoho_sandbox.fault(
        "status", path="settings/fields", method="POST", status=403, code="NO_PERMISSION", body="no"
    )

    made = metadata.make_fields(fresh, zoho, now=now)

    assert set(made.refusals) == set(Module)
    assert "NO_PERMISSION" in made.refusals["Accounts"]
    assert step(fresh, "modules").is_done


# The start.


def test_the_start_waits_for_everything_that_is_needed(
    fresh: ZohoSync, zoho: ZohoClient, now: datetime, admin: User
) -> None:
    with pytest.raises(SetupError, match="Check the modules, Make our fields"):
        setup.start(fresh, by=admin, now=NOW)
    setup.look(fresh, zoho, now=now)
    metadata.make_fields(fresh, zoho, now=now)
    fresh.taxes.update(vat_code="4")
    fresh.sales_journal, fresh.status_words = "70", setup.status_words(fresh, [])
    fresh.save()
    assert not job.is_wanted()

    setup.start(fresh, by=admin, now=NOW)

    assert job.is_wanted()
    assert all(one.is_done for one in checklist.steps(fresh, fresh.connection) if one.is_needed)
