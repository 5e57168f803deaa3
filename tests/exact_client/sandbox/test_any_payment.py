"""Whatever is paid, bounced and altered, in any order: terms and lists add up to the entry."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exact_client.sandbox import ExactSandbox
from tests.exact_client.sandbox.caller import an_entry

CENTS = st.decimals(Decimal("0.01"), Decimal(300), places=2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), CENTS),
        st.just(("bounce", None)),
        st.tuples(st.just("alter"), CENTS),
    ),
    max_size=6,
)
SANDBOX = ExactSandbox(limits=False)


def summed(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(str(row[name])) for row in rows), Decimal(0))


def turned(key: str, step: str, amount: Decimal | None) -> None:
    """Do one step, unless it makes no sense now."""
    try:
        if step == "pay":
            SANDBOX.pay(key, str(amount))
        elif step == "bounce":
            SANDBOX.bounce(key)
        else:
            SANDBOX.alter(key, {"AmountFC": str(amount)})
    except ValueError:
        return


@settings(max_examples=60, deadline=None)
@given(net=CENTS, sign=st.sampled_from([1, -1]), rate=st.sampled_from([None, 0.92]), steps=STEPS)
def test_terms_add_up(
    net: Decimal, sign: int, rate: float | None, steps: list[tuple[str, Decimal | None]]
) -> None:
    money = {"Currency": "USD", "Rate": rate} if rate else {}
    key = SANDBOX.book([an_entry(SANDBOX, float(net * sign), **money)])[0]
    for step, amount in steps:
        turned(key, step, amount)

    entry = SANDBOX.record("entries", key)
    terms = [row for row in SANDBOX.records("terms") if row["TransactionEntryID"] == key]
    payments = [row for row in SANDBOX.records("payments") if row["EntryID"] == key]
    still_open = [row for row in terms if row["Status"] == 20]
    listed = [row for row in SANDBOX.records("receivables")
              if row["Id"] in {key, *(one["ID"] for one in payments)}]  # fmt: skip
    total, paid = Decimal(str(entry["AmountFC"])), summed(payments, "AmountFC")

    assert -summed(terms, "AmountFC") == total
    assert -summed(terms, "AmountDC") == Decimal(str(entry["AmountDC"]))
    assert -summed(still_open, "AmountFC") == total - paid
    if total != paid:
        assert summed(listed, "Amount") == Decimal(str(entry["AmountDC"])) - summed(
            payments, "AmountDC"
        )
    else:
        assert listed == []
