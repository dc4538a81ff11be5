"""Studies on disk: what was asked, and every trial, so that a search that was stopped goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recengine.data import Dataset
from recengine.errors import StoreError
from recengine.models import Recipe, Resources
from recengine.progress import Cancel, Progress, never, silent
from recengine.storage import locked, read_document, remove_folder, write_document
from recengine.tuning import Budget, Question, Study, TrialFile, tune

FOLDER = "studies"
FORMAT = "recengine-study"
QUESTION = "study.json"
TRIALS = "trials.jsonl"
SECONDS_TO_WAIT = 2.0
"""For another process that searches the same; it may take hours."""
_KEY = re.compile(r"[0-9a-f]{64}")
_MEND = "Delete the folder of the study and start it again."


@dataclass(frozen=True)
class StudyEntry:
    """A stored study. key: of its question. started: when it was first asked."""

    key: str
    study: Study
    started: datetime


def study_folder(root: Path, question: Question) -> Path:
    """Where a study is kept: `study.json`, what is asked, and `trials.jsonl`."""
    return root / FOLDER / question.key


def run_study(
    root: Path,
    question: Question,
    recipe: Recipe,
    dataset: Dataset,
    *,
    budget: Budget,
    resources: Resources,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Study:
    """Search, going on from the trials that are stored, and store each. Raises what `tune` does.

    One process at a time: `StoreError` where another is at the same study.
    """
    folder = study_folder(root, question)
    with locked(root / "locks" / f"{question.key}.lock", patience=SECONDS_TO_WAIT):
        try:
            _read_question(folder)
        except StoreError:  # a new one, or a damaged one whose trials are taken up
            facts = {"format": FORMAT, "started": datetime.now(UTC).isoformat(timespec="seconds")}
            write_document(folder / QUESTION, {**facts, "question": question.to_json()})
        return tune(
            question,
            recipe,
            dataset,
            budget=budget,
            file=TrialFile(folder / TRIALS),
            resources=resources,
            progress=progress,
            cancel=cancel,
        )


def load_study(root: Path, key: str) -> StudyEntry:
    """The study stored under `key`, with its trials so far. Raises `StoreError` where none is, or it is damaged."""
    folder = root / FOLDER / key
    if not _KEY.fullmatch(key) or not folder.is_dir():
        raise StoreError(f"study: {key[:12]!r} is not in {root}. It may have been deleted; reload the page.")
    question, started = _read_question(folder)
    return StudyEntry(key, Study(question, tuple(TrialFile(folder / TRIALS).read())), started)


def _read_question(folder: Path) -> tuple[Question, datetime]:
    """What is asked, and since when. Raises `StoreError`."""
    document = read_document(folder / QUESTION, "the study", _MEND)
    try:
        question = Question.from_json(document["question"])
        started = datetime.fromisoformat(document["started"])
        if document["format"] != FORMAT or question.key != folder.name:
            raise ValueError("it is of another question")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"{folder / QUESTION}: not a whole study ({error}). {_MEND}") from error
    return question, started


def list_studies(root: Path, dataset: Dataset | None = None) -> list[StudyEntry]:
    """Every study that is whole, of one dataset or of all, the latest first."""
    entries = []
    for folder in (root / FOLDER).glob("*"):
        if not _KEY.fullmatch(folder.name):
            continue
        try:
            entry = load_study(root, folder.name)
        except StoreError:
            continue  # damaged, which starting it again tells, or of a version that asked otherwise
        if dataset is None or entry.study.question.dataset == dataset.fingerprint:
            entries.append(entry)
    return sorted(entries, key=lambda entry: (entry.started, entry.key), reverse=True)


def delete_study(root: Path, key: str) -> None:
    """Forget a study with its trials; recipes that came of it stay. Raises `StoreError`."""
    folder = root / FOLDER / key
    if not _KEY.fullmatch(key) or not folder.is_dir():
        raise StoreError(f"study: {key[:12]!r} is not in {root}. It may have been deleted already; reload the page.")
    with locked(root / "locks" / f"{key}.lock", patience=SECONDS_TO_WAIT):
        remove_folder(folder)
