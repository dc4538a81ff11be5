"""What was learned from the users, in words and as a table. No Streamlit here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl

from recengine.fusion.strategies import SegmentWeights
from recengine.fusion.strategies.switching import HISTORY
from recengine.fusion.strategies.weight_sets import thresholds
from recengine.reports.words import joined
from recengine.tuning.listwise import FOLDS
from recengine.workspace import WeightsLearned

EVERYBODY = ""
"""In place of an attribute: no segments."""
CROSS_FITTED = (
    f"Cross-fitted: the users are dealt into {FOLDS} parts, and each part is measured with weights that the other "
    f"{FOLDS - 1} taught. So nobody is measured with weights learned from themselves, and the gain on validation does "
    "not flatter. The weights in the table are learned from all of them."
)
MAX_NAMED = 6
"""Segments that a sentence names."""


def choice_label(choice: str) -> str:
    """What the choice of whose weights are learned is called."""
    named = {EVERYBODY: "Everybody alike", HISTORY: "Cold, warm and heavy users"}
    return named.get(choice) or f"Each {choice.replace('_', ' ')}"


def learned_title(answer: WeightsLearned) -> str:
    """What was asked for, in short."""
    strategy = answer.learned.strategy
    asked = choice_label(EVERYBODY if strategy is None else strategy.by)
    if strategy is not None and strategy.by == HISTORY:
        asked += " from {:g} and {:g}".format(*thresholds(strategy.at, strategy.name))
    return (
        f"{asked} · {len(answer.scenario.scorers)} scorers, split {answer.scenario.split} · "
        f"{answer.made:%Y-%m-%d %H:%M}"
    )


def learned_table(answer: WeightsLearned, labels: Mapping[str, str]) -> pl.DataFrame:
    """A row before, one for everybody and one a segment: how many users taught it, and its weights of sum 1."""
    learned, scorers = answer.learned, answer.scenario.scorers
    before = dict(zip(scorers, answer.scenario.fusion.effective, strict=True))
    rows = {"Before": before, "Everybody": dict(learned.weights)} | {
        f"  {name}": dict(weights) for name, weights in learned.segments.items()
    }
    users = [None, learned.n_users, *(learned.segment_users[name] for name in learned.segments)]
    columns: dict[str, object] = {"": list(rows), "learned from": pl.Series(users, dtype=pl.Int64)}
    for name in scorers:
        columns[labels.get(name, name)] = [float(weights[name]) for weights in rows.values()]
    return pl.DataFrame(columns)


def verdict_words(answer: WeightsLearned) -> str:
    """Whether what was learned is better than before, as far as the validation part can tell."""
    learned = answer.learned
    gain = (learned.segments_gain or learned.gain).change
    what = "These weights" if learned.segments_gain is None else "Weights per segment"
    if math.isnan(gain.low):
        return "There are too few users to tell whether these weights are better than those of before."
    if gain.low > 0:
        return f"{what} serve the users better than those of before, by more than chance."
    if gain.high < 0:
        return f"{what} serve the users worse than those of before: keep those."
    return f"{what} cannot be told from those of before, as far as {gain.n:,} users can say."


def shrinkage_words(strength: float) -> str:
    """What the shrinkage does to weights per segment. strength: of `LearnedWeights`, for segments."""
    if math.isinf(strength):
        return (
            "Shrinkage: in full. No segment's own users told better than everybody what suits the others in it, so all "
            "segments have the weights for everybody."
        )
    return (
        f"Shrinkage: in each segment the weights for everybody count for as much as {strength:g} of its users. A small "
        "segment stays near them, a large one goes its own way. How strong is decided by users who were not learned "
        "from."
    )


def unheard_words(learned: Sequence[str], segments: SegmentWeights, every: Sequence[str]) -> str | None:
    """Which segments have nobody to learn from; None where all have. learned: the segments that have."""
    unheard = [name for name in every if name not in learned]
    if not unheard:
        return None
    named = unheard if len(unheard) <= MAX_NAMED else [*unheard[:MAX_NAMED], f"{len(unheard) - MAX_NAMED} more"]
    of = "" if segments.by == HISTORY else f" by {segments.by}"
    verb = "keeps" if len(unheard) == 1 else "keep"
    return f"Nobody to learn from{of}: {joined(named)} {verb} the weights for everybody."
