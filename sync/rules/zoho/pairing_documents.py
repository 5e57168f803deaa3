"""Which invoice or order of Exact one of Zoho is: by a number that both hold, for one account."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync.rules.zoho.pairings import Candidate, Outcome, PairedBy, Pairing, Point

SAME_NUMBER, SAME_TOTAL, OTHER_TOTAL = 60, 40, -20

BY_ID = "Zoho holds the id of this document."
BY_REFERENCE = "One document of the account has this number, and the same total."
NUMBER_ON_SEVERAL = "Several documents of the account have this number."
TOTAL_DIFFERS = "A document of the account has this number, but another total."
ID_ON_SEVERAL = "Several documents in Zoho hold the id of this document in Exact."
ID_GONE = "Zoho holds the id of a document that Exact no longer shows."
TAKEN = "Another document in Zoho holds the id of this document in Exact."
NOTHING = "No document of the account has this number."


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or order of either side."""

    key: str
    account: str  # the key of its account in Exact, on either side; "" for none
    numbers: tuple[str, ...] = ()  # that people know it by; without the empty ones
    total: Decimal | None = None  # with VAT
    exact_id: str = ""  # of a document of Zoho: what Exact_ID holds, or its pair

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where it is looked up: its account with each of its numbers."""
        forms = dict.fromkeys(" ".join(number.casefold().split()) for number in self.numbers)
        return [(self.account, form) for form in forms if form and self.account]


def pair_documents(zoho: Sequence[Document], exact: Iterable[Document]) -> dict[str, Pairing]:
    """Return what to do with each document of Zoho, by its key.

    Give all of both sides, paired ones with their `exact_id`. A number is only ever compared
    within one account, and pairs by itself only if the totals agree to the cent.
    """
    shelf = _Shelf(zoho, exact)
    return {document.key: shelf.decide(document) for document in zoho}


class _Shelf:
    """The documents of both sides, by id and by number."""

    def __init__(self, zoho: Sequence[Document], exact: Iterable[Document]) -> None:
        self._exact = {document.key: document for document in exact}
        self._there: dict[tuple[str, str], list[Document]] = defaultdict(list)
        for document in self._exact.values():
            for place in document.places:
                self._there[place].append(document)
        self._here = Counter(place for document in zoho for place in document.places)
        self._ids = Counter(document.exact_id for document in zoho)

    def decide(self, document: Document) -> Pairing:
        """Decide by the id, then by the number."""
        if document.exact_id:
            return self._by_id(document)
        found = {one.key: one for place in document.places for one in self._there.get(place, [])}
        if not found:
            return Pairing(Outcome.NEW, NOTHING)
        return self._by_number(document, list(found.values()))

    def _by_id(self, document: Document) -> Pairing:
        found = self._exact.get(document.exact_id)
        if found is None:
            return Pairing(Outcome.REVIEW, ID_GONE)
        if self._ids[document.exact_id] > 1:
            return _review(document, ID_ON_SEVERAL, [found])
        return Pairing(Outcome.PAIR, BY_ID, PairedBy.EXACT_ID, found.key, _points(document, found))

    def _by_number(self, document: Document, found: list[Document]) -> Pairing:
        if len(found) > 1 or any(self._here[place] > 1 for place in document.places):
            return _review(document, NUMBER_ON_SEVERAL, found)
        if self._ids[found[0].key]:
            return _review(document, TAKEN, found)
        if document.total is None or document.total != found[0].total:
            return _review(document, TOTAL_DIFFERS, found)
        evidence = _points(document, found[0])
        return Pairing(Outcome.PAIR, BY_REFERENCE, PairedBy.REFERENCE, found[0].key, evidence)


def _review(document: Document, sentence: str, found: Iterable[Document]) -> Pairing:
    shown = [_candidate(document, one) for one in sorted(found, key=lambda one: one.key)]
    return Pairing(Outcome.REVIEW, sentence, candidates=tuple(shown))


def _candidate(document: Document, found: Document) -> Candidate:
    points = _points(document, found)
    return Candidate(found.key, max(sum(point.value for point in points), 0), points)


def _points(one: Document, other: Document) -> tuple[Point, ...]:
    found = []
    if set(one.places) & set(other.places):
        found.append(Point("Number equal", SAME_NUMBER))
    if one.total is not None and one.total == other.total:
        found.append(Point(f"Total {one.total} equal", SAME_TOTAL))
    else:
        found.append(Point(f"Totals {one.total} and {other.total} differ", OTHER_TOTAL))
    return tuple(found)
