"""How long a fit will take, from those that were made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.models.sequence import SasRecRecipe
from recengine.workspace import FitEntry, estimated_seconds

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def recipe_of(**settings: Any) -> SasRecRecipe:
    return SasRecRecipe(**settings)


def fit_of(by: SasRecRecipe, dataset: Dataset, seconds: float, **others: Any) -> FitEntry:
    facts: dict[str, Any] = {
        "key": "0" * 64,
        "dataset": dataset.fingerprint,
        "split": "random",
        "seed": 0,
        "part": "train",
        "recipe": by.name,
        "version": by.version,
        "label": by.label,
        "settings": by.settings(),
        "device": "CPU",
        "seconds": seconds,
        "size": 1,
        "fitted_at": NOW,
        "loss_name": "Loss",
        "losses": (1.0,) * by.epochs,
        "learnt_from": (dataset.n_users, dataset.n_items, dataset.matrix.nnz),
    }
    return FitEntry(**facts | others)


def test_an_earlier_fit_is_scaled_by_what_is_to_be_computed(synthetic_dataset: Dataset) -> None:
    data = synthetic_dataset
    ten, twenty = recipe_of(epochs=10), recipe_of(epochs=20)
    assert estimated_seconds(ten, data, [fit_of(ten, data, 7.0)], "cpu") == pytest.approx(7.0)
    assert estimated_seconds(twenty, data, [fit_of(ten, data, 7.0)], "cpu") == pytest.approx(2 * 7.0)
    # it stopped early, after a quarter of its rounds
    early = fit_of(twenty, data, 5.0, losses=(1.0,) * 5)
    assert estimated_seconds(twenty, data, [early], "cpu") == pytest.approx(4 * 5.0)


def test_the_median_of_the_latest_five_counts(synthetic_dataset: Dataset) -> None:
    data, recipe = synthetic_dataset, recipe_of(epochs=10)
    fits = [
        fit_of(recipe, data, seconds, fitted_at=NOW - timedelta(days=age))
        for age, seconds in enumerate([3.0, 9.0, 4.0, 5.0, 6.0, 500.0, 500.0, 500.0])
    ]
    assert estimated_seconds(recipe, data, reversed(fits), "cpu") == pytest.approx(5.0)


def test_what_says_nothing_is_left_out(synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    data, recipe = synthetic_dataset, recipe_of(epochs=10)
    monkeypatch.setattr("recengine.workspace.fit_times.seconds_for", lambda operations: operations / 1e6)
    by_speed = recipe.operations(data.n_users, data.n_items, data.matrix.nnz) / 1e6
    mute = [
        fit_of(recipe, data, 7.0, learnt_from=None),
        fit_of(recipe, data, 7.0, device="GPU (NVIDIA H100)"),
        fit_of(recipe, data, 0.01),
        fit_of(recipe, data, 7.0, recipe="als"),
        fit_of(recipe, data, 7.0, settings={"unheard": 1}),
    ]
    assert estimated_seconds(recipe, data, mute, "cpu") == pytest.approx(by_speed)
    # on a GPU the speed of the processor says nothing
    assert estimated_seconds(recipe, data, mute[:1], "cuda") is None
    assert estimated_seconds(recipe, data, mute, "cuda") == pytest.approx(7.0)
    assert estimated_seconds(make_recipe("popularity"), data, mute, "cpu") is None


def test_more_of_anything_takes_longer(synthetic_dataset: Dataset) -> None:
    data = synthetic_dataset
    sizes = (data.n_users, data.n_items, data.matrix.nnz)
    plain = recipe_of(epochs=10)
    assert plain.operations(*sizes) < replace(plain, epochs=11).operations(*sizes)
    assert plain.operations(*sizes) < replace(plain, factors=128).operations(*sizes)
    for place in range(3):
        more = tuple(size * (2 if at == place else 1) for at, size in enumerate(sizes))
        assert plain.operations(*sizes) < plain.operations(*more)
