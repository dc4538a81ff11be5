"""Fits in progress on disk: what others may look at while they learn, and from where they go on after a stop."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from recengine.errors import RecipeError, StoreError
from recengine.models.training.curves import Round
from recengine.models.training.recipe import TrainedRecipe
from recengine.storage import (
    digest,
    is_locked,
    load_entry,
    locked,
    read_document,
    read_manifest,
    remove_folder,
    save_entry,
    write_document,
)

CHECKPOINT = "checkpoint"
STATE = "rounds.json"
LOCK = "lock"
VERSION = 2
"""Changes whenever what a checkpoint of the same fit holds means something else."""
OLD_SECONDS = 28 * 86_400.0
"""After which a fit that stopped is forgotten."""
SECONDS_BETWEEN_LOOKS = 0.5
"""Rounds shorter than that are told together."""
_GROUP = "state."
_PATIENCE_SECONDS = 2.0
_MEND = "Delete it; the fit starts anew."
_KEY = re.compile(r"[0-9a-f]{64}")
_UNREADABLE = (StoreError, OSError, KeyError, TypeError, ValueError)
"""Damaged, or ended and gone in this moment."""


@dataclass(frozen=True)
class Run:
    """A fit that learns, or that stopped before its end.

    key: SHA-256 of all that it depends on. recipe: its name. label: for people. dataset: its name.
    fingerprint: of the whole dataset, empty where that was not kept. epochs: at most. loss_name: in words. rounds: so
    far. kept: the round from which it would go on, 0 where it would start anew. updated: seconds since 1970. active:
    whether a process learns it now.
    """

    key: str
    recipe: str
    label: str
    dataset: str
    fingerprint: str
    epochs: int
    loss_name: str
    rounds: tuple[Round, ...]
    kept: int
    updated: float
    active: bool


def run_facts(recipe: TrainedRecipe, train: str, seed: int, device: str) -> dict[str, Any]:
    """All that the numbers of a fit depend on. train: fingerprint of what is learnt. device: its kind."""
    return {
        "checkpoint": VERSION,
        "dataset": train,
        "recipe": recipe.name,
        "version": recipe.version,
        "settings": recipe.settings(),
        "seed": seed,
        "device": device,
    }


def run_key(recipe: TrainedRecipe, train: str, seed: int, device: str) -> str:
    """SHA-256 of `run_facts`."""
    return digest(run_facts(recipe, train, seed, device))


def list_runs(folder: Path) -> list[Run]:
    """Those in `folder` that can be read, the latest first."""
    found = []
    for path in folder.glob(f"*/{STATE}"):
        with suppress(*_UNREADABLE):
            found.append(_run(path.parent))
    return sorted(found, key=lambda run: run.updated, reverse=True)


def find_run(folder: Path, key: str) -> Run | None:
    """The one of that key; None where there is none, or it cannot be read. Reads no other."""
    own = folder / key
    try:
        return _run(own) if (own / STATE).exists() else None
    except _UNREADABLE:
        return None


def delete_run(folder: Path, key: str) -> None:
    """Forget a fit that stopped; it starts anew. Raises `StoreError` where there is none, or it learns now."""
    own = folder / key
    if not _KEY.fullmatch(key) or not own.is_dir():
        raise StoreError(f"stopped fit: {key[:12]!r} is not in {folder}. It may have gone on; reload the page.")
    if is_locked(own / LOCK):
        raise StoreError(f"stopped fit: {key[:12]} learns now. Cancel its job first.")
    remove_folder(own)


def prune_runs(folder: Path, older_than: float = OLD_SECONDS) -> None:
    """Forget the fits that stopped more than `older_than` seconds ago. What cannot be removed stays."""
    before = time.time() - older_than
    for own in folder.glob("*"):
        with suppress(StoreError, OSError):
            latest = max((path.stat().st_mtime for path in own.iterdir()), default=own.stat().st_mtime)
            if _KEY.fullmatch(own.name) and latest < before and not is_locked(own / LOCK):
                remove_folder(own)


class RunFolder:
    """The folder of one fit, for as long as it learns; or of none where nothing is to be kept.

    A folder that cannot be written, or is full, ends no fit: from then on nothing is kept, and `trouble` says why. The
    same where another process learns the very same.
    """

    def __init__(self, folder: Path | None, made_from: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        """made_from: `run_facts`. shown: the fields of `Run` from `recipe` to `loss_name`."""
        self.trouble = ""
        self._parent = folder
        self._folder = folder / digest(made_from) if folder is not None else None
        self._made_from = dict(made_from)
        self._shown = dict(shown)
        self._kept_at = self._told_at = -math.inf
        self._held = ExitStack()

    def __enter__(self) -> RunFolder:
        """Itself, alone in its folder; those that stopped long ago are forgotten."""
        self._kept_at = time.monotonic()
        if self._parent is not None and self._folder is not None:
            prune_runs(self._parent)
            try:
                self._held.enter_context(locked(self._folder / LOCK, patience=_PATIENCE_SECONDS))
            except StoreError as error:
                self.trouble = str(error)
                self._folder = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stays where the fit can go on from there: not after its end, nor where it would come to the same error."""
        folder = self._folder
        with self._held:
            if folder is None:
                return
            if kind is None or issubclass(kind, RecipeError) or not (folder / CHECKPOINT).is_dir():
                with suppress(StoreError):
                    remove_folder(folder)

    def tell(self, rounds: Sequence[Round], *, at_once: bool = False) -> None:
        """Let others see the rounds so far; not so soon after the last time, unless `at_once`."""
        if self._folder is None or self.trouble:
            return
        if not at_once and time.monotonic() - self._told_at < SECONDS_BETWEEN_LOOKS:
            return
        try:
            write_document(self._folder / STATE, self._shown | {"rounds": [_document(one) for one in rounds]})
        except StoreError as error:
            self.trouble = str(error)
        self._told_at = time.monotonic()

    def keep(self, arrays: Mapping[str, Any], rounds: Sequence[Round], seconds: float) -> None:
        """Keep all that going on needs. seconds: that it took to come there."""
        if self._folder is None or self.trouble:
            return
        settings = {"made_from": self._made_from, "rounds": [_document(one) for one in rounds], "seconds": seconds}
        # a group, so that all are in one file
        named = {_GROUP + name: array for name, array in arrays.items()}
        try:
            save_entry(self._folder / CHECKPOINT, kind="checkpoint", settings=settings, arrays=named)
        except StoreError as error:
            self.trouble = str(error)
        self._kept_at = time.monotonic()

    def is_due(self, every: float) -> bool:
        """Whether `every` seconds have gone since something was kept, or since the fit began."""
        return self._folder is not None and not self.trouble and time.monotonic() - self._kept_at >= every

    def kept(self) -> tuple[dict[str, Any], list[Round], float] | None:
        """Arrays, rounds and seconds that were kept last.

        None where nothing was, or where it is damaged or was made from something else.
        """
        if self._folder is None or self.trouble or not (self._folder / CHECKPOINT).exists():
            return None
        try:
            entry = load_entry(self._folder / CHECKPOINT, kind="checkpoint", mend=_MEND)
            if entry.settings["made_from"] != self._made_from:
                return None
            arrays = {name.removeprefix(_GROUP): array for name, array in entry.arrays.items()}
            return arrays, [_round(one) for one in entry.settings["rounds"]], float(entry.settings["seconds"])
        except (StoreError, KeyError, TypeError, ValueError):
            return None


def _document(one: Round) -> dict[str, Any]:
    """JSON has no NaN."""
    named = {"loss": one.loss, "ndcg": one.ndcg, **{f"other:{name}": value for name, value in one.others.items()}}
    figures = {name: float(value) if math.isfinite(value) else None for name, value in named.items()}
    return {"number": one.number, "seconds": one.seconds, **figures}


def _round(document: Mapping[str, Any]) -> Round:
    figures = {name: math.nan if value is None else float(value) for name, value in document.items()}
    others = {name.removeprefix("other:"): value for name, value in figures.items() if name.startswith("other:")}
    return Round(int(document["number"]), figures["loss"], figures["ndcg"], figures["seconds"], others)


def _run(folder: Path) -> Run:
    path = folder / STATE
    document = read_document(path, "the rounds of a fit", _MEND)
    rounds = tuple(_round(one) for one in document["rounds"])
    return Run(
        key=folder.name,
        recipe=str(document["recipe"]),
        label=str(document["label"]),
        dataset=str(document["dataset"]),
        fingerprint=str(document.get("fingerprint", "")),
        epochs=int(document["epochs"]),
        loss_name=str(document["loss_name"]),
        rounds=rounds,
        kept=_kept_rounds(folder),
        updated=path.stat().st_mtime,
        active=is_locked(folder / LOCK),
    )


def _kept_rounds(folder: Path) -> int:
    try:
        return len(read_manifest(folder / CHECKPOINT, kind="checkpoint", mend=_MEND)["settings"]["rounds"])
    except (StoreError, KeyError, TypeError):
        return 0
