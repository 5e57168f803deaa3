"""Ten thousand random documents: what is posted is the document, to the cent, VAT by group."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.entries import Document, DocumentLine, Entry, StatedVat
from sync.rules.ledger import DiscountPolicy, DocumentKind, GLCell, Mappings, ZeroPolicy
from tests.sync.rules.books import CREDIT_NOTE, MAPPINGS, a_document, booked, with_policies
from tests.sync.rules.test_cents import half_up

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
CASES = [
    case
    for case in product(DiscountPolicy, DocumentKind, (1, -1))
    if case[1:] != (DocumentKind.INVOICE, -1)  # only credit notes are written in two ways
]
EXAMPLES = 1_112  # in each case: 10,008 documents

document_lines = st.builds(
    DocumentLine,
    position=st.just(0),
    description=st.just("A line"),
    resource_type=st.sampled_from(["desk", "unit", "meeting_room", "product", "discount"]),
    resource_code=st.sampled_from(["", "FLEX", "COFFEE"]),
    quantity=st.integers(-300, 4000).map(lambda n: Decimal(n).scaleb(-2)),
    unit_price=st.integers(0, 2_000_000).map(lambda n: Decimal(n).scaleb(-4)),
    vat_rate=st.sampled_from([Decimal(rate) for rate in ("0", "6", "12", "21")]),
    discount_percent=st.sampled_from([Decimal(part) for part in ("0", "0", "10", "33.33", "100")]),
)


def mapped(policy: DiscountPolicy) -> Mappings:
    accounts = {**MAPPINGS.gl_accounts, GLCell("", "discount", ""): "700900"}
    mappings = replace(MAPPINGS, gl_accounts=accounts)
    return with_policies(
        mappings, discounts=policy, discount_product="DISCOUNT", zero=ZeroPolicy.BOOK
    )


@st.composite
def documents(draw: st.DrawFn, kind: DocumentKind, sign: int) -> Document:
    """Draw a document with the totals its source states: VAT by rate, a cent off where it may."""
    drawn = draw(st.lists(document_lines, min_size=1, max_size=5))
    lines = [
        replace(line, position=place, quantity=sign * line.quantity)
        for place, line in enumerate(drawn, 1)
    ]
    stated = [_stated(draw, rate, lines) for rate in sorted({line.vat_rate for line in lines})]
    excl, vat = sum((line.net for line in lines), ZERO), sum((one.vat for one in stated), ZERO)
    document = replace(
        a_document(*lines, kind=kind),
        total_excl=excl,
        total_vat=vat,
        total_incl=excl + vat,
        stated_vat=tuple(stated),
    )
    without = replace(document, stated_vat=(), total_vat=None, total_incl=None)
    return draw(st.sampled_from([document, document, without]))


def _stated(draw: st.DrawFn, rate: Decimal, lines: Sequence[DocumentLine]) -> StatedVat:
    nets = [line.net for line in lines if line.vat_rate == rate]
    exact = sum(nets, ZERO) * rate / 100
    rounded = half_up(exact) if exact else ZERO
    movable = any(net and rate for net in nets)
    off = draw(st.sampled_from([0, 0, 1, -1])) if movable else 0
    own = [half_up(net * rate / 100) for net in nets]
    return StatedVat(rate, _within(rounded + off * CENT, own), base=sum(nets, ZERO))


def _within(vat: Decimal, own: Sequence[Decimal]) -> Decimal:
    """Keep a stated amount where one cent for each line explains it."""
    room = CENT * sum(1 for one in own if one)
    middle = sum(own, ZERO)
    return min(max(vat, middle - room), middle + room)


def check(document: Document, entry: Entry) -> None:
    """Compare with the document by sums that know nothing of how it was booked."""
    sign = _sign(document)
    nets: dict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for source in document.lines:
        nets[source.vat_rate] += sign * source.net
    stated = {one.rate: sign * one.vat for one in document.stated_vat}
    for rate, net in nets.items():
        lines = [line for line in entry.lines if line.vat_rate == rate]
        assert sum((line.net for line in lines), ZERO) == net
        expected = stated.get(rate, half_up(net * rate / 100))
        assert sum((line.vat for line in lines), ZERO) == expected
    assert entry.net == sum((line.net for line in entry.lines), ZERO)
    assert entry.incl == entry.net + entry.vat == sum(nets.values(), ZERO) + entry.vat
    if document.total_incl is not None:
        assert entry.incl == sign * document.total_incl
    assert sum((group.vat for group in entry.vat_groups), ZERO) == entry.vat
    for line in entry.lines:
        assert line.vat - half_up(line.net * line.vat_rate / 100) == line.odd_cents
        assert abs(line.odd_cents) <= CENT


def _sign(document: Document) -> int:
    """-1 where the source wrote as positive what the books have as negative: a credit note."""
    incl = sum((line.net * (100 + line.vat_rate) for line in document.lines), ZERO)
    amounts = (
        incl,
        *(line.net for line in document.lines),
        *(line.gross for line in document.lines),
    )
    return -1 if document.is_credit and next(filter(None, amounts), ZERO) > 0 else 1


@pytest.mark.parametrize(("policy", "kind", "sign"), CASES)
def test_random_documents_are_posted_to_the_cent(
    policy: DiscountPolicy, kind: DocumentKind, sign: int
) -> None:
    seen: Counter[str] = Counter()
    mappings = mapped(policy)

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(documents(kind, sign))
    def run(document: Document) -> None:
        seen["documents"] += 1
        seen["with rates"] += len({line.vat_rate for line in document.lines}) > 1
        entry = booked(document, mappings)
        check(document, entry)
        seen["odd cents"] += any(line.odd_cents for line in entry.lines)
        seen["apart"] += any(line.is_discount for line in entry.lines)
        if kind == CREDIT_NOTE:
            assert entry.incl <= CENT * len(document.lines)  # not more than rounding above nothing

    run()

    assert seen["documents"] >= EXAMPLES
    assert min(seen["with rates"], seen["odd cents"]) > EXAMPLES / 10
    assert policy == DiscountPolicy.NET or seen["apart"] > EXAMPLES / 10


def test_the_cases_together_are_ten_thousand_documents() -> None:
    assert len(CASES) * EXAMPLES >= 10_000
    assert {case[0] for case in CASES} == set(DiscountPolicy)


@settings(max_examples=200, deadline=None)
@given(documents(DocumentKind.INVOICE, 1))
def test_every_discount_policy_has_the_same_totals(document: Document) -> None:
    entries = [booked(document, mapped(policy)) for policy in DiscountPolicy]

    assert len({(entry.net, entry.vat, entry.incl) for entry in entries}) == 1
    groups = [{one for one in entry.vat_groups if one.base or one.vat} for entry in entries]
    assert groups[0] == groups[1] == groups[2]
