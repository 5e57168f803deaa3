"""Which account of Exact an account of Zoho is: paired by hard evidence, or by a person.

The engine is that of customers (sync/rules/matching.py). What comes on top: an Exact_ID that
Zoho holds already, zapfloor's customers as a bridge between the two, and doubles in Zoho itself.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.rules import matching
from sync.rules.account_index import AccountIndex
from sync.rules.matching import CUSTOMER, Decision
from sync.rules.parties import Party, code_normal_form, vat_entity
from sync.rules.portraits import Portrait
from sync.rules.scoring import points, score
from sync.rules.zoho.pairings import Candidate, Outcome, PairedBy, Pairing, Point

ID_ON_SEVERAL = "Several accounts in Zoho hold the id of this account in Exact."
ID_GONE = "Zoho holds the id of an account that Exact no longer shows."
ID_HAS_OTHER_VAT = "Zoho holds the id of an account with another VAT number."
CUSTOMER_SAYS_OTHER = "The numbers say one account, the link of its zapfloor customer another."
CUSTOMER_HAS_OTHER_VAT = "The account of its zapfloor customer has another VAT number."
DOUBLE_VAT = "Several accounts in Zoho have this VAT number."
DOUBLE_NUMBER = "Several accounts in Zoho have this number."
DOUBLE_CLAIM = "Several accounts in Zoho point at this account in Exact."
BY_ID = "Zoho holds the id of this account."
BY_CUSTOMER = "The zapfloor customer with this number is linked to this account in Exact."

_SOFT = (matching.Situation.NEAR, matching.Situation.NOTHING_NEAR)


@dataclass(frozen=True, slots=True)
class ZohoAccount:
    """An account of Zoho; `party.number` is its custom field for a code, if it has one."""

    party: Party
    exact_id: str = ""  # what the field Exact_ID holds, or the pair that there is already


@dataclass(frozen=True, slots=True)
class Customers:
    """The customers of zapfloor that are linked to an account in Exact."""

    parties: Sequence[Party] = ()
    links: Mapping[str, str] = field(default_factory=dict)  # customer → account in Exact


def pair_accounts(
    zoho: Sequence[ZohoAccount],
    exact: Iterable[Party],
    customers: Customers | None = None,
    not_the_same: Mapping[str, Container[str]] | None = None,
) -> dict[str, Pairing]:
    """Return what to do with each account of Zoho, by its key.

    Give all accounts of both sides, paired ones with their `exact_id`: what is left out looks
    as if it were not there, and a twin would be made. Any status of Exact may be paired.
    `not_the_same` holds what a person rejected, for each account of Zoho.
    """
    accounts = _Accounts(zoho, exact, customers or Customers(), not_the_same or {})
    pairings = {account.party.key: accounts.decide(account) for account in zoho}
    return accounts.without_doubles(pairings)


class _Accounts:
    """The accounts of both sides by all that can be looked up; built once, then only read."""

    def __init__(
        self,
        zoho: Sequence[ZohoAccount],
        exact: Iterable[Party],
        customers: Customers,
        not_the_same: Mapping[str, Container[str]],
    ) -> None:
        self._index = AccountIndex(replace(account, status=CUSTOMER) for account in exact)
        self._exact = {account.party.key: account for account in self._index.portraits}
        linked = (one for one in customers.parties if customers.links.get(one.key) in self._exact)
        self._customers = AccountIndex(replace(one, status=CUSTOMER) for one in linked)
        self._links = customers.links
        self._not_the_same = not_the_same
        self._zoho = {account.party.key: account for account in zoho}
        self._ids = Counter(account.exact_id for account in zoho)
        self._vats = Counter(account.party.vat for account in zoho)
        self._numbers = Counter(code_normal_form(account.party.number) for account in zoho)

    def decide(self, account: ZohoAccount) -> Pairing:
        """Decide about one account of Zoho, as if there were no other."""
        party = account.party
        rejected = self._not_the_same.get(party.key, frozenset())
        if account.exact_id and account.exact_id not in rejected:
            return self._by_id(account, rejected)  # most are paired, and need no look
        decision = matching.decide(party, self._index, not_the_same=rejected)
        bridge = self._bridge(party, rejected)
        if bridge and decision.account not in (None, bridge):
            return self._review(party, CUSTOMER_SAYS_OTHER, (str(decision.account), bridge))
        if bridge and decision.situation in _SOFT:
            return self._by_customer(party, bridge)
        return _as_decided(decision)

    def _by_id(self, account: ZohoAccount, rejected: Container[str]) -> Pairing:
        party, found = account.party, self._exact.get(account.exact_id)
        if found is None:
            decision = matching.decide(party, self._index, not_the_same=rejected)
            return Pairing(Outcome.REVIEW, ID_GONE, candidates=_candidates(decision, self, party))
        if self._ids[account.exact_id] > 1:
            return self._review(party, ID_ON_SEVERAL, (account.exact_id,))
        if _other_vat(party, found.party):
            return self._review(party, ID_HAS_OTHER_VAT, (account.exact_id,))
        return self._pair(party, PairedBy.EXACT_ID, BY_ID, account.exact_id)

    def _bridge(self, party: Party, rejected: Container[str]) -> str | None:
        """Return the account of the zapfloor customer that this surely is."""
        customer = matching.decide(party, self._customers).account
        found = self._links[customer] if customer else None
        return None if found is None or found in rejected else found

    def _by_customer(self, party: Party, bridge: str) -> Pairing:
        if _other_vat(party, self._exact[bridge].party):
            return self._review(party, CUSTOMER_HAS_OTHER_VAT, (bridge,))
        return self._pair(party, PairedBy.CUSTOMER, BY_CUSTOMER, bridge)

    def without_doubles(self, pairings: Mapping[str, Pairing]) -> dict[str, Pairing]:
        """Give to a person what several accounts of Zoho would be paired with.

        A recorded id stands: the others are doubles of it.
        """
        claims: dict[str, list[str]] = defaultdict(list)
        for key, pairing in pairings.items():
            if pairing.exact:
                claims[pairing.exact].append(key)
        return {
            key: self._checked(key, pairing, claims.get(pairing.exact or "", []))
            for key, pairing in pairings.items()
        }

    def _checked(self, key: str, pairing: Pairing, claims: Sequence[str]) -> Pairing:
        if pairing.exact is None or pairing.rule is PairedBy.EXACT_ID:
            return pairing
        party = self._zoho[key].party
        by_number = pairing.rule is not PairedBy.VAT
        if party.vat and self._vats[party.vat] > 1:
            return self._review(party, DOUBLE_VAT, (pairing.exact,))
        if by_number and self._numbers[code_normal_form(party.number)] > 1 and party.number.strip():
            return self._review(party, DOUBLE_NUMBER, (pairing.exact,))
        if len(claims) > 1:
            return self._review(party, DOUBLE_CLAIM, (pairing.exact,))
        return pairing

    def _pair(self, party: Party, rule: PairedBy, sentence: str, key: str) -> Pairing:
        return Pairing(Outcome.PAIR, sentence, rule, key, self._points(party, key))

    def _review(self, party: Party, sentence: str, keys: Iterable[str]) -> Pairing:
        shown = [self.candidate(party, key) for key in keys]
        shown.sort(key=lambda one: (-one.score, one.key))
        return Pairing(Outcome.REVIEW, sentence, candidates=tuple(shown))

    def candidate(self, party: Party, key: str) -> Candidate:
        """Return an account of Exact with all that speaks for and against it."""
        found = self._points(party, key)
        return Candidate(key, score(found), found)

    def _points(self, party: Party, key: str) -> tuple[Point, ...]:
        return points(Portrait.of(party), self._exact[key], self._index.rarity)


def _as_decided(decision: Decision) -> Pairing:
    """Return what the engine decided, in the words of pairing."""
    if decision.rule is not None:
        rule, sentence = PairedBy(decision.rule.value), decision.situation.sentence
        return Pairing(Outcome.PAIR, sentence, rule, decision.account, decision.evidence)
    new = decision.outcome is matching.Outcome.CREATE
    outcome = Outcome.NEW if new else Outcome.REVIEW
    return Pairing(outcome, decision.situation.sentence, candidates=decision.candidates)


def _candidates(decision: Decision, accounts: _Accounts, party: Party) -> tuple[Candidate, ...]:
    """Return what a person may choose from, though it would have been paired by itself."""
    if decision.account is None:
        return decision.candidates
    return (accounts.candidate(party, decision.account),)


def _other_vat(one: Party, other: Party) -> bool:
    return bool(one.vat and other.vat) and vat_entity(one.vat) != vat_entity(other.vat)
