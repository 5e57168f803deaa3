"""Which Exact account a customer is: linked by hard evidence alone, or shown to a person."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sync.rules.account_index import AccountIndex, Hits
from sync.rules.name_likeness import (
    NAMES_NEARLY_EQUAL,
    NAMES_PARTLY_EQUAL,
    SAME_LETTERS,
    name_likeness,
)
from sync.rules.parties import Party
from sync.rules.portraits import Portrait
from sync.rules.scoring import (
    Point,
    address_agrees,
    addresses_differ,
    enterprise_numbers_differ,
    points,
    score,
)

__all__ = [
    "AccountIndex",
    "Candidate",
    "Decision",
    "Outcome",
    "Point",
    "Rule",
    "Situation",
    "decide",
]

NEAR = 50  # points from which a likeness is for a person to judge, and creation is held back
WORTH_SHOWING = 30  # points from which an account stands beside better candidates
CANDIDATES_SHOWN = 5
STRONG_NAME = 0.7  # how strong a proof a nearly equal name must be where nothing else agrees

CUSTOMER = "C"  # the one status of an account that can be linked


class Outcome(StrEnum):
    """What is to become of a customer."""

    LINK = "link"
    REVIEW = "review"
    CREATE = "create"


class Rule(StrEnum):
    """The evidence by which a customer is linked without a person."""

    VAT = "vat"
    CODE = "code"
    SEARCH_CODE = "search_code"


class Situation(StrEnum):
    """Why a decision is as it is; `sentence` says it to a person."""

    VAT_EQUAL = "vat_equal"
    CODE_EQUAL = "code_equal"
    SEARCH_CODE_EQUAL = "search_code_equal"
    VAT_ON_SEVERAL = "vat_on_several"
    VAT_AND_NUMBER_DISAGREE = "vat_and_number_disagree"
    NUMBER_ON_SEVERAL = "number_on_several"
    NUMBER_HAS_OTHER_VAT = "number_has_other_vat"
    NUMBER_HAS_OTHER_NAME = "number_has_other_name"
    NUMBER_HAS_PARTLY_OTHER_NAME = "number_has_partly_other_name"
    NOT_A_CUSTOMER = "not_a_customer"
    NEAR = "near"
    NOTHING_NEAR = "nothing_near"

    @property
    def sentence(self) -> str:
        """The situation in words for a bookkeeper."""
        return _SENTENCES[self]


_SENTENCES = {
    Situation.VAT_EQUAL: "One customer in Exact has this VAT number.",
    Situation.CODE_EQUAL: "One customer in Exact has this number as its code.",
    Situation.SEARCH_CODE_EQUAL: "One customer in Exact has this number as its search code.",
    Situation.VAT_ON_SEVERAL: "The VAT number is on two or more accounts.",
    Situation.VAT_AND_NUMBER_DISAGREE: "The VAT number says one account, the number another.",
    Situation.NUMBER_ON_SEVERAL: "The customer number is on two or more accounts.",
    Situation.NUMBER_HAS_OTHER_VAT: "The number is taken by an account with another VAT number.",
    Situation.NUMBER_HAS_OTHER_NAME: "The number is taken by an account with another name.",
    Situation.NUMBER_HAS_PARTLY_OTHER_NAME: (
        "An account has this number, but only a part of the name agrees."
    ),
    Situation.NOT_A_CUSTOMER: "The account is not a customer in Exact: make it one to link it.",
    Situation.NEAR: "No number agrees, but the name or the address comes near.",
    Situation.NOTHING_NEAR: "Nothing in Exact comes near.",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be the customer; `score` is 0 to 100, the sum of its points."""

    key: str
    score: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a customer, and all that a person needs in order to understand it."""

    outcome: Outcome
    situation: Situation
    rule: Rule | None = None  # of a link
    account: str | None = None  # the key of the account to link
    evidence: tuple[Point, ...] = ()  # of a link, for its history
    candidates: tuple[Candidate, ...] = ()  # of a review, best first


def decide(
    customer: Party, index: AccountIndex, *, not_the_same: Container[str] = frozenset()
) -> Decision:
    """Return what to do with a customer, given all accounts of the division.

    Hard evidence is asked from strong to weak: VAT number, Code, SearchCode; whatever
    contradicts it, or comes short of it, goes to a person. `not_the_same` holds the keys of
    accounts that a person rejected for this customer: they count as if they were not there.
    Source: the matching table, docs/decisions.
    """
    question = _Question(Portrait.of(customer), index, not_the_same)
    hits = index.hits(question.customer, not_the_same)
    return question.by_vat(hits) or question.by_number(hits) or question.by_likeness()


@dataclass(frozen=True, slots=True)
class _Question:
    """One customer among the accounts, while it is being decided."""

    customer: Portrait
    index: AccountIndex
    not_the_same: Container[str]

    def by_vat(self, hits: Hits) -> Decision | None:
        """Decide where the VAT number is on an account that is a customer."""
        by_vat = _customers(hits.vat)
        if len(by_vat) > 1:
            return self.review(Situation.VAT_ON_SEVERAL, hits.vat)
        by_number = _customers(hits.code, hits.search_code)
        if hits.vat and any(account not in by_vat for account in by_number):
            return self.review(Situation.VAT_AND_NUMBER_DISAGREE, (*hits.vat, *by_number))
        return self.link(Rule.VAT, by_vat[0]) if by_vat else None

    def by_number(self, hits: Hits) -> Decision | None:
        """Decide where the customer number is a Code or SearchCode, or only no customers hit."""
        found = _customers(hits.code, hits.search_code)
        if len(found) > 1:
            return self.review(Situation.NUMBER_ON_SEVERAL, found)
        if not found:
            return self.by_others(hits)
        if doubt := self.doubt(found[0]):
            return self.review(doubt, found)
        return self.link(Rule.CODE if found[0] in hits.code else Rule.SEARCH_CODE, found[0])

    def by_others(self, hits: Hits) -> Decision | None:
        """Decide where hard evidence points at suspects and prospects alone."""
        found = (*hits.vat, *hits.code, *hits.search_code)
        if not found:
            return None
        doubts = [] if hits.vat else [self.doubt(account) for account in found]
        taken = doubts[0] if doubts and all(doubts) else None
        return self.review(taken or Situation.NOT_A_CUSTOMER, found)

    def by_likeness(self) -> Decision:
        """Decide where there is no hard evidence."""
        near = self.candidates(())
        if near and near[0].score >= NEAR:
            return Decision(Outcome.REVIEW, Situation.NEAR, candidates=near)
        return Decision(Outcome.CREATE, Situation.NOTHING_NEAR)

    def doubt(self, account: Portrait) -> Situation | None:
        """Return what contradicts that an account with the customer's number is the customer."""
        customer = self.customer
        other_vat = customer.vat and account.vat and customer.vat != account.vat
        if other_vat or enterprise_numbers_differ(customer, account):
            return Situation.NUMBER_HAS_OTHER_VAT
        alike = name_likeness(customer, account, self.index.rarity)
        if alike.share < NAMES_PARTLY_EQUAL:
            return Situation.NUMBER_HAS_OTHER_NAME
        enough = SAME_LETTERS if addresses_differ(customer, account) else NAMES_NEARLY_EQUAL
        if alike.share >= enough and (alike.share == 1.0 or alike.strength >= STRONG_NAME):
            return None
        if address_agrees(customer, account, self.index.rarity):
            return None
        return Situation.NUMBER_HAS_PARTLY_OTHER_NAME

    def link(self, rule: Rule, account: Portrait) -> Decision:
        """Return a link, with all that speaks for and against it."""
        evidence = points(self.customer, account, self.index.rarity)
        situation = Situation(f"{rule}_equal")
        return Decision(Outcome.LINK, situation, rule, account.party.key, evidence)

    def review(self, situation: Situation, found: Iterable[Portrait]) -> Decision:
        """Return a review that shows the accounts found, and others that come near."""
        return Decision(Outcome.REVIEW, situation, candidates=self.candidates(found))

    def candidates(self, found: Iterable[Portrait]) -> tuple[Candidate, ...]:
        """Return the accounts found and those near, best first; those found are never left out."""
        must = {account.party.key: account for account in found}
        near = self.index.near(self.customer, self.not_the_same)
        scored = [self.candidate(account) for account in must.values()]
        also = [self.candidate(account) for account in near if account.party.key not in must]
        also = [candidate for candidate in also if candidate.score >= WORTH_SHOWING]
        room = max(CANDIDATES_SHOWN - len(scored), 0)
        shown = (*scored, *sorted(also, key=_best_first)[:room])
        return tuple(sorted(shown, key=_best_first)[:CANDIDATES_SHOWN])

    def candidate(self, account: Portrait) -> Candidate:
        """Return an account with its points."""
        found = points(self.customer, account, self.index.rarity)
        return Candidate(account.party.key, score(found), found)


def _customers(*kinds: Iterable[Portrait]) -> list[Portrait]:
    """Return the accounts that can be linked, each once."""
    found = {account.party.key: account for kind in kinds for account in kind}
    return [account for account in found.values() if account.party.status == CUSTOMER]


def _best_first(candidate: Candidate) -> tuple[int, str]:
    return -candidate.score, candidate.key
