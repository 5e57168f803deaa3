"""The filters of the pages: what the address may ask for, checked."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts_link.models import AccountLink, Customer, ExactAccount
from exact_client.models import Division

VAT_LIKE = re.compile(r"[A-Za-z]{0,3}[\d .\-/]+(B ?\d{2})?", re.ASCII | re.IGNORECASE)


def as_kept(text: str) -> str:
    """Return `text` as it is kept: a VAT number loses its dots and spaces, words stay words."""
    text = text.strip()
    if VAT_LIKE.fullmatch(text) and sum(sign.isdigit() for sign in text) >= 8:  # noqa: PLR2004 - the shortest VAT numbers
        return re.sub(r"[^A-Za-z0-9]", "", text)
    return text


class ListFilter(forms.Form):
    """A box for words, a state, and an order; anything else in the address is ignored."""

    SORTS: dict[str, tuple[str, ...]] = {}
    FIRST_SORT = ""
    STATES: list[tuple[str, str]] = []

    q = forms.CharField(required=False, max_length=200)
    state = forms.CharField(required=False)
    sort = forms.CharField(required=False)

    @classmethod
    def of(cls, data: Any) -> Any:
        """Return the filter with its `cleaned_data`; what can't be understood counts as empty."""
        form = cls(data)
        form.full_clean()
        return form

    def asked(self, name: str) -> str:
        """Return the value of one field, or nothing."""
        return str(self.cleaned_data.get(name) or "")

    @property
    def text(self) -> str:
        """The words to look for."""
        return as_kept(self.asked("q"))

    @property
    def state_asked(self) -> str:
        """The state to show: one of STATES, the first when nothing better is asked."""
        known = [value for value, _ in self.STATES]
        return self.asked("state") if self.asked("state") in known else known[0]

    @property
    def sort_asked(self) -> str:
        """The order to show: one of SORTS, or its opposite with a minus in front."""
        asked = self.asked("sort")
        return asked if asked.removeprefix("-") in self.SORTS else self.FIRST_SORT

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return `rows` in the order asked for."""
        asked = self.sort_asked
        sign = "-" if asked.startswith("-") else ""
        return rows.order_by(*(f"{sign}{field}" for field in self.SORTS[asked.removeprefix("-")]))


class AccountFilter(ListFilter):
    """Which accounts the Exact Accounts Overview shows."""

    SORTS = {"name": ("search_text", "pk"), "code": ("code", "pk"), "vat": ("vat_number", "pk")}
    FIRST_SORT = "name"
    STATES = [
        ("all", "All"),
        ("linked", "Linked"),
        ("unlinked", "Unlinked"),
        ("review", "Needs review"),
        ("other", "Not a customer"),
    ]

    rule = forms.ChoiceField(
        required=False, choices=[("", "Any rule"), *AccountLink.Rule.choices], label="Rule"
    )

    def accounts(self, division: Division) -> QuerySet[ExactAccount]:
        """Return the accounts of `division` that are asked for, in order."""
        rows = self._of_state(division)
        if rule := self.asked("rule"):
            links = AccountLink.objects.filter(division=division, rule=rule)
            rows = rows.filter(pk__in=links.values("account"))
        return self.ordered(rows.named(self.text))

    def _of_state(self, division: Division) -> Any:
        rows = ExactAccount.objects.filter(division=division)
        match self.state_asked:
            case "linked":
                return rows.linked()
            case "unlinked":
                return rows.unlinked()
            case "review":
                return rows.in_review()
            case "other":
                return rows.not_customers()
            case _:
                return rows.filter(is_gone=False)


class CustomerFilter(ListFilter):
    """Which customers of zapfloor the other direction shows."""

    SORTS = {"number": ("number",), "name": ("name", "pk")}
    FIRST_SORT = "number"
    STATES = [
        ("open", "Without account"),
        ("review", "Needs review"),
        ("create", "To be created"),
        ("linked", "Linked"),
        ("all", "All"),
    ]

    def customers(self, division: Division) -> QuerySet[Customer]:
        """Return the customers that are asked for, in order."""
        return self.ordered(self._of_state(division).named(self.text))

    def _of_state(self, division: Division) -> Any:
        match self.state_asked:
            case "review":
                return Customer.objects.in_review(division)
            case "create":
                return Customer.objects.to_create(division)
            case "linked":
                return Customer.objects.linked(division)
            case "all":
                return Customer.objects.active()
            case _:
                return Customer.objects.without_link(division)


class HistoryFilter(ListFilter):
    """Which events the link history shows."""

    SORTS = {"at": ("at", "pk")}
    FIRST_SORT = "-at"
    STATES = [("all", "All"), ("people", "By people"), ("rules", "By rules")]
