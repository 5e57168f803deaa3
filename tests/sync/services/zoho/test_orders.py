"""Sales orders cross both ways with their lines, status and total, and never a line twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from exact_client.client import ExactClient
from exact_client.sandbox import ExactSandbox
from sync.models import ExactRecord, ModuleSync, OutboxEntry, Pair, TaxMapping, ZohoRecord, ZohoSync
from sync.services.delivery.office import Office
from sync.services.zoho.merging import merging
from sync.services.zoho.pairing import choosing
from sync.services.zoho.reading import reading_exact, reading_zoho
from sync.services.zoho.writing import writing_exact, writing_zoho
from sync.services.zoho.writing.writing import Written
from tests.sync.services.pushing import work
from tests.sync.services.zoho.newcomers import an_order_of_zoho
from tests.sync.services.zoho.pairs import a_pair, an_exact, give_our_field
from zoho_client.client import ZohoClient
from zoho_client.sandbox import ZohoSandbox

HOUR = timedelta(hours=1)
DAY = 86_400_000  # milliseconds
ORDERS = ["Sales_Orders"]


@pytest.fixture
def tie(sync: ZohoSync, zoho: ZohoClient, zoho_sandbox: ZohoSandbox, now: datetime) -> ZohoSync:
    """A tie with our field and Zoho's accounts; one of Exact's customers is paired."""
    give_our_field(sync, zoho, zoho_sandbox)
    TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=21, vat_code="4")
    reading_zoho.read(sync, zoho, now=now, module="Accounts")
    return sync


@pytest.fixture
def customer(tie: ZohoSync, sandbox: ExactSandbox) -> str:
    row = next(one for one in sandbox.records("accounts") if one["Status"] == "C")
    there = ZohoRecord.objects.filter(module="Accounts")[0]
    a_pair(an_exact(tie, key=row["ID"], Name=row["Name"], Status="C"), there, base={})
    return str(row["ID"])


def ordered(sandbox: ExactSandbox, customer: str, **told: Any) -> str:
    """Let a colleague type an order in Exact: ten days of a desk and two cups of coffee."""
    items = {row["Code"]: row["ID"] for row in sandbox.records("items")}
    lines = [
        {"Item": items["FLEX"], "Quantity": 10, "UnitPrice": 20},
        {"Item": items["COFFEE"], "Quantity": 2},
    ]
    about = {"OrderedBy": customer, "Description": "Autumn", "SalesOrderLines": lines}
    return str(sandbox.make("SalesOrders", about | told)["OrderID"])


class Runs:
    """What a run does with orders: read Exact, choose, merge, tell Zoho."""

    def __init__(self, tie: ZohoSync, exact: ExactClient, zoho: ZohoClient, now: datetime) -> None:
        self.tie, self.exact, self.zoho, self.now = tie, exact, zoho, now

    def read(self) -> None:
        self.now += HOUR
        reading_exact.read_some(self.tie, self.exact, ORDERS, now=self.now)

    def run(self) -> Written:
        self.read()
        choosing.choose(self.tie, now=self.now)
        merging.merge(self.tie, now=self.now)
        return writing_zoho.write(self.tie, self.zoho, now=self.now)


@pytest.fixture
def runs(tie: ZohoSync, exact: ExactClient, zoho: ZohoClient, now: datetime) -> Runs:
    return Runs(tie, exact, zoho, now)


def copy_of(key: str) -> ExactRecord:
    return ExactRecord.objects.get(module="Sales_Orders", key=key)


def row_of(stand_in: ZohoSandbox, key: str) -> dict[str, Any]:
    found = stand_in.store.get("Sales_Orders", Pair.objects.get(exact__key=key).zoho.key)
    assert found is not None
    return found


def line_ids(sandbox: ExactSandbox, key: str) -> list[str]:
    return list(sandbox.record("salesorders", key)["_lines"])


# Read.


def test_an_order_is_copied_with_its_lines_and_the_vat_that_exact_leaves_out(
    runs: Runs, sandbox: ExactSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)

    runs.read()

    copy = copy_of(key)
    assert (copy.name, copy.account_key) == ("1", customer)
    assert (copy.values["AmountFC"], copy.values["VATAmountFC"]) == ("250.11", "43.41")
    told = [(line["AmountFC"], line["VATAmountFC"]) for line in copy.values["Lines"]]
    assert told == [(200, 42), ("6.7", "1.41")]


def test_a_line_that_changes_or_goes_is_followed_without_its_header(
    runs: Runs, sandbox: ExactSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)
    runs.read()
    desk, coffee = line_ids(sandbox, key)

    sandbox.edit("SalesOrderLines", desk, {"Description": "By the window"})
    sandbox.erase("SalesOrderLines", coffee)
    runs.read()

    (line,) = copy_of(key).values["Lines"]
    assert (line["ID"], line["Description"]) == (desk, "By the window")
    assert copy_of(key).values["AmountFC"] == 242


def test_lines_of_an_order_that_came_after_the_headers_bring_it_along(
    runs: Runs, tie: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, customer: str
) -> None:
    ordered(sandbox, customer)
    runs.read()
    late: list[str] = []
    ask = exact.raw_changes

    class Late(ExactClient):
        """Somebody types an order between the two feeds."""

        def raw_changes(self, entity: str, *rest: Any) -> Any:
            if entity == "SalesOrderLines" and not late:
                late.append(ordered(sandbox, customer, Description="Late"))
            return ask(entity, *rest)

    reading_exact.read_some(tie, Late(exact._transport), ORDERS, now=runs.now + HOUR)  # noqa: SLF001 - the same way to the same division

    copy = copy_of(late[0])
    assert (copy.values["Description"], len(copy.values["Lines"])) == ("Late", 2)
    assert copy.account_key == customer


def test_a_deleted_order_is_flagged_and_nothing_is_deleted_in_zoho(
    runs: Runs, sandbox: ExactSandbox, zoho_sandbox: ZohoSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)
    runs.run()
    there = row_of(zoho_sandbox, key)["id"]

    sandbox.erase("SalesOrders", key)
    runs.run()

    assert copy_of(key).gone_at is not None
    assert zoho_sandbox.store.get("Sales_Orders", there) is not None


# To Zoho.


def test_an_order_of_exact_has_the_same_lines_total_and_status_in_zoho(
    runs: Runs, sandbox: ExactSandbox, zoho_sandbox: ZohoSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)

    runs.run()

    row = row_of(zoho_sandbox, key)
    assert [float(line["Total"]) for line in row["Ordered_Items"]] == [200.0, 6.7]
    assert (float(row["Grand_Total"]), row["Status"]) == (250.11, "Created")
    assert Pair.objects.get(exact__key=key).state == "equal"


def test_changed_lines_are_changed_where_they_are_and_a_second_run_writes_nothing(
    runs: Runs, sandbox: ExactSandbox, zoho_sandbox: ZohoSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)
    runs.run()
    before = [line["id"] for line in row_of(zoho_sandbox, key)["Ordered_Items"]]

    sandbox.edit("SalesOrderLines", line_ids(sandbox, key)[0], {"Quantity": 5})
    runs.run()

    row = row_of(zoho_sandbox, key)
    assert [line["id"] for line in row["Ordered_Items"]] == before
    assert float(row["Grand_Total"]) == 129.11
    written = sum(call.method != "GET" for call in zoho_sandbox.calls)
    assert runs.run().done == 0
    assert sum(call.method != "GET" for call in zoho_sandbox.calls) == written


@pytest.mark.parametrize(
    ("how", "told"),
    [(("invoice_order", 0.5), "Approved"), (("invoice_order", 1.0), "Delivered"),
     (("cancel_order",), "Cancelled")],
)  # fmt: skip
def test_what_becomes_of_an_order_in_exact_is_its_status_in_zoho(
    runs: Runs,
    sandbox: ExactSandbox,
    zoho_sandbox: ZohoSandbox,
    customer: str,
    how: tuple[Any, ...],
    told: str,
) -> None:
    key = ordered(sandbox, customer)
    runs.run()

    getattr(sandbox, how[0])(key, *how[1:])
    runs.run()

    assert row_of(zoho_sandbox, key)["Status"] == told


def test_an_invoice_that_came_of_an_order_names_it(
    runs: Runs, tie: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)
    invoice = sandbox.invoice_order(key)["InvoiceID"]

    reading_exact.read_some(tie, exact, ["Invoices", *ORDERS], now=runs.now + HOUR)

    assert ExactRecord.objects.get(module="Invoices", key=invoice).values["SalesOrder"] == key


def test_an_invoice_crosses_with_its_order_while_the_module_is_off(
    runs: Runs, tie: ZohoSync, exact: ExactClient, sandbox: ExactSandbox, customer: str
) -> None:
    key = ordered(sandbox, customer)
    runs.run()
    invoice = sandbox.invoice_order(key)["InvoiceID"]
    ModuleSync.objects.filter(module="Invoices").update(is_on=False)
    reading_exact.read_some(tie, exact, ["Invoices", *ORDERS], now=runs.now + HOUR)

    choosing.choose(tie, now=runs.now + HOUR)

    assert ExactRecord.objects.get(module="Invoices", key=invoice).standing == "crosses"


# To Exact.


@pytest.fixture
def taxed(office: Office, sync: ZohoSync) -> ZohoSync:
    TaxMapping.objects.create(sync=sync, label="BTW 21", percentage=21, vat_code="4")
    return sync


def made(tie: ZohoSync, office: Office) -> OutboxEntry:
    orders = ModuleSync.objects.get(sync=tie, module="Sales_Orders")
    writing_exact.enqueue(orders, office, now=office.clock.now())
    work(office)
    return OutboxEntry.objects.get()


def test_an_order_of_zoho_is_made_in_exact_once_with_the_same_total(
    taxed: ZohoSync, office: Office, sandbox: ExactSandbox
) -> None:
    record = an_order_of_zoho(taxed, office, sandbox)

    entry = made(taxed, office)

    (order,) = sandbox.records("salesorders")
    assert (entry.kind, entry.state, entry.remote_number) == ("order", "done", "1")
    assert (order["AmountFC"], order["YourRef"]) == (121.0, entry.reference)
    assert order["Description"] == "Boxes"
    assert Pair.objects.get(zoho=record).exact.key == order["OrderID"]
    assert made(taxed, office) == entry
    assert len(sandbox.records("salesorders")) == 1


def test_an_order_whose_answer_was_lost_is_found_by_our_reference(
    taxed: ZohoSync, office: Office, sandbox: ExactSandbox
) -> None:
    record = an_order_of_zoho(taxed, office, sandbox)
    sandbox.fault("lose_answer_after", method="POST", path="SalesOrders")

    entry = made(taxed, office)
    for _ in range(5):
        office.clock.advance(600)  # type: ignore[attr-defined]  # tests have a clock that is moved by hand
        work(office)

    entry.refresh_from_db()
    assert entry.state == "done"
    assert len(sandbox.records("salesorders")) == 1
    assert Pair.objects.filter(zoho=record).exists()


def test_an_order_made_of_zohos_is_read_back_without_an_echo(
    taxed: ZohoSync, office: Office, sandbox: ExactSandbox, zoho: ZohoClient, now: datetime
) -> None:
    record = an_order_of_zoho(taxed, office, sandbox)
    made(taxed, office)
    writes = sum(call.method != "GET" for call in sandbox.calls)

    for hours in (1, 2):
        reading_exact.read_some(taxed, office.exact, ORDERS, now=now + hours * HOUR)
        merging.merge(taxed, now=now)
        writing_exact.write(taxed, office, now=now)

    pair = Pair.objects.get(zoho=record)
    assert sum(call.method != "GET" for call in sandbox.calls) == writes
    assert (pair.exact.values["Description"], pair.state) == ("Boxes", pair.state)
    assert len(pair.exact.values["Lines"]) == 1


def test_what_changes_in_zoho_is_told_by_name_until_exact_is_done_with_it(
    taxed: ZohoSync, office: Office, sandbox: ExactSandbox, now: datetime
) -> None:
    record = an_order_of_zoho(taxed, office, sandbox)
    made(taxed, office)
    (order,) = sandbox.records("salesorders")

    def told(due: str) -> int:
        there = ZohoRecord.objects.get(pk=record.pk)
        there.values |= {"Due_Date": due}
        there.save()
        Pair.objects.filter(zoho=record).update(is_dirty=True)
        reading_exact.read_some(taxed, office.exact, ORDERS, now=now)
        merging.merge(taxed, now=now)
        return writing_exact.write(taxed, office, now=now).changed

    assert told("2026-12-15") == 1
    assert sandbox.records("salesorders")[0]["DeliveryDate"] == order["DeliveryDate"] + 15 * DAY
    sandbox.cancel_order(order["OrderID"])
    assert told("2026-12-24") == 0
    assert len(sandbox.record("salesorders", order["OrderID"])["_lines"]) == 1


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("Approved", "crosses"),
        ("Created", "crosses"),
        ("Delivered", "stays"),
        ("Cancelled", "stays"),
    ],
)
def test_an_order_of_zoho_crosses_while_it_is_open(
    taxed: ZohoSync, office: Office, sandbox: ExactSandbox, status: str, standing: str
) -> None:
    record = an_order_of_zoho(taxed, office, sandbox)
    record.values |= {"Status": status}
    record.save()

    choosing.choose(taxed, now=office.clock.now())

    record.refresh_from_db()
    assert record.standing == standing
