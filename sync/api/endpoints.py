"""The addresses of the intake API: one short function each.

Annotations stand here as they are, not as text: ninja reads them behind `once` as well.
"""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import AwareDatetime

from sync.api import intake, reading
from sync.api.answers import (
    BatchResult,
    InvoiceOut,
    InvoicePage,
    PaymentPage,
    Problem,
    Result,
    StatusOut,
)
from sync.api.guard import Key, needs
from sync.api.once import HEADER, once
from sync.api.problems import FieldError
from sync.api.problems import Problem as Refusal
from sync.api.schemas import CustomerBatch, CustomerIn, InvoiceBatch
from sync.models import InvoiceState

router = Router()
ALWAYS = {401: Problem, 403: Problem, 422: Problem, 429: Problem}
SENT = {**ALWAYS, 400: Problem, 409: Problem, 413: Problem, 415: Problem}
UBL = {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}
DryRun = Annotated[bool, Query(description="Only tell what would be done.")]
Cursor = Annotated[str | None, Query(max_length=200, description="From next_cursor.")]
Since = Annotated[
    AwareDatetime | None, Query(description="Only what changed at or after this moment.")
]
State = Literal[*InvoiceState.values]  # type: ignore[valid-type]  # known when the program runs


@router.put(
    "/customers/{path:number}",
    response={200: Result, 201: Result, **SENT},
    operation_id="put_customer",
    summary="Bring one customer",
    tags=["Customers"],
    **needs("customers:write"),
)
def put_customer(
    request: HttpRequest, number: str, customer: CustomerIn, *, dry_run: DryRun = False
) -> Status[Result]:
    """Make the customer, or make it equal to this. Once more does no harm."""
    if customer.number != number:
        error = FieldError("number", "differs from the number in the address.")
        raise Refusal("invalid", "Give the same number in both places.", [error])
    result = intake.the_one(intake.bring_customers([customer], dry_run=dry_run))
    return Status(201 if result.status == "new" and not dry_run else 200, result)


@router.post(
    "/customers",
    response={200: BatchResult, 207: BatchResult, **SENT},
    operation_id="post_customers",
    summary="Bring up to 500 customers",
    tags=["Customers"],
    **needs("customers:write", HEADER),
)
@once
def post_customers(
    request: HttpRequest, batch: CustomerBatch, *, dry_run: DryRun = False
) -> Status[BatchResult]:
    """Those that can be read are saved together, in one transaction; the others are refused.

    200: all were taken in. 207: some were refused, see the status of each.
    """
    return _told(intake.bring_customers(batch.customers, dry_run=dry_run))


@router.post(
    "/invoices",
    response={200: BatchResult, 207: BatchResult, **SENT},
    operation_id="post_invoices",
    summary="Bring up to 100 invoices and credit notes",
    tags=["Invoices"],
    **needs("invoices:write", HEADER),
)
@once
def post_invoices(
    request: HttpRequest, batch: InvoiceBatch, *, dry_run: DryRun = False
) -> Status[BatchResult]:
    """Those that can be read are saved together, in one transaction; the others are refused.

    The number decides: the same document again changes nothing, another one under the same number
    replaces it as long as nothing of it was sent to Exact, and is refused after that.

    200: all were taken in. 207: some were refused, see the status of each.
    """
    return _told(intake.bring_invoices(batch.invoices, dry_run=dry_run))


@router.post(
    "/documents",
    response={200: Result, 201: Result, **SENT},
    operation_id="post_document",
    summary="Bring one document as UBL",
    tags=["Invoices"],
    auth=Key("invoices:write"),
    openapi_extra={"x-scope": "invoices:write", "parameters": [HEADER], "requestBody": UBL},
)
@once
def post_document(request: HttpRequest, *, dry_run: DryRun = False) -> Status[Result]:
    """An invoice or credit note of Peppol BIS Billing 3.0; the files inside are kept with it."""
    if request.content_type not in {"application/xml", "text/xml"}:
        raise Refusal("wrong_type", "Send the UBL as it is, as “Content-Type: application/xml”.")
    result = intake.the_one(intake.bring_ubl(request.body, dry_run=dry_run))
    return Status(201 if result.status == "new" and not dry_run else 200, result)


@router.get(
    "/invoices",
    response={200: InvoicePage, **ALWAYS},
    operation_id="list_invoices",
    summary="List where documents stand",
    tags=["Invoices"],
    **needs("invoices:read"),
)
def list_invoices(
    request: HttpRequest,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    changed_since: Since = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> InvoicePage:
    """In the order in which they came. A change is: taken in, booked, or its payment changed."""
    return reading.invoice_page(
        state=state, changed_since=changed_since, cursor=cursor, limit=limit
    )


@router.get(
    "/invoices/{path:number}",
    response={200: InvoiceOut, 404: Problem, **ALWAYS},
    operation_id="get_invoice",
    summary="Where one document stands",
    tags=["Invoices"],
    **needs("invoices:read"),
)
def get_invoice(request: HttpRequest, number: str) -> InvoiceOut:
    """By its number, as it was issued; a slash in it may stand as it is."""
    return reading.one_invoice(number)


@router.get(
    "/payments",
    response={200: PaymentPage, **ALWAYS},
    operation_id="list_payments",
    summary="List payments",
    tags=["Payments"],
    **needs("payments:read"),
)
def list_payments(
    request: HttpRequest,
    changed_since: Since = None,
    told: Annotated[Literal["final", "provisional"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Annotated[
        int, Query(ge=1, le=1000, description="Some more, when they changed at one moment.")
    ] = 500,
) -> PaymentPage:
    """Of documents that are booked, oldest change first. Act on the status."""
    return reading.payment_page(changed_since=changed_since, told=told, cursor=cursor, limit=limit)


@router.get(
    "/status",
    response={200: StatusOut, 401: Problem, 429: Problem},
    operation_id="get_status",
    summary="Who you are, and how the work stands",
    tags=["Status"],
    auth=Key(),
    openapi_extra={"x-scope": ""},
)
def get_status(request: HttpRequest) -> StatusOut:
    """Open to every key: a good first call."""
    return reading.status_of(request.auth)  # type: ignore[attr-defined]  # the guard put it there


def _told(answer: BatchResult) -> Status[BatchResult]:
    return Status(207 if answer.refused else 200, answer)
