"""The bounded caches of all sessions. Keys are fingerprints; big arguments are not hashed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from threadpoolctl import threadpool_limits

from recengine.data import Dataset, SplitPicture, picture_split, split_dataset
from recengine.data.profiles import Everyone, count_everyone
from recengine.data.quality import QualityReport, quality_report
from recengine.device import device_kind
from recengine.errors import RecengineError
from recengine.fusion import STRATEGIES, FusedRow, Fusion, fuse_row
from recengine.fusion.pair_scores import Unread
from recengine.fusion.reading import PairsNeeded
from recengine.models.profiles import UserTextRecipe, UserTextScorer
from recengine.models.profiles.describing import Describer
from recengine.models.profiles.writing import Written
from recengine.progress import Progress
from recengine.scenario import (
    Measured,
    Outcome,
    Scenario,
    Verdict,
    Workbench,
    needed,
    reading_labels,
    reads_pairs,
    run_scenario,
    scorer_outcomes,
    unread,
    without_reading,
    workbench_key,
)
from recengine.scenario import verdicts as judge
from recengine.scenario.price import Price, reranker_prices
from recengine.simulation import Breakpoints, Sweep, Triangle, Yardstick
from recengine.simulation import breakpoints as find_breakpoints
from recengine.simulation import sweep as sweep_weight
from recengine.simulation import triangle as measure_triangle
from recengine.storage import digest
from recengine.workspace import DatasetEntry, Workspace
from ui import panels, users
from ui.desk import panel
from ui.text import plain
from ui.view import View

TRIANGLE = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate", "coverage", "gini", "novelty")
"""Metrics that are measured at every mix of a triangle."""

PATIENCE_SECONDS = 10.0
"""What reading pairs of texts for several users may take on a page; more is for a job."""


@dataclass
class _Slot:
    """Room for one workbench; whoever comes while it is made waits for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    workbench: Workbench | None = None


@st.cache_resource(show_spinner=False)
def keep_products_small() -> None:
    """Keep each matrix product of this process on one thread, from now on.

    Those of a slider move are small: spread over two busy cores they took four times as long. Sessions share the cores.
    """
    threadpool_limits(limits=1, user_api="blas")


def dataset(workspace: Workspace, name: str) -> Dataset:
    """The dataset stored under `name`, kept by its fingerprint."""
    return _dataset(workspace.dataset_entry(name).fingerprint, name, str(workspace.root), _workspace=workspace)


def split_picture(dataset: Dataset, split: str, seed: int) -> SplitPicture:
    """What there is to see of a cut. Raises `DataError` where it cannot be made."""
    return _split_picture(dataset.fingerprint, split, seed, _dataset=dataset)


def describer(dataset: Dataset, recipe: UserTextRecipe) -> Describer:
    """What puts the users of a dataset into words."""
    return _describer(dataset.fingerprint, digest(recipe.settings()), _dataset=dataset, _recipe=recipe)


def learnt_part(dataset: Dataset, scenario: Scenario, measured: Measured = "test") -> Dataset:
    """What a fit of `scenario` learns from, for lists that are measured on that part. Raises `DataError`."""
    if scenario.all_data:
        return dataset
    return _learnt_part(dataset.fingerprint, scenario.split, scenario.seed, measured, _dataset=dataset)


def fitted_text(scenario: Scenario, user: int) -> Written | None:
    """What a model of `scenario` that is in memory knows of a user in words; None where there is none."""
    bench = _slot(workbench_key(scenario, device_kind())).workbench
    scorers = () if bench is None else tuple(bench.scorers.values())
    return next((one.written(user) for one in scorers if isinstance(one, UserTextScorer)), None)


def everyone(dataset: Dataset) -> Everyone:
    """What profiles compare one user or item with."""
    return _everyone(dataset.fingerprint, _dataset=dataset)


def quality(dataset: Dataset, entry: DatasetEntry, split: str, seed: int) -> QualityReport:
    """The quality report of a dataset and its split. Raises `DataError` where it cannot be cut so."""
    # another import may come to the same data
    imported = digest(entry.report)
    return _quality(dataset.fingerprint, dataset.name, imported, split, seed, _dataset=dataset, _entry=entry)


def is_ready(scenario: Scenario) -> bool:
    """Whether the workbench of `scenario` is in memory."""
    return _slot(workbench_key(scenario, device_kind())).workbench is not None


def workbench(
    workspace: Workspace,
    dataset: Dataset,
    scenario: Scenario,
    progress: Progress,
    measured: Measured = "test",
) -> Workbench:
    """The workbench of `scenario`: from memory, else from the workspace; `is_stored` there says whether it fits."""
    slot = _slot(workbench_key(scenario, device_kind(), measured))
    with slot.lock:
        if slot.workbench is None:
            made = workspace.prepare(dataset, scenario, measured=measured, progress=progress)
            facts = made.source.facts
            for pairs in facts.pairs.values() if facts is not None else ():
                pairs.patience = PATIENCE_SECONDS
            slot.workbench = made
        return slot.workbench


def outcome(workbench: Workbench, scenario: Scenario, *, fairness: bool = False) -> Outcome:
    """What `scenario` gives on `workbench`; `fairness` takes about a second the first time.

    Raises `ScenarioError` where pairs of texts had to be read for more than `PATIENCE_SECONDS`.
    """
    own = _taught(workbench, scenario)
    return _outcome(own.key, scenario, fairness, _workbench=own)


def left_to_read(workbench: Workbench, *scenarios: Scenario) -> Unread | None:
    """The pairs of texts that are not read yet and without which outcomes of `scenarios` cannot be made at once; None
    where there are none, or so few that they are read on the way.
    """
    asked: list[PairsNeeded] = []
    for scenario in filter(reads_pairs, scenarios):
        own = _taught(workbench, scenario)
        asked += _needed(own.key, scenario, _workbench=own)
    left = unread(asked) if asked else None
    return left if left is not None and left.users > 1 and left.seconds > PATIENCE_SECONDS else None


def shown_outcome(workbench: Workbench, scenario: Scenario, *beside: Scenario, fairness: bool = False) -> Outcome:
    """The outcome of `scenario`, or, where it or one of those it stands beside had to read pairs of texts for long,
    that without the re-rankers that read: its own `scenario` says which it is, and `reading.note` tells it on the page.
    """
    if any(map(reads_pairs, (scenario, *beside))):
        with st.spinner("Looking at what is read"):
            left = left_to_read(workbench, scenario, *beside)
        if left is not None:
            return outcome(workbench, without_reading(scenario), fairness=fairness)
        with st.spinner("Reading pairs of texts"):
            return outcome(workbench, scenario, fairness=fairness)
    return outcome(workbench, scenario, fairness=fairness)


def baseline(workbench: Workbench, view: View) -> tuple[Scenario, str]:
    """What a view is compared with, and why it is the start where its own baseline cannot be made, or nothing."""
    try:
        user_row(workbench, view.baseline, int(workbench.pool.users[0]))
    except RecengineError as error:
        return replace(view.start, k=view.scenario.k), f"Baseline: {error} Compared with the start instead."
    return view.baseline, ""


def alone(workbench: Workbench, scenario: Scenario) -> dict[str, Outcome]:
    """Each scorer by itself under the scenario's settings, whatever mixes and re-ranks them."""
    plain = scenario.with_strategy("weighted-sum").with_rerankers([])
    return _alone(workbench.key, plain.only(scenario.scorers[0]), _workbench=workbench)


def verdicts(workbench: Workbench, outcome: Outcome) -> tuple[Verdict, Verdict, Verdict]:
    """The three verdicts on an outcome with fairness."""
    return _verdicts(workbench.key, outcome.scenario, _workbench=workbench, _outcome=outcome)


def prices(workbench: Workbench, scenario: Scenario) -> tuple[Price, ...]:
    """What each re-ranker of the chain costs and brings."""
    return _prices(workbench.key, scenario, _workbench=workbench)


def user_row(workbench: Workbench, scenario: Scenario, user: int) -> FusedRow:
    """One user's whole catalogue under `scenario`; where pairs of texts are read for it, that may take seconds."""
    own = _taught(workbench, scenario)
    if not reads_pairs(scenario):
        return _user_row(own.key, scenario.fusion, scenario.k, user, _workbench=own)
    label = reading_labels(scenario).lower()
    with st.spinner(f"The {label} reads the best items of user {plain(workbench.dataset.user_ids[user])}"):
        return _user_row(own.key, scenario.fusion, scenario.k, user, _workbench=own)


def _taught(workbench: Workbench, scenario: Scenario) -> Workbench:
    """Where the strategy of `scenario`, such as the baseline's, learns: the workbench in memory on which it did."""
    if not STRATEGIES[scenario.strategy].learns:
        return workbench
    key = workbench_key(scenario, device_kind(), workbench.measured)
    return workbench if key == workbench.key else _slot(key).workbench or workbench


def user_history(workbench: Workbench, user: int) -> list[dict[str, Any]]:
    """What the Studio shows of a user's history."""
    return _user_history(workbench.key, user, _workbench=workbench)


def pool_items(workbench: Workbench, user: int) -> dict[str, list[str]]:
    """Ids, titles and details of a user's candidates."""
    return _pool_items(workbench.key, user, _workbench=workbench)


def sweep(workbench: Workbench, scenario: Scenario, scorer: str, top: float, metrics: tuple[str, ...]) -> Sweep:
    """Metrics along the weight of one scorer; pairs of texts are not read for it."""
    fusion = without_reading(scenario).fusion
    return _sweep(workbench.key, fusion, scenario.k, scorer, top, metrics, _workbench=workbench)


def triangle(workbench: Workbench, scenario: Scenario, scorers: tuple[str, ...], parts: int) -> Triangle:
    """Every metric of `TRIANGLE` at every mix of three scorers; the other weights are of no account. Pairs of texts are
    not read for it.
    """
    template = without_reading(scenario).only(scorers[0]).fusion
    return _triangle(workbench.key, template, scenario.k, scorers, parts, _workbench=workbench)


def breakpoints(workbench: Workbench, scenario: Scenario, user: int, scorer: str, top: float) -> Breakpoints:
    """The weights at which one user's list changes; pairs of texts are not read for it."""
    fusion = without_reading(scenario).fusion
    return _breakpoints(workbench.key, fusion, scenario.k, user, scorer, top, _workbench=workbench)


def user_labels(dataset: Dataset) -> list[str]:
    """What the user picker shows for each user."""
    return _user_labels(dataset.fingerprint, _dataset=dataset)


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs={Fusion: repr})
def _sweep(
    key: str, fusion: Fusion, k: int, scorer: str, top: float, metrics: tuple[str, ...], *, _workbench: Workbench
) -> Sweep:
    return sweep_weight(
        _workbench.pool,
        _workbench.source,
        fusion,
        _yardstick(_workbench),
        scorer=_workbench.pool.scorers.index(scorer),
        k=k,
        top=top,
        keys=metrics,
    )


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs={Fusion: repr})
def _triangle(
    key: str, fusion: Fusion, k: int, scorers: tuple[str, ...], parts: int, *, _workbench: Workbench
) -> Triangle:
    return measure_triangle(
        _workbench.pool,
        _workbench.source,
        fusion,
        _yardstick(_workbench),
        scorers=[_workbench.pool.scorers.index(scorer) for scorer in scorers],
        k=k,
        parts=parts,
        keys=TRIANGLE,
    )


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Fusion: repr})
def _breakpoints(
    key: str, fusion: Fusion, k: int, user: int, scorer: str, top: float, *, _workbench: Workbench
) -> Breakpoints:
    place = _workbench.pool.scorers.index(scorer)
    return find_breakpoints(_workbench.pool, _workbench.source, fusion, user, place, k, top)


def _yardstick(workbench: Workbench) -> Yardstick:
    return Yardstick(workbench.relevant, workbench.popularity, workbench.dataset.n_users)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _prices(key: str, scenario: Scenario, *, _workbench: Workbench) -> tuple[Price, ...]:
    return reranker_prices(_workbench, scenario)


@st.cache_resource(max_entries=4, show_spinner=False)
def _dataset(fingerprint: str, name: str, root: str, *, _workspace: Workspace) -> Dataset:
    return _workspace.load_dataset(name)


@st.cache_resource(max_entries=24, show_spinner=False)
def _split_picture(fingerprint: str, split: str, seed: int, *, _dataset: Dataset) -> SplitPicture:
    return picture_split(split_dataset(_dataset, split, seed=seed))


@st.cache_resource(max_entries=2, show_spinner=False)
def _learnt_part(fingerprint: str, split: str, seed: int, measured: Measured, *, _dataset: Dataset) -> Dataset:
    parts = split_dataset(_dataset, split, seed=seed)
    return parts.full_train if measured == "test" else parts.train


@st.cache_resource(max_entries=3, show_spinner=False)
def _describer(fingerprint: str, settings: str, *, _dataset: Dataset, _recipe: UserTextRecipe) -> Describer:
    return _recipe.describer(_dataset)


@st.cache_resource(max_entries=3, show_spinner=False)
def _everyone(fingerprint: str, *, _dataset: Dataset) -> Everyone:
    return count_everyone(_dataset)


@st.cache_resource(max_entries=6, show_spinner=False)
def _quality(
    fingerprint: str, name: str, imported: str, split: str, seed: int, *, _dataset: Dataset, _entry: DatasetEntry
) -> QualityReport:
    cut = split_dataset(_dataset, split, seed=seed)
    return quality_report(_dataset, split=cut, plan_report=_entry.report)


@st.cache_resource(max_entries=4, show_spinner=False)
def _user_labels(fingerprint: str, *, _dataset: Dataset) -> list[str]:
    return users.user_labels(_dataset)


@st.cache_resource(max_entries=3, show_spinner=False)
def _slot(key: str) -> _Slot:
    return _Slot()


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _outcome(key: str, scenario: Scenario, fairness: bool, *, _workbench: Workbench) -> Outcome:
    return run_scenario(_workbench, scenario, fairness=fairness)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _needed(key: str, scenario: Scenario, *, _workbench: Workbench) -> tuple[PairsNeeded, ...]:
    return needed(_workbench, scenario)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _verdicts(
    key: str, scenario: Scenario, *, _workbench: Workbench, _outcome: Outcome
) -> tuple[Verdict, Verdict, Verdict]:
    return judge(_workbench, _outcome, alone(_workbench, scenario))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs={Fusion: repr})
def _user_row(key: str, fusion: Fusion, k: int, user: int, *, _workbench: Workbench) -> FusedRow:
    return fuse_row(_workbench.pool, _workbench.source, fusion, user, k)


@st.cache_resource(max_entries=16, show_spinner=False)
def _user_history(key: str, user: int, *, _workbench: Workbench) -> list[dict[str, Any]]:
    return panels.history_rows(_workbench, user)


@st.cache_resource(max_entries=16, show_spinner=False)
def _pool_items(key: str, user: int, *, _workbench: Workbench) -> dict[str, list[str]]:
    return panel.pool_items(_workbench.dataset, _workbench.pool, user)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _alone(key: str, scenario: Scenario, *, _workbench: Workbench) -> dict[str, Outcome]:
    return dict(scorer_outcomes(_workbench, scenario))
