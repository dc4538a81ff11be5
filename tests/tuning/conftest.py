import numpy as np
import pytest

from recengine.data import Dataset, split_dataset, synthetic
from recengine.models import Recipe
from tests.tuning.known import KnownRecipe


@pytest.fixture
def known(synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> KnownRecipe:
    """With what is not in the test part of the random split, seed 0, as its truth."""
    monkeypatch.setattr(KnownRecipe, "truth", split_dataset(synthetic_dataset).full_train.matrix, raising=False)
    monkeypatch.setattr(KnownRecipe, "fits", [])
    every: dict[str, type[Recipe]] = {"known": KnownRecipe}
    monkeypatch.setattr("recengine.tuning.study.recipes", lambda: every)
    return KnownRecipe()


@pytest.fixture(scope="session")
def crowd() -> Dataset:
    """1,000 users, so that a quarter of the measured ones are enough for a sample."""
    return synthetic(n_users=1000, n_items=60, seed=0)


def value_of(recipe: KnownRecipe, dataset: Dataset) -> float:
    """The share of the measured users, those with a validation positive, whom the recipe knows."""
    measured = np.flatnonzero(np.diff(split_dataset(dataset).validation.matrix.indptr))
    return float((measured < round(recipe.share * dataset.n_users)).mean())
