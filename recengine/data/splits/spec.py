"""How a dataset is to be cut, as a text: `random`, `random:0.3`, `last:2`, `time`, `cold-users`, `fold:1/5`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from recengine.data.splits.folds import MAX_FOLDS, MIN_FOLDS
from recengine.errors import ScenarioError

SplitMethod = Literal["random", "last", "time", "cold-users", "cold-items", "fold", "user-fold"]
SPLIT_METHODS: tuple[SplitMethod, ...] = get_args(SplitMethod)
SPLIT_LABELS: dict[SplitMethod, str] = {
    "random": "At random, user by user",
    "last": "The last of each user, by time",
    "time": "One moment for everybody",
    "cold-users": "Users held out whole",
    "cold-items": "Items held out whole",
    "fold": "One fold of the positives",
    "user-fold": "One fold of the users",
}
SPLIT_FORMS = "random, random:0.3, last, last:2, time, time:0.2, cold-users, cold-items, fold:1/5 or user-fold:1/5"
"""How the texts look, for help and for errors."""
BY_TIME: tuple[SplitMethod, ...] = ("last", "time")
"""Methods that need times; chance and so the seed have no part in them."""
OF_FOLDS: tuple[SplitMethod, ...] = ("fold", "user-fold")
DEFAULT_SHARE = Fraction(1, 5)
MIN_SHARE, MAX_SHARE = Fraction(1, 100), Fraction(9, 10)
MAX_LAST = 1000
DEFAULT_FOLDS = 5
_SHARE = re.compile(r"0?\.[0-9]{1,4}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)
_FOLD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})", re.ASCII)
_QUOTED = 60


@dataclass(frozen=True)
class SplitSpec:
    """One way to cut a dataset; made by `parse_split`, which checks it.

    share: of what is drawn or is latest that becomes the test part, for every method but `last` and the folds.
    last: how many of each user's latest positives are test. fold of folds, from 1: which one is test.
    """

    method: SplitMethod
    share: Fraction = DEFAULT_SHARE
    last: int = 1
    fold: int = 1
    folds: int = DEFAULT_FOLDS

    @property
    def text(self) -> str:
        """The shortest text that gives this; the same cut has the same text, in scenarios, keys and provenance."""
        if self.method in OF_FOLDS:
            return f"{self.method}:{self.fold}/{self.folds}"
        if self.method == "last":
            return "last" if self.last == 1 else f"last:{self.last}"
        return self.method if self.share == DEFAULT_SHARE else f"{self.method}:{float(self.share):g}"

    def __str__(self) -> str:
        """The text."""
        return self.text

    @property
    def needs_times(self) -> bool:
        """Whether it goes by time."""
        return self.method in BY_TIME

    @property
    def sentence(self) -> str:
        """What it does, for people."""
        validation = "which only tuning looks at."
        if self.method == "random":
            return (
                f"For each user {_part(self.share)} of the positives, drawn at random, is held out as the test; "
                f"a tenth of the rest is validation, {validation}"
            )
        if self.method == "last":
            latest = "last positive by time is" if self.last == 1 else f"last {self.last} positives by time are"
            before = "the one before is" if self.last == 1 else f"the {self.last} before are"
            return f"For each user the {latest} held out as the test; {before} validation, {validation}"
        if self.method == "time":
            return (
                f"Everything from one moment on, the latest {_part(self.share, article=False)} of all positives, is "
                f"held out as the test; the latest tenth of what is before is validation, {validation} Users and items "
                "that come up only later are unknown to the scorers."
            )
        if self.method == "cold-users":
            return (
                f"{_part(self.share).capitalize()} of the users, drawn at random, is held out whole: nothing that they "
                f"liked is in training, all of it is the test. A tenth of the rest is validation, {validation}"
            )
        if self.method == "cold-items":
            return (
                f"{_part(self.share).capitalize()} of the items, drawn at random, is held out whole: nobody who liked "
                f"them is in training, all who did are the test. A tenth of the rest is validation, {validation}"
            )
        if self.method == "fold":
            return (
                f"The positives of each user are dealt at random into {self.folds} folds, and fold {self.fold} is held "
                f"out as the test; a tenth of the rest is validation, {validation} A user's only positive stays in "
                "training."
            )
        return (
            f"The users are dealt at random into {self.folds} folds, and all that those of fold {self.fold} liked is "
            "held out as the test: none of it is in training, so they are served as newcomers. A tenth of the other "
            f"users is validation, {validation}"
        )


def parse_split(text: object) -> SplitSpec:
    """The cut that `text` names: a method, and behind a colon its share, its number or its fold.

    Raises `ScenarioError`, one line, for anything else.
    """
    if isinstance(text, SplitSpec):
        return text
    if not isinstance(text, str):
        raise ScenarioError(f"split: {_quoted(text)} is unknown, it must be a text. Write {SPLIT_FORMS}.")
    name, colon, setting = text.strip().partition(":")
    method = next((method for method in SPLIT_METHODS if method == name), None)
    if method is None:
        raise ScenarioError(f"split: {_quoted(text)} is unknown. Choose among {SPLIT_FORMS}.")
    if method in OF_FOLDS:
        return _fold(text, method, setting)
    if not colon:
        return SplitSpec(method)
    if method == "last":
        if not _COUNT.fullmatch(setting) or not 1 <= int(setting) <= MAX_LAST:
            raise ScenarioError(
                f"split: behind last: there must be a whole number from 1 to {MAX_LAST:,}, got {_quoted(text)}. "
                "Write for example last:2."
            )
        return SplitSpec(method, last=int(setting))
    share = Fraction(setting) if _SHARE.fullmatch(setting) else None
    if share is None or not MIN_SHARE <= share <= MAX_SHARE:
        raise ScenarioError(
            f"split: behind {method}: there must be the share of the test, from {float(MIN_SHARE):g} to "
            f"{float(MAX_SHARE):g}, got {_quoted(text)}. Write for example {method}:0.3."
        )
    return SplitSpec(method, share=share)


def _fold(text: str, method: SplitMethod, setting: str) -> SplitSpec:
    found = _FOLD.fullmatch(setting)
    fold, folds = (int(number) for number in found.groups()) if found else (0, 0)
    if not (MIN_FOLDS <= folds <= MAX_FOLDS and 1 <= fold <= folds):
        raise ScenarioError(
            f"split: behind {method}: there must be which fold of {MIN_FOLDS} to {MAX_FOLDS}, got {_quoted(text)}. "
            f"Write for example {method}:1/5."
        )
    return SplitSpec(method, fold=fold, folds=folds)


def _part(share: Fraction, *, article: bool = True) -> str:
    """A share in words where it has one: "a fifth", "30 %"."""
    names = {Fraction(1, 2): "half", Fraction(1, 4): "quarter", Fraction(1, 5): "fifth", Fraction(1, 10): "tenth"}
    if share not in names:
        return f"{float(100 * share):g} %"
    return f"a {names[share]}" if article and share != Fraction(1, 2) else names[share]


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
