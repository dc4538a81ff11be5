from collections.abc import Callable
from pathlib import Path

import pytest
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.data.scores import store_scores
from recengine.models import Recipe, Resources, Scorer
from tests.models.checkerboard import checkerboard
from tests.models.external.cases import board_scores


@pytest.fixture(scope="session")
def board() -> Dataset:
    return checkerboard()[0]


@pytest.fixture(scope="session")
def hidden() -> csr_matrix:
    return checkerboard()[1]


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """One cache of text vectors for all tests, so that the catalogue is encoded once; and one table of scores."""
    cache: Path = tmp_path_factory.mktemp("vectors")
    tables: Path = tmp_path_factory.mktemp("scores")
    table = board_scores()
    store_scores(tables / table.fingerprint, table)
    return Resources(vector_cache=cache, device="cpu", score_tables=tables)


@pytest.fixture(scope="session")
def fitted(board: Dataset, resources: Resources) -> Callable[[Recipe], Scorer]:
    """The scorer of a recipe over the board, fitted once."""
    scorers: dict[Recipe, Scorer] = {}

    def fit(recipe: Recipe) -> Scorer:
        if recipe not in scorers:
            scorers[recipe] = recipe.fit(board, seed=3, resources=resources)
        return scorers[recipe]

    return fit
