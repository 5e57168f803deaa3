"""What programs read: what became of what they sent, where documents stand, and what was paid."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from sync.models import InvoiceState

Money = Annotated[
    Decimal,
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["338.63"]}),
]
State = Annotated[str, WithJsonSchema({"type": "string", "enum": InvoiceState.values})]


class FieldErrorOut(BaseModel):
    """What is wrong with one field; an empty path is the record as a whole."""

    model_config = ConfigDict(from_attributes=True)

    field: str = Field(examples=["lines[0].vat_rate"])
    message: str


class Result(BaseModel):
    """What became of one record, or would have when dry."""

    index: int = Field(description="Its place in the request, from 0.")
    number: str = Field(description="Empty where not even that could be read.")
    status: Literal["new", "changed", "same", "refused"]
    errors: list[FieldErrorOut] = Field(default_factory=list)
    notes: list[FieldErrorOut] = Field(
        default_factory=list, description="What a person should know; it kept nothing out."
    )


class BatchResult(BaseModel):
    """What became of each record, in the order in which they were sent."""

    dry_run: bool
    new: int
    changed: int
    same: int
    refused: int
    results: list[Result]


class Problem(BaseModel):
    """An error, RFC 9457. `code` never changes its meaning; the words may."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldErrorOut] = []


class InvoiceOut(BaseModel):
    """Where one document stands. Amounts are texts, so that no cent is lost on the way."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    kind: Literal["invoice", "credit_note"]
    invoice_date: date
    due_date: date | None
    currency: str
    customer_ref: str
    location: str
    your_reference: str
    structured_reference: str
    amount: Money = Field(description="Including VAT, as it is or will be booked.")
    state: State
    reason: str = Field(description="Why it is not further, in plain words.")
    entry_number: str = Field(description="In Exact; empty until it is booked.")
    booked_at: datetime | None
    open_amount: Money | None = Field(description="Still to be paid; null until Exact told.")
    paid_on: date | None
    taken_in_at: datetime = Field(validation_alias="imported_at")


class InvoicePage(BaseModel):
    """Some documents, and where the next ones begin."""

    invoices: list[InvoiceOut]
    next_cursor: str | None = Field(description="Pass it as `cursor`; null: these were the last.")
    next_changed_since: datetime = Field(
        description="Pass it as `changed_since` next time. It overlaps: some come twice, none is"
        " missed."
    )


class PaymentOut(BaseModel):
    """What is told of the payment of one document; a credit note has negative amounts."""

    model_config = ConfigDict(from_attributes=True)

    invoice_number: str
    customer_number: str
    status: Literal["open", "part_paid", "paid", "settled"] = Field(
        description="What to act on. settled: a credit note that was set off or paid out."
    )
    told: Literal["final", "provisional"] = Field(
        description="A provisional payment may still bounce; its status stays open until then."
    )
    currency: str
    open_amount: Money
    paid_amount: Money
    last_payment_date: date | None
    paid_date: date | None
    days_late: int = Field(description="0 when in time.")
    changed_at: datetime | None


class PaymentPage(BaseModel):
    """Some payments, oldest change first, and where the next ones begin."""

    payments: list[PaymentOut]
    next_cursor: str | None = Field(description="Pass it as `cursor`; null: these were the last.")
    next_changed_since: datetime = Field(description="Pass it as `changed_since` next time.")


class DivisionOut(BaseModel):
    """The books that documents go to."""

    code: int
    name: str
    currency: str


class StatusOut(BaseModel):
    """Who is asking, and how the work stands."""

    client: str
    scopes: list[str]
    calls_per_minute: int
    divisions: list[DivisionOut]
    is_connected: bool = Field(description="Exact answers us, as far as we know.")
    invoices: dict[str, int] = Field(description="How many documents are in each state.")
    now: datetime
