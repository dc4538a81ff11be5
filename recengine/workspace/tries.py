"""Tries on disk: every distinct setting that was tried on a dataset, numbered, with its figures; none gets lost."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recengine.data import Dataset
from recengine.errors import RecengineError, ScenarioError, StoreError
from recengine.evaluation import Figure
from recengine.scenario import Outcome, Scenario
from recengine.storage import digest, locked, read_document, remove_leftovers, write_bytes
from recengine.workspace.shelf import SCORE_TABLES

FOLDER = "tries"
FORMAT = "recengine-try"
VERSION = 1
PIN = "pinned.json"
MAX_NAME = 80
MAX_NOTE = 2_000
SECONDS_TO_WAIT = 5.0
"""For another process that writes a try, which takes it milliseconds."""
TIDY_EVERY = 100
"""Tries between two looks for what killed processes left in the folder."""
MOST = 999_999
_FILE = re.compile(r"(\d{6})-([0-9a-f]{64})\.(json|deleted)")
_MEND = "Delete the file, or show the same setting in the Studio again."


@dataclass(frozen=True)
class Try:
    """One setting that was tried, and what it gave.

    number: from 1, never given twice on a dataset. key: of the scenario. dataset: its fingerprint; dataset_name: what
    it was called then. document: the scenario as it was stored, which `scenario` reads. table[metric], and
    slices[slice][metric]: over the test part. users: lists made, of which `certified` were proven by the pool,
    `rescored` were made from the whole catalogue, and `unproven` are the pool's best. tried: when it was first
    recorded; measured: when its figures last changed. pinned: the one that others are compared with.
    """

    number: int
    key: str
    dataset: str
    dataset_name: str
    document: Mapping[str, Any]
    table: Mapping[str, Figure]
    slices: Mapping[str, Mapping[str, Figure]]
    users: int
    certified: int
    rescored: int
    unproven: int
    tried: datetime
    measured: datetime
    name: str = ""
    note: str = ""
    starred: bool = False
    pinned: bool = False

    @property
    def scenario(self) -> Scenario:
        """What was tried. Raises `ScenarioError` where it cannot be made here, as when a scorer is not installed."""
        return Scenario.from_json(dict(self.document), f"try {self.number}")

    @property
    def label(self) -> str:
        """ "3", or "3 · less popular" where it has a name."""
        return f"{self.number} · {self.name}" if self.name else str(self.number)


@dataclass(frozen=True)
class StoredTries:
    """The tries of a dataset by number, and one line for each file that could not be read."""

    tries: tuple[Try, ...]
    damaged: tuple[str, ...] = ()


def read_tries(root: Path, fingerprint: str) -> StoredTries:
    """Every try on the dataset, damaged ones apart."""
    folder = root / FOLDER / fingerprint
    pinned = _pinned(folder)
    tries, damaged = [], []
    for number, path in sorted(_stored(folder).items()):
        try:
            tries.append(_read(path, pinned=number == pinned))
        except StoreError as error:
            if path.exists():  # else another process has just deleted it
                damaged.append(str(error))
    return StoredTries(tuple(tries), tuple(damaged))


def read_earlier(root: Path, name: str, known: Collection[str]) -> tuple[Try, ...]:
    """Tries on data that bore the name before, as it was imported anew since; damaged ones are left out.

    known: fingerprints of the data that has a name now, whose tries are listed there.
    """
    folders = (folder for folder in sorted((root / FOLDER).glob("*")) if folder.name not in known)
    earlier = (one for folder in folders for one in read_tries(root, folder.name).tries)
    return tuple(replace(one, pinned=False) for one in earlier if one.dataset_name == name)


def tries_stamp(root: Path) -> str:
    """Another text whenever a try, or what `obstacle` looks at, is another: a key for caches."""
    seen: list[tuple[str, ...]] = [(name,) for name in sorted(_names(root / SCORE_TABLES))]
    for folder in sorted((root / FOLDER).glob("*")):
        if folder.is_dir():
            with os.scandir(folder) as entries:
                # a file that is replaced is another one
                facts = ((entry, entry.stat()) for entry in entries if not entry.name.startswith("."))
                seen += sorted((folder.name, entry.name, f"{at.st_ino} {at.st_mtime_ns}") for entry, at in facts)
    return digest(seen)


def read_try(root: Path, fingerprint: str, number: int) -> Try:
    """One try. Raises `StoreError` where there is none of that number, or it is damaged."""
    folder = root / FOLDER / fingerprint
    return _read(_path(folder, number), pinned=_pinned(folder) == number)


def record_try(root: Path, dataset: Dataset, outcome: Outcome) -> Try:
    """The try of the outcome's scenario: the one that it has, with the figures of today, else a new one.

    Raises `ScenarioError` where the outcome is of another dataset, `StoreError` where nothing can be written.
    """
    scenario = outcome.scenario
    if scenario.dataset != dataset.fingerprint:
        raise ScenarioError(f"try: the outcome is not of {dataset.name}. Record it with its own dataset.")
    folder = root / FOLDER / dataset.fingerprint
    # a setting that is shown again needs neither lock nor write
    before = _known(folder, scenario.key, _place(_names(folder), scenario.key))
    if before is not None and _says_the_same(before, outcome):
        return before
    with _locked(root, dataset.fingerprint):
        names = _names(folder)
        number = _place(names, scenario.key)
        # of a damaged one the number is kept
        before = _known(folder, scenario.key, number)
        number = number or _next_number(names)
        now = datetime.now(UTC)
        lists = outcome.lists
        made = Try(
            number=number,
            key=scenario.key,
            dataset=dataset.fingerprint,
            dataset_name=dataset.name,
            document=scenario.to_json(),
            table=outcome.table,
            slices=outcome.slices,
            users=len(lists.rankings.users),
            certified=int(lists.certified.sum()),
            rescored=lists.rescored,
            unproven=lists.unproven,
            tried=before.tried if before else now,
            measured=now,
        )
        if before:
            made = replace(made, name=before.name, note=before.note, starred=before.starred, pinned=before.pinned)
        _write(folder, made)
    if number % TIDY_EVERY == 0:
        remove_leftovers(folder)
    return made


def rename_try(root: Path, fingerprint: str, number: int, name: str, note: str | None = None) -> Try:
    """Give a try a name, and a note unless that is None; an empty one takes it away. Raises `StoreError`.

    Raises `ScenarioError` for what is too long.
    """
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if len(name) > MAX_NAME:
        raise ScenarioError(f"name: a try's has at most {MAX_NAME} characters, got {len(name)}. Shorten it.")
    if note is not None and len(note) > MAX_NOTE:
        raise ScenarioError(f"note: a try's has at most {MAX_NOTE:,} characters, got {len(note):,}. Shorten it.")
    return _change(root, fingerprint, number, {"name": name} | ({} if note is None else {"note": note.strip()}))


def star_try(root: Path, fingerprint: str, number: int, starred: bool) -> Try:
    """Mark a try, or take the mark away. Raises `StoreError`."""
    return _change(root, fingerprint, number, {"starred": starred})


def pin_try(root: Path, fingerprint: str, number: int) -> Try:
    """Make it the one that others are compared with; another one is no longer. Raises `StoreError`."""
    folder = root / FOLDER / fingerprint
    with _locked(root, fingerprint):
        pinned = _read(_path(folder, number), pinned=True)
        write_bytes(folder / PIN, json.dumps({"number": number}).encode())
    return pinned


def delete_try(root: Path, fingerprint: str, number: int) -> None:
    """Forget a try; its number is not given again. Raises `StoreError`."""
    folder = root / FOLDER / fingerprint
    with _locked(root, fingerprint):
        path = _path(folder, number)
        gone = path.with_suffix(".deleted")
        try:
            # a rename is whole or not at all, and the empty file keeps the number
            path.replace(gone)
            gone.write_bytes(b"")
        except OSError as error:
            raise StoreError(f"{path}: cannot be deleted ({error.strerror}). Make the folder writable.") from error


def obstacle(root: Path, dataset: Dataset, one: Try) -> str | None:
    """Why a try cannot be shown on `dataset`, in one line that says what to do; None where it can, perhaps by a fit."""
    if one.dataset != dataset.fingerprint:
        return f"It was tried on other data, which bore the name {one.dataset_name} before. Recompute it on this data."
    try:
        recipes = one.scenario.recipes()
    except RecengineError as error:
        return str(error)
    for name, recipe in recipes.items():
        if recipe.name == "external":
            table = root / SCORE_TABLES / str(recipe.settings()["scores"])
            if not table.is_dir():
                return f"The uploaded scores of {name} are not in the workspace any more. Upload them again."
    return None


def _locked(root: Path, fingerprint: str) -> AbstractContextManager[None]:
    return locked(root / "locks" / f"tries-{fingerprint}.lock", patience=SECONDS_TO_WAIT)


def _names(folder: Path) -> list[str]:
    """What the folder holds; a try's name says its number, its scenario and whether it is still there."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"{folder}: cannot be read ({error.strerror}). Make the folder readable.") from error


def _stored(folder: Path) -> dict[int, Path]:
    """The files of all tries by number."""
    named = [_FILE.fullmatch(name) for name in _names(folder)]
    return {int(name[1]): folder / name[0] for name in named if name and name[3] == "json"}


def _path(folder: Path, number: int) -> Path:
    found = _stored(folder).get(number)
    if found is None:
        raise StoreError(
            f"try: there is no number {number} on this dataset. It may have been deleted; reload the page."
        )
    return found


def _place(names: list[str], key: str) -> int | None:
    """The number of the try of that scenario, if there is one, damaged or not."""
    # one search over all names: there may be thousands, and a slider waits
    listed = "\n".join(["", *names, ""])
    end = listed.find(f"-{key}.json\n")
    name = _FILE.fullmatch(listed[listed.rindex("\n", 0, end) + 1 : end] + f"-{key}.json") if end >= 0 else None
    return int(name[1]) if name else None


def _known(folder: Path, key: str, number: int | None) -> Try | None:
    """The try of that number and scenario, if it can be read."""
    if number is None:
        return None
    try:
        return _read(folder / f"{number:06d}-{key}.json", pinned=_pinned(folder) == number)
    except StoreError:
        return None


def _next_number(names: list[str]) -> int:
    """One that no try ever had, deleted ones included."""
    # numbers have the same width, so the highest is the last name that is one
    named = map(_FILE.fullmatch, sorted(names, reverse=True))
    number = 1 + next((int(name[1]) for name in named if name), 0)
    if number > MOST:
        raise StoreError(f"try: a dataset has room for {MOST:,}. Delete the folder of its tries to start anew.")
    return number


def _pinned(folder: Path) -> int | None:
    if not (folder / PIN).exists():
        return None
    try:
        number = read_document(folder / PIN, "the mark of the pinned try", _MEND).get("number")
    except StoreError:  # a mark that cannot be read marks nothing
        return None
    return number if isinstance(number, int) else None


def _change(root: Path, fingerprint: str, number: int, changes: Mapping[str, Any]) -> Try:
    folder = root / FOLDER / fingerprint
    with _locked(root, fingerprint):
        changed = replace(_read(_path(folder, number), pinned=_pinned(folder) == number), **changes)
        _write(folder, changed)
    return changed


def _says_the_same(one: Try, outcome: Outcome) -> bool:
    lists = outcome.lists
    return _tables(one.table, one.slices) == _tables(outcome.table, outcome.slices) and (
        one.rescored,
        one.unproven,
    ) == (lists.rescored, lists.unproven)


def _write(folder: Path, one: Try) -> None:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "number": one.number,
        "key": one.key,
        "dataset": one.dataset,
        "dataset_name": one.dataset_name,
        "tried": one.tried.isoformat(timespec="seconds"),
        "measured": one.measured.isoformat(timespec="seconds"),
        "name": one.name,
        "note": one.note,
        "starred": one.starred,
        "users": one.users,
        "certified": one.certified,
        "rescored": one.rescored,
        "unproven": one.unproven,
        "scenario": dict(one.document),
        **_tables(one.table, one.slices),
    }
    content = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    write_bytes(folder / f"{one.number:06d}-{one.key}.json", content.encode())


def _read(path: Path, *, pinned: bool) -> Try:
    """Raises `StoreError` for what is not whole."""
    document = read_document(path, "the try", _MEND)
    try:
        if (document["format"], document["version"]) != (FORMAT, VERSION):
            raise ValueError("it is of another version")
        if digest(document["scenario"]) != document["key"]:
            raise ValueError("its scenario was changed")
        if path.name != f"{document['number']:06d}-{document['key']}.json" or path.parent.name != document["dataset"]:
            raise ValueError("it belongs elsewhere")
        return Try(
            number=document["number"],
            key=document["key"],
            dataset=document["dataset"],
            dataset_name=str(document["dataset_name"]),
            document=document["scenario"],
            table=_figures(document["table"]),
            slices={str(name): _figures(table) for name, table in document["slices"].items()},
            users=int(document["users"]),
            certified=int(document["certified"]),
            rescored=int(document["rescored"]),
            unproven=int(document["unproven"]),
            tried=datetime.fromisoformat(document["tried"]),
            measured=datetime.fromisoformat(document["measured"]),
            name=str(document["name"])[:MAX_NAME],
            note=str(document["note"])[:MAX_NOTE],
            starred=document["starred"] is True,
            pinned=pinned,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise StoreError(f"{path}: not a whole try ({error}). {_MEND}") from error


def _tables(table: Mapping[str, Figure], slices: Mapping[str, Mapping[str, Figure]]) -> dict[str, Any]:
    return {"table": _rows(table), "slices": {name: _rows(one) for name, one in slices.items()}}


def _rows(table: Mapping[str, Figure]) -> dict[str, list[Any]]:
    """Mean, low, high, n and variant of each metric; NaN, which JSON has not, as null."""
    return {
        key: [_finite(figure.mean), _finite(figure.low), _finite(figure.high), figure.n, figure.variant]
        for key, figure in table.items()
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _figures(rows: Mapping[str, list[Any]]) -> dict[str, Figure]:
    return {
        str(key): Figure(float("nan") if mean is None else float(mean), _end(low), _end(high), int(n), str(variant))
        for key, (mean, low, high, n, variant) in rows.items()
    }


def _end(value: Any) -> float | None:
    return None if value is None else float(value)
