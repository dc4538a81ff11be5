"""One thing that is worth knowing of the data, how bad it is, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["problem", "warning", "note", "good"]
"""The worst first: figures cannot be believed; they mislead in part; good to know; checked and fine."""


@dataclass(frozen=True)
class Fix:
    """A change of the import plan that mends a finding: steps of cleaning to add, as text, and pairs of the mapping to
    set (an empty value takes the role away). label: what its button says.
    """

    label: str
    cleaning: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QualityFinding:
    """name: stable, for machines. value and unit: the figure ("share" in [0, 1], "rows", "users", "items", "days", …);
    n: what it is of. text: the sentence with the figure. why: why it matters for a recommender. facts: more of it, as
    JSON values.
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
