"""Rounds as TensorBoard files, where they are asked for."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from recengine.errors import RecipeError
from recengine.models.training.curves import Round
from recengine.storage import digest

VARIABLE = "RECENGINE_TENSORBOARD"
"""Environment variable: the folder of the files; unset or empty writes none."""


def log_folder() -> Path | None:
    """The folder that the environment asks for."""
    wish = os.environ.get(VARIABLE, "").strip()
    return Path(wish) if wish else None


class RoundLog:
    """Writes each round of one fit into a folder of its own below `folder`; does nothing where that is None.

    Raises `RecipeError` where the folder cannot be written when the fit starts. Later, as on a full disk, the fit goes
    on and the rest is not written.
    """

    def __init__(self, folder: Path | None, made_from: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        self._writer: Any = None
        if folder is None:
            return
        from torch.utils.tensorboard import SummaryWriter

        started = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
        try:
            self._writer = SummaryWriter(str(folder / f"{shown['recipe']}-{started}-{digest(made_from)[:8]}"))
        except OSError as error:
            raise RecipeError(
                f"{folder}: cannot be written ({error.strerror}). Choose another folder with {VARIABLE}, or unset it."
            ) from error
        facts = {**shown, **made_from["settings"], "seed": made_from["seed"], "device": made_from["device"]}
        self._writer.add_text("settings", "\n".join(f"    {name} = {value}" for name, value in facts.items()))

    def __enter__(self) -> RoundLog:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left."""
        if self._writer is not None:
            try:
                self._writer.close()
            except OSError:
                self._writer = None

    def write(self, one: Round) -> None:
        """Add a round."""
        if self._writer is None:
            return
        figures = {"loss": one.loss, "ndcg of users held out": one.ndcg, "seconds": one.seconds, **one.others}
        try:
            for name, value in figures.items():
                if math.isfinite(value):
                    self._writer.add_scalar(name, value, one.number)
            self._writer.flush()
        except OSError:
            self._writer = None
