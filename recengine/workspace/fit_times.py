"""How long a fit will take, from those that were made."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from recengine.data import Dataset
from recengine.device import DeviceKind
from recengine.errors import RecipeError
from recengine.models import Recipe, make_recipe
from recengine.models.training import TrainedRecipe
from recengine.models.training.cost import seconds_for
from recengine.workspace.fits import FitEntry

LEAST_SECONDS = 0.2
"""A fit that took less says more of the machine's other work than of the recipe."""
LATEST = 5
"""Fits that count: the machine may have become another."""


def estimated_seconds(recipe: Recipe, dataset: Dataset, fits: Iterable[FitEntry], device: DeviceKind) -> float | None:
    """Seconds that a fit of `recipe` may take: the median of what its latest fits on that kind of device say, each by
    how much more or less there is to compute; without one, what is to compute by the speed of the processor.

    None for a recipe that does not learn in rounds, and on a GPU on which it was not fitted yet.
    """
    if not isinstance(recipe, TrainedRecipe):
        return None
    wanted = recipe.operations(dataset.n_users, dataset.n_items, dataset.matrix.nnz)
    on_gpu = device == "cuda"
    alike = [fit for fit in fits if fit.recipe == recipe.name and fit.device.startswith("GPU") == on_gpu]
    found: list[float] = []
    for fit in sorted(alike, key=lambda fit: fit.fitted_at, reverse=True):
        computed = _computed(fit)
        if computed and fit.seconds >= LEAST_SECONDS and len(found) < LATEST:
            found.append(fit.seconds * wanted / computed)
    if found:
        return median(found)
    return None if on_gpu else seconds_for(wanted)


def _computed(fit: FitEntry) -> float:
    """Operations of a fit that was made, as many rounds as it went; 0 where that is not known."""
    if fit.learnt_from is None or not fit.losses:
        return 0.0
    try:
        recipe = make_recipe(fit.recipe, dict(fit.settings))
    except RecipeError:  # stored by a program with other settings
        return 0.0
    if not isinstance(recipe, TrainedRecipe):
        return 0.0
    return recipe.operations(*fit.learnt_from) * len(fit.losses) / recipe.epochs
