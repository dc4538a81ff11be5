"""Rounds as TensorBoard files, where they are asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from recengine.models.training.curves import Round
from recengine.storage import digest


class RoundLog:
    """Writes each round of one fit into a folder of its own below `folder`; does nothing where that is None."""

    def __init__(self, folder: Path | None, made_from: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        self._writer: Any = None
        if folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            started = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
            name = f"{shown['recipe']}-{started}-{digest(made_from)[:8]}"
            self._writer = SummaryWriter(str(folder / name))
            settings = {name: str(value) for name, value in made_from["settings"].items()}
            text = "\n".join(f"    {name} = {value}" for name, value in {**shown, **settings}.items())
            self._writer.add_text("settings", text)

    def __enter__(self) -> RoundLog:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()

    def write(self, one: Round) -> None:
        """Add a round."""
        if self._writer is None:
            return
        figures = {"loss": one.loss, "ndcg of users held out": one.ndcg, "seconds": one.seconds, **one.others}
        for name, value in figures.items():
            if math.isfinite(value):
                self._writer.add_scalar(name, value, one.number)
