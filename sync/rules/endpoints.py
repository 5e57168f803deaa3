"""What an electronic address of Peppol tells about whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sync.rules.parties import vat_normal_form

# Schemes whose identifiers are VAT numbers, with or without the country in front.
# Source: OpenPeppol's Electronic Address Scheme code list (EAS).
VAT_SCHEMES = {
    "9910": "HU", "9914": "AT", "9920": "ES", "9925": "BE", "9926": "BG", "9927": "CH",
    "9928": "CY", "9929": "CZ", "9930": "DE", "9931": "EE", "9932": "GB", "9933": "EL",
    "9934": "HR", "9935": "IE", "9937": "LT", "9938": "LU", "9939": "LV", "9943": "MT",
    "9944": "NL", "9945": "PL", "9946": "PT", "9947": "RO", "9949": "SI", "9950": "SK",
    "9955": "SE", "9957": "FR", "0211": "IT", "9906": "IT",
}  # fmt: skip
ENTERPRISE_SCHEMES = {"0208", "9956"}  # Belgian enterprise numbers, which are VAT numbers too
CHAMBER_SCHEMES = {"0106"}  # KvK numbers of the Netherlands
KBO_LENGTH = 10  # digits


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an address is; what it does not tell is empty."""

    vat: str = ""  # in normal form
    chamber: str = ""  # KvK or KBO number, digits alone


def holder(endpoint: str) -> Holder:
    """Return whom an address, scheme and identifier with a colon between, belongs to."""
    scheme, _, identifier = endpoint.partition(":")
    digits = re.sub(r"\D", "", identifier)
    if scheme in VAT_SCHEMES:
        return Holder(vat=vat_normal_form(identifier, VAT_SCHEMES[scheme]))
    if scheme in ENTERPRISE_SCHEMES and len(digits) == KBO_LENGTH:
        return Holder(vat=vat_normal_form(digits, "BE"), chamber=digits)
    if scheme in CHAMBER_SCHEMES:
        return Holder(chamber=digits)
    return Holder()


def chamber_spellings(digits: str) -> list[str]:
    """Return the ways in which people write a KvK or KBO number."""
    spellings = [digits]
    if len(digits) == KBO_LENGTH:
        dotted = f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"
        spellings += [dotted, f"BE{digits}", f"BE {dotted}", f"BE{dotted}"]
    return spellings
