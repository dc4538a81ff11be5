"""The tries of a dataset for the pages: recorded as the Studio shows them, read once, compared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import RecengineError, StoreError
from recengine.fusion import WeightedSum
from recengine.scenario import Comparison, Outcome, Scenario, Workbench, compare_outcomes, unlike, workbench_key
from recengine.workspace import Try, Workspace
from ui import adopting, state
from ui.frame import OpenDataset
from ui.text import plain
from ui.tries.tables import tag
from ui.view import MAX_K, MAX_WEIGHT, View

RECORDED = "try recorded"
TOLD = "told: tries are not kept"
TO_STUDIO = "on to the Studio"
FIXED = ("dataset", "models", "split", "seed", "pool_depth", "all_data")
"""What of a scenario a link does not tell: it is that of the view's start."""


@dataclass(frozen=True)
class Tries:
    """by_tag: every try, the latest first, those on earlier data of the same name last. obstacles: by tag, why one
    cannot be shown, None where it can. damaged: a line for each that could not be read.
    """

    by_tag: Mapping[str, Try]
    obstacles: Mapping[str, str | None]
    damaged: tuple[str, ...]

    def of(self, scenario: Scenario) -> str | None:
        """The tag of the scenario's try."""
        return next((name for name, one in self.by_tag.items() if one.key == scenario.key), None)


def remember(dataset: Dataset, outcome: Outcome) -> None:
    """Keep what is shown as a try; called whenever it was computed, does something only when it is another setting.

    Where it cannot be kept, that is told once a session, and the page goes on.
    """
    key = outcome.scenario.key
    if st.session_state.get(RECORDED) == key:
        return
    st.session_state[RECORDED] = key
    try:
        Workspace.open().record_try(dataset, outcome)
    except StoreError as error:
        if not st.session_state.get(TOLD):
            st.session_state[TOLD] = True
            st.toast(plain(f"Tries are not kept: {error}"), icon=":material/error:")


def stored(workspace: Workspace, dataset: Dataset) -> Tries:
    """Every try on the dataset, read anew only where something of one is another."""
    return _stored(
        str(workspace.root),
        dataset.fingerprint,
        dataset.name,
        workspace.tries_stamp(),
        _workspace=workspace,
        _dataset=dataset,
    )


def compared(first: tuple[Workbench, Outcome], second: tuple[Workbench, Outcome]) -> Comparison:
    """What the second outcome has differently. Raises `UnlikeError`."""
    keys = tuple(part for bench, outcome in (first, second) for part in (bench.key, outcome.scenario.key))
    return _compared(keys, _first=first, _second=second)


def comparable(found: Tries, first: str, second: str) -> bool:
    """Whether two tries can be compared as they are: both can be shown, on the same data, split, seed and k."""
    if found.obstacles[first] is not None or found.obstacles[second] is not None:
        return False
    return not unlike(found.by_tag[first].scenario, found.by_tag[second].scenario)


def beside(scenario: Scenario, view: View) -> bool:
    """Whether the link can tell the scenario from the view's start: the choices of fits and pools are the same."""
    return all(getattr(scenario, name) == getattr(view.scenario, name) for name in FIXED)


def runs_on(scenario: Scenario, view: View) -> bool:
    """Whether the scenario runs on the workbench of the view, so that it may be its baseline.

    One that has to be taught something does so only where the view's strategy was taught the same.
    """
    device = device_kind()
    plain_sum = view.scenario.with_strategy(WeightedSum.name)
    benches = {workbench_key(one, device) for one in (view.scenario, plain_sum)}
    return beside(scenario, view) and workbench_key(scenario, device) in benches


def beyond_studio(scenario: Scenario) -> str | None:
    """Why the Studio cannot show a scenario that the command line can, in one line."""
    if scenario.k > MAX_K:
        return f"Its lists of {scenario.k:,} are longer than the {MAX_K} that the Studio shows."
    if max(weight for _, weight in scenario.weights) > MAX_WEIGHT:
        return f"One of its weights is above the {MAX_WEIGHT:,.0f} that the Studio shows."
    return None


def load(page: OpenDataset, one: Try) -> None:
    """Show a try in the Studio: at once, or after a fit. Inside a callback; raises `RecengineError`."""
    scenario, view = one.scenario, state.current()
    if beside(scenario, view):
        state.remember()
        state.show(view.moved(scenario))
    else:
        adopting.start(page, scenario)
        st.session_state.pop(adopting.ADOPTED, None)
    # what has to be fitted first is waited for on this page
    st.session_state[TO_STUDIO] = state.current().scenario == scenario


def follow(page: OpenDataset) -> None:
    """Go on to the Studio where a try was just loaded; else tell of the fit that one waits for."""
    if st.session_state.pop(TO_STUDIO, False):
        st.switch_page("pages/studio.py")
    adopting.follow(page)


def pin(workspace: Workspace, one: Try) -> None:
    """Make it what others are compared with, in the Studio too where it has the same scorers. Inside a callback."""
    workspace.pin_try(one.dataset, one.number)
    view = state.current()
    try:
        scenario = one.scenario
    except RecengineError:  # its mark stays for the day when it can be shown
        return
    if runs_on(scenario, view) and beyond_studio(scenario) is None:
        state.keep(replace(view, baseline=replace(scenario, k=view.scenario.k)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _stored(root: str, fingerprint: str, name: str, stamp: str, *, _workspace: Workspace, _dataset: Dataset) -> Tries:
    found = _workspace.stored_tries(_dataset)
    latest_first = [*reversed(found.tries), *reversed(_workspace.earlier_tries(_dataset))]
    by_tag = {tag(one, fingerprint): one for one in latest_first}
    obstacles = {name: _workspace.try_obstacle(_dataset, one) for name, one in by_tag.items()}
    return Tries(by_tag, obstacles, found.damaged)


@st.cache_resource(max_entries=8, show_spinner=False)
def _compared(
    keys: tuple[str, ...], *, _first: tuple[Workbench, Outcome], _second: tuple[Workbench, Outcome]
) -> Comparison:
    return compare_outcomes(*_first, *_second)
