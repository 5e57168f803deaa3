"""The words by which a bookkeeper knows an account, a journal or a VAT code, in four languages."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Stems match at the start of a word; one that ends in a space matches a whole word. Accents are
# gone and punctuation is a space, as `plain` leaves a text.
Stems = tuple[str, ...]

# What a revenue account is about. The first that fits decides: a "virtual office" is no office.
TOPICS: dict[str, Stems] = {
    "discount": ("discount", "korting", "remise", "rabais", "rabatt", "nachlass"),
    "virtual": ("virtu", "domicil"),
    "parking": ("parking", "parkeer", "parkplatz", "stationnement"),
    "coffee": ("coffee", "koffie", "cafe", "kaffee", "cater", "drank", "boisson", "getrank"),
    "meeting_room": (
        "meeting", "vergader", "reunion", "besprech", "konferenz", "conferen", "zaal", "salle",
    ),
    "desk": ("desk", "flex", "cowork", "co work", "hotdesk", "werkplek", "arbeitsplatz", "partage"),
    "unit": ("office", "unit", "kantoor", "kantoren", "bureau", "buro"),
}  # fmt: skip

GENERAL: Stems = ("omzet", "sales", "revenue", "turnover", "chiffre", "vente", "umsatz", "erlos")
SALES: Stems = ("sales", "verkoop", "verkopen", "vente", "verkauf", "ausgang")
CREDIT_NOTES: Stems = ("credit", "kredit", "gutschrift", "avoir", "cn ")

SERVICES: Stems = ("service", "dienst", "prestation", "leistung")
GOODS: Stems = ("goods", "goeder", "biens ", "waren ")
WITHIN_EU: Stems = ("intra", "eu ", "ue ", "ic ", "icp ", "innergemeinschaft")
OUTSIDE_EU: Stems = (
    "export", "uitvoer", "ausfuhr", "outside", "buiten", "hors ", "drittland", "non eu ", "extra",
)  # fmt: skip
EXEMPT: Stems = (
    "exempt", "exoner", "vrijgesteld", "vrijstelling", "befreit", "steuerfrei", "art 44 ",
)  # fmt: skip
NOT_PLAIN: Stems = (
    *WITHIN_EU, *OUTSIDE_EU, "reverse", "verlegd", "autoliquid", "medecontract", "cocontract",
    "co contract", "import", "invoer", "marge", "margin", "invest", "aankoop",
    "aankop", "inkoop", "inkop", "einkauf", "purchase", "achat",
)  # fmt: skip

# One row for each city, under every name and code by which people call it.
PLACES: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split(","))
    for names in (
        "bru,bxl,brussels,brussel,bruxelles",
        "gnt,gent,ghent,gand",
        "anr,ant,antwerp,antwerpen,anvers",
        "lgg,liege,luik,luttich",
        "brg,brugge,bruges",
        "lvn,leuven,louvain",
        "mec,mechelen,malines",
        "krt,kortrijk,courtrai",
        "has,hasselt",
        "nam,namur,namen",
        "ams,amsterdam",
        "rtm,rotterdam",
        "utr,utrecht",
        "hag,den haag,the hague",
        "ein,eindhoven",
        "lux,luxembourg,luxemburg",
    )
)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower the case, drop accents, and make one space of everything that is no letter or digit."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return f" {' '.join(re.findall('[a-z0-9]+', bare))} "


def mentions(text: str, stems: Iterable[str]) -> bool:
    """Say whether any of the stems occurs in the text."""
    words = plain(text)
    return any(f" {stem}" in words for stem in stems)


@lru_cache(maxsize=4096)
def topic_of(text: str) -> str:
    """Name what a text is about, by TOPICS; empty when nothing is recognised."""
    return next((topic for topic, stems in TOPICS.items() if mentions(text, stems)), "")


def names_exactly(text: str, location: str) -> bool:
    """Say whether the text names this very location: BRU-1 as "BRU 1" or "Brussel 1"."""
    return any(f" {name} " in plain(text) for name in _spellings(location))


def names_its_city(text: str, location: str) -> bool:
    """Say whether the text names the location's city, and not one numbered site in it."""
    first, *_ = plain(location).split() or [""]
    return any(re.search(rf" {name} (?!\d)", plain(text)) for name in _names(first) if name)


def names_a_city(text: str) -> bool:
    """Say whether the text names any city of PLACES."""
    return any(names_its_city(text, name) for names in PLACES for name in names)


def _spellings(location: str) -> frozenset[str]:
    first, *rest = plain(location).split() or [""]
    return frozenset(" ".join((name, *rest)) for name in _names(first))


def _names(word: str) -> frozenset[str]:
    return next((names for names in PLACES if word in names), frozenset({word}))
