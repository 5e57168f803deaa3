"""Whose an address of Peppol is."""

from __future__ import annotations

import pytest

from sync.rules.endpoints import Holder, chamber_spellings, holder


@pytest.mark.parametrize(
    ("endpoint", "whose"),
    [
        ("0208:0403019261", Holder("BE0403019261", "0403019261")),
        ("0208:0403.019.261", Holder("BE0403019261", "0403019261")),
        ("0208:0403019262", Holder("", "0403019262")),  # wrong check digits make no VAT number
        ("9925:BE0403019261", Holder("BE0403019261")),
        ("9925:0403019261", Holder("BE0403019261")),
        ("9944:NL004495445B01", Holder("NL004495445B01")),
        ("9930:DE136695976", Holder("DE136695976")),
        ("0106:12345678", Holder(chamber="12345678")),
        ("0088:7300010000001", Holder()),  # a GLN names no company to us
        ("0403019261", Holder()),
        ("", Holder()),
    ],
)
def test_an_address_tells_its_holder_by_its_scheme(endpoint: str, whose: Holder) -> None:
    assert holder(endpoint) == whose


def test_a_belgian_number_is_looked_for_as_people_write_it() -> None:
    assert {"0403019261", "0403.019.261", "BE0403019261"} <= set(chamber_spellings("0403019261"))
    assert chamber_spellings("12345678") == ["12345678"]
