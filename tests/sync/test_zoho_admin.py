"""Django admin of Zoho: mappings as a whole, who may change them, and what is to look at."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sync.models import (
    Conflict,
    FieldMapping,
    ModuleSync,
    Notice,
    Pair,
    PairEvent,
    Subscription,
    TaxMapping,
    ZohoSync,
)
from sync.services.zoho.mapping import mapping_files
from tests.build import NOW, an_operator
from tests.sync.books import some_books
from tests.sync.pages import queries, text_of, told
from tests.sync.services.zoho.build import a_pair, a_zoho_record, an_exact_record, metadata_of_zoho

pytestmark = pytest.mark.django_db

ADMIN = "/admin/sync/"
MAPPINGS = f"{ADMIN}fieldmapping/"


@pytest.fixture
def browser() -> Client:
    made = Client()
    made.force_login(User.objects.create_superuser("root", "root@example.com", "spoon"))
    return made


@pytest.fixture
def tie(db: None) -> ZohoSync:
    return metadata_of_zoho()


def of_accounts(exact_field: str) -> FieldMapping:
    return FieldMapping.objects.get(module="Accounts", exact_field=exact_field)


def address(mapping: FieldMapping) -> str:
    return f"{MAPPINGS}{mapping.pk}/change/"


def form_of(mapping: FieldMapping, **values: str) -> dict[str, str]:
    """Return what the form of a mapping sends when a person changes these values."""
    said = {name: getattr(mapping, name) for name in ("exact_field", "zoho_field", "direction",
            "transform", "default", "winner")}  # fmt: skip
    return said | {"is_active": "on"} | values


def two_cities() -> Pair:
    return a_pair(
        an_exact_record(name="Cowork", values={"City": "gent", "Name": "Cowork"}),
        a_zoho_record(name="Cowork CRM", values={"Billing_City": "Brussel"}),
        is_dirty=False,
    )


# Off and on, the defaults, the file.


def chosen(action: str, *mappings: FieldMapping) -> dict[str, object]:
    return {"action": action, "_selected_action": [one.pk for one in mappings]}


def test_mappings_are_switched_off_and_on_if_they_can_work(browser: Client, tie: ZohoSync) -> None:
    pair, city, phone = two_cities(), of_accounts("City"), of_accounts("Phone")

    told(browser, MAPPINGS, chosen("switch_off", city, phone))
    assert not FieldMapping.objects.get(pk=city.pk).is_active
    FieldMapping.objects.filter(pk=phone.pk).update(zoho_field="Nowhere")
    page = told(browser, MAPPINGS, chosen("switch_on", city, phone))

    assert "Zoho has no field Nowhere in this module." in page
    assert FieldMapping.objects.get(pk=city.pk).is_active
    assert not FieldMapping.objects.get(pk=phone.pk).is_active
    pair.refresh_from_db()
    assert pair.is_dirty


def test_the_defaults_are_restored_after_a_look_at_what_that_changes(
    browser: Client, tie: ZohoSync
) -> None:
    FieldMapping.objects.filter(pk=of_accounts("City").pk).update(winner="ask", is_active=False)

    assert "Accounts: City ↔ Billing_City" in text_of(browser, f"{MAPPINGS}defaults/")
    assert of_accounts("City").winner == "ask"
    told(browser, f"{MAPPINGS}defaults/", {})

    assert (of_accounts("City").winner, of_accounts("City").is_active) == ("exact", True)
    assert "nothing to restore" in text_of(browser, f"{MAPPINGS}defaults/")


def as_file(data: Any) -> SimpleUploadedFile:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return SimpleUploadedFile("mappings.json", text, "application/json")


def test_a_file_is_exported_shown_and_taken_in(browser: Client, tie: ZohoSync) -> None:
    answer = browser.get(f"{MAPPINGS}export/")
    assert "attachment" in answer["Content-Disposition"]
    data = json.loads(answer.content)
    assert data == mapping_files.export(tie)
    data["modules"]["Accounts"][0]["winner"] = "zoho"

    page = told(browser, f"{MAPPINGS}import/", {"file": as_file(data)})
    assert "Accounts: Name ↔ Account_Name" in page
    assert of_accounts("Name").winner == "exact"
    page = told(browser, f"{MAPPINGS}import/", {"text": json.dumps(data)})

    assert "1 changed" in page
    assert of_accounts("Name").winner == "zoho"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{\n oops", "Line 2, column 2: this is no JSON"),
        (b"\xff\xfe\x00", "The file is no text in UTF-8."),
        (b"[" + b" " * 2**20 + b"]", "larger than 1 MB"),
        (b"{}", "This is no file of mappings"),
    ],
)
def test_a_file_that_is_none_of_mappings_is_refused_in_words(
    browser: Client, tie: ZohoSync, content: bytes, sentence: str
) -> None:
    assert sentence in told(browser, f"{MAPPINGS}import/", {"file": as_file(content)})


def test_what_changed_between_preview_and_confirmation_is_checked_again(
    browser: Client, tie: ZohoSync
) -> None:
    data = mapping_files.export(tie)
    data["modules"]["Accounts"][0]["winner"] = "zoho"
    accounts = ModuleSync.objects.get(module="Accounts")
    accounts.fields = [one for one in accounts.fields if one["api_name"] != "Fax"]
    accounts.save()

    page = told(browser, f"{MAPPINGS}import/", {"text": json.dumps(data)})

    assert "Zoho has no field Fax in this module." in page
    assert of_accounts("Name").winner == "exact"


def test_selected_mappings_are_exported_alone(browser: Client, tie: ZohoSync) -> None:
    answer = browser.post(MAPPINGS, chosen("export", of_accounts("City")))

    [row] = json.loads(answer.content)["modules"]["Accounts"]
    assert row["zoho_field"] == "Billing_City"


# Who may.


def staff(*permissions: str) -> Client:
    person = an_operator()
    person.is_staff = True
    person.save()
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    made = Client()
    made.force_login(person)
    return made


def test_whoever_may_look_sees_mappings_and_changes_nothing(tie: ZohoSync) -> None:
    two_cities()
    reader, city = staff("view_fieldmapping"), of_accounts("City")

    assert "Billing_City" in text_of(reader, MAPPINGS)
    page = text_of(reader, address(city))
    assert "Exact → Zoho" in page
    assert "Preview without saving" not in page
    assert reader.get(f"{MAPPINGS}sample/Accounts/").status_code == 200
    assert reader.get(f"{MAPPINGS}export/").status_code == 200
    for path in ("import/", "defaults/", "add/", "add/?module=Accounts"):
        assert reader.get(f"{MAPPINGS}{path}").status_code == 403, path
        assert reader.post(f"{MAPPINGS}{path}").status_code == 403, path
    assert reader.post(address(city), form_of(city, winner="ask")).status_code == 403
    reader.post(MAPPINGS, chosen("switch_off", city))
    city.refresh_from_db()
    assert (city.winner, city.is_active) == ("exact", True)


@pytest.mark.parametrize(
    "path", ["", "export/", "import/", "defaults/", "sample/Accounts/", "add/"]
)
def test_others_are_refused(tie: ZohoSync, path: str) -> None:
    assert staff("view_invoice").get(f"{MAPPINGS}{path}").status_code == 403
    assert Client().get(f"{MAPPINGS}{path}").status_code == 302


# The rest.


def rows_of_everything(tie: ZohoSync, count: int) -> None:
    for n in range(count):
        pair = a_pair(base={"Name = Account_Name": "<b>x</b>"})
        Conflict.objects.create(
            pair=pair, exact_field="Name", zoho_field="Account_Name", opened_at=NOW
        )
        Notice.objects.create(
            sync=tie, side="zoho", digest=f"{pair.pk}", module="Accounts", action="update",
            received_at=NOW,
        )  # fmt: skip
        PairEvent.objects.create(
            sync=tie, module="Accounts", exact_key="a", zoho_key="b", what="paired", at=NOW
        )
        TaxMapping.objects.create(sync=tie, label=f"Tax {pair.pk} {n}", percentage=21)


@pytest.mark.parametrize(
    "model",
    ["zohosync", "modulesync", "taxmapping", "pair", "conflict", "pairevent", "notice",
     "exactrecord", "zohorecord"],
)  # fmt: skip
def test_every_list_and_page_opens_with_constant_queries(
    browser: Client, tie: ZohoSync, model: str
) -> None:
    rows_of_everything(tie, 3)
    few = queries(browser, f"{ADMIN}{model}/")
    rows_of_everything(tie, 20)

    assert queries(browser, f"{ADMIN}{model}/") == few
    row = re.search(rf'href="({ADMIN}{model}/\d+/change/)', text_of(browser, f"{ADMIN}{model}/"))
    assert row
    page = browser.get(row[1])
    assert page.status_code == 200
    assert b"<b>x</b>" not in page.content


@pytest.mark.parametrize(
    "model", ["zohosync", "modulesync", "pair", "conflict", "pairevent", "notice", "exactrecord"]
)
def test_what_the_work_writes_nobody_writes_here(
    browser: Client, tie: ZohoSync, model: str
) -> None:
    assert browser.get(f"{ADMIN}{model}/add/").status_code == 403


def test_the_secret_of_our_address_is_not_shown(browser: Client, tie: ZohoSync) -> None:
    ZohoSync.objects.update(hook_path="s3cr3t-path")
    Subscription.objects.create(
        sync=tie, topic="Accounts", callback_url="https://x.example/s3cr3t-path", made_at=NOW
    )

    assert "s3cr3t-path" not in text_of(browser, f"{ADMIN}zohosync/{tie.pk}/change/")


def test_a_tax_gets_one_of_the_codes_that_exact_has(browser: Client, tie: ZohoSync) -> None:
    tie.division = some_books()
    tie.save()
    tax = TaxMapping.objects.create(sync=tie, label="BTW 21", percentage="21.0000")
    page = f"{ADMIN}taxmapping/{tax.pk}/change/"
    assert "21 %" in text_of(browser, page)

    assert "Select a valid choice" in told(browser, page, {"vat_code": "nonsense"})
    told(browser, page, {"vat_code": "4"})

    tax.refresh_from_db()
    assert (tax.vat_code, tax.label) == ("4", "BTW 21")


@pytest.mark.parametrize("model", ["pair", "modulesync"])
def test_pairs_are_looked_at_again_by_whoever_may_set_up(
    browser: Client, tie: ZohoSync, model: str
) -> None:
    pair = a_pair(is_dirty=False, state="equal", due_at=NOW)
    gone = a_pair(is_dirty=False, state="gone")
    keys = [pair.pk, gone.pk] if model == "pair" else [ModuleSync.objects.first().pk]  # type: ignore[union-attr]  # the tie made five

    page = told(browser, f"{ADMIN}{model}/", {"action": "look_again", "_selected_action": keys})

    assert "looks at 1 pair(s) again" in page
    pair.refresh_from_db()
    gone.refresh_from_db()
    assert (pair.is_dirty, pair.due_at, gone.is_dirty) == (True, None, False)
