"""How alike two names are, whatever was mistyped, shortened, added or put in another order."""

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from sync.rules.names import PARTICLES, TRADES
from sync.rules.portraits import Portrait
from sync.rules.rarity import Rarity

# Shares of a name that agree, from 0.0 to 1.0.
NAMES_NEARLY_EQUAL, NAMES_PARTLY_EQUAL = 0.8, 0.35
SAME_LETTERS, MISTYPED, HOLDS_THE_OTHER = 0.95, 0.94, 0.85  # the most, short of equal
SHORTENED, INITIAL = 0.8, 0.5  # how surely "arch" is "architecten", and "p" "peeters"
WHOLE = 0.95  # share of a name from which it is as good as all of it

FEW_LETTERS, MANY_LETTERS = 5, 9  # of a word: how long for one typing error, and for two
MOST_ERRORS = 2  # in a word or in a whole name
SHORTEST_ABBREVIATION = 3  # letters


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """Which share of two names agrees, and how strong a proof that is; both from 0.0 to 1.0."""

    share: float
    strength: float


def name_likeness(one: Portrait, other: Portrait, rarity: Rarity) -> NameLikeness:
    """Return how much of two names agrees, counting rare words for more than common ones.

    Forgives typing errors, blanks in the wrong place, abbreviations and any order of words.
    A name that holds the whole of the other ("… Antwerp") is nearly equal to it.
    """
    bits = rarity.word_bits
    ones, others = sum(map(bits, one.words)), sum(map(bits, other.words))
    least = min(ones, others)
    if not least:
        return NameLikeness(0.0, 0.0)
    if one.words == other.words:
        return NameLikeness(1.0, rarity.strength(ones))
    if one.sorted_words == other.sorted_words or one.run_together == other.run_together:
        return NameLikeness(SAME_LETTERS, rarity.strength(max(ones, others)))
    agreed = _agreed_bits(one.words, other.words, rarity)
    share = 2 * agreed / (ones + others)
    if agreed > WHOLE * least:
        share = max(share, HOLDS_THE_OTHER)
    whole = _alike_as_a_whole(one, other)
    if whole > share:
        share, agreed = whole, max(agreed, whole * least)
    return NameLikeness(min(share, MISTYPED), rarity.strength(agreed))


def _agreed_bits(ones: tuple[str, ...], others: tuple[str, ...], rarity: Rarity) -> float:
    """Add up what the words that two names share tell, each word paired at most once."""
    left = list(others)
    unpaired = []
    agreed = 0.0
    for word in ones:
        if word in left:
            left.remove(word)
            agreed += rarity.word_bits(word)
        else:
            unpaired.append(word)
    for word in unpaired:
        alike, twin = max(((_alike(word, twin), twin) for twin in left), default=(0.0, ""))
        if alike:
            left.remove(twin)
            agreed += alike * min(rarity.word_bits(word), rarity.word_bits(twin))
    return agreed


def _alike_as_a_whole(one: Portrait, other: Portrait) -> float:
    """Return how alike two names are without their blanks, should these be what was mistyped.

    Errors weigh against the letters that tell: a trade's name is long, and the same for many.
    """
    edits = OSA.distance(one.run_together, other.run_together, score_cutoff=MOST_ERRORS)
    letters = min(_telling_letters(one), _telling_letters(other))
    return max(1 - edits / letters, 0.0) if edits <= MOST_ERRORS and letters else 0.0


def _telling_letters(portrait: Portrait) -> int:
    return sum(len(word) for word in portrait.words if word not in TRADES)


def _alike(one: str, other: str) -> float:
    """Return how surely two words are one: mistyped, shortened, or not at all (0.0)."""
    if one in PARTICLES or other in PARTICLES:
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) >= SHORTEST_ABBREVIATION and long.startswith(short) and long in TRADES:
        return SHORTENED
    if len(short) == 1 and long.startswith(short):
        return INITIAL
    if len(long) < FEW_LETTERS:
        return 0.0
    allowed = MOST_ERRORS if len(long) >= MANY_LETTERS else 1
    edits = OSA.distance(short, long, score_cutoff=MOST_ERRORS)
    return 1 - edits / len(long) if edits <= allowed else 0.0
