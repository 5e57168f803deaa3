"""A country is the division's own, in the EU or outside it."""

import pytest

from sync.rules.countries import country_group


@pytest.mark.parametrize(
    ("country", "group"),
    [
        ("BE", "domestic"),
        ("be ", "domestic"),
        ("NL", "eu"),
        ("EL", "eu"),
        ("GR", "eu"),
        ("GB", "non_eu"),
        ("XI", "non_eu"),
        ("CH", "non_eu"),
    ],
)
def test_a_country_is_our_own_in_the_eu_or_outside_it(country: str, group: str) -> None:
    assert country_group(country, "BE") == group


def test_greece_is_at_home_under_both_its_codes() -> None:
    assert country_group("EL", "GR") == "domestic"
