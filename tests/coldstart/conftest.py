"""Fitted scorers that need no text model, and one that reads words by looking for titles in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.fusion import Fusion, Pool, Source, build_pool
from recengine.models import Resources, Scorer, make_recipe

NAMES = ("als", "category", "popularity")


@dataclass(frozen=True)
class TitleReader:
    """Scores 1 for items whose title has a word of the text, else 0; a NaN row for a blank text."""

    titles: Sequence[str]
    device: str = "CPU"

    def score(self, users: Positions) -> Scores:
        return np.full((len(users), len(self.titles)), np.nan, dtype=np.float32)

    def score_texts(self, texts: Sequence[str], resources: Resources) -> Scores:
        rows = [[float(bool(set(text.split()) & set(title.split()))) for title in self.titles] for text in texts]
        scores = np.array(rows, dtype=np.float32)
        scores[[not text.strip() for text in texts]] = np.nan
        return scores

    def state(self) -> dict[str, NDArray[Any]]:
        return {}


@pytest.fixture(scope="session")
def scorers(synthetic_dataset: Dataset) -> Mapping[str, Scorer]:
    """ALS, the category profile and popularity, fitted on all of the small sample."""
    return {name: make_recipe(name).fit(synthetic_dataset) for name in NAMES}


@pytest.fixture(scope="session")
def fusion() -> Fusion:
    """The weights of `scorers`."""
    return Fusion((0.6, 0.3, 0.1))


@pytest.fixture(scope="session")
def source(scorers: Mapping[str, Scorer], synthetic_dataset: Dataset) -> Source:
    return Source(scorers, synthetic_dataset.seen)


@pytest.fixture(scope="session")
def pool(source: Source) -> Pool:
    return build_pool(source)
