"""Running a scenario on a workbench."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from scipy.sparse import csr_matrix

from recengine.arrays import Mask
from recengine.errors import ScenarioError
from recengine.evaluation import Evaluation, Resamples, evaluate
from recengine.fairness import fairness_report
from recengine.fusion import FusedLists, fuse
from recengine.progress import Cancel, Progress, never, silent
from recengine.scenario.outcome import Outcome
from recengine.scenario.reading import needed, read_pairs, reading_labels, reads_pairs
from recengine.scenario.scenario import Scenario
from recengine.scenario.workbench import Workbench


def run_scenario(
    workbench: Workbench,
    scenario: Scenario,
    *,
    slices: bool = True,
    fairness: bool = True,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Outcome:
    """Fuse, rank and measure every user. Without `slices` and `fairness` it is what one move of a slider costs.

    progress: of reading pairs of texts, where a re-ranker does, which alone takes long.
    Raises `ScenarioError` when the scenario is of another dataset or other scorers, or k is larger than the catalogue,
    `CancelledError` while pairs are read.
    """
    check_fits(workbench, scenario)
    timings: dict[str, float] = {}
    if reads_pairs(scenario):
        with _timed(timings, "read pairs"):
            read_pairs(needed(workbench, scenario, slices=slices), reading_labels(scenario), progress, cancel)
    with _timed(timings, "fuse"):
        lists = fuse(workbench.pool, workbench.source, scenario.fusion, scenario.k)
    with _timed(timings, "evaluate"):
        figures = _evaluate(workbench, lists, workbench.relevant, workbench.resamples)
    sliced: dict[str, Evaluation] = {}
    if slices:
        with _timed(timings, "slices"):
            for name, part in workbench.slices.items():
                ranked = fuse(part.pool, part.source, scenario.fusion, scenario.k)
                sliced[name] = _evaluate(workbench, ranked, part.relevant, part.resamples, part.source.eligible)
    report = None
    if fairness:
        with _timed(timings, "fairness"):
            report = fairness_report(
                lists.rankings, figures.per_user, workbench.fitted_on, k=scenario.k, seed=scenario.seed
            )
    return Outcome(
        scenario=scenario,
        lists=lists,
        per_user=figures.per_user,
        table=figures.table,
        slices={name: evaluation.table for name, evaluation in sliced.items()},
        fairness=report,
        timings=timings,
    )


def scorer_outcomes(workbench: Workbench, scenario: Scenario, *, progress: Progress = silent) -> Mapping[str, Outcome]:
    """Each scorer's own ranking, whatever mixes and re-ranks them, else under the same settings; fairness left out."""
    outcomes = {}
    # a strategy may weigh by the user, or not at all, so that a scorer with all the weight is not alone
    plain = scenario.with_strategy("weighted-sum").with_rerankers([])
    for position, name in enumerate(scenario.scorers):
        progress(position / len(scenario.scorers), f"Measuring {workbench.fitted[name].label} alone")
        outcomes[name] = run_scenario(workbench, plain.only(name), fairness=False)
    return outcomes


def check_fits(workbench: Workbench, scenario: Scenario) -> None:
    """Raise `ScenarioError` unless `scenario` can be run on `workbench`."""
    if scenario.dataset != workbench.dataset.fingerprint:
        raise ScenarioError("scenario: made for another dataset. Choose that dataset, or make the scenario anew.")
    if scenario.scorers != workbench.pool.scorers:
        raise ScenarioError(
            f"scenario: its scorers are {', '.join(scenario.scorers)}, fitted are {', '.join(workbench.pool.scorers)}. "
            "Fit those first."
        )
    if scenario.k > workbench.dataset.n_items:
        raise ScenarioError(
            f"k: {scenario.k:,} is more than the {workbench.dataset.n_items:,} items there are. Choose a smaller k."
        )
    for reranker in scenario.fusion.rerankers:
        reranker.check(workbench.dataset, scenario.k)


def _evaluate(
    workbench: Workbench,
    lists: FusedLists,
    relevant: csr_matrix,
    resamples: Resamples,
    eligible: Mask | None = None,
) -> Evaluation:
    return evaluate(
        lists.rankings,
        relevant,
        popularity=workbench.popularity,
        n_users=workbench.dataset.n_users,
        resamples=resamples,
        eligible=eligible,
    )


@contextmanager
def _timed(timings: dict[str, float], step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    timings[step] = time.perf_counter() - started
