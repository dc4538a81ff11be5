"""Scores of pairs belong to the very fit that gave them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.scenario import Fitted
from recengine.storage import digest
from recengine.workspace.fits import delete_fit
from recengine.workspace.pair_file import PairFile
from recengine.workspace.shelf import Shelf

MADE_FROM = {"recipe": "popularity"}
KEY = digest(MADE_FROM)


def pairs_of(root: Path, train: Dataset, seconds: float = 1.0) -> PairFile:
    """As a process has it that starts now; it fits where there is nothing whole."""
    recipe = make_recipe("popularity")
    shelf = Shelf(root, "shop", rebuild=True)
    assert shelf.pairs(MADE_FROM, train) is None
    shelf.fitted(
        MADE_FROM,
        recipe,
        train,
        lambda: Fitted(recipe.fit(train), "Popularity", recipe.settings(), "CPU", seconds),
    )
    found = shelf.pairs(MADE_FROM, train)
    assert found is not None
    return found


def keep(file: PairFile, key: int) -> None:
    file.keep(np.array([key], dtype=np.int64), np.ones(1, dtype=np.float32))


def latest(file: PairFile) -> list[int]:
    return [key for keys, _ in file.latest() for key in keys.tolist()]


def test_one_fit_has_one_file(tmp_path: Path, synthetic_dataset: Dataset) -> None:
    keep(pairs_of(tmp_path, synthetic_dataset), 3)
    assert latest(pairs_of(tmp_path, synthetic_dataset)) == [3]


@pytest.mark.parametrize("how", ["damaged", "deleted"])
def test_another_fit_under_the_same_key_reads_nothing_of_the_first(
    tmp_path: Path, synthetic_dataset: Dataset, how: str
) -> None:
    first = pairs_of(tmp_path, synthetic_dataset, seconds=1.0)
    keep(first, 3)
    if how == "damaged":
        for array in (tmp_path / "scorers" / KEY).glob("*.npy"):
            array.write_bytes(b"")
    else:
        delete_fit(tmp_path, KEY)
    second = pairs_of(tmp_path, synthetic_dataset, seconds=2.0)
    keep(second, 4)
    # a server that holds the first network goes on
    keep(first, 5)
    assert latest(second) == [4]
    assert latest(pairs_of(tmp_path, synthetic_dataset)) == [4]
    delete_fit(tmp_path, KEY)
    assert list((tmp_path / "pairs").iterdir()) == []
