"""Whether mappings can work, told in plain words, with what both sides offer them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync.models import FieldMapping
from sync.rules.zoho import mapping_problems
from sync.rules.zoho.field_rules import Direction, Side, Transform
from sync.rules.zoho.modules import Module
from sync.rules.zoho.transforms import table_of
from sync.services.zoho.mapping.mappings import rule_of
from sync.services.zoho.mapping.offered import exact_fields, zoho_fields
from sync.services.zoho.merging.weighing import FROZEN

if TYPE_CHECKING:
    from sync.models import ModuleSync, ZohoSync
    from sync.rules.zoho.field_rules import FieldRule
    from sync.rules.zoho.mapping_problems import Field

Located = Iterator[tuple[str, str]]

# transform → the name of its option
OPTIONS: dict[str, str] = {
    Transform.TABLE: "table",
    Transform.TEMPLATE: "text",
    Transform.CONSTANT: "value",
    Transform.SPLIT_STREET: "number_field",
    Transform.PHONE: "calling_code",
}
CALLING_CODE = re.compile(r"[1-9]\d{0,3}", re.ASCII)
NOT_READ = "What fields Zoho has was not read yet: open the set-up of Zoho, step Modules."
NO_TEXT = "is no text, so a table can't be read back into it: turn the direction to Exact → Zoho."


@dataclass(slots=True)
class Bench:
    """The mappings of one module beside the fields of both sides."""

    module: ModuleSync
    mappings: Sequence[FieldMapping] = ()
    exact: Mapping[str, Field] = field(init=False)
    zoho: dict[str, Field] = field(init=False)
    _metadata: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.exact = exact_fields(Module(self.module.module))
        self.zoho = zoho_fields(self.module)
        self._metadata = {one["api_name"]: one for one in self.module.fields}

    @classmethod
    def of(cls, module: ModuleSync) -> Bench:
        """Read the mappings of one module."""
        return cls(module, list(module.sync.mappings.filter(module=module.module)))

    def rule(self, mapping: FieldMapping) -> FieldRule:
        """Return a mapping as the rules see it."""
        return rule_of(mapping, self._metadata.get(mapping.zoho_field, {}))

    def located(self, mapping: FieldMapping) -> list[tuple[str, str]]:
        """Return why a mapping can't work, each sentence with the field of it that mends it.

        What is switched off stands in nobody's way.
        """
        if not self.module.fields:
            return [("zoho_field", NOT_READ)]
        rule = self.rule(mapping)
        others = [self.rule(one) for one in self._beside(mapping)]
        found = mapping_problems.located(rule, *self._both(mapping), others)
        return [*found, *self._options(rule), *self._template(rule), *self._table(mapping, rule)]

    def problems(self, mapping: FieldMapping) -> list[str]:
        """Return why a mapping can't work; nothing when it can."""
        return [sentence for _, sentence in self.located(mapping)]

    def warnings(self, mapping: FieldMapping) -> list[str]:
        """Return what a mapping that works may surprise with."""
        rule, (exact, zoho) = self.rule(mapping), self._both(mapping)
        found = mapping_problems.warnings(rule, exact, zoho)
        if rule.fills(Side.EXACT) and rule.exact_field in FROZEN.get(Module(mapping.module), ()):
            found.append(f"Exact takes {rule.exact_field} once, when a record is made.")
        return [*found, *self._words(mapping, rule)]

    def _both(self, mapping: FieldMapping) -> tuple[Field | None, Field | None]:
        return self.exact.get(mapping.exact_field), self.zoho.get(mapping.zoho_field)

    def _beside(self, mapping: FieldMapping) -> Iterable[FieldMapping]:
        if not mapping.is_active:
            return []
        return [
            one
            for one in self.mappings
            if one.is_active and one is not mapping and not (mapping.pk and one.pk == mapping.pk)
        ]

    def _options(self, rule: FieldRule) -> Located:
        """Check what only the metadata knows of the rule's options."""
        for name in rule.zoho_fields[1:] if rule.transform is Transform.SPLIT_STREET else ():
            if name not in self.zoho or name == rule.zoho_field:
                yield "options", f"Choose another field of Zoho than {name} for the house number."
        code = str(rule.options.get("calling_code", ""))
        if rule.transform is Transform.PHONE and code and not CALLING_CODE.fullmatch(code):
            yield "options", "A calling code is 1 to 4 digits, such as 32."

    def _template(self, rule: FieldRule) -> Located:
        """Check the fields that a template takes: those of its text, and no other."""
        if rule.transform is not Transform.TEMPLATE or rule.direction is Direction.BOTH:
            return
        source = Side.EXACT if rule.fills(Side.ZOHO) else Side.ZOHO
        if rule.exact_field if source is Side.EXACT else rule.zoho_field:
            yield f"{source}_field", "A template takes its fields from its text: choose none here."
            return
        known = self.exact if source is Side.EXACT else self.zoho
        for name in rule.fields_of(source):
            if name not in known:
                yield "options", f"{source.title()} has no field {name} in this module."

    def _words(self, mapping: FieldMapping, rule: FieldRule) -> Iterator[str]:
        """Tell which words of a table Zoho's list does not have: it would refuse them."""
        told = self._metadata.get(mapping.zoho_field, {}).get("pick_list_values") or ()
        offered = {str(one.get("actual_value", "")).casefold() for one in told}
        lacking = [word for word in table_of(rule).values() if word.casefold() not in offered]
        if rule.transform is Transform.TABLE and offered and lacking and rule.fills(Side.ZOHO):
            words = ", ".join(f"“{word}”" for word in lacking)
            yield f"Zoho's list has no {words}: it may refuse a record with it."

    def _table(self, mapping: FieldMapping, rule: FieldRule) -> Located:
        """Refuse a table that would write text into what is a number or a day in Exact."""
        known = self.exact.get(mapping.exact_field)
        reads_back = rule.transform is Transform.TABLE and rule.fills(Side.EXACT)
        if known and reads_back and not mapping_problems.is_text(known.type):
            yield "direction", f"{known.name} in Exact {NO_TEXT}"


def benches(sync: ZohoSync) -> list[Bench]:
    """Return all modules with their mappings; two questions, however many there are."""
    held: defaultdict[str, list[FieldMapping]] = defaultdict(list)
    for mapping in sync.mappings.all():
        held[mapping.module].append(mapping)
    return [Bench(module, held[module.module]) for module in sync.modules.all()]


def check(mapping: FieldMapping) -> list[str]:
    """Return why a mapping can't work beside the others of its module; nothing when it can."""
    return Bench.of(mapping.sync.modules.get(module=mapping.module)).problems(mapping)
