from collections.abc import Callable
from pathlib import Path

import pytest
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.models import Recipe, Resources, Scorer
from tests.models.checkerboard import checkerboard


@pytest.fixture(scope="session")
def board() -> Dataset:
    return checkerboard()[0]


@pytest.fixture(scope="session")
def hidden() -> csr_matrix:
    return checkerboard()[1]


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """One cache of text vectors for all tests, so that the catalogue is encoded once."""
    cache: Path = tmp_path_factory.mktemp("vectors")
    return Resources(vector_cache=cache, device="cpu")


@pytest.fixture(scope="session")
def fitted(board: Dataset, resources: Resources) -> Callable[[Recipe], Scorer]:
    """The scorer of a recipe over the board, fitted once."""
    scorers: dict[Recipe, Scorer] = {}

    def fit(recipe: Recipe) -> Scorer:
        if recipe not in scorers:
            scorers[recipe] = recipe.fit(board, seed=3, resources=resources)
        return scorers[recipe]

    return fit
