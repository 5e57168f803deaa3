"""Records as they really look on the wire: padded, with wall-clock dates and numbers as text."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from exact_client import records, trade_records
from exact_client.reading import OddRecord, Record, read, read_all
from exact_client.records import (
    AccountRecord,
    DivisionRecord,
    SalesEntryRecord,
    SyncedAccountRecord,
    VATCodeRecord,
)

FACTS = json.loads(
    (Path(records.__file__).parent / "sandbox" / "properties.json").read_text("utf-8")
)
ASKED = {
    "crm/Accounts": records.AccountRecord,
    "sync/CRM/Accounts": records.SyncedAccountRecord,
    "sync/Deleted": records.DeletedRecord,
    "salesentry/SalesEntries": records.SalesEntryRecord,
    "salesentry/SalesEntryLines": records.SalesEntryLineRecord,
    "financial/Journals": records.JournalRecord,
    "financial/GLAccounts": records.GLAccountRecord,
    "financial/FinancialPeriods": records.FinancialPeriodRecord,
    "read/financial/JournalStatusList": records.JournalStatusRecord,
    "vat/VATCodes": records.VATCodeRecord,
    "cashflow/PaymentConditions": records.PaymentConditionRecord,
    "hrm/Costcenters": records.CostcenterRecord,
    "hrm/Costunits": records.CostunitRecord,
    "sync/Financial/TransactionLines": records.TransactionLineRecord,
    "sync/Cashflow/PaymentTerms": records.PaymentTermRecord,
    "documents/Documents": records.DocumentRecord,
    "documents/DocumentAttachments": records.AttachmentRecord,
    "system/Divisions": records.DivisionRecord,
    "current/Me": records.MeRecord,
    "crm/Contacts": trade_records.ContactRecord,
    "sync/CRM/Contacts": trade_records.SyncedContactRecord,
    "logistics/Items": trade_records.ItemRecord,
    "sync/Logistics/Items": trade_records.SyncedItemRecord,
    "logistics/SalesItemPrices": trade_records.ItemPriceRecord,
    "sync/Logistics/SalesItemPrices": trade_records.SyncedItemPriceRecord,
    "logistics/ItemGroups": trade_records.ItemGroupRecord,
    "logistics/Units": trade_records.UnitRecord,
    "salesinvoice/SalesInvoices": trade_records.SalesInvoiceRecord,
    "salesinvoice/SalesInvoiceLines": trade_records.SalesInvoiceLineRecord,
    "salesinvoice/PrintedSalesInvoices": trade_records.PrintedSalesInvoiceRecord,
    "sync/SalesInvoice/SalesInvoices": trade_records.SyncedSalesInvoiceRecord,
    "salesorder/SalesOrders": trade_records.SalesOrderRecord,
    "webhooks/WebhookSubscriptions": trade_records.WebhookSubscriptionRecord,
}
# As recorded at a French company: escaped slashes, padding, deferred lists, all of it.
ACCOUNT = rb"""{"__metadata":{"uri":"https://start.exactonline.fr/api/v1/1/crm/Accounts(guid'x')",
"type":"Exact.Web.Api.Models.Account"},"ID":"2e1e1503-5e79-41d5-b801-5bbc78272132",
"Code":"           0000003","Name":"Ch\u00e2teau & fils","Status":"C","IsSupplier":false,
"Blocked":false,"Country":"FR ","Language":"FR        ","EndDate":null,"VATNumber":null,
"Modified":"\/Date(1782405060220)\/","IsAnonymised":0,"GlnNumber":"","SomethingNew":{"a":[1]},
"BankAccounts":{"__deferred":{"uri":"https://start.exactonline.fr/x"}},"Timestamp":"4513001"}"""


@pytest.mark.parametrize(("path", "cls"), ASKED.items(), ids=ASKED)
def test_every_property_that_we_ask_for_exists(path: str, cls: type[Record]) -> None:
    assert set(cls.FIELDS) <= set(FACTS[path]["properties"])


def test_every_record_is_held_against_the_facts() -> None:
    named = [*vars(records).values(), *vars(trade_records).values()]
    defined = {cls for cls in named if isinstance(cls, type) and cls is not Record}
    twice = {trade_records.SyncedSalesInvoiceLineRecord}  # of the list that headers are in too

    assert {cls for cls in defined if issubclass(cls, Record)} == set(ASKED.values()) | twice
    mixed = FACTS["sync/SalesInvoice/SalesInvoices"]["properties"].keys()
    assert set(trade_records.SyncedSalesInvoiceLineRecord.FIELDS) <= mixed


def test_an_account_is_trimmed_and_typed() -> None:
    account = read(SyncedAccountRecord, ACCOUNT)

    assert account.id == UUID("2e1e1503-5e79-41d5-b801-5bbc78272132")
    assert (account.code, account.country, account.language) == ("0000003", "FR", "FR")
    assert account.name == "Château & fils"
    assert account.timestamp == 4513001


def test_a_time_is_the_wall_clock_that_people_at_the_company_see() -> None:
    # The answer's own Date header said 14:31 GMT; the company's clock, in June, said 16:31.
    assert read(AccountRecord, ACCOUNT).modified == datetime(2026, 6, 25, 16, 31, 0, 220_000)  # noqa: DTZ001 - the wall clock


def test_a_day_does_not_slip() -> None:
    raw = (
        rb'{"EntryID":"2e1e1503-5e79-41d5-b801-5bbc78272132","EntryDate":"\/Date(1790812800000)\/"}'
    )

    assert read(SalesEntryRecord, raw).entry_date == date(2026, 10, 1)


def test_amounts_are_exact_whether_they_come_as_numbers_or_texts() -> None:
    raw = (
        b'{"EntryID":"2e1e1503-5e79-41d5-b801-5bbc78272132","AmountDC":121.1,"AmountFC":"0.1",'
        b'"EntryNumber":"24700006"}'
    )

    entry = read(SalesEntryRecord, raw)

    assert (entry.amount_dc, entry.amount_fc) == (Decimal("121.1"), Decimal("0.1"))
    assert entry.entry_number == 24700006


def test_a_flag_may_be_a_byte() -> None:
    raw = (
        b'{"ID":"2e1e1503-5e79-41d5-b801-5bbc78272132","Code":"0  ","IsBlocked":1,'
        b'"Percentage":0.21}'
    )

    code = read(VATCodeRecord, raw)

    assert (code.code, code.is_blocked, code.percentage) == ("0", True, Decimal("0.21"))


def test_a_sparse_answer_to_a_create_still_names_the_record() -> None:
    raw = b'{"ID":"2e1e1503-5e79-41d5-b801-5bbc78272132","Code":null,"Name":null}'

    assert read(AccountRecord, raw).code is None


def test_a_record_that_does_not_fit_is_kept_as_it_came() -> None:
    odd: list[OddRecord] = []
    rows = [msgspec.Raw(b'{"Code":"1"}'), msgspec.Raw(b'{"Code":"one"}')]

    good = list(read_all(DivisionRecord, rows, odd.append))

    assert [row.code for row in good] == [1]
    assert [(one.kind, one.raw) for one in odd] == [("Division", b'{"Code":"one"}')]
    assert "Code" in odd[0].reason


def test_a_record_that_does_not_fit_raises_where_nobody_listens() -> None:
    with pytest.raises(msgspec.ValidationError):
        list(read_all(DivisionRecord, [msgspec.Raw(b'{"Code":"one"}')], None))
