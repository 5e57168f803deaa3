"""What follows from a changed mapping, and the way back to the mappings that work at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from sync.models import FieldMapping, ModuleSync, Pair, ZohoSync
from sync.rules.zoho.default_rules import default_rules
from sync.rules.zoho.modules import Module
from sync.services import diary
from sync.services.zoho.mapping.mapping_checks import Bench, benches
from sync.services.zoho.mapping.mappings import from_rule
from sync.services.zoho.reading import reading_exact, reading_zoho

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SAYS = ["direction", "transform", "options", "default", "winner", "is_active"]


@dataclass(slots=True)
class Changes:
    """What was done, or would be, to mappings: each by what it says, with its module."""

    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)
    same: int = 0
    modules: set[str] = field(default_factory=set)  # in which anything changed
    to_read: list[str] = field(default_factory=list)  # what the next run reads again, and why

    def __bool__(self) -> bool:
        return bool(self.made or self.changed or self.switched_off)

    @property
    def sentence(self) -> str:
        """Say how many of what."""
        counts = [("made", self.made), ("changed", self.changed), ("off", self.switched_off)]
        words = [f"{len(names)} {word}" for word, names in counts if names]
        return f"Mappings: {', '.join([*words, f'{self.same} as before'])}."


def follow(sync: ZohoSync, modules: Iterable[str]) -> list[str]:
    """Have the next run look at every pair of these modules; say what it will have to read.

    Which fields a copy holds is compared with what is mapped whenever a module is read, so a new
    one needs nothing but these words.
    """
    wanted = set(modules)
    pairs = Pair.objects.filter(sync=sync, module__in=wanted).exclude(state=Pair.State.GONE)
    pairs.update(is_dirty=True)
    changed = sync.modules.filter(module__in=wanted)
    return [sentence for one in changed for sentence in _to_read(one)]


def _to_read(module: ModuleSync) -> list[str]:
    asked = {"Zoho": (module.zoho_fields, reading_zoho.asked_fields(module))}
    if Module(module.module) in reading_exact.ENTITIES:
        asked["Exact"] = (module.properties, reading_exact.asked_properties(module))
    return [
        f"The next run reads all {module} of {side} again, because {', '.join(new)} was not read"
        " before."
        for side, (held, wanted) in asked.items()
        if held and (new := [name for name in wanted if name not in held])
    ]


# Back to the defaults.


def defaults(sync: ZohoSync) -> list[tuple[Bench, list[FieldMapping]]]:
    """Return the mappings that work at once, unsaved, as far as Zoho has their fields."""
    return [
        (
            bench,
            [
                from_rule(bench.module, rule, place)
                for place, rule in enumerate(default_rules(Module(bench.module.module), bench.zoho))
            ],
        )
        for bench in benches(sync)
        if bench.module.fields
    ]


def restore(sync: ZohoSync, by: User) -> Changes:
    """Put the default mappings back as they were at first; what fills their fields is off."""
    done = plan_restore(sync)
    with transaction.atomic():
        for bench, wanted in defaults(sync):
            apply(bench, _with_what_fits(bench, wanted))
        done.to_read = follow(sync, done.modules)
        note(sync, f"Restored the default mappings. {done.sentence}", by)
    return done


def plan_restore(sync: ZohoSync) -> Changes:
    """Return what `restore` would do."""
    found = Changes()
    for bench, wanted in defaults(sync):
        compare(bench, _with_what_fits(bench, wanted), found)
    return found


def _with_what_fits(bench: Bench, wanted: list[FieldMapping]) -> list[FieldMapping]:
    """Add to the defaults the mappings of a person that they leave room for."""
    named = {_key(one) for one in wanted}
    kept = list(wanted)
    for one in bench.mappings:
        beside = Bench(bench.module, [*kept, one])
        if _key(one) not in named and (not one.is_active or not beside.problems(one)):
            kept.append(one)
    return kept


# From one list of mappings to another.


def compare(bench: Bench, wanted: list[FieldMapping], into: Changes) -> None:
    """Note what would change in a module if it had these mappings, and no other ones on."""
    known = {_key(one): one for one in bench.mappings}
    before = len(into.made) + len(into.changed) + len(into.switched_off)
    for one in wanted:
        held = known.pop(_key(one), None)
        if held is None:
            into.made.append(named(one))
        elif _says(held) == _says(one):
            into.same += 1
        else:
            into.changed.append(named(one))
    for one in known.values():
        if one.is_active:
            into.switched_off.append(named(one))
        else:
            into.same += 1
    if len(into.made) + len(into.changed) + len(into.switched_off) > before:
        into.modules.add(bench.module.module)


def apply(bench: Bench, wanted: list[FieldMapping]) -> None:
    """Give a module these mappings, in this order; others are switched off, none is deleted."""
    known = {_key(one): one for one in bench.mappings}
    for place, one in enumerate(wanted):
        held = known.pop(_key(one), None) or one
        for name in SAYS:
            setattr(held, name, getattr(one, name))
        held.position = place
        held.save()
    FieldMapping.objects.filter(pk__in=[one.pk for one in known.values()]).update(is_active=False)


def named(mapping: FieldMapping) -> str:
    """Return what people call a mapping, with its module."""
    return f"{Module(mapping.module).value.replace('_', ' ')}: {mapping}"


def note(sync: ZohoSync, what: str, by: User) -> None:
    """Keep who did what with all mappings at once."""
    diary.note(ZohoSync.objects.filter(pk=sync.pk), what, by=by)


def _key(mapping: FieldMapping) -> tuple[str, str]:
    return mapping.exact_field, mapping.zoho_field


def _says(mapping: FieldMapping) -> list[object]:
    return [getattr(mapping, name) for name in SAYS]
