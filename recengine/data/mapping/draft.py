"""Guesses for one table while they are made: each column plays one role, the surest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from recengine.data.mapping.guess import Guess
from recengine.data.mapping.look import Look
from recengine.data.mapping.roles import ROLES, is_setting, plain_name, spellings, usual_columns
from recengine.data.sources.found import Found

_RESERVED = ("id", "title", "text", "image")
_IDENTIFIER = ("_id", "_key", "_code", "zip", "postcode", "zipcode", "uuid", "guid", "phone", "email", "url", "编号")


class Draft:
    """What is guessed so far of the columns of `sample`, which start with what the layout of the file says."""

    def __init__(self, found: Found | None, sample: pl.DataFrame) -> None:
        roles = {} if found is None else found.roles
        layout = None if found is None else found.layout
        self.looks = {name: Look(name, sample[name]) for name in sample.columns}
        said = {role: column for role, column in roles.items() if is_setting(role) or column in self.looks}
        self.guesses = [Guess(role, text, f"{layout} has it so", 1.0) for role, text in said.items()]
        self.taken = {text for text in said.values() if text in self.looks}

    @property
    def free(self) -> Iterator[Look]:
        """The columns that play no role yet, in the order of the table."""
        return (look for name, look in self.looks.items() if name not in self.taken)

    def has(self, role: str) -> bool:
        """Whether `role` is guessed."""
        return any(guess.role == role for guess in self.guesses)

    def column(self, role: str) -> Look | None:
        """The column of `role`."""
        return next((self.looks[guess.column] for guess in self.guesses if guess.role == role), None)

    def add(self, role: str, look: Look, reason: str, sure: float) -> None:
        """Give a role to a column."""
        self.guesses.append(Guess(role, look.name, reason, sure))
        self.taken.add(look.name)

    def set(self, setting: str, text: str, reason: str, sure: float) -> None:
        """Guess a setting."""
        if not self.has(setting):
            self.guesses.append(Guess(setting, text, reason, sure))

    def attribute(self, role: str, look: Look, reason: str, sure: float) -> str:
        """Give a role of attributes to a column; the name that the attribute gets, none twice."""
        used = {guess.role.split(".", 2)[2] for guess in self.guesses if guess.role.count(".") >= 2}
        name = plain_name(look.name)
        while name in used or name in _RESERVED:
            name += "_2"
        self.add(f"{role}.{name}", look, reason, sure)
        return name

    def named(self, role: str, fits: Callable[[Look], bool]) -> Look | None:
        """The free column with the likeliest usual name of `role` whose cells fit."""
        return next((self.looks[name] for name in self.named_all(role) if fits(self.looks[name])), None)

    def named_all(self, role: str) -> Sequence[str]:
        """The free columns with a usual name of `role`, the likeliest first."""
        return usual_columns(role, list(self.looks), self.taken)

    def labels(self, table: str) -> None:
        """Categories and lists of them, by name or by their cells."""
        for role in (role for role in (f"{table}.categories", f"{table}.category") if role in ROLES):
            for name in self.named_all(role):
                self._label(table, self.looks[name], by_name=True, several=role.endswith("categories"))
        for look in list(self.free):
            self._label(table, look, by_name=False, several=False)

    def _label(self, table: str, look: Look, *, by_name: bool, several: bool) -> None:
        said = "the name says so" if by_name else ""
        sure = 0.9 if by_name else 0.6
        if table == "item" and (look.is_list or look.separator is not None):
            held = "its cells are lists" if look.is_list else f"labels that come again, with {_word(look.separator)}"
            name = self.attribute("item.categories", look, _both(said, held), max(sure, 0.8))
            if look.separator is not None:
                self.set(f"item.separator.{name}", look.separator, f"stands between the labels of {look.name}", sure)
        elif several and _typed_list(look.name) and look.present:
            name = self.attribute("item.categories", look, "the name says so", 0.9)
            self.set(f"item.separator.{name}", " ", "RecBole puts blanks between labels", 0.9)
        elif by_name and look.present and not look.is_list and not look.is_prose and not look.is_link:
            if look.present < 20 or look.distinct_share <= 0.9:
                self.attribute(f"{table}.categories" if several else f"{table}.category", look, said, sure)
        elif not by_name and look.is_label and not is_identifier(look.name):
            self.attribute(
                f"{table}.category", look, f"{look.distinct} different labels in {look.present:,} cells", sure
            )

    def numbers(self, table: str) -> Iterator[tuple[str, Look]]:
        """Numbers, by their cells; gives the name of each attribute and its column."""
        flags = [look for look in self.free if look.is_whole and look.distinct <= 2 and 0 <= look.low <= look.high <= 1]
        for look in list(self.free):
            if look.numbers is None or is_identifier(look.name) or look.time_form is not None or look.distinct < 2:
                continue
            if look in flags:
                if len(flags) <= 5:
                    self.attribute(f"{table}.category", look, "0 or 1 in each cell", 0.5)
                continue
            if look.is_whole and look.present >= 20 and look.distinct_share == 1:
                # as many numbers as rows: more likely a key
                continue
            named = look.name in self.named_all(f"{table}.number")
            reason = "the name says so" if named else f"numbers from {look.low:g} to {look.high:g}"
            yield self.attribute(f"{table}.number", look, reason, 0.9 if named else 0.6), look


def is_identifier(name: str) -> bool:
    """Whether the name of a column says that it tells things apart and does not describe them."""
    return any(spelling.endswith(_IDENTIFIER) or spelling in ("id", "index") for spelling in spellings(name))


def _typed_list(name: str) -> bool:
    return name.strip().endswith(":token_seq")


def _word(separator: str | None) -> str:
    words = {",": "commas", "|": "pipes", ";": "semicolons", "/": "slashes"}
    return f"{words.get(separator or '', 'marks')} between"


def _both(first: str, second: str) -> str:
    return f"{first}, and {second}" if first else second
