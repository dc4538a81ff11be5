"""Trials of a study and the file that keeps them: a line of JSON each, only ever added to."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from recengine.errors import StoreError

TrialState = Literal["complete", "pruned", "failed"]
_STATES: tuple[str, ...] = get_args(TrialState)
MAX_REASON = 300
"""Characters of a reason that are kept."""


@dataclass(frozen=True)
class Trial:
    """One choice of settings and what came of it.

    number: from 0. settings: every one of the recipe. value: the objective on validation; None unless complete.
    rungs: the objective on each part of the work that was measured, in order (a share of the users, or folds so far).
    reason: why it was pruned or failed, one line. seconds: that it took. repeats: the earlier trial with the same
    settings that it takes its outcome from, if one is.
    """

    number: int
    settings: Mapping[str, Any]
    value: float | None
    state: TrialState
    seconds: float
    rungs: tuple[float, ...] = ()
    reason: str = ""
    repeats: int | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the field names as keys."""
        return {**vars(self), "settings": dict(self.settings), "rungs": list(self.rungs)}


class TrialFile:
    """The trials of one study on disk; one process writes at a time, any may read meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Trial]:
        """Every whole trial, in order; a last line without its end was cut off while it was written, and is none.

        Raises `StoreError` for a damaged line before it.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self.path}: the trials cannot be read ({error.strerror}). {_MEND}") from error
        trials: list[Trial] = []
        for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines()):
            try:
                trials.append(_trial(json.loads(line), number))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise StoreError(f"{self.path}, line {number + 1}: not trial {number} ({error}). {_MEND}") from error
        return trials

    def append(self, trial: Trial) -> None:
        """Add a trial behind the last whole one, and see it on the disk. Raises `StoreError`."""
        line = json.dumps(trial.to_json(), ensure_ascii=False, allow_nan=False).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                file.seek(0)
                whole = file.read().rfind(b"\n") + 1
                file.truncate(whole)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(
                f"{self.path}: a trial cannot be written ({error.strerror}). Make the folder writable, or free space."
            ) from error


_MEND = "Delete the folder of the study and start it again."


def _trial(document: Mapping[str, Any], number: int) -> Trial:
    settings, value, rungs, repeats = (document[key] for key in ("settings", "value", "rungs", "repeats"))
    trial = Trial(
        number=document["number"],
        settings=dict(settings.items()),
        value=None if value is None else float(value),
        state=document["state"],
        seconds=float(document["seconds"]),
        rungs=tuple(float(rung) for rung in rungs),
        reason=str(document["reason"]),
        repeats=None if repeats is None else int(repeats),
    )
    if trial.number != number or trial.state not in _STATES:
        raise ValueError(f"number {trial.number!r}, state {trial.state!r}")
    if (trial.value is None) is (trial.state == "complete") or not math.isfinite(trial.value or 0.0):
        raise ValueError(f"{trial.state} with value {trial.value!r}")
    return trial
