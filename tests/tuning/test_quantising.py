"""A fitted sequence model before and after eight bits."""

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.data.splits.split import split_dataset
from recengine.errors import CancelledError
from recengine.models import Resources, make_recipe
from recengine.models.sequence.quantised import quantise
from recengine.models.sequence.recipe import SequenceScorer
from recengine.ranking import compute_metrics, top_k
from recengine.tuning.quantising import measure_quantised
from recengine.tuning.validation import rank_unseen

SETTINGS = {"epochs": 4, "factors": 16, "max_length": 8, "blocks": 1, "heads": 1, "batch_size": 64}


@pytest.fixture(scope="module")
def fitted(synthetic_dataset: Dataset) -> SequenceScorer:
    parts = split_dataset(synthetic_dataset)
    scorer = make_recipe("sasrec", SETTINGS).fit(parts.full_train, resources=Resources(device="cpu"))
    assert isinstance(scorer, SequenceScorer)
    return scorer


def test_both_are_measured_over_the_same_users(fitted: SequenceScorer, synthetic_dataset: Dataset) -> None:
    parts = split_dataset(synthetic_dataset)
    made = quantise(fitted, "sasrec")
    measured = measure_quantised(made, parts.full_train, parts.test.matrix, k=5)
    before, after = measured.bytes_
    assert 1.5 < before / after < 4
    assert all(took > 0 for took in measured.milliseconds)
    users = np.flatnonzero(np.diff(parts.test.matrix.indptr)).astype(np.int32)
    assert [figure.n for figure in measured.ndcg] == [len(users)] * 2
    # the forward pass gives what the scorer gives
    rankings = rank_unseen(fitted, parts.full_train, users, 5)
    popularity = parts.full_train.popularity()
    by_user, _ = compute_metrics(rankings, parts.test.matrix, popularity, parts.train.n_users, ("ndcg",))
    assert measured.ndcg[0].mean == pytest.approx(by_user["ndcg"].mean(), abs=1e-3)
    # and what is measured is what the scorer in eight bits gives
    scores = made.scorer.fold_in_order(made.scorer.histories(parts.full_train))[users]
    scores[parts.full_train.seen[users].nonzero()] = np.nan
    places = top_k(scores, 5)
    hits = np.take_along_axis(parts.test.matrix[users].toarray() > 0, places, axis=1) & (places >= 0)
    discount = 1 / np.log2(np.arange(2, 7))
    ideal = np.array([discount[: min(5, n)].sum() for n in np.diff(parts.test.matrix.indptr)[users]])
    assert measured.ndcg[1].mean == pytest.approx(((hits * discount).sum(axis=1) / ideal).mean(), abs=1e-9)
    assert measured.bytes_ == (made.bytes_before, made.bytes_after)
    assert measured.change.mean == pytest.approx(measured.ndcg[1].mean - measured.ndcg[0].mean)
    assert abs(measured.change.mean) < 0.05


def test_it_can_be_cancelled(fitted: SequenceScorer, synthetic_dataset: Dataset) -> None:
    parts = split_dataset(synthetic_dataset)
    with pytest.raises(CancelledError):
        measure_quantised(quantise(fitted, "sasrec"), parts.full_train, parts.test.matrix, k=5, cancel=lambda: True)
