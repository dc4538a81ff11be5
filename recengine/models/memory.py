"""Whether a fit has room: known before it starts, not when the machine runs out."""

from __future__ import annotations

from pathlib import Path

import psutil

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.base import Recipe, Resources

_LIMIT_FILES = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)
"""Limit and use of a container, in the two versions of Linux control groups."""
GIB = 2**30


def free_memory() -> int:
    """Bytes that a process can still take: of the machine, or of the container where that has less."""
    free = int(psutil.virtual_memory().available)
    for limit, used in _LIMIT_FILES:
        try:
            free = min(free, max(0, int(limit.read_text()) - int(used.read_text())))
        except (OSError, ValueError):  # no such group, or "max": no limit
            continue
    return free


def estimated_memory(recipe: Recipe, train: Dataset) -> int:
    """Bytes that fitting `recipe` on `train` takes at its peak, an estimate from above."""
    return recipe.memory(train.n_users, train.n_items, train.matrix.nnz)


def refuse_if_too_large(recipe: Recipe, train: Dataset, resources: Resources) -> None:
    """Raise `RecipeError` with the estimate and what to do instead where the fit of `recipe` has no room."""
    needed = estimated_memory(recipe, train)
    free = free_memory() if resources.memory is None else resources.memory
    if needed > free:
        raise RecipeError(
            f"{recipe.name}: fitting {train.n_users:,} users and {train.n_items:,} items needs about "
            f"{needed / GIB:,.1f} GiB of memory, {free / GIB:,.1f} GiB are free. {recipe.lighter}"
        )
