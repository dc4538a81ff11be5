"""Adapted encoders on disk: what each was made from is kept beside its weights, so that none takes another's place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recengine.arrays import Values
from recengine.errors import EncoderError, StoreError
from recengine.storage import digest, locked, read_document, write_document
from recengine.text.model_files import find_model

MADE = "adaptation"
"""File in the folder of an encoder. Without an ending, since its vectors do not depend on it."""
_SCHEMA = 1
_FIGURES = ("share", "n", "before", "after", "before_whitened", "after_whitened")


@dataclass(frozen=True)
class Adapted:
    """An adapted encoder in `folder`.

    share: of the weights that learnt. losses: after each round. before, after: NDCG@10 of similar items, mean over the
    `n` items held out for which it is defined, higher is better; vectors as they come, and whitened, as the text
    profile takes them. reused: it was there already.
    """

    folder: Path
    encoder: str
    share: float
    losses: Values
    n: int
    before: float
    after: float
    before_whitened: float
    after_whitened: float
    reused: bool = False


def short_digest(made_from: Mapping[str, Any]) -> str:
    """Enough of the digest of what an encoder is made from to tell it from the others of a workspace."""
    return digest(dict(made_from))[:8]


def keep_adapted(folder: Path, adapted: Adapted, made_from: Mapping[str, Any]) -> None:
    """Write beside the weights in `folder` what they were made from and how good they are."""
    figures = {name: _or_none(getattr(adapted, name)) for name in _FIGURES}
    losses = [_or_none(float(loss)) for loss in adapted.losses]
    document = {"schema": _SCHEMA, "made_from": dict(made_from), "encoder": adapted.encoder, "losses": losses}
    weights = find_model(str(folder)).identity
    write_document(folder / MADE, {**document, "figures": figures, "weights": weights})


def kept_adapted(folder: Path, made_from: Mapping[str, Any]) -> Adapted | None:
    """The encoder in `folder` where it was made from the same; None where there is nothing.

    Raises `EncoderError` where there is anything else, which stays as it is.
    """
    if not folder.exists():
        return None
    try:
        document = read_document(folder / MADE, "what was adapted", "")
        before: dict[str, Any] = dict(document["made_from"])
        figures: dict[str, Any] = {name: _or_nan(document["figures"][name]) for name in _FIGURES}
        losses = np.array([_or_nan(loss) for loss in document["losses"]])
        encoder, weights = str(document["encoder"]), str(document["weights"])
    except (StoreError, LookupError, TypeError, ValueError):
        raise EncoderError(
            f"{folder}: is there already, and does not say from what it was adapted. Choose another --name, or delete "
            "it."
        ) from None
    if before != dict(made_from):
        raise EncoderError(
            f"{folder}: holds an encoder that was adapted from something else ({_differences(before, made_from)}). "
            "Choose another --name, or delete it."
        )
    if not _holds(folder, weights):
        raise EncoderError(
            f"{folder}: the weights that were adapted are gone, or others stand in their place. Choose another --name, "
            "or delete it."
        )
    return Adapted(folder, encoder, losses=losses, reused=True, **{**figures, "n": int(figures["n"])})


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else adapts into `folder` inside."""
    with locked(folder.with_name(f".{folder.name}.lock")):
        yield


def _holds(folder: Path, weights: str) -> bool:
    """Whether the model in `folder` is the one with this identity."""
    try:
        return find_model(str(folder)).identity == weights
    except (EncoderError, OSError):
        return False


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """In words: "rank 4, not 8; seed 1, not 0"."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    said = [f"{name} {_word(before.get(name))}, not {_word(now.get(name))}" for name in names]
    return "; ".join(said[:3]) + (f"; and {len(said) - 3} more" if len(said) > 3 else "")


def _word(value: Any) -> str:
    # a fingerprint is told by its beginning
    text = str(value)
    return text[:12] if len(text) == 64 else text[:40]


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)
