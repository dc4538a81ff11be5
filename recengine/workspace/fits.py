"""What is fitted: the stored scorers at a glance, without reading their arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from recengine.errors import StoreError
from recengine.models import Curve
from recengine.storage import locked, read_manifest, remove_folder
from recengine.workspace.curves import curve_of
from recengine.workspace.pair_file import delete_pairs

FOLDER = "scorers"
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class FitEntry:
    """A stored scorer.

    key: SHA-256 of what it was made from. dataset: fingerprint. part: "train" or "all". seconds: that the fit took.
    size: bytes on disk. losses: after each round, lower is better; empty where the recipe tells none.
    curves: what else was measured after each round, such as NDCG on users held out. learnt_from: users, items and
    positives; None where it was stored before that was kept.
    """

    key: str
    dataset: str
    split: str
    seed: int
    part: str
    recipe: str
    version: int
    label: str
    settings: Mapping[str, Any]
    device: str
    seconds: float
    size: int
    fitted_at: datetime
    loss_name: str
    losses: tuple[float, ...]
    curves: tuple[Curve, ...] = field(default=(), compare=False)
    learnt_from: tuple[int, int, int] | None = None


def list_fits(root: Path) -> list[FitEntry]:
    """Every stored scorer whose manifest is whole and says what it was made from, the latest first."""
    entries = []
    for folder in (root / FOLDER).glob("*"):
        if not _KEY.fullmatch(folder.name):
            continue
        try:
            entries.append(_entry(folder))
        except (StoreError, KeyError, TypeError, ValueError):
            # damaged, or of a version that did not say it; fitting again mends it
            continue
    return sorted(entries, key=lambda entry: (entry.fitted_at, entry.key), reverse=True)


def delete_fit(root: Path, key: str) -> None:
    """Remove a stored scorer, at once for every reader. Raises `StoreError` where there is none or it must stay."""
    folder = root / FOLDER / key
    if not _KEY.fullmatch(key) or not folder.is_dir():
        raise StoreError(f"fit: {key[:12]!r} is not in {root}. It may have been deleted already; reload the page.")
    with locked(root / "locks" / f"{key}.lock"):
        remove_folder(folder)
        delete_pairs(root, key)


def _entry(folder: Path) -> FitEntry:
    manifest = read_manifest(folder, kind="scorer", mend="")
    facts: dict[str, Any] = manifest["settings"]
    made_from, losses = facts["made_from"], facts.get("losses", {"name": "", "values": []})
    return FitEntry(
        key=folder.name,
        dataset=str(made_from["dataset"]),
        split=str(made_from["split"]),
        seed=int(made_from["seed"]),
        part=str(made_from["part"]),
        recipe=str(made_from["recipe"]["name"]),
        version=int(made_from["recipe"]["version"]),
        label=str(facts["label"]),
        settings=dict(facts["recipe"]),
        device=str(facts["device"]),
        seconds=float(facts["seconds"]),
        size=sum(int(file["bytes"]) for file in manifest["files"].values()),
        fitted_at=datetime.fromisoformat(facts["fitted_at"]),
        loss_name=str(losses["name"]),
        losses=tuple(float(value) for value in losses["values"]),
        curves=tuple(curve_of(document) for document in facts.get("curves", ())),
        learnt_from=_sizes(facts.get("learnt_from")),
    )


def _sizes(said: Any) -> tuple[int, int, int] | None:
    if said is None:
        return None
    n_users, n_items, n_interactions = (int(size) for size in said)
    return n_users, n_items, n_interactions
