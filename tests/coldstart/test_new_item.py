from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.coldstart import audience_by_group, place_new_item, similar_items
from recengine.data import Dataset, describe_item
from recengine.errors import ScenarioError
from recengine.fusion import NORMALIZATIONS, Fusion, Normalization, Pool, Source, build_pool, fuse_row
from recengine.models import Scorer


def like(dataset: Dataset, item: int) -> pl.DataFrame:
    """A new item with the attributes of one of the catalogue, without a text."""
    there = dataset.items.row(item, named=True)
    return describe_item(dataset, attributes={"genre": there["genre"], "year": there["year"]})


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_a_new_item_like_a_cold_one_gets_its_score_and_the_place_behind_it(
    synthetic_dataset: Dataset, source: Source, pool: Pool, fusion: Fusion, normalization: Normalization
) -> None:
    cold = int(np.flatnonzero(synthetic_dataset.popularity() == 0)[0])
    fusion = replace(fusion, normalization=normalization)
    audience = place_new_item(pool, source, fusion, like(synthetic_dataset, cold), 10)
    assert audience.opinions.tolist() == [False, True, True]
    assert audience.parts.sum(axis=0) == pytest.approx(audience.scores, abs=1e-6)
    for user in (0, 11, 60):
        row = fuse_row(pool, source, fusion, user)
        # by rank it stands one place behind its equal: 1 / (n - 1) of a rank's span at most for each scorer
        assert audience.scores[user] == pytest.approx(row.score[cold], abs=0.02 if normalization == "rank" else 1e-5)
        place = 1 + int((row.score >= audience.scores[user]).sum())
        assert audience.ranks[user] == place
    if normalization != "rank":
        assert (audience.ranks > 0).all()  # of 80 items none is beyond rank 100


def test_who_would_get_it_comes_first(synthetic_dataset: Dataset, source: Source, pool: Pool, fusion: Fusion) -> None:
    audience = place_new_item(pool, source, replace(fusion, weights=(0.0, 1.0, 0.0)), like(synthetic_dataset, 5), 20)
    order = audience.by_likelihood()
    ranks = audience.ranks[order]
    assert (np.diff(ranks) >= 0).all()
    assert audience.reached.sum() == ((ranks >= 1) & (ranks <= 20)).sum() > 0


def test_groups_add_up(synthetic_dataset: Dataset, source: Source, pool: Pool, fusion: Fusion) -> None:
    audience = place_new_item(pool, source, replace(fusion, weights=(0.0, 1.0, 0.0)), like(synthetic_dataset, 5), 20)
    groups = audience_by_group(audience, synthetic_dataset, "age_group")
    assert groups["users"].sum() == 120
    assert groups["reached"].sum() == audience.reached.sum()
    assert groups["share"].to_list() == pytest.approx((groups["reached"] / groups["users"]).to_list())
    assert groups["group"].to_list()[0] == "Under 18"
    with pytest.raises(ScenarioError, match=r"no groups by 'city'\. Choose among group"):
        audience_by_group(audience, synthetic_dataset, "city")


def test_an_item_of_which_nothing_is_known_is_refused(
    synthetic_dataset: Dataset, source: Source, pool: Pool, fusion: Fusion
) -> None:
    with pytest.raises(ScenarioError, match="can tell whom it suits"):
        place_new_item(pool, source, fusion, describe_item(synthetic_dataset), 10)
    only_als = replace(fusion, weights=(1.0, 0.0, 0.0))
    with pytest.raises(ScenarioError, match="can tell whom it suits"):
        place_new_item(pool, source, only_als, like(synthetic_dataset, 5), 10)


def test_beyond_the_hundredth_rank_nobody_gets_it(scorers: Mapping[str, Scorer], synthetic_dataset: Dataset) -> None:
    source = Source(scorers, synthetic_dataset.seen)
    pool = build_pool(source, users=np.array([3], dtype=np.int32), depth=5)
    audience = place_new_item(pool, source, Fusion((0.0, 1.0, 0.0)), like(synthetic_dataset, 5), 10)
    assert audience.users.tolist() == [3]
    assert audience.depth == 80


def test_the_items_most_like_it_share_its_categories(synthetic_dataset: Dataset) -> None:
    bare = replace(synthetic_dataset, items=synthetic_dataset.items.with_columns(text=pl.lit("")))
    near = similar_items(bare, like(bare, 5), 5)
    assert near[0].similarity == pytest.approx(1)
    assert np.isnan(near[0].text)
    genres = set(bare.items["genre"][5])
    assert {f"genre: {genre}" for genre in genres} <= set(near[0].shared)
    assert [one.similarity for one in near] == sorted((one.similarity for one in near), reverse=True)
    assert similar_items(bare, describe_item(bare, title="Nothing"), 5) == []
