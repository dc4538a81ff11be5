"""Scores of other systems in a workspace: stored by their content, named by a saved recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recengine.data import Coverage, Dataset, ScoreTable, Source, measure_coverage, read_scores, store_scores
from recengine.models import make_recipe
from recengine.storage import locked
from recengine.workspace.shelf import SCORE_TABLES
from recengine.workspace.workspace import Workspace


@dataclass(frozen=True)
class ImportedScores:
    """scorer: what the recipe was saved as, such as `external:mine`; key: the SHA-256 that its setting names."""

    scorer: str
    key: str
    table: ScoreTable
    coverage: Coverage


def import_scores(
    workspace: Workspace, dataset: Dataset, source: Source, name: str, columns: Mapping[str, str] | None = None
) -> ImportedScores:
    """Read, check and store scores for `dataset`, and save the recipe `external:NAME` that takes them.

    columns: as in `read_scores`. A recipe that had the name is replaced; its table stays stored.

    Raises `RecipeError` for what cannot be a name, `DataError` for a file that cannot be read or knows nothing of
    `dataset`, `StoreError`.
    """
    scorer = f"external:{name}"
    make_recipe(scorer)  # the name is one; known before a long file is read
    table = read_scores(source, columns)
    coverage = measure_coverage(table, dataset)
    key = save_scores(workspace.root, table)
    workspace.save_recipe(scorer, make_recipe(scorer, {"scores": key}))
    return ImportedScores(scorer, key, table, coverage)


def save_scores(root: Path, table: ScoreTable) -> str:
    """Store `table` in the workspace at `root`; gives its key. Raises `StoreError`."""
    key = table.fingerprint
    with locked(root / "locks" / f"{key}.lock"):
        store_scores(root / SCORE_TABLES / key, table)
    return key


def scores_name(file: str) -> str:
    """A name for the scores of a file: what of the file's name may stand in one, or "uploaded"."""
    stem = file.split("/")[-1].split("\\")[-1].split(".")[0]
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in stem)
    return kept.strip("-_")[:40] or "uploaded"
