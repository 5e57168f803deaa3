"""References: a bank's check digits, and a mark of ours that is unique, whole and self-checking."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iso11649  # an independent judge
from stdnum.be import ogm_vcs

from sync.rules.references import (
    CROCKFORD,
    MARK_LENGTH,
    ReferenceTooLongError,
    format_ogm,
    is_ours,
    is_valid_dutch,
    is_valid_ogm,
    is_valid_rf,
    our_reference,
    payment_reference,
    require_fitting,
)

KEY = b"an installation's own key"


@pytest.mark.parametrize(
    ("digits", "printed"),
    [
        ("090933755493", "+++090/9337/55493+++"),
        ("202600045763", "+++202/6000/45763+++"),
        ("000000009797", "+++000/0000/09797+++"),  # remainder 0 is written 97
    ],
)
def test_known_structured_communications_are_valid(digits: str, printed: str) -> None:
    assert is_valid_ogm(digits)
    assert format_ogm(digits) == printed


@pytest.mark.parametrize(
    "digits", ["090933755494", "000000009700", "000000000000", "9093", "x", ""]
)
def test_a_wrong_check_or_length_is_no_structured_communication(digits: str) -> None:
    assert not is_valid_ogm(digits)
    with pytest.raises(ValueError, match="not a valid structured"):
        format_ogm(digits)


@settings(max_examples=300)
@given(st.integers(0, 10**12 - 1).map("{:012}".format))
def test_ogm_agrees_with_an_independent_judge(digits: str) -> None:
    base = digits[:10]
    completed = f"{base}{ogm_vcs.calc_check_digits(base)}"

    assert is_valid_ogm(completed)
    assert is_valid_ogm(digits) == ogm_vcs.is_valid(digits)


@settings(max_examples=300)
@given(st.text("0123456789ABCDEFGHJKXYZ", min_size=1, max_size=21), st.integers(2, 98))
def test_rf_agrees_with_an_independent_judge(body: str, check: int) -> None:
    reference = f"RF{check:02}{body}"

    assert is_valid_rf(reference) == iso11649.is_valid(reference)


def test_a_known_creditor_reference_is_valid_and_a_changed_one_is_not() -> None:
    assert is_valid_rf("RF18539007547034")
    assert not is_valid_rf("RF18539007547043")


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ("+++090/9337/55493+++", "090933755493"),
        ("***090/9337/55493***", "090933755493"),
        ("090933755493", "090933755493"),
        (" rf18 5390 0754 7034 ", "RF18539007547034"),
        ("5000 0567 8901 2345", "5000056789012345"),
        ("6000056789012345", ""),
        ("+++090/9337/55494+++", ""),
        ("INV-2026-0001", ""),
        ("", ""),
        ("٠٩٠٩٣٣٧٥٥٤٩٣", ""),  # digits, but not those of a bank
    ],
)
def test_a_payment_reference_is_carried_over_bare_or_left_out(written: str, carried: str) -> None:
    assert payment_reference(written) == carried


def dutch_check(digits: str) -> int:
    """Work the check digit out place by place, as an independent judge."""
    weights = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][-15:]
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    check = 11 - total % 11
    return {10: 1, 11: 0}.get(check, check)


@settings(max_examples=300)
@given(st.integers(1, 10**15 - 1).map("{:015}".format))
def test_of_sixteen_dutch_digits_the_first_checks_the_others(digits: str) -> None:
    right = dutch_check(digits)

    assert [check for check in range(10) if is_valid_dutch(f"{check}{digits}")] == [right]


def test_sixteen_zeroes_and_other_lengths_are_no_dutch_reference() -> None:
    assert is_valid_dutch("5000056789012345")  # the example of Betaalvereniging Nederland
    assert not any(map(is_valid_dutch, ("0" * 16, "500005678901234", "50000567890123450", "")))


def test_our_reference_has_the_users_own_number_in_front() -> None:
    reference = our_reference(KEY, "division 7", "entry:inv:2026-0123:v1", "2026-0123")

    assert re.fullmatch(rf"2026-0123 ZF[{CROCKFORD}]{{13}}", reference)


def test_a_number_of_15_characters_still_fits_without_the_space() -> None:
    reference = our_reference(KEY, "7", "a", "INV-2026-000001")

    assert reference.startswith("INV-2026-000001ZF")
    assert len(reference) == 30


@pytest.mark.parametrize("number", ["INV-2026-0000001", "O'Brien", "a%20b", "é", "", "  "])
def test_a_number_that_does_not_fit_or_would_upset_a_filter_stays_away(number: str) -> None:
    reference = our_reference(KEY, "7", "a", number)

    assert len(reference) == MARK_LENGTH
    assert is_ours(reference)


def test_connection_identity_and_key_each_make_another_reference() -> None:
    references = {
        our_reference(KEY, "7", "a", "1"),
        our_reference(KEY, "8", "a", "1"),
        our_reference(KEY, "7", "b", "1"),
        our_reference(b"another key", "7", "a", "1"),
    }

    assert len(references) == 4
    assert our_reference(KEY, "7", "a", "1") in references


def test_fifty_thousand_identities_have_fifty_thousand_references() -> None:
    references = {our_reference(KEY, "7", f"entry:inv:{n}:v1", "1") for n in range(50_000)}

    assert len(references) == 50_000


@settings(max_examples=200)
@given(st.text(max_size=30), st.text(max_size=60), st.text(max_size=40))
def test_every_reference_fits_is_plain_and_checks(
    connection: str, identity: str, number: str
) -> None:
    reference = our_reference(KEY, connection, identity, number)

    assert require_fitting(reference) == reference
    assert re.fullmatch(r"[0-9A-Za-z ./_-]+", reference)
    assert is_ours(reference)


def test_any_one_changed_character_of_the_mark_shows() -> None:
    reference = our_reference(KEY, "7", "a", "2026-0123")
    changed = [
        f"{reference[:place]}{other}{reference[place + 1 :]}"
        for place in range(len(reference) - MARK_LENGTH, len(reference))
        for other in CROCKFORD
        if other != reference[place]
    ]

    assert len(changed) > 400
    assert not any(is_ours(reference) for reference in changed)


@pytest.mark.parametrize("text", ["", "ZF", "2026-0123", "ZF00000000000", "ZFIIIIIIIIIIIII"])
def test_what_is_not_ours_is_told_apart(text: str) -> None:
    assert not is_ours(text)


def test_a_reference_that_would_be_cut_is_refused() -> None:
    with pytest.raises(ReferenceTooLongError, match="31 characters"):
        require_fitting("x" * 31)
