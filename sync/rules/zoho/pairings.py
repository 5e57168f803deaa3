"""What is decided about a record that has no pair yet, and all that a person needs to judge it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sync.rules.matching import Candidate, Point

__all__ = ["Candidate", "Outcome", "PairedBy", "Pairing", "Point", "held_back"]


class Outcome(StrEnum):
    """What is to become of a record of Zoho that has no pair."""

    PAIR = "pair"
    REVIEW = "review"
    NEW = "new"  # nothing in Exact comes near: the switch says whether it crosses


class PairedBy(StrEnum):
    """The evidence by which two records are paired without a person."""

    EXACT_ID = "exact_id"
    VAT = "vat"
    CODE = "code"
    SEARCH_CODE = "search_code"
    CUSTOMER = "customer"  # of zapfloor, who has a link to the account
    EMAIL = "email"
    NAME = "name"
    REFERENCE = "reference"  # a number that a document bears on both sides


@dataclass(frozen=True, slots=True)
class Pairing:
    """What to do with one record of Zoho; keys of Exact in `exact` and in the candidates."""

    outcome: Outcome
    sentence: str
    rule: PairedBy | None = None  # of a pair
    exact: str | None = None  # the key of the record to pair with
    evidence: tuple[Point, ...] = ()  # of a pair, for its history
    candidates: tuple[Candidate, ...] = ()  # of a review, best first


def held_back(pairings: Iterable[Pairing]) -> set[str]:
    """Return the records of Exact that must not be made in Zoho: paired, or before a person."""
    found: set[str] = set()
    for pairing in pairings:
        found |= {candidate.key for candidate in pairing.candidates}
        found |= {pairing.exact} if pairing.exact else set()
    return found
