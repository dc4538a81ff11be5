"""Fits in progress on disk: what others may look at while they learn, and from where they go on after a stop."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recengine.errors import StoreError
from recengine.models.training.curves import Round
from recengine.storage import digest, load_entry, read_document, remove_folder, save_entry, write_document

CHECKPOINT = "checkpoint"
STATE = "rounds.json"
_MEND = "Delete it; the fit starts anew."


@dataclass(frozen=True)
class Run:
    """A fit that learns, or that stopped before its end.

    recipe: its name. label: for people. dataset: its name. epochs: at most. loss_name: in words. rounds: so far.
    updated: seconds since 1970.
    """

    recipe: str
    label: str
    dataset: str
    epochs: int
    loss_name: str
    rounds: tuple[Round, ...]
    updated: float


def list_runs(folder: Path) -> list[Run]:
    """Those in `folder` that can be read, the latest first."""
    found = []
    for path in folder.glob(f"*/{STATE}"):
        try:
            found.append(_run(read_document(path, "the rounds of a fit", _MEND), path.stat().st_mtime))
        except (StoreError, OSError, KeyError, TypeError, ValueError):
            # damaged, or ended and gone in this moment
            continue
    return sorted(found, key=lambda run: run.updated, reverse=True)


class RunFolder:
    """The folder of one fit, by everything that its numbers depend on; or of none where nothing is to be kept."""

    def __init__(self, folder: Path | None, made_from: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        """shown: `recipe`, `label`, `dataset`, `epochs` and `loss_name` of the run."""
        self._folder = folder / digest(made_from) if folder is not None else None
        self._made_from = dict(made_from)
        self._shown = dict(shown)
        self._kept_at = -math.inf

    def tell(self, rounds: Sequence[Round]) -> None:
        """Let others see the rounds so far."""
        if self._folder is not None:
            write_document(self._folder / STATE, self._shown | {"rounds": [_document(one) for one in rounds]})

    def keep(self, arrays: Mapping[str, Any], rounds: Sequence[Round], *, every: float) -> None:
        """Keep all that going on needs, unless that was done less than `every` seconds ago."""
        if self._folder is None or time.monotonic() - self._kept_at < every:
            return
        settings = {"made_from": self._made_from, "rounds": [_document(one) for one in rounds]}
        save_entry(self._folder / CHECKPOINT, kind="checkpoint", settings=settings, arrays=dict(arrays))
        self._kept_at = time.monotonic()

    def kept(self) -> tuple[dict[str, Any], list[Round]] | None:
        """What was kept last; None where nothing was, or where it is damaged or was made from something else."""
        if self._folder is None or not (self._folder / CHECKPOINT).exists():
            return None
        try:
            entry = load_entry(self._folder / CHECKPOINT, kind="checkpoint", mend=_MEND)
            if entry.settings["made_from"] != self._made_from:
                return None
            return dict(entry.arrays), [_round(one) for one in entry.settings["rounds"]]
        except (StoreError, KeyError, TypeError, ValueError):
            return None

    def end(self) -> None:
        """The fit is over: what it came to is stored by others."""
        if self._folder is not None:
            remove_folder(self._folder)


def _document(one: Round) -> dict[str, Any]:
    """JSON has no NaN."""
    named = {"loss": one.loss, "ndcg": one.ndcg, **{f"other:{name}": value for name, value in one.others.items()}}
    figures = {name: float(value) if math.isfinite(value) else None for name, value in named.items()}
    return {"number": one.number, "seconds": one.seconds, **figures}


def _round(document: Mapping[str, Any]) -> Round:
    figures = {name: math.nan if value is None else float(value) for name, value in document.items()}
    others = {name.removeprefix("other:"): value for name, value in figures.items() if name.startswith("other:")}
    return Round(int(document["number"]), figures["loss"], figures["ndcg"], figures["seconds"], others)


def _run(document: Mapping[str, Any], updated: float) -> Run:
    return Run(
        recipe=str(document["recipe"]),
        label=str(document["label"]),
        dataset=str(document["dataset"]),
        epochs=int(document["epochs"]),
        loss_name=str(document["loss_name"]),
        rounds=tuple(_round(one) for one in document["rounds"]),
        updated=updated,
    )
