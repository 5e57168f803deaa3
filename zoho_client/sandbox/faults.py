"""What goes wrong on the way: faults that a test or a person switches on, drawn by plan."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from zoho_client.sandbox.messages import Problem

# What the door does to the answer, by the kind of fault, with its usual seconds.
_MISHAPS = {
    "lose_answer_after": ("drop", 0.0),
    "lose_answer_before": ("drop", 0.0),
    "timeout": ("timeout", 3600.0),
    "reset": ("reset", 0.0),
    "truncate": ("truncate", 0.0),
    "slow": ("slow", 1.0),
}
_PER_RECORD = {
    "record_locked": ("RECORD_LOCKED", "The record is locked and cannot be changed"),
    "not_approved": ("NOT_APPROVED", "The record is waiting for approval"),
    "in_blueprint": ("RECORD_IN_BLUEPRINT", "The record is in a blueprint"),
    "already_modified": (
        "ALREADY_MODIFIED",
        "record updated time has already passed if-unmodified-since time",
    ),
}
_OTHERS = {"status", "html", "rate_limit", "credits_spent", "revoke_tokens"}
KINDS = frozenset([*_MISHAPS, *_PER_RECORD, *_OTHERS])
HTML = (
    "<!DOCTYPE html><html><head><title>Zoho</title></head>"
    "<body><h1>We will be back soon</h1></body></html>"
)


@dataclass
class Fault:
    """One thing that goes wrong, how often, and on which calls."""

    kind: str
    path: str = ""  # a part of the path that must occur in it; empty fits every path
    method: str = ""  # empty fits every method
    every: int = 1  # the n-th, 2n-th … fitting call
    times: int | None = None  # how often at most; None is until cleared
    share: float | None = None  # instead of `every`: a random share of the fitting calls
    seed: int = 0  # of that randomness
    status: int | None = None  # for status and html
    code: str = "INTERNAL_ERROR"  # for status: Zoho's word for it
    body: str | None = None  # for status: its message; no body at all when None
    ids: tuple[str, ...] = ()  # for the faults of one record: which; empty is every record
    seconds: float | None = None  # how long: a hang, a pause between bytes
    after: bool = False  # whether the call is carried out before it goes wrong
    fired: int = 0
    _seen: int = 0
    _random: Random = field(default_factory=Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}. There are: {sorted(KINDS)}.")
        if self.every < 1:
            raise ValueError("A fault happens at every 1st call or more seldom.")
        self._random = Random(self.seed)  # noqa: S311 - repeatable on purpose

    @property
    def of_records(self) -> bool:
        """Whether it strikes records, and not the call that carries them."""
        return self.kind in _PER_RECORD

    def strikes(self, method: str, path: str) -> bool:
        """Whether this call is hit; counts the call when it fits."""
        if self.path not in path or self.method not in ("", method):
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        self._seen += 1
        hit = (
            self._random.random() < self.share
            if self.share is not None
            else self._seen % self.every == 0
        )
        self.fired += hit
        return hit

    def check(self, key: str) -> None:
        """Refuse the record with this id when it is one of those that are hit. Raises Problem."""
        if self.of_records and (not self.ids or key in self.ids):
            code, message = _PER_RECORD[self.kind]
            raise Problem(code, message, {"id": key}, 412 if code == "ALREADY_MODIFIED" else 400)

    def told(self) -> dict[str, Any]:
        """The fault as a person reads it."""
        return {k: v for k, v in vars(self).items() if not k.startswith("_")}


def read_fault(content: dict[str, Any]) -> Fault:
    """Read a fault from JSON. Raises ValueError when it says something unknown."""
    known = {name for name in Fault.__dataclass_fields__ if not name.startswith("_")} - {"fired"}
    unknown = content.keys() - known
    if unknown or "kind" not in content:
        raise ValueError(f"A fault has kind and {sorted(known - {'kind'})}, not {sorted(unknown)}.")
    return Fault(**{**content, "ids": tuple(content.get("ids", ()))})


@dataclass(frozen=True)
class Mishap:
    """What the door has to do to an answer: drop, reset, timeout, truncate or slow."""

    kind: str
    seconds: float


MISHAP = "zoho_sandbox.mishap"  # where the WSGI environment carries it


def mishap_of(fault: Fault) -> Mishap | None:
    """What the door has to do for a fault, or None when it shows in the answer itself."""
    if fault.kind not in _MISHAPS:
        return None
    kind, seconds = _MISHAPS[fault.kind]
    waits = kind in {"timeout", "slow"} and fault.seconds is not None
    return Mishap(kind, float(fault.seconds or 0) if waits else seconds)


def is_carried_out(fault: Fault) -> bool:
    """Whether a call that is hit does its work at once."""
    return fault.after or fault.kind in {"lose_answer_after", "truncate", "slow"}
