"""What there is to tell of a user in words: what they like more than most, what they took last, known attributes."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.data import Dataset, Sequences
from recengine.models.labels import LABEL, exploded_labels

SENSITIVE = (
    "age, ages, agegroup*, agerange*, ageband*, agebracket*, birth, dob*, gender, sex*, sexual, pronoun, lgbt*, "
    "pregnan, marital, married, ethni, race, races, racial, national*, citizen, immigra, relig, belief, polit, "
    "disab, handicap, health, medical, diagnos, disease, illness, income, salar, wage*, wealth, earnings, "
    "creditscore, creditcard, iban, ssn, socialsecurity, passport, taxid, *name, *names, *mail*, phone, address, "
    "addr, street, zip*, postal, postcode, latitude, longitude, lat, lon, lng, gps*, geoloc, coordinat, ip"
)
"""Attributes that stay out of every text where nothing else is said."""
_WHOLE_WORD = 4
"""Marks of up to so many letters are looked for as words: "age" is in "age_group", and not in "language"."""
_WORDS = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_OWNERS = re.compile(
    "(buyer|client|customer|guest|member|my|patient|patron|person|player|reader|shopper|student|subscriber|user|"
    "viewer|visitor)(?=.)"
)
"""What may stand before a mark without a gap, as in "userage"."""
_MAX_EXCERPT = 120


@dataclass(frozen=True)
class Described:
    """likes: labels, the most telling first. latest: items in a few words each, the latest first.

    attributes: names and values of the user, none of them sensitive.
    """

    likes: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """By template, in whole sentences; empty where nothing is known."""
        said = [f"{one}." for one in self.facts]
        if self.likes:
            said.append(f"Likes {_listed(self.likes)}.")
        if self.latest:
            said.append(f"Lately took {'; '.join(self.latest)}.")
        return " ".join(said)

    @property
    def facts(self) -> tuple[str, ...]:
        """The attributes, a statement each."""
        return tuple(f"{_spaced(name).capitalize()}: {value}" for name, value in self.attributes)


class Describer:
    """Describes histories over the catalogue of `train`, each by itself.

    A label that several items have, such as a genre, is liked where it is more common in the history than in
    everyone's: the labels with the largest (share - everyone's) / sqrt(everyone's · (1 - everyone's)), what the share
    is above chance in units of its spread; of equals the one that comes first in the catalogue.
    """

    def __init__(self, train: Dataset, *, items: int, words: int, likes: int, sensitive: str) -> None:
        """items: latest ones that are told. words: of the text of each. likes: labels. sensitive: see `withheld`."""
        self._train = train
        self._items = items
        self._words = words
        self._likes = likes
        self._sensitive = sensitive

    @cached_property
    def statements(self) -> list[str]:
        """What a text may say of an item, by position, then of a label: every part of it that `told` counts."""
        return [*self._excerpts, *self._labels[1]]

    def told(self, histories: Sequences) -> csr_matrix:
        """Which of the `statements` the text of each history makes, (n, statements) float32: 1 for each."""
        latest = histories.latest(self._items) if self._items else np.zeros((len(histories), 0), dtype=np.int32)
        item_rows, places = np.nonzero(latest >= 0)
        label_rows, labels = self._liked(histories.matrix)
        rows = np.concatenate([item_rows, label_rows])
        columns = np.concatenate([latest[item_rows, places], self._train.n_items + labels])
        made = csr_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(len(histories), len(self.statements))
        )
        made.sort_indices()
        return made

    def describe(self, histories: Sequences, users: pl.DataFrame | None = None) -> list[Described]:
        """Of each history, and of the rows of `users` beside them where given."""
        latest = histories.latest(self._items) if self._items else np.zeros((len(histories), 0), dtype=np.int32)
        attributes = [()] * len(histories) if users is None else self.attributes(users)
        names = self._labels[1]
        likes: list[dict[str, None]] = [{} for _ in range(len(histories))]
        for row, label in zip(*(places.tolist() for places in self._liked(histories.matrix)), strict=True):
            likes[row][names[label]] = None
        return [
            Described(tuple(liked), tuple(self._excerpts[item] for item in row[::-1] if item >= 0), told)
            for liked, row, told in zip(likes, latest.tolist(), attributes, strict=True)
        ]

    def attributes(self, users: pl.DataFrame) -> list[tuple[tuple[str, str], ...]]:
        """Names and values of each row of a user table, without what is sensitive or not known."""
        names = [one.name for one in self._train.user_attributes if one.name in users.columns]
        told = [name for name in names if name not in self.withheld]
        if not told:
            return [()] * users.height
        return [
            tuple((name, _value(value)) for name, value in row.items() if value not in (None, [], ""))
            for row in users.select(told).iter_rows(named=True)
        ]

    @cached_property
    def withheld(self) -> tuple[str, ...]:
        """The user attributes that are sensitive."""
        return withheld([one.name for one in self._train.user_attributes], self._sensitive)

    @cached_property
    def _excerpts(self) -> list[str]:
        return excerpts(self._train, self._words)

    @cached_property
    def _labels(self) -> tuple[csr_matrix, list[str], Values]:
        """Which item has which label (n_items, labels), their names, and the share of everyone's positives in each."""
        rows = exploded_labels(self._train.items, self._train.item_attributes)
        names = rows.group_by(LABEL, maintain_order=True).len().filter(pl.col("len") > 1).with_row_index("column")
        placed = rows.join(names, on=LABEL, maintain_order="left")
        places = placed["row"].to_numpy(), placed["column"].to_numpy()
        shape = (self._train.n_items, names.height)
        has = csr_matrix((np.ones(placed.height), places), shape=shape)
        popularity = self._train.popularity().astype(np.float64)
        return has, names["label"].to_list(), (popularity @ has) / max(1.0, popularity.sum())

    def _liked(self, histories: csr_matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and labels, row by row, of each the most telling first."""
        has, names, everyone = self._labels
        if not names or not self._likes:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        taken = csr_matrix(histories, dtype=np.float64, copy=True)
        taken.data[:] = 1
        counts = csr_matrix(taken @ has)
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        share = counts.data / np.maximum(np.diff(taken.indptr), 1)[rows]
        common = everyone[counts.indices]
        excess = (share - common) / np.sqrt(np.maximum(common * (1 - common), 1e-6))
        order = np.lexsort((counts.indices, -excess, rows))
        order = order[excess[order] > 0]
        # the place of each label among those of its row
        starts = np.searchsorted(rows[order], rows[order])
        order = order[np.arange(len(order)) - starts < self._likes]
        return rows[order], counts.indices[order].astype(np.int64)


def excerpts(train: Dataset, words: int) -> list[str]:
    """Of each item the first words of its text, or its title where it has none."""
    texts = zip(train.items["text"].to_list(), train.titles, strict=True)
    return [_excerpt(text or "", words) or _excerpt(title or "", words) for text, title in texts]


def withheld(attributes: list[str], sensitive: str) -> tuple[str, ...]:
    """Those of `attributes` that hold one of the marks in `sensitive`, which commas part; small and capital alike.

    Marks of four letters or fewer must be a word of the name, such as "age" in "age_group", "AgeGroup" or "userage";
    longer ones may stand anywhere in a word. In a mark with stars, which is held against words as a whole, each star is
    any letters or none: "zip*" is in "zipcode". The name without its gaps counts as a word, too.
    """
    patterns = [_pattern(mark.strip().casefold()) for mark in sensitive.split(",") if mark.strip(" *")]

    def is_marked(name: str) -> bool:
        parts = [word.casefold() for word in _WORDS.findall(name)]
        words = {name.strip().casefold(), "".join(parts), *parts}
        words |= {_OWNERS.sub("", word, count=1) for word in words if _OWNERS.match(word)}
        return any(pattern.fullmatch(word) for pattern in patterns for word in words)

    return tuple(name for name in attributes if is_marked(name))


def _pattern(mark: str) -> re.Pattern[str]:
    if "*" not in mark and len(mark) > _WHOLE_WORD:
        mark = f"*{mark}*"
    # of what `fnmatch` reads as signs only the star is one here
    return re.compile(fnmatch.translate(re.sub(r"([?[])", r"[\1]", mark)))


def _excerpt(text: str, words: int) -> str:
    parts = text.split()
    cut = " ".join(parts[:words])
    return cut[:_MAX_EXCERPT].rstrip(" .,;:")


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(text.split())[:_MAX_EXCERPT]


def _spaced(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
