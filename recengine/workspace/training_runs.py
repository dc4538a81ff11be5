"""Fits that learn in rounds, while they do, and those that stopped before their end."""

from __future__ import annotations

from pathlib import Path

from recengine.data.splits.split import part_fingerprint
from recengine.device import device_kind
from recengine.models import Recipe
from recengine.models.training import Run, TrainedRecipe, delete_run, find_run, list_runs, run_key
from recengine.scenario import Scenario
from recengine.text.device import text_device
from recengine.workspace.shelf import TRAINING


class TrainingRuns:
    """Part of a workspace."""

    root: Path

    def training_runs(self) -> list[Run]:
        """Every fit that learns or stopped before its end, the latest first."""
        return list_runs(self.root / TRAINING)

    def training_run(self, scenario: Scenario, recipe: Recipe) -> Run | None:
        """That of `recipe`, fitted as `scenario` says; None where it was not begun, or has ended."""
        folder = self.root / TRAINING
        # torch may be asked for the device, so not where nothing was begun
        if not isinstance(recipe, TrainedRecipe) or not any(folder.glob("*")):
            return None
        train = scenario.dataset
        if not scenario.all_data:
            train = part_fingerprint(train, scenario.split, scenario.seed, "full_train")
        key = run_key(recipe, train, scenario.seed, text_device(device_kind()))
        return find_run(folder, key)

    def delete_training_run(self, key: str) -> None:
        """Forget a fit that stopped; it starts anew. Raises `StoreError` where there is none, or it learns now."""
        delete_run(self.root / TRAINING, key)
