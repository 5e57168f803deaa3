"""Who is who in a UBL document: the customer, the entity that bills, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts_link.imports.cells import CONTROL
from accounts_link.imports.ubl_reading import Reading, shortened
from accounts_link.imports.xml_tree import Element

NUMBER, VAT, ENDPOINT, NAME, LOCATION, ENTITY = 30, 35, 60, 150, 30, 60  # characters

# Where a location may be told. UBL has no place for “the centre”: the delivery location is where
# the room or desk was used. AccountingCost is by the standard the customer's own word.
LOCATIONS = {
    "delivery_location": ("cac:Delivery", "cac:DeliveryLocation", "cbc:ID"),
    "delivery_party": ("cac:Delivery", "cac:DeliveryParty", "cac:PartyName", "cbc:Name"),
    "accounting_cost": ("cbc:AccountingCost",),
    "supplier_id": (
        "cac:AccountingSupplierParty",
        "cac:Party",
        "cac:PartyIdentification",
        "cbc:ID",
    ),
    "supplier_name": ("cac:AccountingSupplierParty", "cac:Party", "cac:PartyName", "cbc:Name"),
}


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer, as far as a document tells who it is."""

    number: str
    vat: str
    endpoint: str
    name: str


def customer(reading: Reading) -> Buyer:
    """Return the customer: its number is the identification that names no scheme of its own."""
    party = reading.root.first("cac:AccountingCustomerParty", "cac:Party")
    if party is None:
        reading.refuse(
            reading.root, "AccountingCustomerParty", "", "is missing; who is to pay this?"
        )
        return Buyer("", "", "", "")
    return Buyer(
        number=_number(reading, party),
        vat=_exact(vat_number(party), VAT),
        endpoint=_endpoint(party),
        name=_name(party, NAME),
    )


def billing_entity(reading: Reading) -> str:
    """Return who bills: the supplier's VAT number without blanks and points, or its name."""
    party = reading.root.first("cac:AccountingSupplierParty", "cac:Party")
    if party is None:
        return ""
    vat = "".join(c for c in vat_number(party).upper() if c.isalnum())
    return _exact(vat, ENTITY) or _name(party, ENTITY)


def location(reading: Reading, places: Sequence[str]) -> str:
    """Return the location: what the first of `places` that is filled in says."""
    for place in places:
        found = reading.root.first(*LOCATIONS[place])
        if found is not None and found.text:
            if said := _exact(found.text, LOCATION):
                return said
            reading.note(found, f"has more than {LOCATION} characters: no location of ours.")
    return ""


def vat_number(party: Element) -> str:
    """Return a party's VAT number; what it may have with another tax is no such number."""
    for scheme in party.all("cac:PartyTaxScheme"):
        if scheme.said("cac:TaxScheme", "cbc:ID").upper() == "VAT":
            return scheme.said("cbc:CompanyID")
    return ""


def _number(reading: Reading, party: Element) -> str:
    for one in party.all("cac:PartyIdentification", "cbc:ID"):
        if one.text and not one.attributes.get("schemeID"):
            if found := _exact(one.text, NUMBER):
                return found
            reading.note(one, "is no customer number of ours; it was left out.")
    return ""


def _endpoint(party: Element) -> str:
    """Return where it receives, or the number of its legal registration when that has a scheme."""
    for path in (("cbc:EndpointID",), ("cac:PartyLegalEntity", "cbc:CompanyID")):
        found = party.first(*path)
        scheme = "" if found is None else found.attributes.get("schemeID", "")
        if found is not None and scheme:
            return _exact(f"{scheme}:{found.text}", ENDPOINT)
    return ""


def _name(party: Element, most: int) -> str:
    registered = party.said("cac:PartyLegalEntity", "cbc:RegistrationName")
    return shortened(registered or party.said("cac:PartyName", "cbc:Name"), most)


def _exact(text: str, most: int) -> str:
    """Return a number whole or not at all: a part of one would be somebody else's."""
    line = " ".join(text.split())
    return line if len(line) <= most and not CONTROL.search(line) else ""
