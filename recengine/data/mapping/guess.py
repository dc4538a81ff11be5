"""What the columns of a table are for, guessed from their names and cells, each guess with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from recengine.data.mapping.roles import ROLES
from recengine.data.sources.found import Found, TableKind


@dataclass(frozen=True)
class Guess:
    """One role for one column, as a pair that `map_columns` takes.

    role: a key of the mapping, such as `user` or `item.categories.genre`. column: its value, a column (or, for settings
    such as `item.separator`, the setting). reason: one short sentence for people: "the name says so", "97 % of the
    cells are dates". sure: in [0, 1], 1 where the layout of the file says so.
    """

    role: str
    column: str
    reason: str
    sure: float


def guess_roles(kind: TableKind, found: Found, sample: pl.DataFrame) -> tuple[Guess, ...]:
    """Guesses for one table. sample: its first rows as `read_found` gives them. Every column at most once as an id."""
    prefix = {"interactions": ("user", "item", "value", "time"), "items": ("item.",), "users": ("user.",)}[kind]
    guesses = [Guess(role, column, f"{found.layout} has it so", 1.0) for role, column in found.roles.items()]
    taken = {guess.column for guess in guesses}
    for role, names in ROLES.items():
        if not role.startswith(prefix) or ("." in role) == (kind == "interactions"):
            continue
        for column in sample.columns:
            if column not in taken and column.partition(":")[0].strip().lower() in names:
                guesses.append(Guess(role, column, "the name says so", 0.9))
                taken.add(column)
                break
    return tuple(guesses)
