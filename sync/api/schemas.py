"""What programs send: customers and documents, in the words of the tables that they become."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, ValidationInfo, field_validator

from sync.api.fields import (
    PDF,
    ZERO,
    Amount,
    Code30,
    Code40,
    Code60,
    Country,
    Currency,
    CustomerNumber,
    Day,
    DocumentNumber,
    Email,
    Emails,
    Line20,
    Line30,
    Line60,
    Line100,
    Line150,
    Line200,
    Name,
    PaymentReference,
    Percentage,
    Price,
    Text200,
    YesNo,
)

MOST_CUSTOMERS, MOST_INVOICES, MOST_LINES = 500, 100, 1000


class Strict(BaseModel):
    """A name that nobody knows is refused: better than a discount that nobody read."""

    model_config = ConfigDict(extra="forbid")


class CustomerIn(Strict):
    """A customer of zapfloor, whole: what is left out becomes empty."""

    number: CustomerNumber = Field(description="Unique; it never changes.")
    name: Name = Field(description="Of the company, or of the person.")
    business_type: Literal["vat", "no_vat", "private"] = Field(
        description="A company with a VAT number, an organisation without one, or a person."
    )
    vat_number: Code40 = Field("", description="As it is written; needed for business type vat.")
    chamber_number: Code30 = Field("", description="KvK or KBO number.")
    is_international: YesNo = False
    kind: Literal["member", "guest", "external"] = "member"
    street: Line150 = ""
    street_number: Line20 = ""
    address_line_2: Line150 = ""
    postcode: Annotated[Code30, Field(max_length=20)] = ""
    city: Line100 = ""
    state: Line100 = ""
    country: Country = Field(description="Two letters, ISO 3166.")
    contact: Text200 = ""
    phone: Code40 = ""
    mobile: Code40 = ""
    fax: Code40 = ""
    website: Line200 = ""
    email: Email = ""
    invoice_emails: Emails = Field([], description="Where its invoices are mailed to.")
    language: Literal["", "nl", "fr", "en", "de"] = ""
    location: Line30 = Field("", description="The code of its location.")


class LineIn(Strict):
    """A line: the net price of one, before the discount."""

    description: Line200 = ""
    resource_type: Literal["product", "meeting_room", "unit", "desk", "discount"]
    resource_code: Code60 = ""
    quantity: Price = Field(description="Up to 4 decimals; negative where the source says so.")
    unit_price: Price = Field(description="Without VAT, up to 4 decimals.")
    discount_percent: Percentage = ZERO
    vat_rate: Percentage = Field(description="In per cent: 21 is 21 %.")
    vat_category: Literal["", "S", "Z", "E", "AE", "K", "G", "O"] = Field(
        "", description="As in UBL; leave it out when it is not known."
    )
    supply: Literal["", "goods", "services", "real_estate"] = Field(
        "", description="Left out: by its resource type."
    )
    period_from: Day | None = Field(None, description="Deferred revenue: the first day.")
    period_to: Day | None = Field(None, description="Deferred revenue: the last day.")

    @field_validator("vat_rate")
    @classmethod
    def is_in_per_cent(cls, rate: Percentage) -> Percentage:
        """Refuse 0.21, which would book a fifth of a per cent."""
        if 0 < rate < 1:
            raise ValueError("is below 1 %; write 21 for 21 %.")
        return rate

    @field_validator("period_to")
    @classmethod
    def ends_after_it_begins(cls, day: Day | None, others: ValidationInfo) -> Day | None:
        """Refuse a period that ends before its first day."""
        begun = others.data.get("period_from")
        if day and begun and day < begun:
            raise ValueError("is before the day on which the period begins.")
        return day


class InvoiceIn(Strict):
    """An invoice or a credit note as it was issued. Amounts have the sign that the source gives."""

    number: DocumentNumber = Field(description="Unique among invoices and credit notes alike.")
    kind: Literal["invoice", "credit_note"]
    invoice_date: Day
    due_date: Day | None = None
    currency: Currency = "EUR"
    customer_vat: Annotated[Code40, Field(max_length=35)] = Field(
        "", description="Finds the customer when no number is given."
    )
    customer_endpoint: Code60 = Field("", description="Peppol: 0208:0403019261.")
    customer_ref: Code30 = Field(
        "",
        description="The customer's number. Without it, its VAT number or its endpoint finds it.",
        validate_default=True,
    )
    customer_name: Line150 = ""
    location: Line30 = Field("", description="The code of the location; it decides the journal.")
    billing_entity: Line60 = ""
    payment_terms: Line60 = ""
    structured_reference: PaymentReference = Field(
        "", description="Belgian (12 digits) or ISO 11649; its check digits must be right."
    )
    your_reference: Line60 = ""
    credited_invoice: Code60 = Field("", description="Credit notes: the invoice they correct.")
    total_excl: Amount | None = None
    total_vat: Amount | None = None
    total_incl: Amount | None = Field(
        None, description="When given, what is booked agrees with it to the cent."
    )
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)]
    pdf: PDF | None = Field(None, description="The document as people see it, at most 10 MB.")

    @field_validator("due_date")
    @classmethod
    def is_due_after_its_date(cls, day: Day | None, others: ValidationInfo) -> Day | None:
        """Refuse a document that is due before it was made."""
        made = others.data.get("invoice_date")
        if day and made and day < made:
            raise ValueError("is before the date of the document.")
        return day

    @field_validator("customer_ref")
    @classmethod
    def finds_its_customer(cls, number: str, others: ValidationInfo) -> str:
        """Refuse a document that says nothing about its customer."""
        other_ways = ("customer_vat", "customer_endpoint")
        if not number and not any(others.data.get(way, "?") for way in other_ways):
            raise ValueError("is missing; fill it in, or customer_vat or customer_endpoint.")
        return number


class CustomerBatch(Strict):
    """Customers; each is looked at on its own, and those that are right are saved together."""

    customers: Annotated[
        list[SkipValidation[CustomerIn]], Field(min_length=1, max_length=MOST_CUSTOMERS)
    ]


class InvoiceBatch(Strict):
    """Documents; each is looked at on its own, and those that are right are saved together."""

    invoices: Annotated[
        list[SkipValidation[InvoiceIn]], Field(min_length=1, max_length=MOST_INVOICES)
    ]
