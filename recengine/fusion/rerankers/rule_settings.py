"""What business rules are written as: lists of short lists, in JSON and in a scenario alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Pin: TypeAlias = tuple[str, int]
"""An item id and its place, from 1."""
Named: TypeAlias = tuple[str, ...]
"""An item, (id,), or the items of a category, (attribute, category)."""
Boost: TypeAlias = tuple[str | float, ...]
"""An item or a category as above, then the factor."""
Quota: TypeAlias = tuple[str, str, int]
"""An attribute, one of its categories, and how many."""

MAX_FACTOR = 1000.0
MAX_PLACES = 1_000_000


@dataclass(frozen=True)
class Pins:
    """Items at places."""

    @property
    def words(self) -> str:
        """With an example."""
        return 'a list of [item, place], such as [["50", 1]]'

    def accept(self, value: object) -> tuple[Pin, ...]:
        """Pairs of an id and a whole number from 1."""
        return tuple((_name(item), _whole(place, 1)) for item, place in _rows(value, 2))


@dataclass(frozen=True)
class NamedItems:
    """Items or whole categories."""

    @property
    def words(self) -> str:
        """With an example."""
        return 'a list of items or [attribute, category], such as ["50", ["genre", "Horror"]]'

    def accept(self, value: object) -> tuple[Named, ...]:
        """Each as a tuple; a single id is a list of one."""
        rows = _list([value] if isinstance(value, str | int) else value)
        return tuple(_named(row) for row in rows)


@dataclass(frozen=True)
class Boosts:
    """Factors of items or categories."""

    @property
    def words(self) -> str:
        """With an example."""
        return (
            'a list of [item, factor] or [attribute, category, factor], such as [["50", 2], ["genre", "Drama", 1.5]], '
            f"factors above 0, at most {MAX_FACTOR:,g}"
        )

    def accept(self, value: object) -> tuple[Boost, ...]:
        """Each as a tuple with its factor as a float."""
        return tuple((*_named(row[:-1]), _factor(row[-1])) for row in map(_list, _list(value)) if _long(row))


@dataclass(frozen=True)
class Quotas:
    """Numbers of items of categories; `least`: from how many."""

    least: int

    @property
    def words(self) -> str:
        """With an example."""
        return 'a list of [attribute, category, number], such as [["genre", "Documentary", 2]]'

    def accept(self, value: object) -> tuple[Quota, ...]:
        """Triples of two names and a whole number."""
        return tuple(
            (_name(attribute), _name(category), _whole(number, self.least))
            for attribute, category, number in _rows(value, 3)
        )


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise ValueError
    return value


def _rows(value: object, length: int) -> list[Sequence[object]]:
    rows = [_list(row) for row in _list(value)]
    if any(len(row) != length for row in rows):
        raise ValueError
    return rows


def _long(row: Sequence[object]) -> bool:
    if not row:
        raise ValueError
    return True


def _named(row: object) -> Named:
    parts = tuple(_name(part) for part in row) if isinstance(row, list | tuple) else (_name(row),)
    if len(parts) not in (1, 2):
        raise ValueError
    return parts


def _name(value: object) -> str:
    """A name; a whole number, as an id is often written, is its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError
    return str(value)


def _whole(value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_PLACES:
        raise ValueError
    return value


def _factor(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    # NaN is in no range, and a whole number beyond every float can be compared but not converted
    if not 0 < value <= MAX_FACTOR:
        raise ValueError
    return float(value)
