"""What a step of cleaning is: settings, what it touches, and what it makes of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, Self

import polars as pl

from recengine.data.cleaning.settings import Option, read_settings, written
from recengine.data.material import Material

TouchedTable = Literal["interactions", "items", "users"]
Does = Literal["leaves out", "merges", "changes"]


@dataclass(frozen=True)
class Applied:
    """What a step did. touched: rows of `table` that it left out, merged into another or changed; of: how many it had.

    says: one sentence with the count, for people. sample: up to `SAMPLE_ROWS` of the touched rows, ids as text, with a
    column that says why where that differs by row. material: the tables after the step.
    """

    material: Material
    table: TouchedTable
    does: Does
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
    def of(cls, settings: Mapping[str, str]) -> Self:
        """The step with `settings`, as text. Raises `DataError` for one that is unknown or out of range."""
        ...

    @property
    def text(self) -> str:
        """As on the command line: `k-core:users=5,items=5`."""
        ...

    def apply(self, material: Material) -> Applied:
        """Do it; `material` stays as it is. Raises `DataError` where nothing would be left."""
        ...


class Settled:
    """Text form of a step, from its options: what every step shares."""

    name: ClassVar[str]
    options: ClassVar[tuple[Option, ...]]

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """The step with `settings`, as text. Raises `DataError`."""
        return cls(**read_settings(cls.name, cls.options, settings))

    @property
    def text(self) -> str:
        """As on the command line; an option without a limit is left out."""
        given = [(option, getattr(self, option.name)) for option in self.options]
        listed = ",".join(f"{option.name}={written(value)}" for option, value in given if value is not None)
        return f"{self.name}:{listed}" if listed else self.name
