"""Whether mappings can work, told in plain words, with what both sides offer them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync.models import FieldMapping
from sync.rules.zoho import mapping_problems
from sync.rules.zoho.field_rules import Side, Transform
from sync.rules.zoho.modules import Module
from sync.services.zoho.mappings import rule_of
from sync.services.zoho.offered import exact_fields, zoho_fields
from sync.services.zoho.weighing import FROZEN

if TYPE_CHECKING:
    from sync.models import ModuleSync, ZohoSync
    from sync.rules.zoho.field_rules import FieldRule
    from sync.rules.zoho.mapping_problems import Field

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
        return [*found, *self._number(rule), *self._table(mapping, rule)]

    def problems(self, mapping: FieldMapping) -> list[str]:
        """Return why a mapping can't work; nothing when it can."""
        return [sentence for _, sentence in self.located(mapping)]

    def warnings(self, mapping: FieldMapping) -> list[str]:
        """Return what a mapping that works may surprise with."""
        rule, (exact, zoho) = self.rule(mapping), self._both(mapping)
        found = mapping_problems.warnings(rule, exact, zoho)
        if rule.fills(Side.EXACT) and rule.exact_field in FROZEN.get(Module(mapping.module), ()):
            found.append(f"Exact takes {rule.exact_field} once, when a record is made.")
        return found

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

    def _number(self, rule: FieldRule) -> Iterable[tuple[str, str]]:
        """Check the field of the house number, which the rule's options name."""
        for name in rule.zoho_fields[1:] if rule.transform is Transform.SPLIT_STREET else ():
            if name not in self.zoho or name == rule.zoho_field:
                yield "options", f"Choose another field of Zoho than {name} for the house number."

    def _table(self, mapping: FieldMapping, rule: FieldRule) -> Iterable[tuple[str, str]]:
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
