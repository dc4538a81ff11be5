"""Small catalogues with attributes, and lists over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.data import Attribute, Dataset
from recengine.fusion import Facts, Source
from recengine.fusion.rerankers import Shortlists

GENRES = ("Comedy", "Drama", "War")


@dataclass(frozen=True)
class Reader:
    """A scorer that looks scores up and knows what items are about."""

    scores: Scores
    vectors: Scores
    device = "CPU"

    @property
    def item_vectors(self) -> Scores:
        return self.vectors

    def score(self, users: Positions) -> Scores:
        return self.scores[users]

    def state(self) -> dict[str, NDArray[Any]]:
        return {"scores": self.scores}


def dataset_of(
    genres: list[list[str]],
    interactions: list[tuple[int, int, float]] | None = None,
    *,
    n_users: int = 2,
    titles: list[str] | None = None,
    years: list[float | None] | None = None,
    times: list[int | None] | None = None,
) -> Dataset:
    """Items i0, i1, … with genres and, where given, years; interactions (user, item, weight)."""
    rows = interactions or []
    columns: dict[str, Any] = {
        "id": [f"i{item}" for item in range(len(genres))],
        "title": titles or [f"Title {item}" for item in range(len(genres))],
        "text": [""] * len(genres),
        "genre": pl.Series(genres, dtype=pl.List(pl.String)),
    }
    attributes = [Attribute("genre", "categories")]
    if years is not None:
        columns["year"] = pl.Series(years, dtype=pl.Float64)
        attributes.append(Attribute("year", "number"))
    frame = pl.DataFrame(
        {
            "user": pl.Series([user for user, _, _ in rows], dtype=pl.Int32),
            "item": pl.Series([item for _, item, _ in rows], dtype=pl.Int32),
            "weight": pl.Series([weight for _, _, weight in rows], dtype=pl.Float32),
            "time": pl.Series(times or [None] * len(rows), dtype=pl.Int64),
            "positive": pl.Series([True] * len(rows), dtype=pl.Boolean),
        }
    )
    users = pl.DataFrame({"id": [f"u{user}" for user in range(n_users)]})
    return Dataset("shelf", frame, pl.DataFrame(columns), users, tuple(attributes), (), "0" * 64)


def lists_of(items: list[list[int]], scores: list[list[float]], reserve: list[list[int]] | None = None) -> Shortlists:
    """Shortlists of users 0, 1, …"""
    return Shortlists(
        np.arange(len(items), dtype=np.int32),
        np.array(items, dtype=np.int32),
        np.array(scores, dtype=np.float32),
        None if reserve is None else np.array(reserve, dtype=np.int32),
    )


@dataclass(frozen=True)
class Shelf:
    """A catalogue with everything that re-rankers read, and scores to fuse."""

    dataset: Dataset
    source: Source

    @property
    def facts(self) -> Facts:
        assert self.source.facts is not None
        return self.source.facts


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    """Any catalogue of up to 4 users and 14 items with genres, years, titles, text vectors and interactions."""
    n_users, n_items = draw(st.integers(1, 4)), draw(st.integers(2, 14))
    genres = draw(
        st.lists(st.lists(st.sampled_from(GENRES), unique=True, max_size=3), min_size=n_items, max_size=n_items)
    )
    seen = draw(hnp.arrays(np.bool_, (n_users, n_items)))
    users, items = np.nonzero(seen)
    weights = draw(st.lists(st.sampled_from([1.0, 2.0, 5.0]), min_size=len(users), max_size=len(users)))
    dataset = dataset_of(
        genres,
        list(zip(users.tolist(), items.tolist(), weights, strict=True)),
        n_users=n_users,
        titles=draw(st.lists(st.sampled_from(["Heat", "The Heat", "Ran", "Up"]), min_size=n_items, max_size=n_items)),
        years=draw(st.lists(st.sampled_from([None, 1990.0, 2000.0, 2010.0]), min_size=n_items, max_size=n_items)),
    )
    directions = draw(hnp.arrays(np.int8, (n_items, 3), elements=st.integers(-2, 2))).astype(np.float32)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    vectors = np.divide(directions, lengths, out=np.full_like(directions, np.nan), where=lengths > 0)
    table = draw(
        hnp.arrays(np.float32, (n_users, n_items), elements=st.integers(-40, 40).map(lambda eighth: eighth / 8))
    )
    scorers = {"reader": Reader(table, vectors)}
    return Shelf(dataset, Source(scorers, csr_matrix(seen), facts=Facts(dataset, scorers)))
