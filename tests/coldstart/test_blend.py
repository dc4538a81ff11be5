from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from recengine.arrays import Scores, Values
from recengine.coldstart import (
    Newcomer,
    Opinion,
    Origin,
    blend_weights,
    newcomer_scores,
    pick_effects,
    recommend_newcomer,
)
from recengine.coldstart.newcomer import history_row
from recengine.coldstart.opinions import Known
from recengine.data import Dataset, Sequences
from recengine.errors import ScenarioError
from recengine.fusion import NORMALIZATIONS, Fusion, Normalization
from recengine.models import Scorer
from tests.coldstart.conftest import TitleReader

WEIGHTS = {"als": 0.6, "category": 0.3, "popularity": 0.1}
EVERYTHING = Newcomer({3: 5.0, 8: 4.0}, "Silent Ghost", {"group": "coast"})


def opinion(origin: Origin, scorer: str, *, also_from_picks: bool = False) -> Opinion:
    return Opinion(origin, scorer, np.zeros((1, 3), dtype=np.float32), also_from_picks)


def with_reader(scorers: Mapping[str, Scorer], dataset: Dataset) -> dict[str, Scorer]:
    return {**scorers, "titles": TitleReader(dataset.titles)}


def test_weights_follow_the_scenario_and_the_trust() -> None:
    opinions = [
        opinion("picks", "als"),
        opinion("picks", "category"),
        opinion("everybody", "popularity", also_from_picks=True),
    ]
    voices, shares = blend_weights(opinions, WEIGHTS, n_picks=3)
    assert shares == pytest.approx({"picks": 3 / 6, "everybody": 3 / 6})
    # half goes as the scenario says, the other half to popularity
    assert [voice.weight for voice in voices] == pytest.approx([0.5 * 0.6, 0.5 * 0.3, 0.5 * 0.1 + 0.5])


def test_with_many_picks_the_weights_are_those_of_the_scenario() -> None:
    opinions = [opinion("picks", "als"), opinion("everybody", "popularity", also_from_picks=True)]
    voices, _ = blend_weights(opinions, {"als": 0.8, "popularity": 0.2}, n_picks=10**9)
    assert [voice.weight for voice in voices] == pytest.approx([0.8, 0.2], abs=1e-6)


def test_scorers_without_a_weight_share_alike_only_where_none_has_one() -> None:
    words = [opinion("words", "one"), opinion("words", "two"), opinion("everybody", "popularity")]
    assert [voice.weight for voice in blend_weights(words, {}, 0)[0]] == pytest.approx([1 / 8, 1 / 8, 3 / 4])
    assert [voice.weight for voice in blend_weights(words, {"two": 0.2}, 0)[0]] == pytest.approx([0, 1 / 4, 3 / 4])


def test_picks_that_no_scorer_with_a_weight_reads_are_not_trusted() -> None:
    opinions = [opinion("picks", "als"), opinion("everybody", "popularity", also_from_picks=True)]
    voices, shares = blend_weights(opinions, {"popularity": 1.0}, 5)
    assert shares == {"everybody": 1}
    assert [voice.weight for voice in voices] == [0, 1]


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_parts_sum_to_the_scores_and_picks_are_not_listed(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, normalization: Normalization
) -> None:
    fusion = Fusion((0.6, 0.3, 0.1, 0.0), normalization)
    every = with_reader(scorers, synthetic_dataset)
    listed = recommend_newcomer(every, EVERYTHING, synthetic_dataset, fusion, 10)
    assert list(listed.by_origin()) == list(listed.trust) == ["picks", "words", "segment", "everybody"]
    assert sum(listed.by_origin().values()) == pytest.approx(listed.scores)
    assert listed.parts.sum(axis=0) == pytest.approx(listed.scores, abs=0)
    assert sum(voice.weight for voice in listed.voices) == pytest.approx(1)
    assert not {3, 8} & set(listed.items.tolist())
    assert (np.diff(listed.scores) <= 1e-6).all()
    # the list is the best of the row, which is the whole catalogue but the picks
    assert listed.scores == pytest.approx(listed.row.score[listed.items], abs=1e-6)
    assert (listed.row.rank > 0).sum() == synthetic_dataset.n_items - 2


def test_of_whom_nothing_is_known_gets_what_is_popular(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion
) -> None:
    listed = recommend_newcomer(scorers, Newcomer(), synthetic_dataset, fusion, 5)
    popularity = synthetic_dataset.popularity()
    assert popularity[listed.items].tolist() == sorted(popularity, reverse=True)[:5]
    assert listed.scores[0] == 1  # highest of min-max


def test_words_lift_what_they_name(scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion) -> None:
    every = with_reader(scorers, synthetic_dataset)
    wide = replace(fusion, weights=(*fusion.weights, 0.0))
    item = int(synthetic_dataset.popularity().argsort()[30])
    before = recommend_newcomer(every, Newcomer(), synthetic_dataset, wide, 5).row.rank[item]
    asked = Newcomer(text=synthetic_dataset.titles[item])
    after = recommend_newcomer(every, asked, synthetic_dataset, wide, 5)
    assert after.row.rank[item] < before
    alone = recommend_newcomer(
        every, asked, synthetic_dataset, wide, 5, evidence={"words": 1.0, "segment": 0.0, "everybody": 0.0}
    )
    assert alone.trust == {"words": 1}
    words = set(synthetic_dataset.titles[item].split())
    assert words & set(synthetic_dataset.titles[alone.items[0]].split())


def test_the_more_is_picked_the_nearer_to_the_list_of_such_a_user(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion
) -> None:
    history = synthetic_dataset.matrix[0]
    picks = dict(zip(history.indices.tolist(), history.data.tolist(), strict=True))
    without_others: dict[Origin, float] = {"words": 0.0, "segment": 0.0, "everybody": 0.0}
    listed = recommend_newcomer(scorers, Newcomer(picks), synthetic_dataset, fusion, 10, evidence=without_others)
    folded = {name: scorer.fold_in(history)[0] for name, scorer in scorers.items()}  # type: ignore[attr-defined]
    unseen = np.ones(synthetic_dataset.n_items, dtype=np.bool_)
    unseen[history.indices] = False

    def normalised(row: Scores) -> Values:
        low, high = np.nanmin(row[unseen]), np.nanmax(row[unseen])
        filled = np.where(np.isnan(row), np.nanmean(row[unseen]), row).astype(np.float64)
        values: Values = (filled - low) / (high - low)
        return values

    expected = np.sum([weight * normalised(folded[name]) for name, weight in WEIGHTS.items()], axis=0)
    assert listed.row.score[unseen] == pytest.approx(expected[unseen], abs=1e-5)


def test_popularity_says_the_same_whatever_is_picked(scorers: Mapping[str, Scorer], synthetic_dataset: Dataset) -> None:
    n = synthetic_dataset.n_items
    opinions = newcomer_scores(scorers, Known(Sequences.of_weights([{1: 1.0, 2: 1.0}], n)))
    assert [(one.origin, one.scorer, one.also_from_picks) for one in opinions] == [
        ("picks", "als", False),
        ("picks", "category", False),
        ("everybody", "popularity", True),
    ]
    nothing = newcomer_scores(scorers, Known(Sequences.of_weights([{}], n)))
    assert [(one.origin, one.scorer, one.also_from_picks) for one in nothing] == [("everybody", "popularity", False)]


def test_what_helps_newcomers_is_fitted_where_it_is_missing(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset
) -> None:
    listed = recommend_newcomer(
        {"als": scorers["als"]}, Newcomer(attributes={"group": "coast"}), synthetic_dataset, Fusion((1.0,)), 5
    )
    assert [(voice.origin, voice.scorer) for voice in listed.voices] == [
        ("everybody", "popularity"),
        ("segment", "segment-popularity"),
    ]
    assert [voice.weight for voice in listed.voices] == pytest.approx([3 / 5, 2 / 5])


def test_leaving_out_the_only_pick_leaves_no_opinion(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion
) -> None:
    newcomer = Newcomer({3: 5.0})
    listed = recommend_newcomer(scorers, newcomer, synthetic_dataset, fusion, 5)
    picks, effects = pick_effects(scorers, newcomer, listed, synthetic_dataset.n_items)
    assert picks.tolist() == [3]
    parts = listed.by_origin()["picks"]
    at = [at for at, voice in enumerate(listed.voices) if voice.origin == "picks"]
    neutral = sum(
        listed.voices[one].weight * (np.nanmean(listed.row.raw[one]) * listed.row.scale[one] + listed.row.offset[one])
        for one in at
    )
    assert effects[0] == pytest.approx(parts - neutral, abs=1e-5)


def test_leaving_out_a_pick_is_what_the_list_without_it_shows(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset
) -> None:
    # one scorer, whose scale does not change with a constant: compared on raw scores
    newcomer = Newcomer({3: 5.0, 8: 5.0, 13: 5.0})
    fusion = Fusion((1.0, 0.0, 0.0))
    listed = recommend_newcomer(scorers, newcomer, synthetic_dataset, fusion, 5)
    _, effects = pick_effects(scorers, newcomer, listed, synthetic_dataset.n_items)
    als = next(at for at, voice in enumerate(listed.voices) if voice.scorer == "als")
    less = scorers["als"].fold_in(history_row({3: 5.0, 13: 5.0}, synthetic_dataset.n_items))[0]  # type: ignore[attr-defined]
    scale = listed.voices[als].weight * listed.row.scale[als]
    assert effects[1] == pytest.approx(scale * (listed.row.raw[als] - less)[listed.items], abs=1e-5)


@pytest.mark.parametrize(
    ("newcomer", "message"),
    [
        (Newcomer({80: 1.0}), "there are 80, at positions 0 to 79; got 80"),
        (Newcomer({1: 0.0}), "a weight must be a number above 0"),
        (Newcomer({1: float("nan")}), "a weight must be a number above 0"),
        (Newcomer(text="a" * 10_001), "at most 10,000 are read"),
        (Newcomer(attributes={"group": "plain"}), 'no user has group "plain"'),
    ],
)
def test_a_newcomer_that_cannot_be_is_one_line(
    scorers: Mapping[str, Scorer], synthetic_dataset: Dataset, fusion: Fusion, newcomer: Newcomer, message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        recommend_newcomer(scorers, newcomer, synthetic_dataset, fusion, 5)
    assert message in str(caught.value)
