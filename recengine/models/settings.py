"""Settings of a recipe: a frozen dataclass whose every field says what it may be and what it does."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Protocol

from recengine.errors import RecipeError


class Check(Protocol):
    """What a setting may be."""

    @property
    def words(self) -> str:
        """In words, to stand after "must be"."""

    def accept(self, value: object) -> Any:
        """The value in its one form. Raises `ValueError` when it is none."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    @property
    def words(self) -> str:
        """The range."""
        return f"a whole number from {self.low:,} to {self.high:,}"

    def accept(self, value: object) -> int:
        """An int; True and 3.0 are none."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise ValueError
        return value


@dataclass(frozen=True)
class Number:
    """A number above 0, at most `high`."""

    high: float

    @property
    def words(self) -> str:
        """The range."""
        return f"a number above 0, at most {self.high:,g}"

    def accept(self, value: object) -> float:
        """A float; an int becomes one, so that 2 and 2.0 are the same recipe."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= self.high:
            raise ValueError
        if not math.isfinite(value):
            raise ValueError
        return float(value)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def words(self) -> str:
        """The options."""
        return "one of " + ", ".join(f'"{option}"' for option in self.options)

    def accept(self, value: object) -> str:
        """The word itself."""
        if not isinstance(value, str) or value not in self.options:
            raise ValueError
        return value


@dataclass(frozen=True)
class Text:
    """Text that is not blank; `what` it is, in words."""

    what: str

    @property
    def words(self) -> str:
        """What it is."""
        return self.what

    def accept(self, value: object) -> str:
        """The text without blanks around it."""
        if not isinstance(value, str) or not value.strip():
            raise ValueError
        return value.strip()


def setting(default: Any, check: Check, description: str) -> Any:
    """A dataclass field with its check, and a description for people."""
    return field(default=default, metadata={"check": check, "description": description})


@dataclass(frozen=True)
class Settings:
    """Base of the recipes: checks every field when made; `RecipeError` names model, setting, value and range."""

    name: ClassVar[str]

    def __post_init__(self) -> None:
        """Check the fields, each brought to its one form."""
        for each in fields(self):
            value = getattr(self, each.name)
            try:
                accepted = each.metadata["check"].accept(value)
            except ValueError:
                raise RecipeError(
                    f'{self.name}: "{each.name}" must be {each.metadata["check"].words}, got {value!r}. '
                    f"Change it, or leave it out for {each.default!r}."
                ) from None
            object.__setattr__(self, each.name, accepted)

    def settings(self) -> dict[str, Any]:
        """Every setting, JSON values only; `type(self)(**settings)` is the same recipe."""
        return {each.name: getattr(self, each.name) for each in fields(self)}
