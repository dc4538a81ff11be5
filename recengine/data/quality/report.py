"""One thing that is worth knowing of the data, how bad it is, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Severity = Literal["problem", "warning", "note", "good"]
"""The worst first: figures cannot be believed; they mislead in part; good to know; checked and fine."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

_COUNTED = ("rows", "users", "items", "groups", "columns")
"""Units of which `n` says how many there are."""


@dataclass(frozen=True)
class Fix:
    """A change of the import plan that mends a finding: steps of cleaning to add, as text, and pairs of the mapping to
    set (an empty value takes the role away). label: what its button says.
    """

    label: str
    cleaning: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values under the names of the fields."""
        return {"label": self.label, "cleaning": list(self.cleaning), "mapping": dict(self.mapping)}


@dataclass(frozen=True)
class QualityFinding:
    """name: stable, for machines. value and unit: the figure ("share" in [0, 1], "rows", "users", "items", "days", …);
    n: what it is of. text: the sentence with the figure. why: why it matters for a recommender. facts: more of it, as
    JSON values. family: a key of `FAMILIES`, set by `quality_report`.
    """

    name: str
    severity: Severity
    value: float
    unit: str
    text: str
    why: str
    n: int | None = None
    fix: Fix | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    family: str = ""

    @property
    def figure(self) -> str:
        """The value with its unit, and what it is of, for a table: "12.3%", "7 of 1,200 rows", "0.61"."""
        if self.unit == "share":
            return f"{self.value:.1%}"
        if self.unit == "index":
            return f"{self.value:.2f}"
        number = f"{self.value:,.0f}" if float(self.value).is_integer() else f"{self.value:,.2f}"
        if self.n is not None and self.unit in _COUNTED:
            return f"{number} of {self.n:,} {self.unit}"
        return f"{number} {self.unit.removesuffix('s') if self.value == 1 else self.unit}"

    @property
    def affected(self) -> float:
        """How much of what was looked at it touches, in [0, 1]; 0 where that cannot be said."""
        if self.unit == "share":
            return min(max(self.value, 0.0), 1.0)
        return min(self.value / self.n, 1.0) if self.n and self.unit in _COUNTED else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values under the names of the fields."""
        return {
            "name": self.name,
            "family": self.family,
            "severity": self.severity,
            "value": self.value,
            "unit": self.unit,
            "n": self.n,
            "text": self.text,
            "why": self.why,
            "fix": None if self.fix is None else self.fix.to_json(),
            "facts": dict(self.facts),
        }
