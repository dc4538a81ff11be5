"""The bounded caches of all sessions. Keys are fingerprints; big arguments are not hashed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from threadpoolctl import threadpool_limits

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.fusion import FusedRow, Fusion, fuse_row
from recengine.progress import Progress
from recengine.scenario import (
    Outcome,
    Scenario,
    Verdict,
    Workbench,
    run_scenario,
    scorer_outcomes,
    workbench_key,
)
from recengine.scenario import verdicts as judge
from recengine.workspace import Workspace
from ui import desk_panel, panels, users


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


def is_ready(scenario: Scenario) -> bool:
    """Whether the workbench of `scenario` is in memory."""
    return _slot(workbench_key(scenario, device_kind())).workbench is not None


def workbench(workspace: Workspace, dataset: Dataset, scenario: Scenario, progress: Progress) -> Workbench:
    """The workbench of `scenario`: from memory, else from the workspace; `is_stored` there says whether it fits."""
    slot = _slot(workbench_key(scenario, device_kind()))
    with slot.lock:
        if slot.workbench is None:
            slot.workbench = workspace.prepare(dataset, scenario, progress=progress)
        return slot.workbench


def outcome(workbench: Workbench, scenario: Scenario, *, fairness: bool = False) -> Outcome:
    """What `scenario` gives on `workbench`; `fairness` takes about a second the first time."""
    return _outcome(workbench.key, scenario, fairness, _workbench=workbench)


def alone(workbench: Workbench, scenario: Scenario) -> dict[str, Outcome]:
    """Each scorer by itself under the scenario's settings."""
    return _alone(workbench.key, scenario.only(scenario.scorers[0]), _workbench=workbench)


def verdicts(workbench: Workbench, outcome: Outcome) -> tuple[Verdict, Verdict, Verdict]:
    """The three verdicts on an outcome with fairness."""
    return _verdicts(workbench.key, outcome.scenario, _workbench=workbench, _outcome=outcome)


def user_row(workbench: Workbench, scenario: Scenario, user: int) -> FusedRow:
    """One user's whole catalogue under `scenario`."""
    return _user_row(workbench.key, scenario.fusion, scenario.k, user, _workbench=workbench)


def user_history(workbench: Workbench, user: int) -> list[dict[str, Any]]:
    """What the Studio shows of a user's history."""
    return _user_history(workbench.key, user, _workbench=workbench)


def pool_items(workbench: Workbench, user: int) -> dict[str, list[str]]:
    """Ids, titles and details of a user's candidates."""
    return _pool_items(workbench.key, user, _workbench=workbench)


def user_labels(dataset: Dataset) -> list[str]:
    """What the user picker shows for each user."""
    return _user_labels(dataset.fingerprint, _dataset=dataset)


@st.cache_resource(max_entries=4, show_spinner=False)
def _dataset(fingerprint: str, name: str, root: str, *, _workspace: Workspace) -> Dataset:
    return _workspace.load_dataset(name)


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
    return desk_panel.pool_items(_workbench.dataset, _workbench.pool, user)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Scenario: lambda scenario: scenario.key})
def _alone(key: str, scenario: Scenario, *, _workbench: Workbench) -> dict[str, Outcome]:
    return dict(scorer_outcomes(_workbench, scenario))
