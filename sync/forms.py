"""The forms of the work: which invoices to show, a file to import, settings and mappings."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms

from accounts_link.forms import ListFilter
from sync.models import (
    BookingSettings,
    GLMapping,
    Invoice,
    InvoiceState,
    JournalMapping,
    PaymentConditionMapping,
    Route,
    Upload,
    VATMapping,
)
from sync.models.documents import FOR_A_PERSON
from sync.rules.ledger import DocumentKind, GLCell, JournalCell, TermsCell, VatCell
from sync.services.ledger.books import books_of
from sync.services.ledger.mapping import Cell, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet

    from exact_client.models import Division
    from sync.models.documents import InvoiceQuerySet

    ModelForm = forms.ModelForm[Model]
else:  # Django's own forms do not know that they are generic
    ModelForm = forms.ModelForm

TABLE_MAX_BYTES = 5 * 2**20
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)

WAITING = "waiting"  # a tab that is there only while it is asked for: others show its documents
# tab, its words, and the states that it gathers
GROUPS: list[tuple[str, str, list[InvoiceState]]] = [
    (WAITING, "Waits for a person", FOR_A_PERSON),
    ("ready", "Ready", [InvoiceState.READY]),
    ("needs_link", "Needs link", [InvoiceState.NEEDS_LINK]),
    ("needs_mapping", "Needs mapping", [InvoiceState.NEEDS_MAPPING]),
    ("needs_data", "Needs data", [InvoiceState.NEEDS_DATA]),
    ("needs_you", "Needs you", [InvoiceState.NEEDS_YOU, InvoiceState.DRIFTED]),
    (
        "going",
        "On its way",
        [InvoiceState.QUEUED, InvoiceState.SENDING, InvoiceState.UNKNOWN, InvoiceState.RETRY],
    ),
    ("booked", "Booked", [InvoiceState.BOOKED, InvoiceState.PART_PAID, InvoiceState.PAID]),
    ("kept", "Held or excluded", [InvoiceState.HELD, InvoiceState.EXCLUDED, InvoiceState.UNDONE]),
    ("draft", "Draft", [InvoiceState.DRAFT]),
]
STATES_OF = {key: states for key, _, states in GROUPS}


class InvoiceFilter(ListFilter):
    """Which documents the list of invoices shows."""

    STATES = [("all", "All"), *((key, words) for key, words, _ in GROUPS)]
    SORTS = {
        "date": ("invoice_date", "number"),
        "number": ("number",),
        "amount": ("amount", "number"),
    }

    kind = forms.ChoiceField(
        required=False, choices=[("", "Any kind"), *Invoice.Kind.choices], label="Kind"
    )
    location = forms.CharField(required=False, max_length=30)
    month = forms.RegexField(MONTH, required=False)

    @property
    def sort_asked(self) -> str:
        """The order to show: the newest first unless something else is asked."""
        asked = self.asked("sort")
        return asked if asked.removeprefix("-") in self.SORTS else "-date"

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the state is asked for."""
        return any(self.asked(name) for name in ("q", "kind", "location", "month"))

    def documents(self, among: InvoiceQuerySet) -> InvoiceQuerySet:
        """Return what is asked for among these, of whatever state and location."""
        found = among.named(self.asked("q"))
        if kind := self.asked("kind"):
            found = found.filter(kind=kind)
        if month := MONTH.fullmatch(self.asked("month")):
            first = date(int(month[1]), int(month[2]), 1)
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            found = found.filter(invoice_date__gte=first, invoice_date__lt=following)
        return found

    def narrowed(self, documents: InvoiceQuerySet) -> QuerySet[Invoice]:
        """Return those of the state and location asked for, in order."""
        if location := self.asked("location"):
            documents = documents.filter(location=location)
        if self.state_asked != "all":
            documents = documents.filter(state__in=STATES_OF[self.state_asked])
        return self.ordered(documents)


class UploadForm(forms.Form):
    """A file, and what it holds."""

    kind = forms.ChoiceField(choices=Upload.Kind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label="File",
        help_text="CSV or XLSX.",
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty; export it again and choose the new file.",
        },
    )


class TableFileForm(forms.Form):
    """A file with a table of the mappings."""

    file = forms.FileField(
        error_messages={"required": "Choose a file first.", "empty": "The file is empty."}
    )

    def clean_file(self) -> Any:
        """Refuse what is far too large for a table of this kind."""
        file = self.cleaned_data["file"]
        if file.size > TABLE_MAX_BYTES:
            raise forms.ValidationError("The file is larger than 5 MB, and no such table is.")
        return file


class SettingsForm(ModelForm):
    """The choices that hold for a whole division."""

    GROUPS = [
        (
            "What goes by itself",
            ("push_policy", "push_delay_days", "push_up_to", "is_paused"),
        ),
        (
            "How it is booked",
            ("discount_policy", "discount_product", "zero_policy", "defer_revenue"),
        ),
        ("Files and payments", ("attach_files", "bounce_days")),
        ("Accounts", ("create_accounts", "code_policy", "fill_search_code")),
    ]

    class Meta:
        model = BookingSettings
        fields = [
            "push_policy", "push_delay_days", "push_up_to", "discount_policy", "discount_product",
            "zero_policy", "defer_revenue", "attach_files", "bounce_days", "create_accounts",
            "fill_search_code", "code_policy", "is_paused",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code_policy"].label = "Code of a new account"

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the headings of the page."""
        return [(heading, [self[name] for name in names]) for heading, names in self.GROUPS]

    def clean(self) -> dict[str, Any]:
        """A discount that becomes a product needs to know which."""
        cleaned = super().clean() or self.cleaned_data
        wants = cleaned.get("discount_policy") == BookingSettings.DiscountPolicy.PRODUCT
        if wants and not cleaned.get("discount_product"):
            self.add_error("discount_product", "Name the product that takes the discounts.")
        return cleaned


class MappingForm(ModelForm):
    """A mapping whose choices the booking rules are asked about."""

    def clean(self) -> dict[str, Any] | None:
        """Say at each field why its choice can't be; all of them at once."""
        cleaned = super().clean() or self.cleaned_data
        division: Division | None = cleaned.get("division") or getattr(
            self.instance, "division", None
        )
        if division is None or self.errors or not cleaned.get("is_active", True):
            return cleaned
        self._refuse_strangers(division, cleaned)
        ledger = books_of(division).ledger
        for name, cell, code in self.chosen({**self.initial, **cleaned}):
            if not self.has_error(name) and (sentence := fault(cell, code, ledger)):
                self.add_error(name, sentence)
        return cleaned

    def chosen(self, values: dict[str, Any]) -> Iterator[tuple[str, Cell, str]]:
        """Yield each field with its cell and the code that was chosen for it."""
        raise NotImplementedError

    def _refuse_strangers(self, division: Division, cleaned: dict[str, Any]) -> None:
        for name, value in list(cleaned.items()):
            if getattr(value, "division_id", division.pk) != division.pk:
                self.add_error(name, f"{value} is of another division than {division}.")


class JournalMappingForm(MappingForm):
    """The journals of a location."""

    class Meta:
        model = JournalMapping
        fields = "__all__"

    def chosen(self, values: dict[str, Any]) -> Iterator[tuple[str, Cell, str]]:
        """Yield the journal, and the one for credit notes when there is one."""
        place = values.get("location", "")
        for name, kind in (
            ("journal", DocumentKind.INVOICE),
            ("credit_journal", DocumentKind.CREDIT_NOTE),
        ):
            if name in self.cleaned_data and (journal := self.cleaned_data[name]):
                yield name, JournalCell(place, kind), journal.code


class GLMappingForm(MappingForm):
    """The G/L account of a resource."""

    class Meta:
        model = GLMapping
        fields = "__all__"

    def chosen(self, values: dict[str, Any]) -> Iterator[tuple[str, Cell, str]]:
        """Yield the account."""
        if account := self.cleaned_data.get("gl_account"):
            cell = GLCell(*(values.get(name, "") for name in GLCell._fields))
            yield "gl_account", cell, account.code


class VATMappingForm(MappingForm):
    """The VAT code of a kind of customer and a rate."""

    class Meta:
        model = VATMapping
        fields = "__all__"

    def chosen(self, values: dict[str, Any]) -> Iterator[tuple[str, Cell, str]]:
        """Yield the code."""
        if code := self.cleaned_data.get("vat_code"):
            cell = VatCell(
                values["country_group"],
                values.get("business_type", ""),
                values["rate"],
                values.get("supply", ""),
                values.get("vat_category", ""),
            )
            yield "vat_code", cell, code.code


class PaymentConditionMappingForm(MappingForm):
    """The payment condition of the source's payment terms."""

    class Meta:
        model = PaymentConditionMapping
        fields = "__all__"

    def chosen(self, values: dict[str, Any]) -> Iterator[tuple[str, Cell, str]]:
        """Yield the condition."""
        if condition := self.cleaned_data.get("payment_condition"):
            cell = TermsCell(values.get("payment_terms", ""))
            yield "payment_condition", cell, condition.code


class RouteForm(ModelForm):
    """The division of a billing entity or a location."""

    class Meta:
        model = Route
        fields = ["billing_entity", "location", "division", "is_active"]

    def clean_division(self) -> Division:
        """Refuse a division that we do not work with: nothing would be booked there."""
        division: Division = self.cleaned_data["division"]
        if not division.is_chosen:
            raise forms.ValidationError(f"{division} is not chosen in the set-up.")
        return division
