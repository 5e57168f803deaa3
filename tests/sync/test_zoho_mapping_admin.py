"""Django admin: a mapping of Zoho is chosen, checked beside the others, and tried on a record."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from sync.models import (
    FieldMapping,
    ModuleSync,
    Pair,
    ZohoSync,
)
from tests.sync.pages import queries, text_of, told
from tests.sync.services.zoho.build import a_pair, a_zoho_record, an_exact_record, metadata_of_zoho

pytestmark = pytest.mark.django_db

ADMIN = "/admin/sync/"
MAPPINGS = f"{ADMIN}fieldmapping/"
REMARKS = {"exact_field": "Remarks", "zoho_field": "Description", "direction": "both",
           "winner": "exact", "is_active": "on"}  # fmt: skip


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


def errors_at(page: str, field: str) -> str:
    """Return what stands as an error at one field of a form."""
    row = re.search(rf'<div class="form-row errors field-{field}">(.*?)</ul>', page, re.DOTALL)
    return row[1] if row else ""


def two_cities() -> Pair:
    return a_pair(
        an_exact_record(name="Cowork", values={"City": "gent", "Name": "Cowork"}),
        a_zoho_record(name="Cowork CRM", values={"Billing_City": "Brussel"}),
        is_dirty=False,
    )


# The list.


def test_the_list_shows_mappings_by_module_with_what_is_wrong(
    browser: Client, tie: ZohoSync
) -> None:
    FieldMapping.objects.filter(pk=of_accounts("City").pk).update(zoho_field="Town")

    page = text_of(browser, MAPPINGS)

    assert "1 can't work" in page
    assert "Zoho has no field Town in this module." in page
    modules = re.findall(r'class="mapping-module-name">(.*?)<', page)
    assert modules == ["Accounts", "Contacts", "Products", "Invoices", "Sales orders"]
    assert "<small>Billing_Code</small>" in page


def test_the_list_takes_the_same_queries_for_few_mappings_and_for_many(
    browser: Client, tie: ZohoSync
) -> None:
    FieldMapping.objects.exclude(module="Accounts").delete()
    few = queries(browser, MAPPINGS)
    for number in range(60):
        FieldMapping.objects.create(
            sync=tie, module="Accounts", exact_field="Remarks", zoho_field=f"F{number}"
        )

    assert queries(browser, MAPPINGS) == few <= 12


def test_without_zoho_the_list_is_empty_and_says_where_to_begin(browser: Client) -> None:
    assert "No mapping fits." in text_of(browser, MAPPINGS)
    assert "begin with the set-up" in told(browser, f"{MAPPINGS}add/", {})


# One mapping.


def test_fields_are_chosen_from_what_both_sides_have(browser: Client, tie: ZohoSync) -> None:
    page = text_of(browser, f"{MAPPINGS}add/?module=Accounts")

    assert '<option value="Name">Name · text of 50, required</option>' in page
    assert "Account Name (Account_Name) · text of " in page
    assert '<option value="CountryName">CountryName · text, read-only</option>' in page
    assert "Invoiced_Items" not in page


def test_a_new_mapping_asks_for_its_module_first(browser: Client, tie: ZohoSync) -> None:
    page = text_of(browser, f"{MAPPINGS}add/")

    assert 'href="?module=Sales_Orders"' in page
    filtered = f"{MAPPINGS}add/?_changelist_filters=module__exact%3DContacts"
    assert 'value="FirstName"' in text_of(browser, filtered)


def test_a_new_mapping_is_saved_and_the_next_run_meets_its_values(
    browser: Client, tie: ZohoSync
) -> None:
    pair = a_pair(is_dirty=False)
    ModuleSync.objects.filter(module="Accounts").update(properties=["Name"])

    page = told(browser, f"{MAPPINGS}add/?module=Accounts", REMARKS)

    made = of_accounts("Remarks")
    assert (made.sync, made.position, made.options) == (tie, 10, {})
    pair.refresh_from_db()
    assert pair.is_dirty
    assert "The next run reads all Accounts of Exact again" in page
    assert LogEntry.objects.filter(object_id=str(made.pk)).exists()


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"zoho_field": ""}, "zoho_field", "Choose a field of Zoho."),
        ({"exact_field": ""}, "exact_field", "Choose a field of Exact."),
        ({"exact_field": "Blocked"}, "transform", "is yes or no"),
        ({"exact_field": "CountryName"}, "direction", "turn the direction round"),
        ({"zoho_field": "Account_Name"}, "zoho_field", "is filled by “Name = Account_Name”"),
        ({"transform": "table"}, "table", "Fill the table"),
        ({"transform": "table", "table": "a = b\nc"}, "table", "Line 2 is not"),
        ({"transform": "table", "table": "a = b\na = c"}, "table", "Line 2: “a” stands above"),
        ({"transform": "template", "text": "{Name}"}, "direction", "A template can't be read back"),
        ({"transform": "template", "direction": "to_zoho"}, "text", "Write a template"),
        (
            {"transform": "template", "direction": "to_zoho", "text": "{Name}"},
            "exact_field",
            "A template takes its fields from its text",
        ),
        (
            {"exact_field": "", "transform": "template", "direction": "to_zoho", "text": "{Nme}"},
            "text",
            "Exact has no field Nme",
        ),
        ({"transform": "constant", "direction": "to_zoho"}, "value", "Write the value"),
        ({"transform": "split_street"}, "number_field", "gets the house number"),
        ({"transform": "phone", "calling_code": "x"}, "calling_code", "1 to 4 digits"),
        ({"zoho_field": "Nowhere"}, "zoho_field", "Select a valid choice"),
        ({"exact_field": "Name", "zoho_field": "Account_Name"}, "zoho_field", "mapped already"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_the_reason_at_its_field(
    browser: Client, tie: ZohoSync, values: dict[str, str], field: str, sentence: str
) -> None:
    page = told(browser, f"{MAPPINGS}add/?module=Accounts", REMARKS | values)

    assert sentence in errors_at(page, field)
    assert not FieldMapping.objects.filter(exact_field="Remarks").exists()


def test_a_default_that_is_no_amount_is_refused_at_the_default(
    browser: Client, tie: ZohoSync
) -> None:
    price = FieldMapping.objects.get(exact_field="StandardSalesPrice")

    page = told(browser, address(price), form_of(price, default="cheap"))

    assert "“cheap” is no amount" in errors_at(page, "default")


def test_a_table_is_written_as_lines_and_kept_as_a_table(browser: Client, tie: ZohoSync) -> None:
    unit = FieldMapping.objects.get(exact_field="Unit")
    assert "pc = Each\nbox = Box" in text_of(browser, address(unit))

    told(browser, address(unit), form_of(unit, table="pc = Each\n\nm2 = Square = metre"))

    unit.refresh_from_db()
    assert unit.options == {"table": {"pc": "Each", "m2": "Square = metre"}}


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ({"transform": "phone", "calling_code": "+32"}, {"calling_code": "32"}),
        ({"transform": "phone", "calling_code": "32", "text": "{Name}"}, {"calling_code": "32"}),
        ({"transform": "upper", "calling_code": "32"}, {}),
    ],
)
def test_only_the_options_of_the_transform_that_is_chosen_are_kept(
    browser: Client, tie: ZohoSync, values: dict[str, str], options: dict[str, str]
) -> None:
    phone = of_accounts("Phone")

    told(browser, address(phone), form_of(phone, **values))

    phone.refresh_from_db()
    assert phone.options == options


def test_a_field_that_zoho_lost_stays_chosen_and_says_so(browser: Client, tie: ZohoSync) -> None:
    FieldMapping.objects.filter(pk=of_accounts("City").pk).update(zoho_field="Town")
    city = of_accounts("City")
    assert "Town · not there any more" in text_of(browser, address(city))

    page = told(browser, address(city), form_of(city))

    assert "Zoho has no field Town" in errors_at(page, "zoho_field")


def test_a_mapping_is_never_deleted(browser: Client, tie: ZohoSync) -> None:
    city = of_accounts("City")

    assert browser.post(f"{MAPPINGS}{city.pk}/delete/", {"post": "yes"}).status_code == 403


# A real record.


def test_the_page_of_a_mapping_shows_a_real_record_both_ways(
    browser: Client, tie: ZohoSync
) -> None:
    two_cities()

    page = text_of(browser, address(of_accounts("City")))

    assert "Exact → Zoho" in page
    assert "Zoho → Exact" in page
    assert "<b>Exact</b> Cowork<" in page
    assert "The next run writes it to Zoho." in page


def test_a_preview_shows_what_stands_in_the_form_and_saves_nothing(
    browser: Client, tie: ZohoSync
) -> None:
    pair, city = two_cities(), of_accounts("City")

    page = told(
        browser, address(city), form_of(city, transform="upper", winner="ask", _preview="0")
    )

    assert "Nothing was saved." in page
    assert "<b>GENT</b>" in page
    assert "Both sides differ: the next run asks a person." in page
    assert '<option value="upper" selected>' in page
    city.refresh_from_db()
    pair.refresh_from_db()
    assert (city.transform, city.winner, pair.is_dirty) == ("", "exact", False)


def test_a_preview_of_a_mapping_that_cannot_work_says_why_instead(
    browser: Client, tie: ZohoSync
) -> None:
    two_cities()
    city = of_accounts("City")

    page = told(browser, address(city), form_of(city, exact_field="Blocked", _preview="0"))

    assert "is yes or no" in errors_at(page, "transform")
    assert "Once the mapping can work" in page


def test_a_new_mapping_is_tried_before_it_is_saved(browser: Client, tie: ZohoSync) -> None:
    two_cities()

    page = told(browser, f"{MAPPINGS}add/?module=Accounts", {**REMARKS, "_preview": "0"})

    assert "the next run reads it" in page
    assert not FieldMapping.objects.filter(exact_field="Remarks").exists()


def test_a_text_of_several_fields_is_tried_and_saved(browser: Client, tie: ZohoSync) -> None:
    a_pair(
        an_exact_record(values={"Name": "Cowork", "Code": "12"}),
        a_zoho_record(values={"Description": "old"}),
    )
    text = {"exact_field": "", "transform": "template", "direction": "to_zoho",
            "text": "{Name} ({Code})"}  # fmt: skip

    page = told(browser, f"{MAPPINGS}add/?module=Accounts", {**REMARKS, **text, "_preview": "0"})
    assert "<b>Cowork (12)</b>" in page
    told(browser, f"{MAPPINGS}add/?module=Accounts", {**REMARKS, **text})

    assert of_accounts("").options == {"text": "{Name} ({Code})"}


def test_a_sample_takes_the_same_queries_for_few_pairs_and_for_many(
    browser: Client, tie: ZohoSync
) -> None:
    two_cities()
    few = queries(browser, f"{MAPPINGS}sample/Accounts/")
    for _ in range(30):
        a_pair()

    assert queries(browser, f"{MAPPINGS}sample/Accounts/") == few <= 12


def test_a_whole_record_is_shown_by_all_mappings_of_its_module(
    browser: Client, tie: ZohoSync
) -> None:
    two_cities()

    page = text_of(browser, f"{MAPPINGS}sample/Accounts/")

    assert page.count("Exact → Zoho") == FieldMapping.objects.filter(module="Accounts").count()
    assert "no record of this module yet" in text_of(browser, f"{MAPPINGS}sample/Products/")
    assert browser.get(f"{MAPPINGS}sample/Leads/").status_code == 404


def test_values_that_look_like_markup_are_shown_as_text(browser: Client, tie: ZohoSync) -> None:
    a_pair(
        an_exact_record(name="<script>x</script>", values={"City": "<script>alert(1)</script>"}),
        a_zoho_record(values={"Billing_City": "<b>y</b>"}),
    )

    raw = browser.get(address(of_accounts("City"))).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
    assert "<script>alert(1)" not in raw
    assert "<script>x" not in raw


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"transform": "template", "options": {"text": "{Name} {Code}"}, "direction": "to_zoho"},
         "A template takes its fields from its text"),
        ({"transform": "template", "direction": "to_zoho"}, "Write a template"),
        ({"transform": "table", "options": {"table": "x"}}, "Fill the table"),
        ({"exact_field": "Nothing"}, "Exact has no field Nothing"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_switched_off_opens_however_broken_it_is(
    browser: Client, tie: ZohoSync, values: dict[str, Any], sentence: str
) -> None:
    two_cities()
    said = {"exact_field": "Remarks", "zoho_field": "Description", "is_active": False} | values
    made = FieldMapping.objects.create(sync=tie, module="Accounts", **said)

    page = text_of(browser, address(made))

    assert "It can't work as it is" in page
    assert sentence in page
    assert "No mapping fits." not in text_of(browser, MAPPINGS)
