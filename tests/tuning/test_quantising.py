"""A fitted sequence model before and after eight bits."""

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.data.splits.split import split_dataset
from recengine.errors import CancelledError, RecipeError
from recengine.models import Resources, make_recipe
from recengine.models.sequence.quantised import quantise
from recengine.models.sequence.recipe import SequenceScorer
from recengine.ranking import compute_metrics
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
    measured = measure_quantised(fitted, parts.full_train, parts.test.matrix, name="sasrec", k=5)
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
    assert measured.change.mean == pytest.approx(measured.ndcg[1].mean - measured.ndcg[0].mean)
    assert abs(measured.change.mean) < 0.05


def test_no_opinion_stays_none(fitted: SequenceScorer, synthetic_dataset: Dataset) -> None:
    train = split_dataset(synthetic_dataset).full_train
    made = quantise(fitted).scorer
    plain, small = fitted.fold_in_order(train.sequences), made.fold_in_order(train.sequences)
    np.testing.assert_array_equal(np.isnan(plain), np.isnan(small))
    assert not np.array_equal(plain, small, equal_nan=True)
    # the scorer that was given folds in as before
    np.testing.assert_array_equal(fitted.fold_in_order(train.sequences), plain)


def test_a_scorer_without_such_a_network_is_one_line(synthetic_dataset: Dataset) -> None:
    parts = split_dataset(synthetic_dataset)
    scorer = make_recipe("popularity").fit(parts.train)
    with pytest.raises(RecipeError, match=r"popularity: has no network that reads histories. Choose") as caught:
        measure_quantised(scorer, parts.train, parts.test.matrix, name="popularity", k=5)
    assert "\n" not in str(caught.value)


def test_a_processor_without_such_numbers_is_one_line(fitted: SequenceScorer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(network: object) -> object:
        raise RuntimeError("Didn't find engine for operation quantized::linear_prepack\nmore")

    monkeypatch.setattr("recengine.models.networks.quantised.quantised", refuse)
    with pytest.raises(RecipeError, match="not possible on this processor") as caught:
        quantise(fitted)
    assert "\n" not in str(caught.value)


def test_it_can_be_cancelled(fitted: SequenceScorer, synthetic_dataset: Dataset) -> None:
    parts = split_dataset(synthetic_dataset)
    with pytest.raises(CancelledError):
        measure_quantised(fitted, parts.full_train, parts.test.matrix, name="sasrec", k=5, cancel=lambda: True)
