"""What goes wrong at the stand-in: switched on by a test or a person, for some calls."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

KINDS = ("status", "html", "slow", "redirect", "next_elsewhere", "circle")
HTML = b"<!DOCTYPE html><html><body><h1>We are busy with maintenance</h1></body></html>"


@dataclass
class Fault:
    """One thing that goes wrong."""

    kind: str
    path: str = ""  # a part of the path that must occur in it
    times: int | None = None  # how often at most; None is until cleared
    status: int = 500  # for kind status
    seconds: float = 5.0  # for kind slow: before the answer
    retry_after: int | None = None  # seconds, for kind status
    fired: int = 0

    @classmethod
    def read(cls, content: dict[str, Any]) -> Fault:
        """Read one from JSON. Raises ValueError."""
        known = {one.name for one in fields(cls)} - {"fired"}
        if content.get("kind") not in KINDS or content.keys() - known:
            raise ValueError(f"A fault has {sorted(known)}; its kind is one of {KINDS}.")
        return cls(**content)

    def strikes(self, path: str) -> bool:
        """Whether this call is hit."""
        spent = self.times is not None and self.fired >= self.times
        hit = self.path in path and not spent
        self.fired += hit
        return hit
