"""The datasets of a workspace: stored, listed, loaded, and imported by a plan."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recengine.data import Dataset, ImportReport, Source
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.importing.planned import Query, query_database
from recengine.data.importing.running import plan_as_run, run_plan
from recengine.errors import DataError, StoreError
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within
from recengine.storage import load_entry, locked, read_document, save_entry, write_document
from recengine.workspace.datasets import dataset_from_entry, dataset_parts, report_document
from recengine.workspace.plans import named_paths, resolve, save_plan

_KEY = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class DatasetEntry:
    """A stored dataset at a glance; counts are of the whole, before any split."""

    name: str
    fingerprint: str
    n_users: int
    n_items: int
    n_interactions: int
    n_positives: int
    report: Mapping[str, Any]
    plan: Mapping[str, Any] | None = None
    """The document of the plan that it was imported by; None for a sample, and for what was stored without one."""

    @property
    def language(self) -> str | None:
        """The main language of the item texts, in English; None where it cannot be told or nobody looked."""
        found = self.report.get("language")
        name = found.get("name") if isinstance(found, dict) else None
        return name if isinstance(name, str) else None


class StoredDatasets(ABC):
    """What a workspace does about datasets."""

    root: Path

    @abstractmethod
    def _mark(self) -> None: ...

    def datasets(self) -> list[DatasetEntry]:
        """Every stored dataset, by name. Raises `StoreError` when what is kept of one is damaged."""
        return [self.dataset_entry(name) for name in self.dataset_names()]

    def dataset_names(self) -> list[str]:
        """The names of the stored datasets, damaged ones too, sorted."""
        names = (path.stem for path in (self.root / "names").glob("*.json"))
        return sorted(name for name in names if _NAME.fullmatch(name))

    def dataset_entry(self, name: str) -> DatasetEntry:
        """What is stored under `name`. Raises `DataError` when nothing is, naming what is there."""
        path = self.name_path(name)
        if not path.exists():
            there = self.dataset_names()
            held = f"The workspace has {', '.join(there)}." if there else "The workspace is empty."
            raise DataError(
                f"dataset: there is no {name!r} in {self.root}. {held} Import one with `python -m recengine import`."
            )
        facts = read_document(path, "the dataset's name", self._import_again(name))
        if not _are_facts(facts):
            raise StoreError(f"{path}: damaged, it has not the facts of a dataset. {self._import_again(name)}")
        return DatasetEntry(name=name, **facts)

    def save_dataset(
        self, dataset: Dataset, report: ImportReport, name: str, plan: ImportPlan | None = None
    ) -> DatasetEntry:
        """Store under `name`, with the plan that made it; a dataset that had the name stays under its fingerprint."""
        path = self.name_path(name)
        self._mark()
        folder = self.root / "datasets" / dataset.fingerprint
        with locked(self._lock(dataset.fingerprint)):
            tables, settings = dataset_parts(dataset)
            save_entry(folder, kind="dataset", settings=settings, tables=tables)
            entry = DatasetEntry(
                name=name,
                fingerprint=dataset.fingerprint,
                n_users=dataset.n_users,
                n_items=dataset.n_items,
                n_interactions=dataset.interactions.height,
                n_positives=int(dataset.interactions["positive"].sum()),
                report=report_document(dataset, report),
                plan=None if plan is None else replace(plan, name=name).to_json(),
            )
            facts = {key: value for key, value in vars(entry).items() if key != "name" and value is not None}
            write_document(path, facts)
        return entry

    def dataset_plan(self, name: str) -> ImportPlan | None:
        """The plan that the dataset was imported by, None where it has none. Raises `DataError` or `StoreError`."""
        document = self.dataset_entry(name).plan
        return None if document is None else ImportPlan.from_json(document, f"the plan of {name}")

    def save_plan(self, plan: ImportPlan) -> str:
        """Keep a plan as a file for `import --plan`; its full path."""
        self._mark()
        return str(save_plan(self.root, plan))

    def resolve(self, source: TableSource, trusted: Collection[str] = ()) -> Source:
        """The bytes of a table of a plan: an upload, a file in an allowed folder, or a `trusted` path.

        Raises `DataError`.
        """
        return resolve(self.root, source, trusted)

    def trusted_paths(self, name: str) -> frozenset[str]:
        """The paths that a dataset was imported from, which it may be imported from again; none where there is none."""
        with suppress(DataError, StoreError):
            plan = self.dataset_plan(name)
            return frozenset() if plan is None else named_paths(plan)
        return frozenset()

    def import_plan(
        self,
        plan: ImportPlan,
        *,
        trusted: Collection[str] = (),
        query: Query = query_database,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> tuple[Dataset, DatasetEntry]:
        """Make the dataset of a plan and store it under the plan's name, with the plan as it was run.

        A dataset that has the name already stays as it is until the new one is whole. Raises `DataError`,
        `CancelledError` or `StoreError`; nothing is stored then.
        """
        self.name_path(plan.name)
        known = {*trusted, *self.trusted_paths(plan.name)}
        dataset, report = run_plan(
            plan,
            resolve=lambda source: self.resolve(source, known),
            query=query,
            progress=within(progress, 0.0, 0.9),
            cancel=cancel,
        )
        stop_if_asked(cancel)
        progress(0.9, f"Storing {plan.name}")
        entry = self.save_dataset(dataset, report, plan.name, plan_as_run(plan, report))
        progress(1.0, f"Imported {plan.name}")
        return dataset, entry

    def reimport(
        self,
        name: str,
        *,
        cleaning: Sequence[str] | None = None,
        mapping: Mapping[str, str] | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> tuple[Dataset, DatasetEntry]:
        """Import a dataset again by its plan, with other steps of cleaning or with pairs of the mapping set anew.

        Raises as `import_plan`, and `DataError` where the dataset has no plan.
        """
        return self.import_plan(
            self.changed_plan(name, cleaning=cleaning, mapping=mapping), progress=progress, cancel=cancel
        )

    def changed_plan(
        self, name: str, *, cleaning: Sequence[str] | None = None, mapping: Mapping[str, str] | None = None
    ) -> ImportPlan:
        """The plan of a dataset with all steps of cleaning, or some pairs of the mapping, replaced.

        Raises `DataError` where the dataset has no plan.
        """
        plan = self.dataset_plan(name)
        if plan is None:
            raise DataError(f"{name}: is a sample or was stored without its plan. Import it from its files once more.")
        return replace(
            plan,
            cleaning=plan.cleaning if cleaning is None else tuple(cleaning),
            mapping={**plan.mapping, **(mapping or {})},
        )

    def load_dataset(self, name: str) -> Dataset:
        """The dataset stored under `name`, whole and checked. Raises `DataError` or `StoreError`."""
        entry = self.dataset_entry(name)
        folder = self.root / "datasets" / entry.fingerprint
        return dataset_from_entry(name, load_entry(folder, kind="dataset", mend=self._import_again(name)), folder)

    def dataset_name(self, fingerprint: str) -> str | None:
        """The name that a fingerprint is stored under, if it is."""
        return next((entry.name for entry in self.datasets() if entry.fingerprint == fingerprint), None)

    def name_path(self, name: str) -> Path:
        """Where the name of a dataset is kept. Raises `DataError` for what cannot be a name."""
        if not _NAME.fullmatch(name):
            raise DataError(
                f"name: {name[:80]!r} cannot name a dataset. Use up to 64 letters, digits, dots, dashes and "
                "underscores, the first a letter or digit."
            )
        return self.root / "names" / f"{name}.json"

    def _lock(self, key: str) -> Path:
        return self.root / "locks" / f"{key}.lock"

    def _import_again(self, name: str) -> str:
        return f"Import {name} again; nothing else is affected."


def _are_facts(facts: Mapping[str, Any]) -> bool:
    """Whether they are those of a `DatasetEntry`; the fingerprint is one, as it names a folder."""
    counts = ("n_users", "n_items", "n_interactions", "n_positives")
    return (
        facts.keys() - {"plan"} == {"fingerprint", "report", *counts}
        and all(type(facts[count]) is int for count in counts)
        and isinstance(facts["report"], dict)
        and isinstance(facts.get("plan", {}), dict)
        and isinstance(facts["fingerprint"], str)
        and _KEY.fullmatch(facts["fingerprint"]) is not None
    )
