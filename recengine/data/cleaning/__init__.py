"""Cleaning: steps that change the mapped tables, each saying what it touches before it is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from recengine.data.cleaning.base import SAMPLE_ROWS, Applied, Does, Step, TouchedTable
from recengine.data.cleaning.bots import Bots
from recengine.data.cleaning.catalogue import (
    RepeatedItems,
    RepeatedUsers,
    UnknownItems,
    UnknownUsers,
    UnusedItems,
    UnusedUsers,
)
from recengine.data.cleaning.duplicates import Duplicates, usual_keep
from recengine.data.cleaning.ids import Ids
from recengine.data.cleaning.k_core import KCore
from recengine.data.cleaning.settings import Option
from recengine.data.cleaning.times import Times
from recengine.data.cleaning.unreadable import Unreadable, UnreadableItems, UnreadableUsers
from recengine.data.cleaning.values import Values
from recengine.data.cleaning.words import step_words
from recengine.data.material import Material
from recengine.data.table import quoted
from recengine.errors import DataError
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

__all__ = [
    "SAMPLE_ROWS",
    "STEPS",
    "Applied",
    "Does",
    "Duplicates",
    "Option",
    "Seen",
    "Step",
    "TouchedTable",
    "apply_steps",
    "parse_step",
    "parse_steps",
    "step_words",
    "usual_keep",
]

_EVERY: tuple[type[Step], ...] = (
    Unreadable,
    UnreadableItems,
    UnreadableUsers,
    Ids,
    RepeatedItems,
    RepeatedUsers,
    Values,
    Times,
    Duplicates,
    Bots,
    UnknownItems,
    UnknownUsers,
    KCore,
    UnusedItems,
    UnusedUsers,
)
STEPS: Mapping[str, type[Step]] = {step.name: step for step in _EVERY}
"""By name, in the order in which they are best applied and the page offers them."""


Seen = Callable[[Step, Applied], None]
"""Told of every step of cleaning when it is done."""


def parse_step(text: str) -> Step:
    """The step that a text such as `k-core:users=5,items=5` says. Raises `DataError`."""
    name, _, listed = text.strip().partition(":")
    if name not in STEPS:
        raise DataError(f"cleaning: there is no step {quoted(name)}. Choose one of {', '.join(STEPS)}.")
    settings: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in listed.split(","))):
        option, equals, value = part.partition("=")
        if not equals:
            raise DataError(f"cleaning: {quoted(part)} is not OPTION=VALUE. Write for example k-core:users=5,items=5.")
        if option in settings:
            raise DataError(f"cleaning: {name}: {option} is given twice. Give each option once.")
        settings[option] = value
    return STEPS[name].of(settings)


def parse_steps(texts: Iterable[str]) -> tuple[Step, ...]:
    """Every step, in their order. Raises `DataError`."""
    return tuple(map(parse_step, texts))


def apply_steps(
    material: Material,
    steps: Iterable[Step],
    *,
    seen: Seen | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Material:
    """What the steps leave, one after the other. seen: told what each did. Raises `DataError` or `CancelledError`."""
    every = tuple(steps)
    for number, step in enumerate(every):
        stop_if_asked(cancel)
        progress(number / len(every), f"Cleaning: {step.label}")
        done = step.apply(material)
        if seen is not None:
            seen(step, done)
        material = done.material
        del done  # else the tables before the next step stay in memory
    return material
