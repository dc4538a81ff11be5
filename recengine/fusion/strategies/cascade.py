"""A cascade: one scorer shortlists, the next re-ranks what it hands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from recengine.arrays import Mask, Positions, Scores
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.fusion.normalization import Neutral, Normalization, ValueMap
from recengine.fusion.strategies.base import Listwise, PoolScores, Remark, Rows
from recengine.fusion.strategies.words import ordinal
from recengine.models.settings import Text, setting
from recengine.ranking import PADDING, take, top_k

AUTO = "auto"
AUTO_KEEPS = 200
MAX_KEPT = 10_000
MAX_SHOWN = 80
"""Characters of a wrong text that an error repeats."""


@dataclass(frozen=True)
class Stage:
    """One scorer, by its place among the scenario's, and how many items it hands on; None hands on all."""

    scorer: int
    keeps: int | None


@dataclass(frozen=True)
class Cascade(Listwise):
    """The first scorer shortlists its best items, each following one re-ranks what it is handed and keeps its best.

    Items that a stage drops stand behind those it keeps, in the order of that stage; so a list that is longer than the
    last shortlist is filled from the stage before. The last stage orders all that it is handed. Ties keep the order of
    the stage before, at first by position. No opinion stands at the scorer's middle rank (or at its floor, where the
    scenario says so). score = 1 / place. Weights have no say; a scorer may stand in several stages.

    Proven for a user where the first n of the first scorer, n being what it keeps or the length of the list if that is
    more, are certainly in the pool: every left-out item stands below the n-th of them, or n is no more than the depth
    and the left-out ones without an opinion stand below. All later stages see only those n items.
    Source: Wang, Lin & Metzler (2011), SIGIR, for cascades of rankers.
    """

    name: ClassVar[str] = "cascade"
    label: ClassVar[str] = "Cascade"
    about: ClassVar[str] = (
        "One scorer shortlists n items, the next re-ranks them and keeps fewer, and so on; the last one orders. Lets a "
        "broad scorer choose what a sharp one puts in order. Weights have no say."
    )
    certificate: ClassVar[str] = (
        "Proven while the first stage fits the depth of the pool and knows its items; else pool of n."
    )
    weighs: ClassVar[bool] = False
    zero_is_silent: ClassVar[bool] = False

    stages: str = setting(
        AUTO,
        Text("scorers with what they keep, such as text:200,als:50,popularity"),
        "SCORER:N with commas between them, the first one shortlisting; the last one needs no N. "
        f"{AUTO}: the second scorer shortlists {AUTO_KEEPS}, the first one orders them.",
    )

    def check(self, scorers: Sequence[str]) -> None:
        """Every stage names a scorer and keeps no more than it is handed."""
        self.plan(scorers)

    def plan(self, scorers: Sequence[str]) -> tuple[Stage, ...]:
        """The stages, at least one. Raises `ScenarioError`."""
        if self.stages == AUTO:
            return (Stage(1, AUTO_KEEPS), Stage(0, None)) if len(scorers) > 1 else (Stage(0, None),)
        texts = [text.strip() for text in self.stages.split(",")]
        found: list[Stage] = []
        for number, text in enumerate(texts, 1):
            stage = _stage(text, number, scorers)
            before = found[-1].keeps if found else None
            if stage.keeps is None and number < len(texts):
                raise ScenarioError(
                    f"cascade: stage {number} ({text}) does not say how many items it keeps. Write {text}:200, say."
                )
            if before is not None and stage.keeps is not None and stage.keeps > before:
                raise ScenarioError(
                    f"cascade: stage {number} keeps {stage.keeps:,} items, but stage {number - 1} hands on only "
                    f"{before:,}. Let the numbers fall from stage to stage."
                )
            found.append(stage)
        return tuple(found)

    def value_map(self, normalization: Normalization, neutral: Neutral) -> ValueMap:
        """By rank, which keeps apart whatever a scorer keeps apart."""
        return ValueMap("rank", neutral)

    def score(self, rows: Rows, weights: Scores, scorers: Sequence[str], k: int, facts: Facts | None) -> PoolScores:
        """The places of each user's shortlist, all users at once."""
        stages = self.plan(scorers)
        columns = self._orders(rows, stages, k)
        last = columns[-1]
        score = np.full(rows.items.shape, -np.inf, dtype=np.float32)
        row, place = np.nonzero(last != PADDING)
        score[row, last[row, place]] = 1 / (place + 1)
        return PoolScores(score, rows.complete | _first_is_whole(rows, stages[0], k, columns[0]))

    def account(
        self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, k: int, facts: Facts | None
    ) -> tuple[Remark, ...]:
        """The item's place in every stage that it reached."""
        stages = self.plan(scorers)
        remarks = []
        for number, (stage, columns) in enumerate(zip(stages, self._orders(rows, stages, k), strict=True), 1):
            place = int(np.flatnonzero(columns[0] == column)[0]) + 1
            handed = None if number == 1 else stages[number - 2].keeps
            said = f"stage {number}: {ordinal(place)}{f' of {handed:,}' if handed else ''} by {{scorers[0]}}"
            if np.isnan(rows.raw[stage.scorer, 0, column]):
                said += ", which has no opinion on it and counts as neutral"
            kept = None if number == len(stages) else stage.keeps
            dropped = kept is not None and place > kept
            if kept is not None:
                said += f", not among the {kept:,} that go on" if dropped else f", among the {kept:,} that go on"
            remarks.append(Remark(said, (scorers[stage.scorer],)))
            if dropped:
                break
        return tuple(remarks)

    def _orders(self, rows: Rows, stages: Sequence[Stage], k: int) -> list[Positions]:
        """The order after every stage, (B, m) columns each, m being what the first keeps or k if that is more."""
        width = rows.items.shape[1]
        columns = top_k(rows.values[stages[0].scorer], min(_needed(stages[0], k), width))
        orders = [columns]
        for before, stage in pairwise(stages):
            handed = columns[:, : before.keeps]
            values = take(rows.values[stage.scorer], handed, -np.inf)
            order = np.argsort(-values, axis=1, kind="stable")
            columns = np.concatenate([np.take_along_axis(handed, order, axis=1), columns[:, handed.shape[1] :]], axis=1)
            orders.append(columns)
        return orders


def _needed(first: Stage, k: int) -> int:
    """Items of the first scorer that decide the list."""
    return max(first.keeps or 0, k)


def _first_is_whole(rows: Rows, first: Stage, k: int, columns: Positions) -> Mask:
    """Whether the first items of the first scorer are those of the catalogue, (B,) bool."""
    needed = _needed(first, k)
    if columns.shape[1] < needed:
        return np.zeros(len(columns), dtype=np.bool_)
    lowest = take(rows.values[first.scorer], columns[:, needed - 1 : needed], -np.inf)[:, 0]
    above_all = lowest > rows.bound[first.scorer]
    fits: Mask = above_all | ((needed <= rows.depth) & (lowest > rows.silent[first.scorer]))
    return fits


def _stage(text: str, number: int, scorers: Sequence[str]) -> Stage:
    name, _, count = (part.strip() for part in text.rpartition(":"))
    # a scorer's own name may have a colon, as als:tuned has
    if text in scorers or (not _is_whole(count) and name not in scorers):
        name, count = text, ""
    if not name:
        raise ScenarioError(f"cascade: stage {number} is empty. Write SCORER:N with commas between the stages.")
    if name not in scorers or (count and not _is_whole(count)):
        named = name if _is_whole(count) else text
        raise ScenarioError(
            f"cascade: stage {number} names {named[:MAX_SHOWN]!r}, which is no scorer here. Choose among "
            f"{', '.join(scorers)}, with a number of items after a colon."
        )
    if not count:
        return Stage(scorers.index(name), None)
    # a number with more digits than the highest is too high, whatever it is
    keeps = int(count) if len(count) <= len(str(MAX_KEPT)) else 0
    if not 1 <= keeps <= MAX_KEPT:
        raise ScenarioError(
            f"cascade: stage {number} ({name}) must keep from 1 to {MAX_KEPT:,} items, got {count[:MAX_SHOWN]}. "
            "Change it."
        )
    return Stage(scorers.index(name), keeps)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit()
