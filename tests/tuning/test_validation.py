from math import log2
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recengine.data import Dataset, split_dataset
from recengine.errors import CancelledError, RecipeError, ScenarioError
from recengine.models import Resources, make_recipe
from recengine.ranking import METRICS
from recengine.tuning import paired, validate
from recengine.tuning.validation import validation_folds, validation_key
from tests.tuning.conftest import value_of
from tests.tuning.known import KnownRecipe


def _pairs(part: Dataset) -> set[tuple[int, int]]:
    return set(part.interactions.select("user", "item").iter_rows())


def test_popularity_by_hand(synthetic_dataset: Dataset) -> None:
    """Count, sort, leave out what was seen, add up the gains: one user at a time."""
    split = split_dataset(synthetic_dataset, seed=4)
    counts = np.zeros(synthetic_dataset.n_items)
    seen: dict[int, set[int]] = {}
    for user, item, positive in split.train.interactions.select("user", "item", "positive").iter_rows():
        counts[item] += positive
        seen.setdefault(user, set()).add(item)
    relevant: dict[int, set[int]] = {}
    for user, item in _pairs(split.validation):
        relevant.setdefault(user, set()).add(item)
    found = validate(make_recipe("popularity"), synthetic_dataset, seed=4, k=5)
    best_first = sorted(range(synthetic_dataset.n_items), key=lambda item: (-counts[item], item))
    for user in range(synthetic_dataset.n_users):
        if user not in relevant:
            assert np.isnan(found.per_user["ndcg"][user])
            continue
        listed = [item for item in best_first if item not in seen[user]][:5]
        gain = sum(1 / log2(place + 2) for place, item in enumerate(listed) if item in relevant[user])
        ideal = sum(1 / log2(place + 2) for place in range(min(5, len(relevant[user]))))
        assert found.per_user["ndcg"][user] == pytest.approx(gain / ideal)
        assert found.per_user["recall"][user] == pytest.approx(len(relevant[user] & set(listed)) / len(relevant[user]))
    assert found.table["ndcg"].n == len(relevant)
    assert found.table["ndcg"].mean == pytest.approx(np.nanmean(found.per_user["ndcg"]))
    assert list(found.table) == list(METRICS)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strength=st.floats(0.01, 100.0), kind=st.sampled_from(["right", "wrong"]))
def test_the_value_is_the_share_that_the_recipe_knows(
    synthetic_dataset: Dataset, known: KnownRecipe, strength: float, kind: str
) -> None:
    recipe = KnownRecipe(strength=strength, kind=kind)
    figure = validate(recipe, synthetic_dataset).table["ndcg"]
    assert figure.mean == pytest.approx(value_of(recipe, synthetic_dataset), abs=1e-12)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= figure.mean <= figure.high


def test_facts_of_the_fit_come_along(synthetic_dataset: Dataset, known: KnownRecipe) -> None:
    found = validate(known, synthetic_dataset, folds=2)
    assert found.recipe == "known"
    assert found.settings == known.settings()
    assert found.folds == 2
    assert found.memory == 100 * synthetic_dataset.n_users
    assert found.device == "CPU"
    assert found.losses == (1.0, 1 / 2, 1 / 3)
    assert found.loss_name == "Loss"
    assert found.fit_seconds > 0
    assert found.score_seconds > 0


@pytest.mark.parametrize(("split", "folds"), [("random", 1), ("random", 4), ("last", 1), ("cold-items", 1)])
def test_the_test_part_is_never_fitted_on_nor_measured(
    synthetic_dataset: Dataset, known: KnownRecipe, split: str, folds: int
) -> None:
    hidden = _pairs(split_dataset(synthetic_dataset, split).test)
    validate(known, synthetic_dataset, split=split, folds=folds)
    assert len(KnownRecipe.fits) == folds
    assert hidden
    assert all(not hidden & _pairs(train) for _, train in KnownRecipe.fits)
    parts = validation_folds(synthetic_dataset, split, folds=folds)
    assert all(not hidden & _pairs(part.validation) for part in parts)


def test_folds_are_averaged_by_user(synthetic_dataset: Dataset, known: KnownRecipe) -> None:
    folds = validation_folds(synthetic_dataset, folds=3)
    found = validate(make_recipe("popularity"), synthetic_dataset, folds=3, k=5)
    single = []
    for fold in folds:
        scores = np.tile(fold.train.popularity(), (synthetic_dataset.n_users, 1)).astype(float)
        scores[fold.train.seen.nonzero()] = -1
        best = np.argsort(-scores, axis=1, kind="stable")[:, :5]
        relevant = fold.validation.matrix.toarray() > 0
        hits = np.take_along_axis(relevant, best, axis=1).sum(axis=1)
        with np.errstate(invalid="ignore"):
            single.append(hits / relevant.sum(axis=1))
    with np.errstate(invalid="ignore"):
        expected = np.nansum(single, axis=0) / (~np.isnan(single)).sum(axis=0)
    np.testing.assert_allclose(found.per_user["recall"], expected)
    # every user with two positives or more is measured
    assert found.table["recall"].n == int(
        (np.diff(split_dataset(synthetic_dataset).full_train.matrix.indptr) > 1).sum()
    )


def test_two_recipes_are_compared_user_by_user(synthetic_dataset: Dataset, known: KnownRecipe) -> None:
    weak, strong = (validate(KnownRecipe(strength=s, kind="right"), synthetic_dataset) for s in (0.1, 1.0))
    change = paired(strong, weak)["ndcg"]
    # whom the weak one knows the strong one knows too, so no user loses
    assert change.mean == pytest.approx(strong.table["ndcg"].mean - weak.table["ndcg"].mean)
    assert 0 < change.low < change.mean < change.high
    assert paired(weak, weak)["ndcg"].mean == 0


def test_a_key_for_every_question(known: KnownRecipe) -> None:
    def key(recipe: KnownRecipe = known, dataset: str = "a", **other: Any) -> str:
        plain: dict[str, Any] = {"split": "random", "seed": 0, "folds": 1, "k": 10, "device": "cpu"}
        return validation_key(recipe, dataset, **(plain | other))

    others: list[dict[str, Any]] = [{"split": "last"}, {"seed": 1}, {"folds": 2}, {"k": 5}, {"device": "cuda"}]
    keys = [key(), key(dataset="b"), key(KnownRecipe(rounds=4)), *(key(**other) for other in others)]
    assert len(set(keys)) == len(keys)
    assert key(KnownRecipe()) == key()


def test_mistakes(synthetic_dataset: Dataset, known: KnownRecipe, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScenarioError, match="k must be"):
        validate(known, synthetic_dataset, k=synthetic_dataset.n_items + 1)
    with pytest.raises(ScenarioError, match='folds: 3 need the split "random"'):
        validate(known, synthetic_dataset, split="last", folds=3)
    with pytest.raises(ScenarioError, match="folds must be"):
        validate(known, synthetic_dataset, folds=0)
    with pytest.raises(RecipeError, match="needs about"):
        validate(known, synthetic_dataset, resources=Resources(memory=99))
    monkeypatch.setattr(KnownRecipe, "obstacle", lambda self, train: "known: no.")
    with pytest.raises(RecipeError, match="known: no"):
        validate(known, synthetic_dataset)
    assert KnownRecipe.fits == []


def test_cancel(synthetic_dataset: Dataset, known: KnownRecipe) -> None:
    with pytest.raises(CancelledError):
        validate(known, synthetic_dataset, cancel=lambda: len(KnownRecipe.fits) == 2, folds=3)
    assert len(KnownRecipe.fits) == 2
