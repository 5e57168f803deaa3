"""Where a customer's country stands for VAT, seen from the division's own."""

from enum import StrEnum

# ISO 3166 codes, and Greece's own EL. Northern Ireland (XI) belongs to the EU for goods alone:
# what an office sells is services, so it counts as outside.
EU_COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip

OTHER_NAMES = {"EL": "GR"}


class CountryGroup(StrEnum):
    """Where a customer stands, for VAT."""

    DOMESTIC = "domestic"
    EU = "eu"
    NON_EU = "non_eu"


def country_group(country: str, own_country: str) -> CountryGroup:
    """Compare two-letter codes, in any case, with or without Exact's padding."""
    country, own_country = (_normal(code) for code in (country, own_country))
    if country == own_country:
        return CountryGroup.DOMESTIC
    return CountryGroup.EU if country in EU_COUNTRIES else CountryGroup.NON_EU


def same_country(one: str, other: str) -> bool:
    """Tell whether two codes mean one country, as EL and GR do."""
    return _normal(one) == _normal(other)


def _normal(code: str) -> str:
    code = code.strip().upper()
    return OTHER_NAMES.get(code, code)
