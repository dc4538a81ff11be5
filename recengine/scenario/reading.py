"""Re-rankers that read pairs of texts, seconds a user: what they still have to read, and reading it beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from recengine.arrays import Positions
from recengine.fusion import RERANKERS, make_reranker
from recengine.fusion.pair_scores import PairScores, Unread
from recengine.fusion.reading import PairsNeeded, padded, pairs_needed
from recengine.models.training.cost import rough_time
from recengine.progress import Cancel, Progress, never, silent
from recengine.scenario.scenario import Choice, Scenario
from recengine.scenario.workbench import Workbench


def reads_pairs(scenario: Scenario) -> bool:
    """Whether a re-ranker of the chain reads pairs of texts."""
    return any(map(_reads, scenario.rerankers))


def without_reading(scenario: Scenario) -> Scenario:
    """The same scenario without the re-rankers that read pairs of texts."""
    return replace(scenario, rerankers=tuple(one for one in scenario.rerankers if not _reads(one)))


def reading_labels(scenario: Scenario) -> str:
    """What the re-rankers that read pairs are called."""
    return ", ".join(RERANKERS[one[0]].label for one in scenario.rerankers if _reads(one))


def needed(workbench: Workbench, scenario: Scenario, *, slices: bool = True) -> tuple[PairsNeeded, ...]:
    """The pairs that the lists of `scenario` need: those of the whole catalogue, then those of its slices.

    What re-rankers ask for that stand behind the first one that reads pairs is not among them.
    """
    if not reads_pairs(scenario):
        return ()
    parts = [(workbench.pool, workbench.source)]
    if slices:
        parts += [(part.pool, part.source) for part in workbench.slices.values()]
    found = (pairs_needed(pool, source, scenario.fusion, scenario.k) for pool, source in parts)
    return tuple(one for one in found if one is not None)


def unread(asked: Sequence[PairsNeeded]) -> Unread:
    """How much of it is not known yet. The first time a user or two are read, to know the pace."""
    joined = _joined(asked)
    return Unread(0, 0, 0, 0.0) if joined is None else joined.scores.unread(joined.users, joined.items)


def read_pairs(asked: Sequence[PairsNeeded], label: str, progress: Progress = silent, cancel: Cancel = never) -> None:
    """Read what is not known yet, saying beforehand how long it will take. label: what reads.

    Raises `CancelledError`; what was read is kept.
    """
    joined = _joined(asked)
    if joined is None:
        return
    left = joined.scores.unread(joined.users, joined.items)
    if not left.pairs:
        return
    progress(0.0, estimate_text(left, label))

    def told(share: float, said: str) -> None:
        remaining = f", {rough_time(left.seconds * (1 - share))} left" if share < 1 else ""
        progress(share, f"{label}: {said}{remaining}")

    joined.scores.read(joined.users, joined.items, told, cancel)


def estimate_text(left: Unread, label: str) -> str:
    """ "Click model: 931 of 943 users to read, 2.7 s each, about 40 minutes." """
    pace = f"{left.seconds_a_user:.1f} s" if left.seconds_a_user >= 0.1 else f"{1000 * left.seconds_a_user:.0f} ms"
    return f"{label}: {left.users:,} of {left.of:,} users to read, {pace} each, {rough_time(left.seconds)}"


def _reads(choice: Choice) -> bool:
    name, settings = choice
    return make_reranker(name, dict(settings)).reads_pairs


def _joined(asked: Iterable[PairsNeeded]) -> PairsNeeded | None:
    """All of one scorer as one table, the narrower ones padded."""
    every = list(asked)
    if not every:
        return None
    scores: PairScores = every[0].scores
    width = max(one.items.shape[1] for one in every)
    users: Positions = np.concatenate([one.users for one in every])
    items = np.concatenate([padded(one.items, width) for one in every])
    return PairsNeeded(scores, users, items)
