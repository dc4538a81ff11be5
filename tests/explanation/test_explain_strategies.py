"""Explanations under every strategy: sums where there is one, else an account that is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.explanation import Explanation, Part, explain, sentence
from recengine.fusion import (
    NEUTRALS,
    NORMALIZATIONS,
    Fusion,
    Remark,
    fuse,
    fuse_row,
    make_strategy,
)

NAN = float("nan")
WEIGHTS = (0.5, 0.3, 0.2)
SUMS = ("comb-mnz", "reciprocal-rank", "borda")
PLACES = ("condorcet", "interleaving", "cascade")
TITLES = [f"Film {item}" for item in range(8)]
LABELS = {"near": "Near by", "far": "Far off", "plain": "Plain"}


def by(strategy: str, weights: tuple[float, ...] = WEIGHTS, **more: Any) -> Fusion:
    chosen = {"stages": "far:4,near"} if strategy == "cascade" else {}
    return Fusion(weights, strategy=make_strategy(strategy, chosen), **more)


def unseen(world: Any, user: int) -> list[int]:
    return np.flatnonzero(world.seen[[user]].toarray()[0] == 0).tolist()


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    weights=st.tuples(*[st.floats(0, 10)] * 3).filter(lambda weights: sum(weights) > 1e-3),
    strategy=st.sampled_from(SUMS),
    listed=st.integers(1, 6),
    normalization=st.sampled_from(NORMALIZATIONS),
    neutral=st.sampled_from(NEUTRALS),
    user=st.integers(0, 3),
)
def test_parts_sum_to_the_score_and_shares_to_their_part(
    make_world: Callable[[int], Any],
    seed: int,
    weights: tuple[float, ...],
    strategy: str,
    listed: int,
    normalization: Any,
    neutral: Any,
    user: int,
) -> None:
    world = make_world(seed)
    source = world.source()
    pool = world.pool(source)
    chosen = {"listed": listed} if strategy == "comb-mnz" else {}
    fusion = Fusion(weights, normalization, neutral, make_strategy(strategy, chosen))
    row = fuse_row(pool, source, fusion, user)
    for item in unseen(world, user):
        why = explain(pool, source, fusion, user, item)
        assert why.score == sum(part.contribution for part in why.parts)
        assert why.score == pytest.approx(float(row.score[item]), rel=1e-5, abs=1e-5)
        for part in why.parts:
            assert part.shares.sum() + part.rest == pytest.approx(part.contribution, abs=1e-9)
            exact = strategy == "comb-mnz" and normalization in ("min-max", "z-score")
            assert part.exact == (exact or len(part.shares) == 0)
        assert "nan" not in sentence(why, TITLES, LABELS)


def test_comb_mnz_multiplies_shares_by_the_weight_of_those_who_list_it(world: Any) -> None:
    """On min-max scores share j is w_c * (sum of w of those who list the item) * s_j / (high - low)."""
    source = world.source()
    pool = world.pool(source)
    fusion = Fusion(WEIGHTS, strategy=make_strategy("comb-mnz", {"listed": 2}))
    row = fuse_row(pool, source, fusion, 0)
    compared = 0
    for item in unseen(world, 0):
        why = explain(pool, source, fusion, 0, item)
        votes = sum(w for w, rank in zip(WEIGHTS, row.ranks[:, item], strict=True) if rank <= 2)
        part = why.parts[0]
        if not part.rank <= 2:
            assert (part.contribution, len(part.shares)) == (0.0, 0)
            continue
        raw = world.scorers["near"].explain(0, item)
        scale = 1 / (np.nanmax(row.raw[0]) - np.nanmin(row.raw[0]))
        expected = dict(zip(raw.items.tolist(), (0.5 * votes * scale * raw.shares).tolist(), strict=True))
        found = dict(zip(part.items.tolist(), part.shares.tolist(), strict=True))
        assert found == pytest.approx(expected, rel=1e-4)
        compared += len(expected)
    assert compared > 0


def test_comb_mnz_says_who_lists_the_item(world: Any) -> None:
    source = world.source()
    pool = world.pool(source)
    fusion = Fusion(WEIGHTS, strategy=make_strategy("comb-mnz", {"listed": 1}))
    row = fuse_row(pool, source, fusion, 0)
    best = int(np.nanargmax(row.raw[0]))
    said = sentence(explain(pool, source, fusion, 0, best), TITLES, LABELS)
    assert "Among the best 1 of Near by" in said
    nobody = next(item for item in unseen(world, 0) if not (row.ranks[:, item] <= 1).any())
    why = explain(pool, source, fusion, 0, nobody)
    assert why.score == 0
    assert sentence(why, TITLES, LABELS).endswith(
        "no scorer adds anything to its score. No scorer has it among its best 1, so its score is 0."
    )


@pytest.mark.parametrize("strategy", PLACES)
def test_places_that_are_no_sum_have_an_account_and_ranks(world: Any, strategy: str) -> None:
    source = world.source()
    pool = world.pool(source)
    fusion = by(strategy)
    lists = fuse(pool, source, fusion, 5).rankings
    for user in range(4):
        row = fuse_row(pool, source, fusion, user)
        for item in unseen(world, user):
            why = explain(pool, source, fusion, user, item, k=5)
            assert not why.additive
            assert np.isnan([part.contribution for part in why.parts]).all()
            assert why.score == row.score[item]
            assert [part.rank for part in why.parts] == pytest.approx(row.ranks[:, item].tolist(), nan_ok=True)
            assert why.account
            said = sentence(why, TITLES, LABELS)
            assert said.startswith(f'"Film {item}" ranks ')
            assert f", by {fusion.strategy.label}: " in said
            assert "nan" not in said
            assert "{" not in said
        first = lists.items[user, 0]
        assert sentence(explain(pool, source, fusion, user, int(first)), TITLES).startswith(
            f'"Film {first}" ranks 1st, by {fusion.strategy.label}: '
        )


def test_the_account_of_a_turn_is_the_place_of_the_list(world: Any) -> None:
    source = world.source()
    pool = world.pool(source)
    fusion = by("interleaving")
    items = fuse(pool, source, fusion, 4).rankings.items[0]
    for place, item in enumerate(items.tolist(), 1):
        (remark,) = explain(pool, source, fusion, 0, item).account
        assert remark.text(TITLES, LABELS).startswith(f"taken at place {place} by ")


def voted(rank: int = 3, fused_rank: int = 3, *remarks: Remark) -> Explanation:
    none = np.zeros(0, dtype=np.int32), np.zeros(0)
    parts = (
        Part("near", 0.7, 1.0, 0.5, NAN, False, *none, NAN, 1_204.0),
        Part("far", 0.3, 1.0, 0.5, NAN, False, *none, NAN, 2.5),
        Part("plain", 0.0, 1.0, 0.5, NAN, False, *none, NAN, 9.0),
    )
    silent = Part("silent", 0.1, NAN, 0.5, NAN, False, *none, NAN, NAN)
    return Explanation(0, 4, rank, fused_rank, 7.5, False, (*parts, silent), "Condorcet voting", remarks)


def test_the_sentence_of_a_vote() -> None:
    remarks = (Remark("won 4 of 9 duels"), Remark("beaten by {items[0]}", items=(2,)))
    assert sentence(voted(3, 3, *remarks), TITLES, LABELS) == (
        '"Film 4" ranks 3rd, by Condorcet voting: won 4 of 9 duels; beaten by "Film 2". The scorers\' own ranks of it: '
        "Near by 1,204th, Far off tied at 2.5, silent no opinion."
    )


def test_what_re_rankers_did_is_said() -> None:
    assert sentence(voted(3, 14), TITLES).startswith(
        '"Film 4" ranks 3rd (14th by score, moved by the re-rankers), by Condorcet voting. The'
    )
    assert sentence(voted(3, 0), TITLES).startswith('"Film 4" ranks 3rd (put there by the re-rankers)')
    assert sentence(voted(0, 14), TITLES).startswith('"Film 4" is taken out by the re-rankers (14th by score)')
    assert sentence(voted(0, 0), TITLES).startswith('"Film 4" has no rank')


def test_titles_with_braces_are_only_titles() -> None:
    titles = [*TITLES[:2], "{scorers[0]} {0} {", *TITLES[3:]]
    remark = Remark("beaten by {items[0]}", items=(2,))
    assert remark.text(titles) == 'beaten by "{scorers[0]} {0} {"'
