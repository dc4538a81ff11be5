"""Settings of a recipe: a frozen dataclass whose every field says what it may be and what it does."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Protocol, TypeAlias

from recengine.data import Dataset
from recengine.errors import RecipeError

MAX_SHOWN = 80
"""Characters of a wrong value that a message quotes."""


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
    """A number above 0, or from 0 where `zero` is allowed, at most `high`."""

    high: float
    zero: bool = False

    @property
    def words(self) -> str:
        """The range."""
        return f"a number from 0 to {self.high:,g}" if self.zero else f"a number above 0, at most {self.high:,g}"

    def accept(self, value: object) -> float:
        """A float; an int becomes one, so that 2 and 2.0 are the same recipe."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        # NaN is in no range, and a whole number beyond every float can be compared but not converted
        if not 0 <= value <= self.high or (value == 0 and not self.zero):
            raise ValueError
        return float(value)


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    @property
    def words(self) -> str:
        """Both."""
        return "true or false"

    def accept(self, value: object) -> bool:
        """The value itself; 1 and "yes" are none."""
        if not isinstance(value, bool):
            raise ValueError
        return value


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


@dataclass(frozen=True)
class Span:
    """Where tuning looks for a number: from `low` to `high`, both included; on a logarithmic scale where `log`.

    Whole numbers where both ends are ints.
    """

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Among:
    """Where tuning looks for a value that has no order: these."""

    options: tuple[Any, ...]


Search: TypeAlias = Span | Among


def setting(default: Any, check: Check, description: str, *, search: Search | None = None, group: str = "") -> Any:
    """A dataclass field with its check, a description for people, and where tuning looks for better values.

    Without `search` tuning leaves it as it is. group: under which heading a form shows it, empty for none.
    """
    facts = {"check": check, "description": description, "search": search, "group": group}
    return field(default=default, metadata=facts)


@dataclass(frozen=True)
class SettingFacts:
    """One setting of a recipe, as a form shows it."""

    name: str
    default: Any
    check: Check
    description: str
    search: Search | None
    group: str = ""


def _shown(value: object) -> str:
    """As in Python, cut to what a line has room for."""
    try:
        text = repr(value)
    except RecursionError:
        return "something nested too deeply"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


@dataclass(frozen=True)
class Settings:
    """Base of the recipes: checks every field when made; `RecipeError` names model, setting, value and range."""

    name: ClassVar[str]
    proposes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the fields, each brought to its one form."""
        for each in fields(self):
            value = getattr(self, each.name)
            try:
                accepted = each.metadata["check"].accept(value)
            except ValueError:
                raise RecipeError(
                    f'{self.name}: "{each.name}" must be {each.metadata["check"].words}, got {_shown(value)}. '
                    f"Change it, or leave it out for {each.default!r}."
                ) from None
            object.__setattr__(self, each.name, accepted)

    def settings(self) -> dict[str, Any]:
        """Every setting, JSON values only; `type(self)(**settings)` is the same recipe."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def obstacle(self, train: Dataset) -> str | None:
        """Why this cannot be fitted on `train`, as one line that says what to do; None where it can.

        Nothing here; a recipe that needs more than interactions says so.
        """
        return None

    @classmethod
    def facts(cls) -> tuple[SettingFacts, ...]:
        """Every setting, in the order of a form."""
        return tuple(
            SettingFacts(
                each.name,
                each.default,
                each.metadata["check"],
                each.metadata["description"],
                each.metadata["search"],
                each.metadata["group"],
            )
            for each in fields(cls)
        )
