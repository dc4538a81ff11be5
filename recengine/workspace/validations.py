"""Validations on disk: a recipe is measured once a question, and two of them can be compared user by user."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from recengine.data import Dataset
from recengine.errors import StoreError
from recengine.evaluation import Figure
from recengine.models import Recipe, Resources
from recengine.progress import Cancel, Progress, never, silent
from recengine.ranking import METRICS
from recengine.storage import Entry, load_entry, locked, save_entry
from recengine.tuning import Validation, validate, validation_key
from recengine.workspace.curves import curve_document, curve_of

FOLDER = "validations"
_MEND = "Compare the models again; nothing else is affected."


def stored_validation(
    root: Path, dataset: Dataset, recipe: Recipe, *, split: str, seed: int, folds: int, k: int, device: str
) -> Validation | None:
    """What is stored under `validation_key`; None where nothing is, or what is there is damaged."""
    folder = (
        root
        / FOLDER
        / validation_key(recipe, dataset.fingerprint, split=split, seed=seed, folds=folds, k=k, device=device)
    )
    if not folder.is_dir():
        return None
    with suppress(StoreError, KeyError, TypeError, ValueError):
        return _restored(load_entry(folder, kind="validation", mend=_MEND), recipe)
    return None


def validation(
    root: Path,
    dataset: Dataset,
    recipe: Recipe,
    *,
    split: str,
    seed: int,
    folds: int,
    k: int,
    resources: Resources,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Validation:
    """The validation that is stored, else the one just made, stored. Raises what `validate` does, and `StoreError`."""

    def stored() -> Validation | None:
        return stored_validation(
            root, dataset, recipe, split=split, seed=seed, folds=folds, k=k, device=resources.device
        )

    if (found := stored()) is not None:
        return found
    key = validation_key(recipe, dataset.fingerprint, split=split, seed=seed, folds=folds, k=k, device=resources.device)
    # the lock is held while it is made, so that a second process waits and then loads
    with locked(root / "locks" / f"{key}.lock"):
        if (found := stored()) is not None:
            return found
        made = validate(
            recipe,
            dataset,
            split=split,
            seed=seed,
            folds=folds,
            k=k,
            resources=resources,
            progress=progress,
            cancel=cancel,
        )
        _save(root / FOLDER / key, made)
    return made


def _save(folder: Path, made: Validation) -> None:
    facts: dict[str, Any] = {
        name: getattr(made, name)
        for name in ("recipe", "folds", "fit_seconds", "score_seconds", "memory", "device", "loss_name")
    }
    facts |= {
        "settings": dict(made.settings),
        "losses": [float(loss) if np.isfinite(loss) else None for loss in made.losses],
        "curves": [curve_document(curve) for curve in made.curves],
        "metrics": list(made.per_user),
        "table": {key: _figure_facts(figure) for key, figure in made.table.items()},
    }
    arrays = {"per_user": np.stack(list(made.per_user.values()))}
    save_entry(folder, kind="validation", settings=facts, arrays=arrays)


def _restored(entry: Entry, recipe: Recipe) -> Validation:
    facts = entry.settings
    return Validation(
        recipe=recipe.name,
        settings=recipe.settings(),
        per_user=dict(zip(facts["metrics"], np.asarray(entry.arrays["per_user"]), strict=True)),
        table={key: _figure(key, figure) for key, figure in facts["table"].items()},
        folds=facts["folds"],
        fit_seconds=facts["fit_seconds"],
        score_seconds=facts["score_seconds"],
        memory=facts["memory"],
        device=facts["device"],
        losses=tuple(np.nan if loss is None else loss for loss in facts["losses"]),
        loss_name=facts["loss_name"],
        curves=tuple(curve_of(document) for document in facts.get("curves", ())),
    )


def _figure_facts(figure: Figure) -> dict[str, Any]:
    """JSON has no NaN."""
    return {
        "mean": None if np.isnan(figure.mean) else figure.mean,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
    }


def _figure(key: str, facts: Mapping[str, Any]) -> Figure:
    mean = float("nan") if facts["mean"] is None else facts["mean"]
    return Figure(mean, facts["low"], facts["high"], facts["n"], METRICS[key].variant)
