"""Which contact of Exact a contact of Zoho is, among those of one account that is paired."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.rules.names import name_tokens
from sync.rules.parties import email_normal_form
from sync.rules.zoho.pairings import Candidate, Outcome, PairedBy, Pairing, Point

SAME_EMAIL, SAME_NAME, OTHER_NAME, OTHER_EMAIL = 60, 40, -20, -10

NO_ACCOUNT = "This contact has no account that is paired, so nothing says who it is in Exact."
BY_ID = "Zoho holds the id of this contact."
BY_EMAIL = "One contact of the account has this e-mail address."
BY_NAME = "One contact of the account has this name, and no e-mail address speaks against it."
EMAIL_ON_SEVERAL = "Several contacts of the account have this e-mail address."
EMAIL_OF_ANOTHER = "The e-mail address is that of a contact with another name."
NAME_ON_SEVERAL = "Several contacts of the account have this name."
NAME_HAS_OTHER_EMAIL = "A contact of the account has this name, but another e-mail address."
ID_ON_SEVERAL = "Several contacts in Zoho hold the id of this contact in Exact."
ID_GONE = "Zoho holds the id of a contact that Exact no longer shows."
TAKEN = "Another contact in Zoho is this contact in Exact more surely."
HALF_A_NAME = "A contact of the account has this name, but half a name is no proof."
NOTHING = "No contact of the account comes near."


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of either side."""

    key: str
    account: str  # the account it belongs to, by its own side's key; "" for none
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    exact_id: str = ""  # of a contact of Zoho: what Exact_ID holds, or its pair

    @property
    def name(self) -> tuple[str, ...]:
        """The name in normal form, whatever the order of its words."""
        return tuple(sorted(name_tokens(f"{self.first_name} {self.last_name}")))

    @property
    def address(self) -> str:
        """The e-mail address in normal form."""
        return email_normal_form(self.email)


def pair_contacts(
    zoho: Sequence[Person], exact: Iterable[Person], accounts: Mapping[str, str]
) -> dict[str, Pairing]:
    """Return what to do with each contact of Zoho, by its key.

    `accounts` are the pairs: account of Zoho → account of Exact. Give all contacts of both
    sides, paired ones with their `exact_id`.
    """
    people = _People(zoho, exact, accounts)
    pairings = {person.key: people.decide(person) for person in zoho}
    claims = Counter(pairing.exact for pairing in pairings.values())
    surest = {pairing.exact: pairing.rule for pairing in sorted(pairings.values(), key=_sureness)}
    return {
        person.key: pairing
        if claims[pairing.exact] == 1 or surest[pairing.exact] is pairing.rule
        else people.review(person, TAKEN, pairing.exact)
        for person, pairing in zip(zoho, pairings.values(), strict=True)
    }


class _People:
    """The contacts of both sides, by account."""

    def __init__(
        self, zoho: Sequence[Person], exact: Iterable[Person], accounts: Mapping[str, str]
    ) -> None:
        self._accounts = accounts
        self._exact: dict[str, Person] = {}
        self._there: dict[str, list[Person]] = defaultdict(list)
        self._here: dict[str, list[Person]] = defaultdict(list)
        self._ids: dict[str, int] = defaultdict(int)
        for person in exact:
            self._exact[person.key] = person
            self._there[person.account].append(person)
        for person in zoho:
            self._here[accounts.get(person.account, "")].append(person)
            self._ids[person.exact_id] += 1

    def decide(self, person: Person) -> Pairing:
        """Decide by the id, then by the e-mail address, then by the name."""
        if person.exact_id:
            return self._by_id(person)
        account = self._accounts.get(person.account, "")
        if not account:
            return Pairing(Outcome.NEW, NO_ACCOUNT)
        here, there = self._here[account], self._there[account]
        return (
            self._by_email(person, here, there)
            or self._by_name(person, here, there)
            or Pairing(Outcome.NEW, NOTHING)
        )

    def _by_id(self, person: Person) -> Pairing:
        found = self._exact.get(person.exact_id)
        if found is None:
            return Pairing(Outcome.REVIEW, ID_GONE)
        if self._ids[person.exact_id] > 1:
            return _review(person, ID_ON_SEVERAL, [found])
        return _pair(person, PairedBy.EXACT_ID, BY_ID, found)

    def _by_email(
        self, person: Person, here: Sequence[Person], there: Sequence[Person]
    ) -> Pairing | None:
        if not person.address:
            return None
        found = [one for one in there if one.address == person.address]
        if not found:
            return None
        doubles = [one for one in here if one.address == person.address]
        if len(found) > 1 or len(doubles) > 1:
            return _review(person, EMAIL_ON_SEVERAL, found)
        alike = [one for one in there if _may_be(person, one)]
        if alike != found:
            others = [one for one in alike if one not in found]
            return _review(person, EMAIL_OF_ANOTHER, [*found, *others])
        return _pair(person, PairedBy.EMAIL, BY_EMAIL, found[0])

    def _by_name(
        self, person: Person, here: Sequence[Person], there: Sequence[Person]
    ) -> Pairing | None:
        found = [one for one in there if person.name and one.name == person.name]
        if not found:
            return None
        doubles = [one for one in here if one.name == person.name]
        if len(found) > 1 or len(doubles) > 1:
            return _review(person, NAME_ON_SEVERAL, found)
        if person.address and found[0].address:
            return _review(person, NAME_HAS_OTHER_EMAIL, found)
        if len(person.name) == 1:  # "Jan", or "Peeters": half a name is no proof
            return _review(person, HALF_A_NAME, found)
        return _pair(person, PairedBy.NAME, BY_NAME, found[0])

    def review(self, person: Person, sentence: str, key: str | None) -> Pairing:
        """Give a pair to a person after all."""
        return _review(person, sentence, [self._exact[key]] if key else [])


_SUREST_LAST = (PairedBy.NAME, PairedBy.EMAIL, PairedBy.EXACT_ID)


def _sureness(pairing: Pairing) -> int:
    return _SUREST_LAST.index(pairing.rule) if pairing.rule in _SUREST_LAST else -1


def _may_be(one: Person, other: Person) -> bool:
    """Tell whether two names may be of one person: all words of the shorter are in the longer.

    An initial is the word it begins. Someone without a name may be anybody.
    """
    short, long = sorted((one.name, other.name), key=len)
    return all(
        word in long or (len(word) == 1 and any(full.startswith(word) for full in long))
        for word in short
    )


def _pair(person: Person, rule: PairedBy, sentence: str, found: Person) -> Pairing:
    return Pairing(Outcome.PAIR, sentence, rule, found.key, _points(person, found))


def _review(person: Person, sentence: str, found: Iterable[Person]) -> Pairing:
    shown = [Candidate(one.key, _score(person, one), _points(person, one)) for one in found]
    shown.sort(key=lambda one: (-one.score, one.key))
    return Pairing(Outcome.REVIEW, sentence, candidates=tuple(shown))


def _score(person: Person, found: Person) -> int:
    return max(sum(point.value for point in _points(person, found)), 0)


def _points(one: Person, other: Person) -> tuple[Point, ...]:
    found = [
        Point("Name equal", SAME_NAME)
        if one.name == other.name
        else Point("Name differs", OTHER_NAME)
    ]
    if one.address and one.address == other.address:
        found.append(Point("E-mail address equal", SAME_EMAIL))
    elif one.address and other.address:
        found.append(Point("E-mail address differs", OTHER_EMAIL))
    return tuple(found)
