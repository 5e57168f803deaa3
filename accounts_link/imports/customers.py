"""Reading customers from zapfloor's upload template, or from anything with its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from accounts_link.imports.cells import boolean, choice, email, emails, identifier, paragraph, text
from accounts_link.imports.countries import country
from accounts_link.imports.headings import Column, Headings, match
from accounts_link.imports.records import Record
from accounts_link.imports.shapes import Row, RowError, RowNote, Table

VatProblem = Callable[[str, str], str | None]

COLUMNS = (
    Column(
        "number",
        "Customer Number",
        (
            "customer number (ref)",
            "ref",
            "customer ref",
            "klantnummer",
            "numéro client",
            "Kundennummer",
        ),
        mandatory=True,
    ),
    Column(
        "business_type",
        "Business type",
        (
            "business type (vat, no_vat, private)",
            "type of business",
            "bedrijfstype",
            "type d'entreprise",
            "Unternehmenstyp",
        ),
        mandatory=True,
    ),
    Column(
        "vat_typed",
        "VAT number",
        (
            "VAT",
            "VAT number (if vat)",
            "btw nummer",
            "btw nr",
            "numéro de TVA",
            "n° TVA",
            "USt-IdNr",
            "Umsatzsteuer-ID",
        ),
        mandatory=True,
    ),
    Column(
        "is_international",
        "International Customer",
        (
            "international customer (TRUE/FALSE)",
            "international",
            "internationale klant",
            "client international",
            "internationaler Kunde",
        ),
        mandatory=True,
    ),
    Column(
        "name",
        "Company name",
        ("company", "name", "bedrijfsnaam", "naam", "raison sociale", "nom", "Firmenname", "Firma"),
        mandatory=True,
    ),
    Column(
        "kind",
        "Customer type",
        ("customer type (member, guest, external)", "klanttype", "type de client", "Kundentyp"),
        mandatory=True,
    ),
    Column(
        "street",
        "Address line 1",
        ("address", "street", "adres", "adresregel 1", "straat", "adresse", "rue", "Straße"),
        mandatory=True,
    ),
    Column("address_line_2", "Address line 2", ("adresregel 2", "adresse 2", "Adresszusatz")),
    Column(
        "street_number",
        "Address Number",
        ("house number", "huisnummer", "numéro de rue", "Hausnummer"),
        mandatory=True,
    ),
    Column(
        "postcode",
        "Zip code",
        ("zip", "postal code", "postcode", "code postal", "Postleitzahl", "PLZ"),
        mandatory=True,
    ),
    Column("city", "City", ("town", "stad", "plaats", "gemeente", "ville", "Ort"), mandatory=True),
    Column("state", "State", ("province", "provincie", "Bundesland")),
    Column("country", "Country", ("country code", "land", "pays"), mandatory=True),
    Column("contact", "Contact information", ("contact", "contactpersoon", "Ansprechpartner")),
    Column("phone", "Phone", ("telephone", "telefoon", "téléphone", "Telefon")),
    Column("mobile", "Mobile", ("gsm", "mobiel", "portable", "Handy")),
    Column("website", "Website", ("web", "site web", "Webseite")),
    Column("fax", "Fax"),
    Column("email", "Public E-mail", ("e-mail", "email", "courriel")),
    Column(
        "invoice_emails",
        "Mail invoices to",
        ("invoice e-mail", "facturen mailen naar", "e-mail facturation", "Rechnungs-E-Mail"),
        mandatory=True,
    ),
    Column(
        "chamber_number",
        "KVK number",
        ("KvK", "KBO", "KvK nummer", "KBO nummer", "numéro BCE", "Handelsregisternummer"),
    ),
    Column("language", "Language", ("taal", "langue", "Sprache")),
    Column("location", "Location", ("centre", "locatie", "vestiging", "site", "Standort")),
)

BUSINESS_TYPES = {"vat": "vat", "novat": "no_vat", "private": "private"}
KINDS = {"member": "member", "guest": "guest", "external": "external"}
LANGUAGE_NAMES = {
    "nl": ("nl", "dutch", "nederlands", "neerlandais", "niederlandisch"),
    "fr": ("fr", "french", "frans", "francais", "franzosisch"),
    "en": ("en", "english", "engels", "anglais", "englisch"),
    "de": ("de", "german", "duits", "allemand", "deutsch"),
}
LANGUAGES = {name: code for code, names in LANGUAGE_NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as its row tells, in the names and lengths of the Customer it will become."""

    line: int
    number: str
    business_type: str
    vat_typed: str
    is_international: bool
    name: str
    kind: str
    street: str
    address_line_2: str
    street_number: str
    postcode: str
    city: str
    state: str
    country: str
    contact: str
    phone: str
    mobile: str
    website: str
    fax: str
    email: str
    invoice_emails: tuple[str, ...]
    chamber_number: str
    language: str
    location: str
    notes: tuple[RowNote, ...] = ()


def read_customers(
    table: Table, *, vat_problem: VatProblem, keep_failed_vat: bool = False
) -> Iterator[CustomerRow | RowError]:
    """Yield each customer, or each error of its row when it can't be read, in the file's order.

    `vat_problem` is asked with a VAT number as typed and the country; it says what is wrong with
    it, or None. `keep_failed_vat` reads such a customer with a note, where it would be refused.

    Raises FileError: at once for columns that are missing or double, later for a damaged file.
    """
    return _read(table, match(table, COLUMNS), vat_problem, keep_failed_vat=keep_failed_vat)


def _read(
    table: Table, headings: Headings, vat_problem: VatProblem, *, keep_failed_vat: bool
) -> Iterator[CustomerRow | RowError]:
    seen: dict[str, tuple[int, int]] = {}
    for row in table.rows():
        record = Record(row, headings)
        customer = _customer(record)
        _check_vat(record, customer, vat_problem, keep_failed_vat=keep_failed_vat)
        _refuse_double(record, customer.number, row, seen)
        if record.errors:
            yield from (replace(error, record=customer.number) for error in record.errors)
        else:
            yield replace(customer, notes=tuple(record.notes)) if record.notes else customer


def _customer(record: Record) -> CustomerRow:
    return CustomerRow(
        line=record.line,
        number=record.need("number", partial(identifier, most=30), ""),
        business_type=record.need("business_type", partial(choice, words=BUSINESS_TYPES), ""),
        vat_typed=record.read("vat_typed", partial(identifier, most=40), ""),
        is_international=record.need("is_international", boolean, otherwise=False),
        name=record.need("name", partial(text, most=200), ""),
        kind=record.need("kind", partial(choice, words=KINDS), ""),
        street=record.need("street", partial(text, most=150), ""),
        address_line_2=record.read("address_line_2", partial(paragraph, most=150), ""),
        street_number=record.need("street_number", partial(text, most=20), ""),
        postcode=record.need("postcode", partial(identifier, most=20), ""),
        city=record.need("city", partial(text, most=100), ""),
        state=record.read("state", partial(text, most=100), ""),
        country=record.need("country", country, ""),
        contact=record.read("contact", partial(paragraph, most=200), ""),
        phone=record.read("phone", partial(identifier, most=40), ""),
        mobile=record.read("mobile", partial(identifier, most=40), ""),
        website=record.read("website", partial(text, most=200), ""),
        fax=record.read("fax", partial(identifier, most=40), ""),
        email=record.read("email", email, ""),
        invoice_emails=record.need("invoice_emails", partial(emails, most=500), ()),
        chamber_number=record.read("chamber_number", partial(identifier, most=30), ""),
        language=record.read("language", partial(choice, words=LANGUAGES), ""),
        location=record.read("location", partial(text, most=30), ""),
    )


def _check_vat(
    record: Record, customer: CustomerRow, vat_problem: VatProblem, *, keep_failed_vat: bool
) -> None:
    """A VAT number must be there and right for business type “vat”; for others a note will do."""
    needed = customer.business_type == "vat"
    if not customer.vat_typed:
        if needed and not record.has_error("vat_typed"):
            record.refuse("vat_typed", "is empty, though the business type is vat; fill it in.")
        return
    if customer.business_type == "private":
        record.note("vat_typed", "is filled in for a private person; is the business type right?")
    problem = vat_problem(customer.vat_typed, customer.country)
    if problem and needed and not keep_failed_vat:
        record.refuse("vat_typed", problem)
    elif problem:
        record.note("vat_typed", problem)


def _refuse_double(record: Record, number: str, row: Row, seen: dict[str, tuple[int, int]]) -> None:
    content = hash(tuple(map(str, row.cells)))
    first, its_content = seen.setdefault(number.casefold(), (row.line, content))
    if not number or first == row.line:
        return
    if content == its_content:
        record.refuse("number", f"“{number}”: the same row as line {first}; remove one.")
    else:
        record.refuse("number", f"“{number}” is also on line {first}; keep one of the two.")
