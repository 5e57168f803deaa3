"""Normal forms: what is written in many ways becomes one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.names import legal_form, name_tokens
from sync.rules.parties import (
    chamber_normal_form,
    code_normal_form,
    email_domain,
    email_normal_form,
    letters_and_digits,
    phone_normal_form,
    postcode_normal_form,
    search_code_normal_form,
    street_normal_form,
    vat_entity,
    vat_normal_form,
    vat_problem,
)


@pytest.mark.parametrize(
    ("typed", "country", "normal"),
    [
        ("BE 0403.019.261", "", "BE0403019261"),
        ("be0403019261", "NL", "BE0403019261"),
        ("0403.019.261", "BE", "BE0403019261"),
        ("BE403019261", "BE", "BE0403019261"),
        ("403019261", "be ", "BE0403019261"),
        ("BTW BE 0403.019.261", "BE", "BE0403019261"),
        ("BE 1012.345.646", "BE", "BE1012345646"),
        ("NL 0044.95.445.B01", "", "NL004495445B01"),  # 11-test only
        ("000099998B57", "NL", "NL000099998B57"),  # mod 97 only
        ("LU 15027442", "", "LU15027442"),
        ("FR 40 303265045", "", "FR40303265045"),
        ("136695976", "DE", "DE136695976"),
        ("GR 094259216", "", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("GB 980 7806 84", "GB", "GB980780684"),
        ("CHE-107.787.577 MWST", "CH", "CHE107787577"),
        ("NO 995 525 828 MVA", "NO", "NO995525828"),
        ("U13585627", "AT", "ATU13585627"),
    ],
)
def test_a_valid_vat_number_has_one_normal_form(typed: str, country: str, normal: str) -> None:
    assert vat_normal_form(typed, country) == normal
    assert vat_problem(typed, country) is None


@pytest.mark.parametrize(
    ("typed", "country", "why"),
    [
        ("BE0431150351", "BE", "check digits are wrong"),
        ("BE 0123.456.789", "LU", "check digits are wrong"),
        ("BE2403019261", "BE", "the first of them 0 or 1"),
        ("BE0000000000", "BE", "does not have the form"),
        ("NL004495446B01", "NL", "check digits are wrong"),
        ("unknown", "BE", "does not have the form"),
        ("0403019261", "LU", "LU and eight digits"),  # the address's country does not make it valid
        ("0403019261", "", "does not begin with a country"),
        ("12-3456789", "US", "does not begin with a country"),
    ],
)
def test_an_invalid_vat_number_has_no_normal_form_and_a_reason(
    typed: str, country: str, why: str
) -> None:
    assert vat_normal_form(typed, country) == ""
    assert why in str(vat_problem(typed, country))
    assert typed in str(vat_problem(typed, country))


@pytest.mark.parametrize("typed", ["", "  ", "-", "."])
def test_an_empty_vat_number_is_no_problem(typed: str) -> None:
    assert vat_normal_form(typed, "BE") == ""
    assert vat_problem(typed, "BE") is None


def test_the_dutch_suffix_names_another_entity_of_the_same_person() -> None:
    assert vat_entity("NL004495445B01") == vat_entity("NL004495445B07")
    assert vat_entity("BE0403019261") != vat_entity("BE0428759497")


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("Janssens & Lambert BV", ("janssens", "lambert")),
        ("Janssens en Lambert", ("janssens", "lambert")),
        ("BV Janssens+Lambert", ("janssens", "lambert")),
        ("Van Tech Partners N.V.", ("van", "tech", "partners")),
        ("De Baere Pharma Naamloze Vennootschap", ("de", "baere", "pharma")),
        ("S.À R.L. Dubois", ("dubois",)),
        ("Dubois Société à responsabilité limitée", ("dubois",)),
        ("Comm.V Van Herck", ("van", "herck")),
        ("Ullrify Gesellschaft mbH", ("ullrify",)),
        ("L'Oréal Straße Ærø", ("loreal", "strasse", "aero")),
        ("A.B.C. N.V.", ("abc",)),
        ("SAS", ("sas",)),  # nothing else would remain
        ("B.V.", ("bv",)),
        ("", ()),
    ],
)
def test_a_name_is_its_telling_words(name: str, tokens: tuple[str, ...]) -> None:
    assert name_tokens(name) == tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maes BV", "SRL Maes"),
        ("Maes B.V.B.A.", "Maes Besloten Vennootschap"),
        ("Maes NV", "Maes Société Anonyme"),
        ("Maes SRL", "Maes Société à responsabilité limitée"),
        ("Maes VZW", "asbl Maes"),
        ("Maes", ""),
    ],
)
def test_a_legal_form_is_one_in_two_languages(one: str, other: str) -> None:
    assert legal_form(one) == legal_form(other)
    assert legal_form("Maes GmbH") not in {legal_form(one), ""}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rue d'Or 12 bus 3", "12, rue d’Or"),  # noqa: RUF001 - a typed apostrophe
        ("Mariannelei 12A", "MARIANNELEI 12 a"),
        ("Kruschwitzstraße 130", "Kruschwitzstr. 130"),
        ("Kerkstraat 7", "Kerkstr 07"),
        ("Av. Louise 5/12", "avenue Louise 5"),
        ("Steenweg op Gent 45", "Stwg op Gent 45"),
    ],
)
def test_a_street_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert street_normal_form(one) == street_normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Kerkstraat 7", "Kerkstraat 8"), ("Rue B 12", "Rue 12"), ("A 7", "A")]
)
def test_another_house_is_another_address(one: str, other: str) -> None:
    assert street_normal_form(one) != street_normal_form(other)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [("3856 LP", "3856LP"), ("3856lp", "3856LP"), ("B-9000", "9000"), ("L 1234", "1234")],
)
def test_a_postcode_has_no_blanks_and_no_country(typed: str, normal: str) -> None:
    assert postcode_normal_form(typed) == normal


@pytest.mark.parametrize(
    "typed", ["+32 9 223 45 67", "+32(0)9/223.45.67", "0032 92234567", "09 223 45 67", "3292234567"]
)
def test_a_phone_number_is_its_national_part(typed: str) -> None:
    assert phone_normal_form(typed) == "92234567"


def test_an_extension_is_no_phone_number() -> None:
    assert phone_normal_form("12 34") == ""


def test_a_domain_counts_only_where_not_everybody_has_it() -> None:
    assert email_domain("Info@Maes.be; jan@maes.be") == "maes.be"
    assert email_domain("jan@telenet.be") == ""
    assert email_domain("no address") == ""
    assert email_normal_form("Jan@Telenet.be, info@maes.be") == "jan@telenet.be"


def test_codes_lose_exacts_padding_and_nothing_else() -> None:
    assert code_normal_form("             0A123") == "0A123"
    assert search_code_normal_form(" 0a 1 ") == "0a 1"


def test_belgian_enterprise_numbers_get_their_leading_0() -> None:
    assert chamber_normal_form("403.019.261", "BE") == "0403019261"
    assert chamber_normal_form("KvK 12345678", "NL") == "12345678"


TEXT = st.text(max_size=40)
VAT_NUMBERS = st.sampled_from(
    ["BE0403019261", "NL004495445B01", "LU15027442", "FR40303265045", "DE136695976"]
)


@settings(max_examples=150, deadline=None)
@given(TEXT, st.sampled_from(["", "BE", "NL", "FR", "GR", "CH", "XX"]))
def test_normal_forms_of_any_text_are_their_own_normal_forms(text: str, country: str) -> None:
    vat = vat_normal_form(text, country)
    assert vat_normal_form(vat, country) == vat
    assert (vat_problem(text, country) is None) == bool(vat or not letters_and_digits(text))
    for normal_form in (code_normal_form, search_code_normal_form, email_normal_form):
        assert normal_form(normal_form(text)) == normal_form(text)


@settings(max_examples=100, deadline=None)
@given(VAT_NUMBERS, st.data())
def test_blanks_points_and_case_never_change_a_vat_number(number: str, data: st.DataObject) -> None:
    noise = st.sampled_from(["", " ", ".", "-", "/", "\u00a0"])
    typed = "".join(data.draw(noise) + letter for letter in number)

    assert vat_normal_form(data.draw(st.sampled_from([typed, typed.lower()])), "") == number


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["Maes", "de", "Brüll", "O'Neill", "Design"]), min_size=1))
def test_case_legal_form_and_ampersands_never_change_a_name(words: list[str]) -> None:
    name = " ".join(words)

    assert name_tokens(f"B.V. {name.upper()}") == name_tokens(name)
    assert name_tokens(" & ".join(words) + ", Naamloze Vennootschap") == name_tokens(name)
