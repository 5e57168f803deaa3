"""Which item of Exact a product of Zoho is: by its code, or for a person by its name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.rules.names import plain
from sync.rules.zoho.pairings import Candidate, Outcome, PairedBy, Pairing, Point

SAME_CODE, SAME_NAME, OTHER_NAME = 60, 40, 0

BY_ID = "Zoho holds the id of this item."
BY_CODE = "One item in Exact has this product code."
CODE_ON_SEVERAL = "Several items or products have this code."
NAME_EQUAL = "No code agrees, but an item in Exact has this name."
ID_ON_SEVERAL = "Several products in Zoho hold the id of this item in Exact."
ID_GONE = "Zoho holds the id of an item that Exact no longer shows."
TAKEN = "Another product in Zoho holds the id of this item in Exact."
NOTHING = "No item in Exact has this code or name."


@dataclass(frozen=True, slots=True)
class Product:
    """A product of Zoho, or an item of Exact."""

    key: str
    code: str = ""
    name: str = ""
    exact_id: str = ""  # of a product of Zoho: what Exact_ID holds, or its pair

    @property
    def code_form(self) -> str:
        """The code in capitals, without blanks."""
        return "".join(self.code.split()).upper()

    @property
    def name_form(self) -> str:
        """The name in small letters, without accents or needless blanks."""
        return " ".join(plain(self.name).split())


def pair_products(zoho: Sequence[Product], exact: Iterable[Product]) -> dict[str, Pairing]:
    """Return what to do with each product of Zoho, by its key.

    Give all of both sides, paired ones with their `exact_id`. A name alone never pairs.
    """
    shelves = _Shelves(zoho, exact)
    return {product.key: shelves.decide(product) for product in zoho}


class _Shelves:
    """The products of both sides, by id, code and name."""

    def __init__(self, zoho: Sequence[Product], exact: Iterable[Product]) -> None:
        self._exact = {item.key: item for item in exact}
        self._by_code: dict[str, list[Product]] = defaultdict(list)
        self._by_name: dict[str, list[Product]] = defaultdict(list)
        for item in self._exact.values():
            self._by_code[item.code_form].append(item)
            self._by_name[item.name_form].append(item)
        self._codes = Counter(product.code_form for product in zoho)
        self._ids = Counter(product.exact_id for product in zoho)

    def decide(self, product: Product) -> Pairing:
        """Decide by the id, then by the code, then by the name."""
        if product.exact_id:
            return self._by_id(product)
        if product.code_form and (same := self._by_code.get(product.code_form)):
            return self._with_code(product, same)
        if product.name_form and (same := self._by_name.get(product.name_form)):
            return _review(product, NAME_EQUAL, same)
        return Pairing(Outcome.NEW, NOTHING)

    def _by_id(self, product: Product) -> Pairing:
        found = self._exact.get(product.exact_id)
        if found is None:
            return Pairing(Outcome.REVIEW, ID_GONE)
        if self._ids[product.exact_id] > 1:
            return _review(product, ID_ON_SEVERAL, [found])
        return _pair(product, PairedBy.EXACT_ID, BY_ID, found)

    def _with_code(self, product: Product, same: Sequence[Product]) -> Pairing:
        if len(same) > 1 or self._codes[product.code_form] > 1:
            return _review(product, CODE_ON_SEVERAL, same)
        if self._ids[same[0].key]:
            return _review(product, TAKEN, same)
        return _pair(product, PairedBy.CODE, BY_CODE, same[0])


def _pair(product: Product, rule: PairedBy, sentence: str, found: Product) -> Pairing:
    return Pairing(Outcome.PAIR, sentence, rule, found.key, _points(product, found))


def _review(product: Product, sentence: str, found: Iterable[Product]) -> Pairing:
    shown = [_candidate(product, item) for item in sorted(found, key=lambda item: item.key)]
    return Pairing(Outcome.REVIEW, sentence, candidates=tuple(shown))


def _candidate(product: Product, item: Product) -> Candidate:
    found = _points(product, item)
    return Candidate(item.key, sum(point.value for point in found), found)


def _points(one: Product, other: Product) -> tuple[Point, ...]:
    found = []
    if one.code_form and one.code_form == other.code_form:
        found.append(Point("Code equal", SAME_CODE))
    same = one.name_form == other.name_form
    found.append(Point("Name equal", SAME_NAME) if same else Point("Name differs", OTHER_NAME))
    return tuple(found)
