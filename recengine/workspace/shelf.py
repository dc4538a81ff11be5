"""Fitted scorers and pools on disk: nothing is fitted twice, and nothing stale is served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import StoreError
from recengine.fusion import Pool
from recengine.fusion.strategies import Learned, Taught
from recengine.models import HasCurves, Learns, Resources
from recengine.models.base import Recipe
from recengine.models.training.logs import log_folder
from recengine.scenario import Fitted
from recengine.storage import Entry, digest, load_entry, locked, save_entry, scratch_folder
from recengine.workspace.curves import curve_document
from recengine.workspace.pair_file import PairFile

Made = TypeVar("Made")
SCORE_TABLES = "scores"
"""The folder of uploaded scores in a workspace."""
TRAINING = "training"
"""The folder of fits that learn, or that stopped before their end."""


class Shelf:
    """The `Store` of a workspace. rebuild: make a damaged entry anew instead of raising `StoreError`."""

    def __init__(self, root: Path, dataset_name: str, *, rebuild: bool) -> None:
        self.root = root
        self.resources = Resources(
            vector_cache=root / "vectors",
            device=device_kind(),
            score_tables=root / SCORE_TABLES,
            training=root / TRAINING,
            logs=log_folder(),
        )
        self.used: list[str] = []
        """Folders, relative to the workspace, of what was asked for: the keys of scorers and pools."""
        self._rebuild = rebuild
        self._made: dict[str, str] = {}
        """What tells the fit that was restored from others under its key."""
        self._mend = (
            f"Rebuild it with `python -m recengine fit --dataset {dataset_name}` and the same models, split and "
            "strategy; nothing else is affected."
        )

    def fitted(
        self, made_from: Mapping[str, Any], recipe: Recipe, train: Dataset, make: Callable[[], Fitted]
    ) -> Fitted:
        """The scorer stored under the digest of `made_from`, or the one just made, stored."""
        key = digest(made_from)

        def save(folder: Path, fitted: Fitted) -> None:
            facts: dict[str, Any] = {
                "label": fitted.label,
                "recipe": dict(fitted.settings),
                "device": fitted.device,
                "seconds": fitted.seconds,
                "learnt_from": [train.n_users, train.n_items, train.matrix.nnz],
                "made_from": dict(made_from),
                "fitted_at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            if isinstance(fitted.scorer, Learns):
                # JSON has no infinity, and a fit that went there is refused before
                facts["losses"] = {"name": fitted.scorer.loss_name, "values": fitted.scorer.losses.tolist()}
            if isinstance(fitted.scorer, HasCurves):
                facts["curves"] = [curve_document(curve) for curve in fitted.scorer.curves]
            save_entry(folder, kind="scorer", settings=facts, arrays=fitted.scorer.state())

        def restore(entry: Entry) -> Fitted:
            facts = entry.settings
            # when it was made and how long that took are among it: no two fits have it in common
            self._made[key] = digest(facts)
            scorer = recipe.restore(dict(entry.arrays), train, facts["device"])
            return Fitted(scorer, facts["label"], facts["recipe"], facts["device"], facts["seconds"])

        return self._keep("scorer", key, make, save, restore)

    def pool(self, key: str, make: Callable[[Path | None], Pool]) -> Pool:
        """The pool stored under `key`, or the one just made in a folder, from where its files are moved."""
        settings = ("scorers", "depth")
        arrays = [field.name for field in fields(Pool) if field.init and field.name not in settings]

        def save(folder: Path, pool: Pool) -> None:
            facts: dict[str, Any] = {"scorers": list(pool.scorers), "depth": pool.depth}
            own = {name: getattr(pool, name) for name in arrays}
            written = {
                name: Path(array.filename)
                for name, array in own.items()
                if isinstance(array, np.memmap) and array.filename is not None
            }
            rest = {name: array for name, array in own.items() if name not in written}
            save_entry(folder, kind="pool", settings=facts, arrays=rest, written=written)

        def restore(entry: Entry) -> Pool:
            scorers, depth = tuple(entry.settings["scorers"]), entry.settings["depth"]
            return Pool(scorers=scorers, depth=depth, **{name: entry.arrays[name] for name in arrays})

        with ExitStack() as cleanup:

            def made() -> Pool:
                return make(cleanup.enter_context(scratch_folder(self.root / "pools")))

            return self._keep("pool", key, made, save, restore)

    def taught(self, made_from: Mapping[str, Any], strategy: Learned, make: Callable[[], Taught]) -> Taught:
        """What `strategy` was taught, stored under the digest of `made_from`, or just now, stored."""
        used = list(self.used)

        def save(folder: Path, taught: Taught) -> None:
            settings, arrays = strategy.state_of(taught)
            save_entry(folder, kind="lesson", settings={**settings, "made_from": dict(made_from)}, arrays=arrays)

        def restore(entry: Entry) -> Taught:
            return strategy.taught_from(entry.settings, entry.arrays)

        taught = self._keep("lesson", digest(made_from), make, save, restore)
        # what it was taught from need not be there the next time
        self.used = [*used, self.used[len(used)]]
        return taught

    def pairs(self, made_from: Mapping[str, Any], train: Dataset) -> PairFile | None:
        """A file that grows as pairs are read by the very scorer that `fitted` gave; None where it gave none."""
        key = digest(made_from)
        if key not in self._made:
            return None
        return PairFile(self.root, self.root / "scorers" / key, self._made[key], train.n_users * train.n_items)

    def _keep(
        self,
        kind: str,
        key: str,
        make: Callable[[], Made],
        save: Callable[[Path, Made], None],
        restore: Callable[[Entry], Made],
    ) -> Made:
        folder = self.root / f"{kind}s" / key
        self.used.append(f"{kind}s/{key}")
        # what is there was renamed into place whole, so reading needs no lock: a read-only workspace can be read
        if folder.exists():
            try:
                return self._restored(kind, folder, restore)
            except StoreError:
                if not self._rebuild:
                    raise
        # the lock is held while it is made, so that a second process waits and then loads
        with locked(self.root / "locks" / f"{key}.lock"):
            if folder.exists():
                with suppress(StoreError):
                    return self._restored(kind, folder, restore)
            made = make()
            save(folder, made)
            return self._restored(kind, folder, restore)

    def _restored(self, kind: str, folder: Path, restore: Callable[[Entry], Made]) -> Made:
        entry = load_entry(folder, kind=kind, mend=self._mend)
        try:
            return restore(entry)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{folder}: not a whole {kind} ({error}). {self._mend}") from error
