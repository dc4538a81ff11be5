from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.explanation import Explanation, Part, explain
from recengine.fusion import NEUTRALS, NORMALIZATIONS, Fusion, fuse_row
from recengine.models import ScoreShares

WEIGHTS = (0.5, 0.3, 0.2)


def explained(world: Any, user: int, item: int, fusion: Fusion) -> Explanation:
    source = world.source()
    return explain(world.pool(source), source, fusion, user, item)


def unseen(world: Any, user: int) -> list[int]:
    return np.flatnonzero(world.seen[[user]].toarray()[0] == 0).tolist()


def raw_row(world: Any, scorer: str, user: int) -> Values:
    """Scores of the unseen items with an opinion, in float64."""
    row: Values = world.scorers[scorer].score(np.array([user]))[0].astype(np.float64)[unseen(world, user)]
    return row[~np.isnan(row)]


def part_of(explanation: Explanation, scorer: str) -> Part:
    return next(part for part in explanation.parts if part.scorer == scorer)


@pytest.mark.parametrize("normalization", ["min-max", "z-score"])
def test_shares_are_weight_times_scale_times_raw_share(world: Any, normalization: str) -> None:
    fusion = Fusion(WEIGHTS, normalization)  # type: ignore[arg-type]
    for user in range(4):
        for item in unseen(world, user):
            if item == 7:
                continue
            explanation = explained(world, user, item, fusion)
            for scorer, weight in (("near", 0.5), ("far", 0.3)):
                row = raw_row(world, scorer, user)
                if normalization == "min-max":  # (s - low) / (high - low)
                    scale, offset = 1 / (row.max() - row.min()), -row.min() / (row.max() - row.min())
                else:  # (s - mean) / deviation
                    scale, offset = 1 / row.std(), -row.mean() / row.std()
                part = part_of(explanation, scorer)
                raw: ScoreShares = world.scorers[scorer].explain(user, item)
                given_shares = dict(zip(part.items.tolist(), part.shares.tolist(), strict=True))
                expected = dict(zip(raw.items.tolist(), (weight * scale * raw.shares).tolist(), strict=True))
                assert given_shares == pytest.approx(expected, rel=1e-5, abs=1e-6)
                assert part.rest == pytest.approx(weight * offset + weight * scale * raw.rest, rel=1e-5, abs=1e-5)
                assert part.contribution == pytest.approx(
                    weight * (scale * (raw.shares.sum() + raw.rest) + offset), rel=1e-5, abs=1e-5
                )
                assert part.exact


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    weights=st.tuples(*[st.floats(0, 10)] * 3).filter(lambda weights: sum(weights) > 1e-3),
    normalization=st.sampled_from(NORMALIZATIONS),
    neutral=st.sampled_from(NEUTRALS),
    user=st.integers(0, 3),
)
def test_parts_sum_to_the_score_and_shares_to_their_part(
    make_world: Callable[[int], Any], seed: int, weights: tuple[float, ...], normalization: Any, neutral: Any, user: int
) -> None:
    world = make_world(seed)
    fusion = Fusion(weights, normalization, neutral)
    source = world.source()
    pool = world.pool(source)
    row = fuse_row(pool, source, fusion, user)
    for item in unseen(world, user):
        explanation = explain(pool, source, fusion, user, item)
        assert sum(part.contribution for part in explanation.parts) == explanation.score
        assert explanation.score == pytest.approx(float(row.score[item]), rel=1e-5, abs=1e-5)
        assert explanation.rank == row.rank[item]
        for part, weight in zip(explanation.parts, fusion.effective, strict=True):
            assert part.shares.sum() + part.rest == pytest.approx(part.contribution, abs=1e-9)
            assert part.contribution == pytest.approx(weight * part.normalised, abs=1e-12)
            assert (np.diff(part.shares) <= 0).all()
            assert part.exact or normalization in ("rank", "softmax")


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_no_opinion_is_all_rest(world: Any, normalization: str) -> None:
    part = part_of(explained(world, 0, 7, Fusion(WEIGHTS, normalization)), "far")  # type: ignore[arg-type]
    assert np.isnan(part.raw)
    assert len(part.items) == len(part.shares) == 0
    assert part.rest == part.contribution == pytest.approx(0.3 * part.normalised)
    assert part.exact


def test_no_opinion_counts_as_the_mean_or_the_floor(world: Any) -> None:
    row = raw_row(world, "far", 0)
    mean = (row.mean() - row.min()) / (row.max() - row.min())
    at_mean = part_of(explained(world, 0, 7, Fusion(WEIGHTS, "min-max", "mean")), "far")
    at_floor = part_of(explained(world, 0, 7, Fusion(WEIGHTS, "min-max", "floor")), "far")
    assert at_mean.contribution == pytest.approx(0.3 * mean, abs=1e-6)
    assert at_floor.contribution == pytest.approx(0.0, abs=1e-6)


def test_a_scorer_that_cannot_say_is_all_rest(world: Any) -> None:
    why = explained(world, 1, 6, Fusion(WEIGHTS))
    part = part_of(why, "plain")
    assert len(part.items) == 0
    assert part.rest == part.contribution
    assert part.exact
    assert not part.divisible
    assert part_of(why, "near").divisible


def test_a_row_without_differences_is_all_rest(world: Any) -> None:
    flat = replace(world.scorers["near"], similarity=np.full((8, 8), 0.25), other=np.full(8, 2.0))
    same = replace(world, scorers={**world.scorers, "near": flat})
    for normalization in ("min-max", "z-score"):
        part = part_of(explained(same, 0, 6, Fusion(WEIGHTS, normalization)), "near")
        assert len(part.items) == 0
        assert part.rest == part.contribution


def test_a_scorer_of_no_weight_adds_nothing(world: Any) -> None:
    part = part_of(explained(world, 0, 6, Fusion((0.0, 1.0, 1.0))), "near")
    assert (part.weight, part.contribution, part.rest, len(part.items)) == (0.0, 0.0, 0.0, 0)
    assert not np.isnan(part.raw)


def test_rank_normalisation_divides_in_proportion_and_says_so(world: Any) -> None:
    for user in range(4):
        for item in unseen(world, user):
            part = part_of(explained(world, user, item, Fusion(WEIGHTS, "rank")), "near")
            raw = world.scorers["near"].explain(user, item)
            if len(raw.items) == 0:
                continue
            mass = np.abs(raw.shares).sum() + abs(raw.rest)
            expected = dict(zip(raw.items.tolist(), (part.contribution * raw.shares / mass).tolist(), strict=True))
            assert dict(zip(part.items.tolist(), part.shares.tolist(), strict=True)) == pytest.approx(expected)
            assert not part.exact


def test_rank_shares_stay_bounded_where_raw_parts_cancel_out(world: Any) -> None:
    # the history adds 1 + 1 and the rest takes 2 away: the raw score is 0, nothing may be divided by it
    cancelling = replace(
        world.scorers["near"],
        similarity=np.ones((8, 8)),
        other=-np.asarray(world.seen.sum(axis=1)).ravel()[0] * np.ones(8),
    )
    same = replace(world, scorers={**world.scorers, "near": cancelling})
    part = part_of(explained(same, 0, 6, Fusion(WEIGHTS, "rank")), "near")
    assert part.raw == 0
    assert np.abs(part.shares).sum() + abs(part.rest) <= 2 * part.contribution + 1e-12
    assert part.shares.sum() + part.rest == pytest.approx(part.contribution)


def test_arrays_are_read_only(world: Any) -> None:
    part = part_of(explained(world, 0, 6, Fusion(WEIGHTS)), "near")
    assert not part.items.flags.writeable
    assert not part.shares.flags.writeable


def test_mistakes_say_what_to_do(world: Any) -> None:
    fusion = Fusion(WEIGHTS)
    seen_item = int(world.seen[[0]].indices[0])
    with pytest.raises(ScenarioError, match="user: there are 4, at positions 0 to 3; got 4"):
        explained(world, 4, 0, fusion)
    with pytest.raises(ScenarioError, match="item: there are 8, at positions 0 to 7; got -1"):
        explained(world, 0, -1, fusion)
    with pytest.raises(ScenarioError, match=r"already has it in the history.*Choose an item"):
        explained(world, 0, seen_item, fusion)
    source = world.source()
    some = world.pool(source, users=np.array([1, 2], dtype=np.int32))
    with pytest.raises(ScenarioError, match="not among the 2 users"):
        explain(some, source, fusion, 0, 6)
    sliced = world.source(eligible=np.arange(8) != 6)
    with pytest.raises(ScenarioError, match="outside the slice"):
        explain(world.pool(sliced), sliced, fusion, 0, 6)


def test_mistakes_name_ids_where_there_are_any(world: Any) -> None:
    interactions = pl.DataFrame(
        {"user": [], "item": [], "weight": [], "time": [], "positive": []},
        schema={"user": pl.Int32, "item": pl.Int32, "weight": pl.Float32, "time": pl.Int64, "positive": pl.Boolean},
    )
    items = pl.DataFrame({"id": [f"film-{i}" for i in range(8)], "title": [""] * 8, "text": [""] * 8})
    users = pl.DataFrame({"id": ["ann", "bob", "cem", "dora"]})
    dataset = Dataset("films", interactions, items, users, (), (), "f")
    seen_item = int(world.seen[[0]].indices[0])
    source = world.source()
    with pytest.raises(ScenarioError, match=rf'item "film-{seen_item}": user "ann" already has it') as caught:
        explain(world.pool(source), source, Fusion(WEIGHTS), 0, seen_item, dataset=dataset)
    assert "\n" not in str(caught.value)
