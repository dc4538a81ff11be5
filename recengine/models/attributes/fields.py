"""Fields: what is known of users and items, as the arrays that networks over fields read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values
from recengine.data import Attribute, Dataset
from recengine.models.base import Resources
from recengine.models.content.preparation import Preparation, fit_preparation
from recengine.models.content.vectors import AUTO, item_text_vectors
from recengine.models.interaction.taken import taken
from recengine.models.labels import exploded_labels
from recengine.progress import Cancel, Progress, never, silent
from recengine.text import TextEncoder

UNKNOWN = 0
"""The id of who or what the fit has not seen; known ones are from 1 on, by position."""
NOTHING = 0
"""The code of no label; those of labels are from 1 on."""
FARTHEST = 5.0
"""Standard deviations from the mean to which a number farther off is drawn in."""


@dataclass(frozen=True)
class FieldRows:
    """What is known of n users, or of n items.

    ids (n,) int32: 1 + position, `UNKNOWN` for one that the fit has not seen. labels: a field each, its codes (n, w)
    int32, `NOTHING` behind the labels of a row, and their weights (n, w) float32: 1 / labels of the row, so that the
    labels of a row count as one. numbers (n, m) float32: in standard deviations from the mean, 0 where missing. missing
    (n, m) float32: 1 where missing, else 0. texts (n, d) float32: vectors of unit length, 0 where there is no text;
    d is 0 where no text is read.
    """

    ids: Positions
    labels: tuple[tuple[Positions, Scores], ...]
    numbers: Scores
    missing: Scores
    texts: Scores

    def __len__(self) -> int:
        """Users, or items."""
        return len(self.ids)

    def take(self, rows: NDArray[np.integer]) -> FieldRows:
        """Those rows, in that order."""
        return FieldRows(
            self.ids[rows],
            tuple((codes[rows], weights[rows]) for codes, weights in self.labels),
            self.numbers[rows],
            self.missing[rows],
            self.texts[rows],
        )

    @property
    def described(self) -> Mask:
        """Of whom or what more is known than the id, (n,)."""
        found: Mask = (self.missing == 0).any(axis=1) | self.texts.any(axis=1)
        for codes, _ in self.labels:
            found |= (codes != NOTHING).any(axis=1)
        return found

    @property
    def told(self) -> Mask:
        """Of whom or what anything is known, (n,)."""
        found: Mask = self.described | (self.ids != UNKNOWN)
        return found


@dataclass(frozen=True)
class SideFields:
    """The fields of users, or those of items.

    n_rows: of the table, an id each. labels: by attribute its labels, sorted: code = 1 + place. numbers: by attribute
    its mean and its standard deviation. text_width: 0 where no text is read.
    """

    n_rows: int
    labels: tuple[tuple[Attribute, pl.Series], ...]
    numbers: tuple[tuple[str, float, float], ...]
    text_width: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Of all fields, in the order in which a network stacks them: id, labels, numbers, text."""
        text = ("text",) if self.text_width else ()
        return ("id", *(one.name for one, _ in self.labels), *(name for name, _, _ in self.numbers), *text)

    @property
    def label_counts(self) -> tuple[int, ...]:
        """Labels of each field of labels; its codes go up to this."""
        return tuple(len(labels) for _, labels in self.labels)

    def encode(self, table: pl.DataFrame, ids: Positions | None = None, texts: Scores | None = None) -> FieldRows:
        """The rows of `table`; an attribute that it lacks is not known, nor is a label that the fit has not seen.

        ids (n,): as in `FieldRows`, all `UNKNOWN` where None. texts (n, text_width): as there, but NaN rows for none.
        """
        n = table.height
        numbers, missing = np.zeros((2, n, len(self.numbers)), dtype=np.float32)
        for place, (name, mean, deviation) in enumerate(self.numbers):
            given = _numbers(table, name)
            missing[:, place] = ~np.isfinite(given)
            numbers[:, place] = np.nan_to_num(np.clip((given - mean) / deviation, -FARTHEST, FARTHEST))
            numbers[missing[:, place] > 0, place] = 0
        return FieldRows(
            np.full(n, UNKNOWN, dtype=np.int32) if ids is None else ids,
            tuple(_codes(table, attribute, labels) for attribute, labels in self.labels),
            numbers,
            missing,
            np.zeros((n, self.text_width), dtype=np.float32) if texts is None else np.nan_to_num(texts),
        )


@dataclass(frozen=True)
class ItemTexts:
    """Text vectors of the catalogue, (n_items, d) float32, prepared, NaN rows for none; and how they came about."""

    vectors: Scores
    preparation: Preparation
    encoder: str
    device: str

    @classmethod
    def read(
        cls,
        train: Dataset,
        encoder: str = AUTO,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> ItemTexts | None:
        """Of the catalogue of `train`, whitened; None where no item has a text. Raises `EncoderError`."""
        if not any(text.strip() for text in train.items["text"]):
            return None
        found = item_text_vectors(train, encoder, resources, progress, cancel)
        preparation = fit_preparation(found.vectors, "whitened")
        return cls(preparation.apply(found.vectors), preparation, found.encoder, found.device)

    def of_new(self, items: pl.DataFrame, resources: Resources) -> Scores:
        """Of rows with the columns of a catalogue, encoded now. Raises `EncoderError`."""
        texts = items["text"].fill_null("").to_list()
        return self.preparation.apply(TextEncoder(self.encoder).encode(texts, device=resources.device))


@dataclass(frozen=True)
class Fields:
    """The fields of users and items; the same `train` and texts give the same fields, so only texts are stored."""

    users: SideFields
    items: SideFields
    texts: ItemTexts | None

    @classmethod
    def learn(cls, train: Dataset, texts: ItemTexts | None = None) -> Fields:
        """From the users and items with a positive in `train`: no network learns what only others have."""
        users, items = taken(train)
        width = 0 if texts is None else texts.vectors.shape[1]
        return cls(
            _learn_side(train.users, train.user_attributes, users),
            _learn_side(train.items, train.item_attributes, items, width),
            texts,
        )

    def user_rows(self, train: Dataset) -> FieldRows:
        """Every user of `train`, which the fields were learnt from."""
        return self.users.encode(train.users, _ids(taken(train)[0]))

    def item_rows(self, train: Dataset) -> FieldRows:
        """Every item of `train`, which the fields were learnt from."""
        vectors = None if self.texts is None else self.texts.vectors
        return self.items.encode(train.items, _ids(taken(train)[1]), vectors)

    def new_users(self, users: pl.DataFrame) -> FieldRows:
        """People of whom only attributes are known."""
        return self.users.encode(users)

    def new_items(self, items: pl.DataFrame, resources: Resources) -> FieldRows:
        """Items that came after the fit. Raises `EncoderError`."""
        return self.items.encode(items, None, None if self.texts is None else self.texts.of_new(items, resources))

    def state(self) -> dict[str, NDArray[Any]]:
        """Text vectors and their preparation, and the name of the encoder as UTF-8 bytes; nothing without texts."""
        if self.texts is None:
            return {}
        return {
            "text_vectors": self.texts.vectors,
            "text_mean": self.texts.preparation.mean,
            "text_matrix": self.texts.preparation.matrix,
            "text_encoder": np.frombuffer(self.texts.encoder.encode(), dtype=np.uint8),
        }

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]], train: Dataset, device: str) -> Fields:
        """Those whose `state` was stored among other arrays, over the same `train`."""
        if "text_vectors" not in state:
            return cls.learn(train)
        # memory-mapped arrays become plain ones over the same pages
        preparation = Preparation(np.asarray(state["text_mean"]), np.asarray(state["text_matrix"]))
        encoder = state["text_encoder"].tobytes().decode()
        return cls.learn(train, ItemTexts(np.asarray(state["text_vectors"]), preparation, encoder, device))


def _ids(known: Mask) -> Positions:
    return np.where(known, 1 + np.arange(len(known)), UNKNOWN).astype(np.int32)


def _learn_side(table: pl.DataFrame, attributes: Sequence[Attribute], known: Mask, text_width: int = 0) -> SideFields:
    seen = table.filter(pl.Series(known))
    labels, numbers = [], []
    for one in attributes:
        if one.kind == "number":
            given = _numbers(seen, one.name)
            given = given[np.isfinite(given)]
            if len(given):
                # a number that is the same for all says only whether it is there
                numbers.append((one.name, float(given.mean()), float(given.std()) or 1.0))
        else:
            found = exploded_labels(seen, [one])["label"].unique().sort()
            if len(found):
                labels.append((one, found))
    return SideFields(table.height, tuple(labels), tuple(numbers), text_width)


def _codes(table: pl.DataFrame, attribute: Attribute, labels: pl.Series) -> tuple[Positions, Scores]:
    """Codes and weights, (n, w): see `FieldRows`."""
    coded = pl.DataFrame({"label": labels, "code": np.arange(1, 1 + len(labels), dtype=np.int32)})
    known = exploded_labels(table, [attribute]).join(coded, on="label", how="inner").sort("row", "code")
    rows = known["row"].to_numpy().astype(np.int64)
    counts = np.bincount(rows, minlength=table.height)
    places = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
    codes = np.full((table.height, max(1, int(counts.max(initial=0)))), NOTHING, dtype=np.int32)
    weights = np.zeros(codes.shape, dtype=np.float32)
    codes[rows, places] = known["code"].to_numpy()
    weights[rows, places] = 1 / counts[rows]
    return codes, weights


def _numbers(table: pl.DataFrame, name: str) -> Values:
    if name not in table.columns:
        return np.full(table.height, np.nan)
    return table[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
