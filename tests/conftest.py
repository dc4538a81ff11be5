"""Data that many tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from recengine.data import Dataset, default_cache, load_sample, synthetic
from recengine.errors import OfflineError

# a busy machine is no defect
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def synthetic_dataset() -> Dataset:
    """120 users and 80 items of the generated sample."""
    return synthetic(n_users=120, n_items=80, seed=0)


@pytest.fixture(scope="session")
def movielens() -> Dataset:
    """MovieLens-100K with ratings from 4 positive, fetched once into the user's cache."""
    try:
        dataset, _ = load_sample("movielens-100k", default_cache())
    except OfflineError as error:
        pytest.skip(str(error))
    return dataset
