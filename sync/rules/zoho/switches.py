"""Sync On/Off: which new records of a module cross, and the sentence that says why."""

from dataclasses import dataclass
from enum import StrEnum

from sync.rules.zoho.field_rules import Side
from sync.rules.zoho.modules import Module


class Related(StrEnum):
    """What is known of the records of one kind that a record is related to."""

    NONE = "none"
    NOT_SYNCHRONISED = "not_synchronised"
    SYNCHRONISED = "synchronised"  # one of them is paired, or crosses by itself


@dataclass(frozen=True, slots=True)
class Facts:
    """What a switch looks at; a relation that the module doesn't have stays NONE."""

    module: Module
    origin: Side  # where the record is new
    paired: bool = False  # it is on both sides already
    account: Related = Related.NONE
    invoices: Related = Related.NONE
    orders: Related = Related.NONE


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a record crosses, and why."""

    crosses: bool
    reason: str
