from __future__ import annotations

import numpy as np
import pytest

from recengine.coldstart import BLEND, BLEND_WITH, measure_newcomers
from recengine.data import Dataset, Split, split_dataset, synthetic
from recengine.errors import CancelledError, ScenarioError
from recengine.fusion import Fusion
from recengine.models import make_recipe
from recengine.ranking import Rankings, compute_metrics

NAMES = ("als", "category", "popularity")
FUSION = Fusion((0.6, 0.3, 0.1))


@pytest.fixture(scope="module")
def cold_users() -> Split:
    return split_dataset(synthetic(300, 150, seed=1), "cold-users", seed=0)


def test_newcomers_are_measured_by_how_much_is_known(cold_users: Split) -> None:
    train = cold_users.full_train
    scorers = {name: make_recipe(name).fit(train) for name in NAMES}
    quality = measure_newcomers(scorers, train, cold_users.test.matrix, FUSION, amounts=(0, 2, 8))
    assert set(quality.curves) == {*NAMES, "segment", BLEND, BLEND_WITH["segment"]}
    assert not np.diff(train.matrix.indptr)[quality.users].any()
    for name, curve in quality.curves.items():
        assert list(curve) == ([2, 8] if name in ("als", "category") else [0, 2, 8])
        for amount, figure in curve.items():
            assert figure.n == len(quality.users)
            assert figure.mean == pytest.approx(np.mean(quality.per_user[name, amount]))
            assert figure.low is not None
            assert figure.high is not None
            assert 0 <= figure.low <= figure.mean <= figure.high <= 1
    flat = quality.curves["popularity"]
    assert flat[0] == flat[2] == flat[8] == quality.curves[BLEND][0]
    # more known, better lists; and better than what everybody gets
    assert quality.curves[BLEND][8].mean > quality.curves[BLEND][0].mean


def test_popularity_is_measured_on_what_was_not_set_aside() -> None:
    split = split_dataset(synthetic(200, 100, seed=1, positive_from=1), "cold-users")
    train, held_out = split.full_train, split.test.matrix
    quality = measure_newcomers(
        {"popularity": make_recipe("popularity").fit(train)}, train, held_out, Fusion((1.0,)), amounts=(0,), k=5
    )
    # nothing is set aside, so these are the plain lists of the most popular items against all positives
    order = np.argsort(-train.popularity(), kind="stable")[:5].astype(np.int32)
    n = len(quality.users)
    lists = Rankings(quality.users, np.tile(order, (n, 1)), np.zeros((n, 5), dtype=np.float32))
    expected, _ = compute_metrics(lists, held_out, train.popularity(), train.n_users, ["ndcg"])
    assert quality.per_user["popularity", 0] == pytest.approx(expected["ndcg"])


def test_the_same_seed_gives_the_same_figures(cold_users: Split) -> None:
    train = cold_users.full_train
    scorers = {"category": make_recipe("category").fit(train)}
    first, again, other = (
        measure_newcomers(scorers, train, cold_users.test.matrix, Fusion((1.0,)), amounts=(0, 3), seed=seed)
        for seed in (4, 4, 5)
    )
    assert first.curves == again.curves
    assert first.curves != other.curves


def test_of_many_users_some_are_drawn(cold_users: Split) -> None:
    train = cold_users.full_train
    scorers = {"popularity": make_recipe("popularity").fit(train)}
    every = measure_newcomers(scorers, train, cold_users.test.matrix, Fusion((1.0,)), amounts=(0,))
    some = measure_newcomers(scorers, train, cold_users.test.matrix, Fusion((1.0,)), amounts=(0,), most_users=20)
    assert len(some.users) == 20 < len(every.users)
    assert set(some.users.tolist()) < set(every.users.tolist())


def test_too_few_positives_and_a_stop_are_one_line(synthetic_dataset: Dataset) -> None:
    split = split_dataset(synthetic_dataset, "cold-users")
    scorers = {"popularity": make_recipe("popularity").fit(split.full_train)}
    with pytest.raises(ScenarioError, match="no held-out user has 505 positives or more, 500 to reveal and 5 to find"):
        measure_newcomers(scorers, split.full_train, split.test.matrix, Fusion((1.0,)), amounts=(0, 500))
    with pytest.raises(CancelledError):
        measure_newcomers(
            scorers, split.full_train, split.test.matrix, Fusion((1.0,)), amounts=(0, 1), cancel=lambda: True
        )
