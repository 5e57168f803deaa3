"""All accounts of a division, arranged so that those like a customer are found without a search."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice

from sync.rules.name_likeness import FEW_LETTERS
from sync.rules.names import PARTICLES, TRADES
from sync.rules.parties import Party
from sync.rules.portraits import (
    ADDRESS,
    CHAMBER,
    CITY_NAME,
    DOMAIN,
    EMAIL,
    PLACE,
    RUN_TOGETHER,
    SORTED_NAME,
    TELEPHONE,
    VAT_ENTITY,
    VAT_TYPED,
    WORD,
    Portrait,
)
from sync.rules.rarity import Rarity
from sync.rules.scoring import (
    CITY,
    EMAIL_ADDRESS,
    EMAIL_DOMAIN,
    NAME,
    PHONE,
    POSTCODE,
    SAME_CHAMBER_NUMBER,
    SAME_VAT_ENTITY,
    SAME_VAT_TYPED,
    STREET,
)

CROWD = 150  # accounts that are looked at for one customer, those with rare traits first
LOOKED_AT = 8  # accounts that are compared in full, of those that share most

_WORTH = {
    ADDRESS: STREET,
    CHAMBER: SAME_CHAMBER_NUMBER,
    CITY_NAME: CITY,
    DOMAIN: EMAIL_DOMAIN,
    EMAIL: EMAIL_ADDRESS - EMAIL_DOMAIN,
    PLACE: POSTCODE,
    RUN_TOGETHER: NAME // 4,
    SORTED_NAME: NAME // 4,
    TELEPHONE: PHONE,
    VAT_ENTITY: SAME_VAT_ENTITY,
    VAT_TYPED: SAME_VAT_TYPED,
    WORD: NAME // 2,
}


@dataclass(frozen=True, slots=True)
class Hits:
    """The accounts on which hard evidence points, for each kind of it, ordered by key."""

    vat: tuple[Portrait, ...]
    code: tuple[Portrait, ...]
    search_code: tuple[Portrait, ...]


class AccountIndex:
    """The accounts of one division by all that can be looked up; built once, then only read."""

    def __init__(self, accounts: Iterable[Party]) -> None:
        ordered = sorted(accounts, key=lambda account: account.key)
        self.portraits = [Portrait.of(account) for account in ordered]
        self._by_vat = self._by("vat")
        self._by_code = self._by("number")
        self._by_search_code = self._by("search_code")
        self._holders: dict[str, list[int]] = defaultdict(list)
        for position, portrait in enumerate(self.portraits):
            for trait in portrait.traits():
                self._holders[trait].append(position)
        self._holders.default_factory = None  # a question must not add an answer
        self._misspelt = _misspellings(
            trait.removeprefix(WORD) for trait in self._holders if trait.startswith(WORD)
        )
        self.rarity = Rarity(self._holders, len(self.portraits))

    def hits(self, customer: Portrait, not_the_same: Container[str]) -> Hits:
        """Return the accounts with the customer's VAT number, and those with its number."""
        found = (
            self._by_vat.get(customer.vat, ()),
            self._by_code.get(customer.number, ()),
            self._by_search_code.get(customer.number, ()),
        )
        return Hits(
            *(
                tuple(account for account in kind if account.party.key not in not_the_same)
                for kind in found
            )
        )

    def near(self, customer: Portrait, not_the_same: Container[str]) -> list[Portrait]:
        """Return the few accounts most worth comparing with the customer, likeliest first.

        An account is worth what the traits are worth that it shares with the customer, where
        a misspelt word counts as the word; traits of a crowd tell little and are left out.
        """
        worth: dict[int, float] = defaultdict(float)
        for trait, share in self._telling_traits(customer):
            kind = trait[: trait.index(" ") + 1]
            value = share * _WORTH[kind] * self.rarity.strength(self.rarity.bits(trait))
            for position in self._holders[trait]:
                worth[position] += value
        by_worth = sorted(sorted(worth), key=worth.__getitem__, reverse=True)
        likely = (self.portraits[position] for position in by_worth)
        allowed = (account for account in likely if account.party.key not in not_the_same)
        return list(islice(allowed, LOOKED_AT))

    def _telling_traits(self, customer: Portrait) -> list[tuple[str, float]]:
        """Return the shared traits, rarest first, as far as they are few enough to look at all."""
        shared = sorted(
            self._shared_traits(customer), key=lambda found: (len(self._holders[found[0]]), found)
        )
        seen = accumulate(len(self._holders[trait]) for trait, _ in shared)
        return [found for found, total in zip(shared, seen, strict=True) if total <= CROWD]

    def _shared_traits(self, customer: Portrait) -> Iterator[tuple[str, float]]:
        """Yield the customer's traits that accounts have too, and how surely they are meant."""
        for trait in customer.traits():
            if trait in self._holders:
                yield trait, 1.0
        for word in customer.words:
            for twin in self._spelt_like(word):
                yield WORD + twin, 0.7

    def _spelt_like(self, word: str) -> set[str]:
        if not _can_be_misspelt(word):
            return set()
        twins = {twin for form in _shortened(word) for twin in self._misspelt.get(form, ())}
        twins.discard(word)
        return twins

    def _by(self, name: str) -> dict[str, list[Portrait]]:
        found: dict[str, list[Portrait]] = defaultdict(list)
        for portrait in self.portraits:
            if value := getattr(portrait, name):
                found[value].append(portrait)
        return dict(found)


def _misspellings(words: Iterable[str]) -> dict[str, list[str]]:
    """Arrange words by all forms that leave out one letter: two that share one differ little."""
    forms: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if _can_be_misspelt(word):
            for form in _shortened(word):
                forms[form].append(word)
    return dict(forms)


def _can_be_misspelt(word: str) -> bool:
    return len(word) >= FEW_LETTERS and word not in TRADES and word not in PARTICLES


def _shortened(word: str) -> set[str]:
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}
