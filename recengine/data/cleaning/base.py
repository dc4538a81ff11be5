"""What a step of cleaning is: settings, what it touches, and what it makes of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import polars as pl

from recengine.data.material import Material

TouchedTable = Literal["interactions", "items", "users"]


@dataclass(frozen=True)
class Option:
    """A setting of a step, for a form and for the text form `name:option=value,option=value`.

    kind: "number", "whole", "choice", "time" (ISO date or moment) or "switch". default None: no limit by this option.
    """

    name: str
    label: str
    kind: Literal["number", "whole", "choice", "time", "switch"]
    default: float | int | str | bool | None
    about: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Applied:
    """What a step did. touched: rows of `table` that it left out, merged into another or changed; of: how many it had.

    says: one sentence with the count, for people. sample: up to `SAMPLE_ROWS` of the touched rows, ids as text, with a
    column that says why where that differs by row. material: the tables after the step.
    """

    material: Material
    table: TouchedTable
    does: Literal["leaves out", "merges", "changes"]
    touched: int
    of: int
    says: str
    sample: pl.DataFrame


SAMPLE_ROWS = 50


class Step(Protocol):
    """A frozen dataclass whose fields are the names of its `options`."""

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str]
    options: ClassVar[tuple[Option, ...]]

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Step:
        """The step with `settings`, as text. Raises `DataError` for one that is unknown or out of range."""
        ...

    @property
    def text(self) -> str:
        """As on the command line: `k-core:users=5,items=5`."""
        ...

    def apply(self, material: Material) -> Applied:
        """Do it; `material` stays as it is. Raises `DataError` where nothing would be left."""
        ...
