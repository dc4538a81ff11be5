from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from recengine.evaluation import Figure
from recengine.ranking import METRICS
from recengine.tuning import Validation
from ui.models import comparison

N = 200


def validation(recipe: str, ndcg: np.ndarray, novelty: float = 1.0) -> Validation:
    figures = {
        "ndcg": Figure(float(np.nanmean(ndcg)), 0.1, 0.2, N, METRICS["ndcg"].variant),
        "novelty": Figure(novelty, None, None, N, METRICS["novelty"].variant),
    }
    return Validation(recipe, {}, {"ndcg": ndcg}, figures, 1, 0.5, 0.1, 3 * 2**20, "CPU")


@pytest.fixture(scope="module")
def measured() -> Mapping[str, Validation]:
    values = np.random.default_rng(0).uniform(0, 0.4, N)
    noise = np.random.default_rng(1).normal(0, 0.02, N)
    return {
        "popularity": validation("popularity", values / 2),
        "ease": validation("ease", values),
        # differs user by user, but not in the mean: 0 lies in its interval
        "als": validation("als", values - 0.0005 + noise - noise.mean()),
    }


def test_the_best_comes_first_and_undefined_last(measured: Mapping[str, Validation]) -> None:
    undefined = replace(measured["als"], table={"ndcg": Figure(float("nan"), None, None, 0, "")})
    assert list(comparison.ranked({"random": undefined, **measured}, "ndcg")) == ["ease", "als", "popularity", "random"]


def test_the_reading_names_who_cannot_be_told_from_the_best(measured: Mapping[str, Validation]) -> None:
    said = comparison.reading(comparison.ranked(measured, "ndcg"), "ndcg", 10, 0)
    assert said.startswith("EASE is best with NDCG@10")
    assert said.endswith("not told apart from it by these users: Collaborative (ALS).")


def test_differences_are_paired_with_the_best(measured: Mapping[str, Validation]) -> None:
    table = comparison.table(comparison.ranked(measured, "ndcg"), "ndcg", 10, 0)
    assert table["Against the best"][0] == "the best"
    popularity = table.row(2, named=True)
    half = measured["ease"].per_user["ndcg"].mean() / 2
    assert popularity["Against the best"].startswith(f"{-half:+.3f} (")
    assert popularity["Memory"] == "3.0 MiB"


def test_a_metric_without_users_has_a_reading_too(measured: Mapping[str, Validation]) -> None:
    ranked = comparison.ranked(measured, "novelty")
    assert comparison.reading(ranked, "novelty", 10, 0)
    assert comparison.table(ranked, "novelty", 10, 0).height == 3


def test_the_export_has_every_metric_of_every_scorer(measured: Mapping[str, Validation]) -> None:
    rows = comparison.export(measured, 0)
    assert rows.height == 3 * 2
    best = rows.filter(scorer="ease", metric="ndcg").row(0, named=True)
    assert best["difference_to_best"] == 0
