"""The forms of field mappings: one mapping, and a file of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from sync.forms import ModelForm
from sync.models import FieldMapping, TaxMapping
from sync.rules.zoho.field_rules import Transform
from sync.rules.zoho.modules import Module
from sync.services.zoho.mapping.mapping_checks import OPTIONS  # each has a field of its name
from sync.services.zoho.mapping.offered import is_usual
from sync.services.zoho.set_up.taxes import codes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sync.rules.zoho.mapping_problems import Field
    from sync.services.zoho.mapping.mapping_checks import Bench

FILE_MAX_BYTES = 2**20
Choices = list[tuple[str, Any]]

TRANSFORMS = {
    "": "As it is",
    Transform.TRIM: "Without spaces too many",
    Transform.UPPER: "IN CAPITALS",
    Transform.LOWER: "in small letters",
    Transform.TITLE: "With A Capital For Each Word",
    Transform.SPLIT_STREET: "Street and house number apart in Zoho",
    Transform.COUNTRY_NAME: "Country: code in Exact, name in Zoho",
    Transform.PHONE: "Phone number as Zoho takes it",
    Transform.TABLE: "By a table: each value has its counterpart",
    Transform.TEMPLATE: "A text with several fields in it",
    Transform.CONSTANT: "A fixed value",
}
PLAIN = ["exact_field", "zoho_field", "direction", "transform", "default", "winner", "is_active"]


class TableField(forms.CharField):
    """A table as lines `Exact's value = Zoho's value`."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 50, "placeholder": "pc = Each\nhour = Hours"})

    def prepare_value(self, value: Any) -> Any:
        """Write a table as lines; what somebody typed stays as it is."""
        if isinstance(value, dict):
            return "\n".join(f"{exact} = {zoho}" for exact, zoho in value.items())
        return value

    def to_python(self, value: Any) -> Any:
        """Read the lines; refuse one that is no pair."""
        table: dict[str, str] = {}
        for number, line in enumerate(str(value or "").splitlines(), start=1):
            exact, sign, zoho = (part.strip() for part in line.partition("="))
            if not exact and not sign:
                continue
            if not exact or not zoho:
                raise forms.ValidationError(f"Line {number} is not: Exact's value = Zoho's value.")
            if exact in table:
                raise forms.ValidationError(f"Line {number}: “{exact}” stands above already.")
            table[exact] = zoho
        return table


class FieldMappingForm(ModelForm):
    """A mapping, refused with the reason at its field when it can't work."""

    bench: Bench  # given by the page that makes the form
    is_preview = False  # then it is looked at, never saved

    exact_field = forms.ChoiceField(label="Property of Exact", required=False)
    zoho_field = forms.ChoiceField(label="Field of Zoho", required=False)
    transform = forms.ChoiceField(label="On its way", required=False, choices=TRANSFORMS.items())
    table = TableField(
        label="Table",
        required=False,
        help_text="A line for each value: Exact's = Zoho's. A value that is missing here stops"
        " its record, with a sentence.",
    )
    text = forms.CharField(
        label="Text",
        required=False,
        help_text="With field names of the side that it comes from in braces: {Name} ({Code}).",
        widget=forms.TextInput(attrs={"size": 50}),
    )
    value = forms.CharField(label="Fixed value", required=False)
    number_field = forms.ChoiceField(label="House number in Zoho", required=False)
    calling_code = forms.CharField(
        label="Country calling code",
        required=False,
        help_text="Such as 32: numbers that begin with one 0 get it. Empty: numbers stay national.",
    )

    class Meta:
        model = FieldMapping
        fields = PLAIN
        labels = {"winner": "Who wins", "is_active": "In use"}
        help_texts = {
            "default": "What the record gets where the other side has nothing.",
            "winner": "When both sides changed, each to something else.",
            "direction": "Both ways: either side may change it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held: Any = self.instance
        held.sync, held.module = self.bench.module.sync, self.bench.module.module
        fields: dict[str, Any] = self.fields
        if not fields.keys() >= {"exact_field", "zoho_field"}:
            return  # somebody may look at it, not change it
        fields["exact_field"].choices = _exact_choices(self.bench, held.exact_field)
        fields["zoho_field"].choices = _zoho_choices(self.bench, held.zoho_field)
        fields["number_field"].choices = _zoho_choices(
            self.bench, str(held.options.get("number_field", ""))
        )
        for option in OPTIONS.values():
            self.initial.setdefault(option, held.options.get(option, ""))

    def is_valid(self) -> bool:
        """Whether it may be saved; what is only looked at never is."""
        return super().is_valid() and not self.is_preview

    def clean(self) -> dict[str, Any]:
        """Check the mapping as a whole, beside the others of its module."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        held: Any = self.instance
        held.options = self._options(cleaned)
        told = {name: cleaned[name] for name in PLAIN}
        draft = FieldMapping(pk=held.pk, module=held.module, options=held.options, **told)
        self._refuse_twin(draft)
        shown = OPTIONS.get(draft.transform, "transform")
        for part, sentence in [] if self.errors else self.bench.located(draft):
            place = shown if part == "options" else part
            self.add_error(place or None, sentence)
        return cleaned

    def _options(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return the options of the transform that was chosen; those of others are forgotten."""
        option = OPTIONS.get(cleaned["transform"], "")
        value = cleaned.get(option)
        return {option: value.lstrip("+") if option == "calling_code" else value} if value else {}

    def _refuse_twin(self, draft: FieldMapping) -> None:
        for one in self.bench.mappings:
            is_twin = (one.exact_field, one.zoho_field) == (draft.exact_field, draft.zoho_field)
            if is_twin and one.pk != draft.pk:
                state = "" if one.is_active else " It is switched off: switch it on instead."
                self.add_error("zoho_field", f"These two fields are mapped already.{state}")


def _exact_choices(bench: Bench, held: str) -> Choices:
    module = Module(bench.module.module)
    usual = [one for one in bench.exact.values() if is_usual(module, one.name)]
    others = [one for one in bench.exact.values() if not is_usual(module, one.name)]
    groups: Choices = [("", "(none: a text or a fixed value fills Zoho)")]
    groups += [("The usual ones", _choices(usual)), *_rest("All others", others)]
    return [*groups, *_lost(held, bench.exact)]


def _zoho_choices(bench: Bench, held: str) -> Choices:
    fields = sorted(bench.zoho.values(), key=lambda one: (one.label or one.name).casefold())
    return [
        ("", "(none: a text or a fixed value fills Exact)"),
        *_choices(fields),
        *_lost(held, bench.zoho),
    ]


def _rest(title: str, fields: list[Field]) -> Choices:
    return [(title, _choices(fields))] if fields else []


def _choices(fields: Iterable[Field]) -> Choices:
    return [(one.name, f"{one} · {', '.join(_facts(one))}") for one in fields]


def _facts(one: Field) -> Iterator[str]:
    """Tell what a field holds, in the words of a person who chooses one."""
    yield f"{one.type.value} of {one.length}" if one.length else one.type.value
    if one.mandatory:
        yield "required"
    if not one.writable:
        yield "read-only"


def _lost(held: str, known: Iterable[str]) -> Choices:
    """Keep a field that is gone by now, so that the page says so instead of choosing another."""
    return [(held, f"{held} · not there any more")] if held and held not in known else []


class MappingFileForm(forms.Form):
    """A file of mappings."""

    file = forms.FileField(label="File", help_text="JSON, as “Export” makes it; at most 1 MB.")

    def clean_file(self) -> str:
        """Return the text of the file."""
        file = self.cleaned_data["file"]
        if file.size > FILE_MAX_BYTES:
            raise forms.ValidationError(
                "The file is larger than 1 MB: this is no file of mappings."
            )
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("The file is no text in UTF-8.") from None


class TaxMappingForm(ModelForm):
    """The VAT code that a tax of Zoho means."""

    vat_code = forms.ChoiceField(label="VAT code of Exact", required=False)

    class Meta:
        model = TaxMapping
        fields = ["vat_code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tax: Any = self.instance
        field: Any = self.fields.get("vat_code")
        if field is not None:  # somebody may look at it, not change it
            choices = [(one.code, str(one)) for one in codes_of(tax.sync.division)]
            lost = _lost(tax.vat_code, [code for code, _ in choices])
            field.choices = [("", "(none yet)"), *choices, *lost]
