"""A company of 100,000 accounts and customers: 60 % linked, 20 % in review, 20 % to be created."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet

from accounts_link.models import (
    AccountLink,
    Candidate,
    Customer,
    ExactAccount,
    LinkEvent,
    Standing,
)
from accounts_link.statistics import refresh_statistics
from tests.build import NOW, a_division, an_operator

WORDS = "Atlas Boreal Cobalt Delta Ember Fjord Granit Helios Ionia Jasper Kestrel Lumen".split()  # noqa: SIM905 - reads better
CITIES = ["Gent", "Namur", "Antwerpen", "Utrecht", "Lille", "Köln", "Brussel", "Breda"]
RULES = ["vat"] * 90 + ["code"] * 6 + ["search_code"] * 3 + ["person"]
BATCH = 2_000


def fill(number: int) -> User:
    """Make `number` accounts and customers, and return somebody who may link them."""
    division = a_division()
    _save(ExactAccount, (_account(n, division_id=division.pk) for n in range(number)))
    _save(Customer, map(_customer, range(number)))
    customers, accounts = _keys(Customer.objects.all()), _keys(ExactAccount.objects.all())
    pairs = list(zip(customers, accounts, strict=True))
    linked, reviewed = pairs[: number * 6 // 10], pairs[number * 6 // 10 : number * 8 // 10]
    _save(AccountLink, (_link(c, a, division_id=division.pk) for c, a in linked))
    _save(LinkEvent, (_event(c, a) for c, a in linked))
    _save(Standing, (_standing(c, "review", division_id=division.pk) for c, _ in reviewed))
    rest = customers[number * 8 // 10 :]
    _save(Standing, (_standing(c, "create", division_id=division.pk) for c in rest))
    _save(Candidate, _candidates(reviewed, accounts[-(number // 10) :]))
    ExactAccount.objects.all().recount()
    refresh_statistics()
    return an_operator(username="bookkeeper")


def _save(model: type[Model], rows: Iterator[Any]) -> None:
    model._default_manager.bulk_create(rows, BATCH)  # noqa: SLF001 - Django's documented API


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _name(n: int) -> str:
    return f"{WORDS[n * 7 % 12]} {WORDS[n * 5 % 11]} {n * 7919 % 100_003} BV"


def _party(n: int, number: int) -> dict[str, Any]:
    name, city, vat = _name(n), CITIES[n % 8], f"BE04{n:08}"
    return {
        "name": name,
        "city": city,
        "vat_number": vat,
        "vat_typed": vat,
        "postcode": "9000",
        "country": "BE",
        "search_text": f"{name} {number} {vat} {city}".casefold(),
    }


def _account(n: int, **values: Any) -> ExactAccount:
    code, status = 100_000 + n, "P" if n % 20 == 19 else "C"
    values |= {"exact_id": UUID(int=n), "code": str(code), "status": status, "mirrored_at": NOW}
    return ExactAccount(address=f"Kerkstraat {n}", **values, **_party(n, code))


def _customer(n: int) -> Customer:
    number = 10_000 + n
    values = {"number": str(number), "business_type": "vat", "imported_at": NOW}
    return Customer(street="Kerkstraat", street_number=str(n), **values, **_party(n, number))


def _link(customer: int, account: int, **values: Any) -> AccountLink:
    values |= {"customer_id": customer, "account_id": account, "rule": RULES[customer % 100]}
    return AccountLink(linked_at=NOW, **values)


def _event(customer: int, account: int) -> LinkEvent:
    rule = RULES[customer % 100]
    return LinkEvent(action="linked", customer_id=customer, account_id=account, rule=rule, at=NOW)


def _standing(customer: int, outcome: str, **values: Any) -> Standing:
    values |= {"customer_id": customer, "outcome": outcome, "situation": "near"}
    return Standing(explanation="The name comes near.", decided_at=NOW, **values)


def _candidates(reviewed: list[tuple[int, int]], others: list[int]) -> Iterator[Candidate]:
    """Give each customer its own account with 90 points, and one more with 70."""
    points = [["Name nearly equal", 58], ["Postcode 9000", 20], ["Street Kerkstraat", 12]]
    for place, (customer, account) in enumerate(reviewed):
        yield Candidate(customer_id=customer, account_id=account, score=90, points=points)
        other = others[place % len(others)]
        yield Candidate(customer_id=customer, account_id=other, score=70, points=points[:1])
