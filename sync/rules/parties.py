"""A customer or an account as matching sees it, and the normal forms in which two are compared."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import stdnum
from stdnum import exceptions

from sync.rules.names import APOSTROPHES, plain, word_set


@dataclass(frozen=True, slots=True)
class Party:
    """A zapfloor customer or an Exact account, in the words that both have in common.

    Everything is as typed, but for `vat`, which is already in normal form and "" when the
    number is missing or invalid.
    """

    key: str  # what the caller knows it by; also orders candidates that score the same
    number: str  # the zapfloor customer number, or Code in Exact
    name: str
    search_code: str = ""
    status: str = ""  # "" for a customer; C, P, S or A for an account
    vat: str = ""
    vat_typed: str = ""
    chamber_number: str = ""  # KvK in the Netherlands, KBO in Belgium
    street: str = ""  # with the house number
    postcode: str = ""
    city: str = ""
    country: str = ""  # ISO 3166, two letters
    email: str = ""
    phone: str = ""


# --- Numbers that a state gave -----------------------------------------------------------------

VAT_COUNTRIES = word_set("""
    AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI
""")
OLD_KBO_LENGTH = 9  # digits, before all got a leading 0
VAT_FORMS = {
    "BE": "BE and ten digits, the first of them 0 or 1",
    "CH": "CHE and nine digits",
    "DE": "DE and nine digits",
    "FR": "FR, two characters and nine digits",
    "LU": "LU and eight digits",
    "NL": "NL, nine digits, B and two digits",
}
_STDNUM = {"CH": ("ch", "uid"), "NO": ("no", "orgnr"), "XI": ("gb", "vat"), "EL": ("gr", "vat")}
_LABEL = re.compile(r"^(?:BTW|TVA|VAT|UST|USTID|USTIDNR|MWST)(?:NR|NO)?(?=[A-Z]{2}|\d)")
_TAIL = {"CH": re.compile(r"(?:MWST|TVA|IVA|HR)$"), "NO": re.compile(r"MVA$")}


def vat_normal_form(text: str, country: str) -> str:
    """Return a VAT number in capitals and digits, its country first; "" if missing or invalid.

    `country` is that of the address. It completes a number written without its country, and
    only if that makes the number valid. The Dutch suffix (B01) stays: it names another VAT
    entity of the same person. Greek numbers begin with EL.
    Source: python-stdnum, which knows each country's check digits.
    """
    for prefix, rest in _readings(text, country):
        try:
            return prefix + _validated(prefix, rest)
        except exceptions.ValidationError:
            continue
    return ""


def vat_problem(text: str, country: str) -> str | None:
    """Say to a person why this VAT number is of no use, or None if it is valid or empty."""
    typed = text.strip()
    if not letters_and_digits(text) or vat_normal_form(text, country):
        return None
    readings = _readings(text, country)
    if not readings:
        return f"“{typed}” does not begin with a country, such as BE or NL, that has VAT numbers."
    prefix, rest = readings[0]
    form = VAT_FORMS.get(prefix)
    try:
        _validated(prefix, rest)
    except exceptions.InvalidChecksum:
        return f"“{typed}” is not a VAT number of {prefix}: its check digits are wrong."
    except exceptions.ValidationError:
        pass
    return f"“{typed}” does not have the form of a VAT number of {prefix}" + (
        f": {form}." if form else "."
    )


def vat_entity(vat: str) -> str:
    """Return whom a normal VAT number belongs to: the Dutch suffix names only a part of them."""
    return vat[:11] if vat.startswith("NL") else vat


def chamber_normal_form(text: str, country: str) -> str:
    """Return a KvK or KBO number as digits; Belgian ones of nine digits get their leading 0."""
    digits = re.sub(r"\D", "", text)
    if country_normal_form(country) == "BE" and len(digits) == OLD_KBO_LENGTH:
        return "0" + digits
    return digits


def country_normal_form(text: str) -> str:
    """Return a country as VAT numbers write it: Greece is EL, Great Britain GB."""
    country = text.strip().upper()
    return {"GR": "EL", "UK": "GB"}.get(country, country)


def _readings(text: str, country: str) -> list[tuple[str, str]]:
    """Return the ways to read a number, likeliest first, as country and what follows it."""
    number = _LABEL.sub("", letters_and_digits(text))
    written, added = country_normal_form(number[:2]), country_normal_form(country)
    readings = []
    if written in VAT_COUNTRIES:
        readings.append((written, number[2:]))
    if number and added in VAT_COUNTRIES and added != written:
        readings.append((added, number))
    return readings


def _validated(prefix: str, rest: str) -> str:
    if prefix in _TAIL:
        rest = _TAIL[prefix].sub("", rest)
    if prefix == "CH":  # its number has three letters for a country: CHE
        rest = "CHE" + rest.removeprefix("E")
    valid = _validator(prefix)(rest)
    return valid.removeprefix("CH") if prefix == "CH" else valid


@cache
def _validator(prefix: str) -> Callable[[str], str]:
    country, kind = _STDNUM.get(prefix, (prefix.lower(), "vat"))
    module = stdnum.get_cc_module(country, kind)
    if module is None:
        raise LookupError(f"python-stdnum does not know the VAT numbers of {prefix}")
    return module.validate


def letters_and_digits(text: str) -> str:
    """Return what is left of a number, in capitals, without blanks and punctuation."""
    return re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())


# --- Numbers that a bookkeeper gave ------------------------------------------------------------


def code_normal_form(text: str) -> str:
    """Return a Code without the blanks with which Exact fills it up to 18 places."""
    return text.strip()


def search_code_normal_form(text: str) -> str:
    """Return a search code without the blanks around it."""
    return text.strip()


# --- Addresses ---------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")


def postcode_normal_form(text: str) -> str:
    """Return a postcode in capitals and digits, without its country: "B-9000" is "9000"."""
    code = letters_and_digits(text)
    return re.sub(r"^[A-Z]{1,2}(?=\d{4,5}$)", "", code)


_STREET_WORDS = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
    "bvd": "boulevard", "ch": "chaussee", "chee": "chaussee", "pl": "place", "r": "rue",
    "st": "sint", "stwg": "steenweg", "stw": "steenweg",
}  # fmt: skip
_STREET_ENDS = re.compile(r"(?:straat|strasse|str)$")
_BOX = re.compile(r"(?<=\d)\s*(?:[/-]|(?:bus|box|bte|boite|b)\b\.?|b(?=\d))\s*\w+\s*$")
_HOUSE = re.compile(r"^(\d+)\s*([a-z]?)\b|\b(\d+)\s*([a-z]?)$")


def street_normal_form(text: str) -> str:
    """Return a street without blanks, then its house number: "rue d'Or 12 bus 3" is "ruedor 12".

    The number may stand before or behind; a box number is left out.
    """
    street = _BOX.sub("", plain(text).strip())
    street = " ".join(_WORD.findall(APOSTROPHES.sub("", street)))
    house = _HOUSE.search(street)
    number = "".join(part for part in house.groups() if part).lstrip("0") if house else ""
    words = _HOUSE.sub("", street, count=1).split()
    squeezed = "".join(_STREET_ENDS.sub("str", _STREET_WORDS.get(word, word)) for word in words)
    return f"{squeezed} {number}".strip()


# --- Phone and e-mail --------------------------------------------------------------------------

_CALLING_CODE = re.compile(
    r"^(?:\+|00)(?:1|7|2[07]|3[0-4]|36|39|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})"
)
_CALLING_CODES = re.compile(r"^(?:3[0-4]|36|39|4[013-9]|35\d|37\d|38\d|42\d)(?=\d{8,9}$)")
FREE_MAIL = word_set("""
    gmail.com googlemail.com hotmail.com hotmail.be hotmail.nl hotmail.fr hotmail.de live.be
    live.nl live.com outlook.com outlook.be outlook.fr msn.com yahoo.com yahoo.fr yahoo.de
    yahoo.co.uk icloud.com me.com mac.com aol.com telenet.be skynet.be proximus.be scarlet.be
    pandora.be voo.be belgacom.net ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl hetnet.nl
    upcmail.nl casema.nl chello.nl orange.fr wanadoo.fr free.fr sfr.fr laposte.net gmx.de
    gmx.net web.de t-online.de freenet.de pt.lu internet.lu protonmail.com proton.me
""")
SHORTEST_PHONE = 6  # digits; less is an extension, or a slip


def phone_normal_form(text: str) -> str:
    """Return the national part of a phone number, in digits: +32 9 and 09 begin alike."""
    dialled = re.sub(r"[^\d+]", "", text.replace("(0)", ""))
    national = _CALLING_CODE.sub("", dialled)
    if national == dialled:
        national = _CALLING_CODES.sub("", dialled)
    digits = national.replace("+", "").lstrip("0")
    return digits if len(digits) >= SHORTEST_PHONE else ""


def email_normal_form(text: str) -> str:
    """Return the first e-mail address of a field, in small letters; "" if there is none."""
    first = re.split(r"[;,\s]+", text.strip(), maxsplit=1)[0].lower()
    return first if "@" in first else ""


def email_domain(text: str) -> str:
    """Return the domain of an e-mail address, or "" where everybody can have an address."""
    domain = email_normal_form(text).rpartition("@")[2]
    return "" if domain in FREE_MAIL else domain
