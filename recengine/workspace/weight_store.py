"""Answers about weights on disk: each under the key of its question, so that nothing is computed twice."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import StoreError
from recengine.progress import Cancel, Progress, never, silent
from recengine.scenario import Measured, Scenario, Workbench, check_fits, workbench_key
from recengine.storage import Entry, digest, load_entry, locked, remove_folder, save_entry

Answer = TypeVar("Answer")
FOLDER = "weights"
VERSION = 2
"""Changes whenever the same question gets another answer."""
PREPARED, SEARCHED = 0.3, 0.8
"""Shares of the progress bar at which the scorers are fitted, and the search is over."""
_KEY = re.compile(r"[0-9a-f]{64}")
_MEND = "Delete it and search again; nothing else is affected."


class AnswerStore(ABC):
    """The part of a workspace that keeps answers about weights."""

    root: Path

    @abstractmethod
    def prepare(
        self,
        dataset: Dataset,
        scenario: Scenario,
        *,
        measured: Measured = "test",
        rebuild: bool = False,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Workbench:
        """The workbench of `scenario`."""

    def delete_weight_search(self, key: str) -> None:
        """Forget a search, or another answer about weights. Raises `StoreError`."""
        folder = self._folder(key)
        with locked(self.root / "locks" / f"{key}.lock"):
            remove_folder(folder)

    def _bench(
        self, dataset: Dataset, scenario: Scenario, measured: Measured, progress: Progress, cancel: Cancel
    ) -> Workbench:
        bench = self.prepare(dataset, scenario, measured=measured, progress=progress, cancel=cancel)
        check_fits(bench, scenario)
        return bench

    def _once(self, kind: str, key: str, make: Callable[[], None]) -> None:
        """Make what is not stored whole; the lock is held meanwhile, so that a second process waits and then loads."""
        # what is there was renamed into place whole, so finding it needs no lock: a read-only workspace can be read
        if self._is_whole(kind, key):
            return
        with locked(self.root / "locks" / f"{key}.lock"):
            if not self._is_whole(kind, key):
                make()

    def _is_whole(self, kind: str, key: str) -> bool:
        try:
            load_entry(self.root / FOLDER / key, kind=kind, mend=_MEND)
        except StoreError:
            return False
        return True

    def _save(
        self, kind: str, key: str, scenario: Scenario, facts: Mapping[str, Any], points: pl.DataFrame | None = None
    ) -> None:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        settings = {"scenario": scenario.to_json(), "made": made, **facts}
        tables = {} if points is None else {"points": points}
        save_entry(self.root / FOLDER / key, kind=kind, settings=settings, tables=tables)

    def _load(self, kind: str, key: str, read: Callable[[Entry, Scenario, datetime], Answer]) -> Answer:
        folder = self._folder(key)
        entry = load_entry(folder, kind=kind, mend=_MEND)
        try:
            scenario = Scenario.from_json(entry.settings["scenario"], str(folder))
            return read(entry, scenario, datetime.fromisoformat(entry.settings["made"]))
        except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise StoreError(f"{folder}: not a whole {kind} ({error}). {_MEND}") from error

    def _folder(self, key: str) -> Path:
        folder = self.root / FOLDER / key
        if not _KEY.fullmatch(key) or not folder.is_dir():
            raise StoreError(f"weights: {key[:12]!r} is not in {self.root}. It may have been deleted; reload the page.")
        return folder

    def _keys(self) -> Iterator[str]:
        return (path.name for path in (self.root / FOLDER).glob("*") if _KEY.fullmatch(path.name))


def answer_key(kind: str, scenario: Scenario, question: Mapping[str, Any], measured: Measured = "validation") -> str:
    """SHA-256 of a question about the weights of `scenario` and of all that its answer depends on."""
    bench = workbench_key(scenario, device_kind(), measured)
    return digest({"weights": VERSION, "kind": kind, "scenario": scenario.key, "bench": bench, "asked": dict(question)})
