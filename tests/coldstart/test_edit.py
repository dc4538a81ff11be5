from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from recengine.coldstart import edit_history, history_of
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Pool, Source, fuse_row
from recengine.models import Scorer, make_recipe
from tests.coldstart.conftest import TitleReader


def test_the_list_before_is_the_users_list(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion, pool: Pool, source: Source
) -> None:
    for user in (0, 7, 50):
        edited = edit_history(scorers, synthetic_dataset, fusion, user, {})
        row = fuse_row(pool, source, fusion, user)
        assert edited.before.score == pytest.approx(row.score, abs=1e-5, nan_ok=True)
        assert edited.after.score == pytest.approx(edited.before.score, abs=0, nan_ok=True)
        assert edited.history == edited.edited == history_of(synthetic_dataset, user)


def test_an_added_item_is_hidden_and_one_taken_away_is_ranked_again(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion
) -> None:
    gone, *_ = history_of(synthetic_dataset, 3)
    new = int(np.flatnonzero(np.asarray(synthetic_dataset.seen[3].todense())[0] == 0)[0])
    edited = edit_history(scorers, synthetic_dataset, fusion, 3, {gone: None, new: 5.0})
    assert edited.before.rank[gone] == 0 < edited.before.rank[new]
    assert edited.after.rank[new] == 0 < edited.after.rank[gone]
    assert set(edited.edited) == {new, *edited.history} - {gone}
    # seen without liking: hidden before and after
    rows = synthetic_dataset.interactions.filter("positive").select("user", "item")
    seen_only = set(synthetic_dataset.seen[3].indices.tolist()) - set(rows.filter(rows["user"] == 3)["item"].to_list())
    assert seen_only
    assert not edited.after.rank[sorted(seen_only)].any()


def test_the_parts_after_are_those_of_the_folded_history(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion
) -> None:
    edited = edit_history(scorers, synthetic_dataset, fusion, 5, {10: 5.0, 20: 5.0})
    parts = np.array(fusion.effective)[:, None] * edited.after.normalised
    assert parts.sum(axis=0) == pytest.approx(edited.after.score, abs=1e-6, nan_ok=True)
    ones = dict.fromkeys(edited.edited, 1.0)
    again = edit_history(scorers, synthetic_dataset, fusion, 5, ones)
    # no scorer here weighs an interaction by its value
    assert again.after.score == pytest.approx(edited.after.score, abs=1e-6, nan_ok=True)


def test_a_weight_counts_where_the_scorer_weighs(synthetic_dataset: Dataset) -> None:
    scorer = make_recipe("als", {"confidence": "weight", "regularization": 0.05, "factors": 8}).fit(synthetic_dataset)
    first, *_ = history_of(synthetic_dataset, 5)
    edited = edit_history({"als": scorer}, synthetic_dataset, Fusion((1.0,)), 5, {first: 50.0})
    assert np.nanmax(np.abs(edited.after.score - edited.before.score)) > 0.01


def test_a_history_emptied_leaves_what_everybody_gets(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion
) -> None:
    nothing = dict.fromkeys(history_of(synthetic_dataset, 2))
    edited = edit_history(scorers, synthetic_dataset, fusion, 2, nothing)
    assert edited.edited == {}
    ranked = np.argsort(-np.nan_to_num(edited.after.score, nan=-1), kind="stable")[:5]
    popularity = synthetic_dataset.popularity().astype(np.float64)
    seen_only = [item for item in synthetic_dataset.seen[2].indices if item not in nothing]
    popularity[seen_only] = -1
    assert popularity[ranked].tolist() == sorted(popularity, reverse=True)[:5]


def test_a_scorer_that_cannot_fold_in_is_named_and_stays(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset
) -> None:
    every = {**scorers, "titles": TitleReader(synthetic_dataset.titles)}
    edited = edit_history(every, synthetic_dataset, Fusion((1.0, 0.0, 0.0, 1.0)), 4, {30: 1.0})
    assert edited.fixed == ("titles",)


@pytest.mark.parametrize(
    ("user", "changes", "message"),
    [
        (120, {}, "user: there are 120"),
        (0, {80: 1.0}, "items: there are 80"),
        (0, {1: -1.0}, "a weight must be a number above 0"),
    ],
)
def test_an_edit_that_cannot_be_is_one_line(
    scorers: Mapping[str, Scorer],
    synthetic_dataset: Dataset,
    fusion: Fusion,
    user: int,
    changes: dict[int, float | None],
    message: str,
) -> None:
    with pytest.raises(ScenarioError, match=message):
        edit_history(scorers, synthetic_dataset, fusion, user, changes)
