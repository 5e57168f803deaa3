"""The language of $filter."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exact_client.sandbox.facts import Record, entities
from exact_client.sandbox.filters import read_filter
from exact_client.sandbox.messages import Problem
from exact_client.sandbox.wire import read_date

ACCOUNT: Record = {
    "ID": "2e1e1503-5e79-41d5-b801-5bbc78272132",
    "Code": "             20099",
    "Name": "O'Neill & Zoë NV",
    "Country": "BE",
    "Status": "C",
    "VATNumber": None,
    "CreditLineSales": 12.5,
    "Modified": read_date("2026-06-25T16:31:00"),
    "Blocked": True,
}


def holds(text: str, *, case_matters: bool = False) -> bool:
    entity = entities()["crm/Accounts"]
    return read_filter(entity, text, case_matters=case_matters).matches(ACCOUNT)


@pytest.mark.parametrize(
    "text",
    [
        "Name eq 'O''Neill & Zoë NV'",
        "Name eq 'o''neill & zoë nv'",
        "Code eq '             20099'",
        "trim(Code) eq '20099'",
        "Country eq 'BE'",
        "Country eq 'BE '",
        "ID eq guid'2E1E1503-5E79-41D5-B801-5BBC78272132'",
        "VATNumber eq null",
        "VATNumber ne ''",
        "CreditLineSales gt 12 and CreditLineSales le 12.5",
        "Modified gt datetime'2026-06-25T16:30:59.999'",
        "Modified ge datetime'2026-06-25'",
        "Blocked eq true",
        "Blocked",
        "not (Status eq 'A')",
        "substringof('neill',Name) eq true",
        "substringof('Neill',Name)",
        "startswith(Name,'O''')",
        "endswith(Name, 'NV') and not startswith(Name, 'x')",
        "Status eq 'A' or Status eq 'C' and Blocked eq true",
        "(Status eq 'C' or Status eq 'A') and (Country eq 'BE')",
        "tolower(Name) eq 'o''neill & zoë nv'",
    ],
)
def test_it_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Code eq '20099'",  # without its blanks a code is not found, and no error tells so
        "VATNumber eq ''",
        "VATNumber gt 'A'",
        "Modified gt datetime'2026-06-25T16:31:00'",
        "Blocked eq false",
        "(Status eq 'A' or Status eq 'C') and Blocked eq false",
        "Status eq 'A' and Status eq 'C' or Blocked eq false",
    ],
)
def test_it_does_not_hold(text: str) -> None:
    assert not holds(text)


def test_capitals_matter_when_switched() -> None:
    assert not holds("Name eq 'o''neill & zoë nv'", case_matters=True)


@pytest.mark.parametrize(
    "text",
    [
        "Nonsense eq 1",
        "Name eq",
        "Name = 'x'",
        "Name eq 'x' and",
        "(Name eq 'x'",
        "Name eq 'x')",
        "Name eq 'it's'",
        "ID eq '2e1e1503-5e79-41d5-b801-5bbc78272132'",
        "ID eq guid'nonsense'",
        "Name eq 1",
        "CreditLineSales eq '1'",
        "Modified gt '2026-06-25'",
        "Modified gt datetime'soon'",
        "Name eq SearchCode",
        "BankAccounts eq null",
        "MainContact/Name eq 'x'",
        "shout(Name) eq 'x'",
        "Name",
        "'x'",
    ],
)
def test_it_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        holds(text)
    assert refused.value.reply.status == 400


def test_a_filter_knows_which_properties_it_asks_about() -> None:
    asked = read_filter(
        entities()["crm/Accounts"], "trim(Code) eq '1' or Name eq 'Status'", case_matters=False
    )

    assert asked.fields == {"Code", "Name"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_found_again_when_its_quotes_are_doubled(name: str) -> None:
    asked = "Name eq '" + name.replace("'", "''") + "'"
    matches: Callable[[Record], bool] = read_filter(
        entities()["crm/Accounts"], asked, case_matters=True
    ).matches

    assert matches({"Name": name})
    assert not matches({"Name": f"{name}x"})
