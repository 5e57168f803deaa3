"""How much it tells that two parties share something: the rarer it is, the more."""

from collections.abc import Mapping, Sized
from math import log2

from sync.rules.names import PARTICLES, TRADES
from sync.rules.portraits import WORD

PARTICLE_BITS, TRADE_BITS = 1.0, 5.0  # what sharing "van", or "design", tells at most


class Rarity:
    """How much it tells that two parties share a trait, by how many accounts have it.

    Measured in bits: what one account in 1,024 has tells ten. What tells as much as it takes
    to point at one account among all of them is a full proof, and has strength 1.0.
    """

    SMALLEST = 1024  # below so many accounts, chance is judged as if there were so many

    def __init__(self, holders: Mapping[str, Sized], total: int) -> None:
        self._holders = holders
        self._total = max(total, self.SMALLEST)
        self._proof = log2(self._total)
        self._word_bits = dict.fromkeys(PARTICLES, PARTICLE_BITS)

    def bits(self, trait: str) -> float:
        """Return what sharing this tells; never less than a little."""
        holders = len(self._holders.get(trait, ()))
        return max(log2(self._total / max(holders, 1)), 0.1)

    def word_bits(self, word: str) -> float:
        """Return what sharing this word of a name tells."""
        known = self._word_bits.get(word)
        if known is None:
            bits = self.bits(WORD + word)
            known = self._word_bits[word] = min(bits, TRADE_BITS) if word in TRADES else bits
        return known

    def strength(self, bits: float) -> float:
        """Return which share of a proof so many bits are, at most 1.0."""
        return min(bits / self._proof, 1.0)

    def worth(self, most: int, trait: str) -> int:
        """Return the points for sharing a trait that is worth `most` when it is unique."""
        return round(most * self.strength(self.bits(trait)))
