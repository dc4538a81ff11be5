"""The defaults on MovieLens-100K, in the setting of published figures."""

from __future__ import annotations

import numpy as np
import pytest

from recengine.data import Dataset, load_sample, split_dataset
from recengine.errors import OfflineError
from recengine.models import Resources, make_recipe
from recengine.ranking import Rankings, compute_metrics, take, top_k

pytestmark = pytest.mark.sample


@pytest.fixture(scope="module")
def all_positive() -> Dataset:
    try:
        return load_sample("movielens-100k", positive_from=1.0)[0]
    except OfflineError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("als", 0.285, 0.310),
        ("ease", 0.288, 0.310),
        ("slim", 0.285, 0.310),
        ("user-knn", 0.268, 0.290),
        ("item-knn", 0.248, 0.290),
        ("p3alpha", 0.250, 0.290),
        ("rp3beta", 0.262, 0.290),
        ("popularity", 0.134, 0.143),
    ],
)
def test_a_scorer_is_as_good_as_it_should_be(all_positive: Dataset, name: str, low: float, high: float) -> None:
    figures = []
    for seed in (0, 1, 2):
        split = split_dataset(all_positive, seed=seed)
        train = split.full_train
        scorer = make_recipe(name).fit(train, seed=seed, resources=Resources(device="cpu"))
        users = np.arange(train.n_users, dtype=np.int32)
        scores = scorer.score(users)
        scores[train.seen.nonzero()] = np.nan
        items = top_k(scores, 10)
        by_user, _ = compute_metrics(
            Rankings(users, items, take(scores, items, np.nan)),
            split.test.matrix,
            train.popularity(),
            train.n_users,
            ["ndcg_untruncated"],
        )
        figures.append(np.nanmean(by_user["ndcg_untruncated"]))
    assert low <= np.mean(figures) <= high
