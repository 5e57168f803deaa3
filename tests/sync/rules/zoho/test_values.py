"""Values: what two systems write differently and mean alike is equal, and nothing else is."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.zoho.country_names import country_code, country_name
from sync.rules.zoho.values import FieldType, UnreadableError, Value, canonical, equal, typed

BRUSSELS = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (FieldType.TEXT, "  Dockx ", "Dockx"),
        (FieldType.TEXT, "", None),
        (FieldType.TEXT, "one\r\ntwo", "one\ntwo"),
        (FieldType.TEXT, "Cafe\u0301", "Caf\u00e9"),
        (FieldType.TEXT, "             10474", 10474),
        (FieldType.CHOICE, "-None-", None),
        (FieldType.CHOICE, "pc      ", "pc"),
        (FieldType.EMAIL, "Info@Dockx.be", "info@dockx.be "),
        (FieldType.PHONE, "+32 9 223.45.67", "0032 (0)9/223 45 67"),
        (FieldType.WEBSITE, "https://WWW.dockx.be/", "www.dockx.be"),
        (FieldType.COUNTRY, "BE ", "Belgique"),
        (FieldType.COUNTRY, "GR", "EL"),
        (FieldType.VAT, "BE 0403.019.261", "be0403019261"),
        (FieldType.AMOUNT, 12.1, "12.10"),
        (FieldType.AMOUNT, 0.1 + 0.2, Decimal("0.3")),
        (FieldType.AMOUNT, -0.001, 0),
        (FieldType.NUMBER, "1E+2", 100),
        (FieldType.NUMBER, 0.33333333, "0.3333"),
        (FieldType.BOOLEAN, 1, True),
        (FieldType.BOOLEAN, 0, None),
        (FieldType.BOOLEAN, "false", False),
        (FieldType.DATE, "2026-11-22T00:00:00", date(2026, 11, 22)),
        (FieldType.MOMENT, "2026-11-22T13:00:00+01:00", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        (FieldType.LOOKUP, {"id": "17", "name": "Dockx"}, "17"),
    ],
)
def test_two_ways_to_write_one_value_are_equal(kind: FieldType, one: Value, other: Value) -> None:
    assert equal(one, other, kind)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (FieldType.TEXT, "Dockx", "DOCKX"),
        (FieldType.TEXT, "De Beer", "DeBeer"),
        (FieldType.PHONE, "+31 20 123 45 67", "+32 20 123 45 67"),
        (FieldType.PHONE, "ask Jan", "ask An"),
        (FieldType.WEBSITE, "dockx.be/Shop", "dockx.be/shop"),
        (FieldType.COUNTRY, "Atlantis", "Utopia"),
        (FieldType.COUNTRY, "Congo", "CD"),
        (FieldType.AMOUNT, None, 0),
        (FieldType.AMOUNT, "0.01", "0.02"),
        (FieldType.NUMBER, "0.0001", 0),
        (FieldType.DATE, "2026-11-22", "2026-11-23"),
        (FieldType.MOMENT, "2026-11-22T13:00:00+01:00", "2026-11-22T13:00:00+00:00"),
    ],
)
def test_what_means_something_else_is_not_equal(kind: FieldType, one: Value, other: Value) -> None:
    assert not equal(one, other, kind)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (FieldType.AMOUNT, "twelve", "“twelve” is no amount."),
        (FieldType.AMOUNT, "NaN", "“NaN” is no amount."),
        (FieldType.NUMBER, "1,5", "“1,5” is no number."),
        (FieldType.BOOLEAN, "perhaps", "“perhaps” is no yes or no."),
        (FieldType.DATE, "22/11/2026", "“22/11/2026” is no date."),
        (FieldType.MOMENT, "2026-11-22T13:00:00", "is no date with a time."),
        (FieldType.TEXT, {"id": "17"}, "is no text."),
    ],
)
def test_a_value_without_the_form_of_its_type_is_named(
    kind: FieldType, value: Value, message: str
) -> None:
    with pytest.raises(UnreadableError) as error:
        canonical(value, kind)

    assert str(error.value).endswith(message)


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (FieldType.AMOUNT, "2.675", Decimal("2.68")),
        (FieldType.BOOLEAN, "1", True),
        (FieldType.DATE, datetime(2026, 11, 22, 23, tzinfo=BRUSSELS), date(2026, 11, 22)),
        (FieldType.TEXT, "  a  ", "a"),
        (FieldType.AMOUNT, " ", None),
        (FieldType.BOOLEAN, "", False),
    ],
)
def test_what_is_written_has_its_type(kind: FieldType, value: Value, written: Value) -> None:
    found = typed(value, kind)

    assert (found, type(found)) == (written, type(written))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BE", "BE"),
        (" nl ", "NL"),
        ("UK", "GB"),
        ("België", "BE"),
        ("the netherlands", "NL"),
        ("Côte d'Ivoire", "CI"),
        ("DEUTSCHLAND", "DE"),
        ("Zuid Afrika", "ZA"),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_code_and_by_name(text: str, code: str) -> None:
    assert country_code(text) == code


def test_every_country_comes_back_from_its_name() -> None:
    codes = [first + second for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for second in LETTERS]
    known = [code for code in codes if country_name(code)]

    assert len(known) > 200
    assert [country_code(country_name(code)) for code in known if code not in {"UK", "EL"}] == [
        code for code in known if code not in {"UK", "EL"}
    ]


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEXTS = st.text(alphabet="aÀé ß0+-(/).\r\n@Z", max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FieldType)), TEXTS)
def test_what_was_written_is_equal_to_what_it_was_written_from(kind: FieldType, text: str) -> None:
    try:
        written = typed(text, kind)
    except UnreadableError:
        return
    assert canonical(written, kind) == canonical(text, kind)
    assert typed(written, kind) == written
