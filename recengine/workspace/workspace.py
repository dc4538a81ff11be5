"""The workspace: datasets, fitted scorers, pools and scenarios of a team, in one folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import DataError, StoreError
from recengine.jobs import Jobs
from recengine.models import Recipe, Resources, make_recipe
from recengine.progress import Cancel, Progress, never, silent
from recengine.scenario import Measured, Outcome, Scenario, Workbench, build_workbench, workbench_key
from recengine.storage import read_document, remove_leftovers, write_document
from recengine.tuning import Budget, Question, Study, Validation
from recengine.tuning.quantising import QuantisedMeasure
from recengine.workspace.drafts import delete_draft, list_drafts, prune_drafts, read_draft, write_draft
from recengine.workspace.fits import FitEntry, delete_fit, list_fits
from recengine.workspace.learned_weights import LearnedAnswers
from recengine.workspace.plans import named_paths
from recengine.workspace.quantised import stored_quantised
from recengine.workspace.recipes import delete_recipe, load_recipe, save_recipe, saved_recipes
from recengine.workspace.reports import prune_reports, report_path
from recengine.workspace.shelf import Shelf
from recengine.workspace.stored_datasets import StoredDatasets
from recengine.workspace.studies import StudyEntry, delete_study, list_studies, load_study, run_study, study_folder
from recengine.workspace.training_runs import TrainingRuns
from recengine.workspace.tries import (
    StoredTries,
    Try,
    delete_try,
    obstacle,
    pin_try,
    read_earlier,
    read_tries,
    read_try,
    record_try,
    rename_try,
    star_try,
    tries_stamp,
)
from recengine.workspace.uploads import keep_upload, prune_uploads
from recengine.workspace.validations import stored_validation, validation
from recengine.workspace.weight_answers import WeightAnswers
from recengine.workspace.weight_searches import WeightSearches

VARIABLE = "RECENGINE_WORKSPACE"
DEFAULT = "workspace"
FORMAT = "recengine-workspace"
VERSION = 1
MARKER = "workspace.json"
JOBS = "jobs"
"""The folder of the jobs; the first thing in a workspace may be the job that imports the first dataset."""
_KEY = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Workspace(StoredDatasets, TrainingRuns, WeightSearches, WeightAnswers, LearnedAnswers):
    """A folder that two processes may share. Nothing is created before something is stored."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def open(cls, root: Path | None = None) -> Workspace:
        """The workspace at `root`, else where RECENGINE_WORKSPACE says, else ./workspace.

        Raises `StoreError` when the folder holds something else, or a workspace of another version.
        """
        root = root or Path(os.environ.get(VARIABLE) or DEFAULT)
        mend = f"Choose another folder with {VARIABLE}."
        if root.exists() and not root.is_dir():
            raise StoreError(f"{root}: is a file, not a workspace folder. {mend}")
        marker = root / MARKER
        if marker.exists():
            facts = read_document(marker, "the workspace's marker", mend)
            if facts.get("format") != FORMAT:
                raise StoreError(f"{marker}: not the marker of a workspace. {mend}")
            if facts.get("version") != VERSION:
                raise StoreError(
                    f"{root}: a workspace of version {facts.get('version')!r}, this program reads {VERSION}. {mend}"
                )
        elif root.exists() and any(path.name != JOBS for path in root.iterdir()):
            raise StoreError(f"{root}: not empty and not a workspace, it has no {MARKER}. {mend}")
        return cls(root)

    @property
    def jobs(self) -> Jobs:
        """The work that runs, or ran, outside the session that asked for it."""
        return Jobs(self.root / JOBS)

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
        """The workbench of `scenario`: what is stored is loaded, what is missing is fitted and stored.

        measured: the part that lists are measured on. rebuild: make damaged entries anew instead of raising
        `StoreError`.
        """
        self._mark()
        shelf = Shelf(self.root, dataset.name, rebuild=rebuild)
        workbench = build_workbench(dataset, scenario, measured=measured, store=shelf, progress=progress, cancel=cancel)
        path = self._parts_path(scenario, measured)
        if not path.exists():
            # a workspace that may only be read is read all the same
            with suppress(StoreError):
                write_document(path, {"parts": shelf.used})
        return workbench

    def is_stored(self, scenario: Scenario, measured: Measured = "test") -> bool:
        """Whether `prepare` would only load: every scorer and pool of `scenario` is on disk."""
        path = self._parts_path(scenario, measured)
        if not path.exists():
            return False
        try:
            parts = read_document(path, "the list of parts", "Fit again.")["parts"]
            return all((self.root / part).is_dir() for part in parts)
        except (StoreError, KeyError, TypeError):
            return False

    def fits(self) -> list[FitEntry]:
        """Every stored scorer at a glance, the latest first."""
        return list_fits(self.root)

    def delete_fit(self, key: str) -> None:
        """Remove a stored scorer; what needs it is fitted anew. Raises `StoreError`."""
        delete_fit(self.root, key)

    def quantised(self, key: str) -> QuantisedMeasure | None:
        """What the fit stored under `key` loses and gains by eight bits; None where that was not measured."""
        return stored_quantised(self.root, key)

    def recipe(self, scorer: str) -> Recipe:
        """The recipe saved as `scorer`, such as `als:tuned`, else that of the name with its defaults."""
        return load_recipe(self.root, scorer)

    def saved_recipes(self) -> dict[str, Recipe]:
        """Every saved recipe by the name of its scorer."""
        return saved_recipes(self.root)

    def save_recipe(self, scorer: str, recipe: Recipe) -> None:
        """Save `recipe` as a variant such as `als:tuned`, replacing what had the name."""
        make_recipe(scorer)
        self._mark()
        save_recipe(self.root, scorer, recipe)

    def delete_recipe(self, scorer: str) -> None:
        """Forget a saved recipe; what was fitted with it stays."""
        delete_recipe(self.root, scorer)

    def resources(self) -> Resources:
        """What a fit may use of the machine, with the caches of the workspace."""
        return Shelf(self.root, "", rebuild=False).resources

    def validated(
        self,
        dataset: Dataset,
        recipe: Recipe,
        *,
        split: str = "random",
        seed: int = 0,
        folds: int = 1,
        k: int = 10,
    ) -> Validation | None:
        """What `validate` has stored, if it has."""
        device = device_kind()
        return stored_validation(self.root, dataset, recipe, split=split, seed=seed, folds=folds, k=k, device=device)

    def validate(
        self,
        dataset: Dataset,
        recipe: Recipe,
        *,
        split: str = "random",
        seed: int = 0,
        folds: int = 1,
        k: int = 10,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Validation:
        """Measure `recipe` on the validation part, once: what is stored is not measured again."""
        self._mark()
        return validation(
            self.root,
            dataset,
            recipe,
            split=split,
            seed=seed,
            folds=folds,
            k=k,
            resources=self.resources(),
            progress=progress,
            cancel=cancel,
        )

    def tune(
        self,
        dataset: Dataset,
        recipe: Recipe,
        question: Question,
        *,
        budget: Budget | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Study:
        """Search the settings of `recipe`, going on from what is stored; `question` is what `tuning.ask` made."""
        self._mark()
        return run_study(
            self.root,
            question,
            recipe,
            dataset,
            budget=budget or Budget(),
            resources=self.resources(),
            progress=progress,
            cancel=cancel,
        )

    def studies(self, dataset: Dataset | None = None) -> list[StudyEntry]:
        """Every stored study with its trials so far, of one dataset or of all, the latest first."""
        return list_studies(self.root, dataset)

    def study(self, key: str) -> StudyEntry:
        """The study stored under `key`, also while it runs. Raises `StoreError`."""
        return load_study(self.root, key)

    def study_folder(self, question: Question) -> Path:
        """Where the trials of a study are kept."""
        return study_folder(self.root, question)

    def delete_study(self, key: str) -> None:
        """Forget a study; recipes that came of it stay."""
        delete_study(self.root, key)

    def tries(self, dataset: Dataset) -> list[Try]:
        """Every distinct setting that was tried on the dataset, with its figures, by number."""
        return list(self.stored_tries(dataset).tries)

    def stored_tries(self, dataset: Dataset) -> StoredTries:
        """The same, with a line for each try that is damaged."""
        return read_tries(self.root, dataset.fingerprint)

    def earlier_tries(self, dataset: Dataset) -> tuple[Try, ...]:
        """Tries on other data that bore the name of `dataset` and has none now."""
        known = {dataset.fingerprint}
        for name in self.dataset_names():
            with suppress(DataError, StoreError):
                known.add(self.dataset_entry(name).fingerprint)
        return read_earlier(self.root, dataset.name, known)

    def tries_stamp(self) -> str:
        """Another text whenever something of a try is another: a key for caches."""
        return tries_stamp(self.root)

    def find_try(self, fingerprint: str, number: int) -> Try:
        """One try. Raises `StoreError`."""
        return read_try(self.root, fingerprint, number)

    def try_obstacle(self, dataset: Dataset, one: Try) -> str | None:
        """Why a try cannot be shown on `dataset`, in one line; None where it can."""
        return obstacle(self.root, dataset, one)

    def record_try(self, dataset: Dataset, outcome: Outcome) -> Try:
        """Keep the outcome's scenario with its figures as a try, whose number it has from then on."""
        if not (self.root / MARKER).exists():
            self._mark()
        return record_try(self.root, dataset, outcome)

    def rename_try(self, fingerprint: str, number: int, name: str, note: str | None = None) -> Try:
        """Give a try a name and a note; an empty name takes it away."""
        return rename_try(self.root, fingerprint, number, name, note)

    def star_try(self, fingerprint: str, number: int, starred: bool = True) -> Try:
        """Mark a try, or take the mark away."""
        return star_try(self.root, fingerprint, number, starred)

    def pin_try(self, fingerprint: str, number: int) -> Try:
        """Make it the one try that others are compared with."""
        return pin_try(self.root, fingerprint, number)

    def delete_try(self, fingerprint: str, number: int) -> None:
        """Forget a try; its number is not given again."""
        delete_try(self.root, fingerprint, number)

    def save_scenario(self, scenario: Scenario) -> str:
        """Store a scenario under its key, which is returned."""
        self._mark()
        write_document(self.root / "scenarios" / f"{scenario.key}.json", scenario.to_json())
        return scenario.key

    def load_scenario(self, key: str) -> Scenario:
        """The scenario stored under `key`. Raises `StoreError` when there is none, `ScenarioError` when it is off."""
        if not _KEY.fullmatch(key):
            raise StoreError(f"scenario: {key[:80]!r} is no key of a stored scenario. Copy the link again.")
        path = self.root / "scenarios" / f"{key}.json"
        if not path.exists():
            raise StoreError(f"scenario: {key[:12]}… is not in {self.root}. Open the scenario's file instead.")
        return Scenario.from_json(read_document(path, "the scenario", "Save it again."), str(path))

    def report_path(self, dataset: str, scenario: Scenario, sections: Sequence[str]) -> Path:
        """Where the report on `scenario` with these sections is kept, on this kind of device, by this program."""
        return report_path(self.root, dataset, scenario, sections, device_kind())

    def prune_reports(self) -> None:
        """Delete reports that are too old to be kept."""
        prune_reports(self.root)

    def draft(self, draft: str) -> dict[str, Any] | None:
        """The document of an import that was begun; None where there is none. Raises `StoreError`."""
        return read_draft(self.root, draft)

    def drafts(self) -> dict[str, float]:
        """The ids of imports that were begun, the latest change first, with its time in seconds since 1970."""
        return list_drafts(self.root)

    def save_draft(self, draft: str, document: Mapping[str, Any]) -> None:
        """Keep an import that was begun under its id; a new one makes those go that nobody has changed for long, and
        the uploads that no draft and no dataset is made of.
        """
        if self.draft(draft) is None:
            self._mark()
            prune_drafts(self.root)
            with suppress(StoreError, DataError):  # what a damaged one names is not known, so everything stays
                prune_uploads(self.root, self._named_uploads())
        write_draft(self.root, draft, document)

    def _named_uploads(self) -> set[str]:
        """The files that a draft or the plan of a dataset names. Raises `DataError` or `StoreError`."""
        documents = [self.draft(draft) for draft in self.drafts()]
        named = {path for document in documents if document for path in document.get("files", ())}
        plans = [self.dataset_plan(name) for name in self.dataset_names()]
        return named.union(*(named_paths(plan) for plan in plans if plan is not None))

    def delete_draft(self, draft: str) -> None:
        """Forget an import that was begun; what it imported stays."""
        delete_draft(self.root, draft)

    def keep_upload(self, name: str, content: IO[bytes]) -> str:
        """Keep a file that was brought and say where, relative to the workspace. Raises `StoreError`."""
        self._mark()
        return keep_upload(self.root, name, content)

    def _mark(self) -> None:
        """Before something is stored: say what the folder is, and remove what killed processes left in it."""
        if not (self.root / MARKER).exists():
            write_document(self.root / MARKER, {"format": FORMAT, "version": VERSION})
        for folder in (self.root, *self.root.iterdir()):
            remove_leftovers(folder)

    def _parts_path(self, scenario: Scenario, measured: Measured) -> Path:
        return self.root / "workbenches" / f"{workbench_key(scenario, device_kind(), measured)}.json"
