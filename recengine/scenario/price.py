"""What each re-ranker of a chain costs, and what it brings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recengine.arrays import Values
from recengine.errors import ScenarioError
from recengine.evaluation import Change, change, evaluate
from recengine.fusion import FusedLists, Fusion, Reranker, fuse
from recengine.fusion.rerankers import Aim
from recengine.progress import Cancel, Progress, never, silent
from recengine.ranking import find_metric
from recengine.scenario.reading import needed, read_pairs, reading_labels
from recengine.scenario.run import check_fits
from recengine.scenario.scenario import Scenario
from recengine.scenario.workbench import Workbench

METRIC = "ndcg"


@dataclass(frozen=True)
class Price:
    """One re-ranker: the whole chain against the chain without it.

    name, label: of the re-ranker. metric: the key of what it costs. cost: the change of that metric, below 0 where it
    costs. aim: what the re-ranker is for, `without` and `with_it` the mean of its figure over the users, and `gain` its
    change. Over users with a relevant item; where nobody has one, as under all data, the gain is over all and the cost
    is NaN. n of `gain` are users for whom the figure is defined on both sides.
    """

    name: str
    label: str
    metric: str
    cost: Change
    aim: Aim
    without: float
    with_it: float
    gain: Change


def reranker_prices(
    workbench: Workbench,
    scenario: Scenario,
    metric: str = METRIC,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> tuple[Price, ...]:
    """The price of each re-ranker of the chain, in its order; paired 95 % bootstrap intervals over users.

    progress: of reading pairs of texts, where a re-ranker does: without another one it may need other pairs.
    Raises `ScenarioError` where the scenario does not fit, or for an unknown metric or one that is not by user,
    `CancelledError` while pairs are read.
    """
    check_fits(workbench, scenario)
    if not find_metric(metric).per_user:
        raise ScenarioError(f"price: {metric} is one figure of all lists together. Choose a metric by user, as ndcg.")
    fusion = scenario.fusion
    if not fusion.rerankers:
        return ()
    asked = [
        one
        for place in range(len(scenario.rerankers))
        for one in needed(workbench, _less(scenario, place), slices=False)
    ]
    read_pairs([*needed(workbench, scenario, slices=False), *asked], reading_labels(scenario), progress, cancel)
    whole = _lists(workbench, fusion, scenario.k)
    return tuple(
        _price(workbench, fusion, whole, place, reranker, scenario.k, metric)
        for place, reranker in enumerate(fusion.rerankers)
    )


def _less(scenario: Scenario, place: int) -> Scenario:
    """Without the re-ranker at `place`."""
    return replace(scenario, rerankers=scenario.rerankers[:place] + scenario.rerankers[place + 1 :])


def _price(
    workbench: Workbench, fusion: Fusion, whole: FusedLists, place: int, reranker: Reranker, k: int, metric: str
) -> Price:
    others = fusion.rerankers[:place] + fusion.rerankers[place + 1 :]
    less = _lists(workbench, replace(fusion, rerankers=others), k)
    facts = workbench.source.known(reranker.label)
    evaluated = np.diff(workbench.relevant.indptr)[whole.rankings.users] > 0
    counted = evaluated if evaluated.any() else np.ones_like(evaluated)
    figures = []
    for lists in (less, whole):
        figure = np.where(counted, reranker.measure(lists.rankings, facts), np.nan)
        figures.append({"aim": figure, metric: _quality(workbench, lists, metric)})
    before, after = figures
    changes = change(after, before, workbench.resamples)
    both = ~np.isnan(before["aim"]) & ~np.isnan(after["aim"])
    without, with_it = (float(side["aim"][both].mean()) if both.any() else float("nan") for side in figures)
    return Price(
        name=reranker.name,
        label=reranker.label,
        metric=metric,
        cost=changes[metric],
        aim=reranker.aim(facts),
        without=without,
        with_it=with_it,
        gain=changes["aim"],
    )


def _lists(workbench: Workbench, fusion: Fusion, k: int) -> FusedLists:
    return fuse(workbench.pool, workbench.source, fusion, k)


def _quality(workbench: Workbench, lists: FusedLists, metric: str) -> Values:
    """The metric of each user, (U,); NaN where undefined."""
    found = evaluate(
        lists.rankings,
        workbench.relevant,
        popularity=workbench.popularity,
        n_users=workbench.dataset.n_users,
        resamples=workbench.resamples,
        keys=(metric,),
    )
    return found.per_user[metric]
