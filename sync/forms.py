"""The forms of the work: which invoices to show, a file to import, the settings of a division."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms

from accounts_link.forms import ListFilter
from sync.models import BookingSettings, Invoice, InvoiceState, Upload

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from sync.models.documents import InvoiceQuerySet

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)

# tab, its words, and the states that it gathers
GROUPS: list[tuple[str, str, list[InvoiceState]]] = [
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

    def documents(self) -> InvoiceQuerySet:
        """Return what is asked for, of whatever state and location."""
        found = Invoice.objects.named(self.asked("q"))
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


if TYPE_CHECKING:
    BookingSettingsForm = forms.ModelForm[BookingSettings]
else:  # Django's own forms do not know that they are generic
    BookingSettingsForm = forms.ModelForm


class SettingsForm(BookingSettingsForm):
    """The choices that hold for a whole division."""

    class Meta:
        model = BookingSettings
        fields = ["auto_push", "create_accounts", "fill_search_code", "code_policy", "is_paused"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code_policy"].label = "Code of a new account"
