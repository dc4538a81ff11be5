"""The session's keys and its mirror in the URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from recengine.data import Dataset
from recengine.errors import RecengineError
from recengine.scenario import Scenario, default_scenario
from recengine.workspace import Workspace
from ui.view import View, default_view, read_view, slider_top

LATEST = "latest view"
WRITTEN = "url written"
START = "view at start"
PAGE = "page shown"
UNDO = "undo"
TOP = "slider top"
GENERATION = "views shown"
MAX_UNDO = 50


def asked_dataset() -> str | None:
    """The name of the dataset that the link asks for, else the session's."""
    asked = st.query_params.get("dataset")
    if asked is not None:
        return str(asked)
    return latest().view.dataset if LATEST in st.session_state else None


def open_view(workspace: Workspace, dataset: Dataset) -> tuple[View, list[str]]:
    """The view to show: what a new link asks for, else what the session shows; and what of the link is no use.

    A link is new when it is not what was written last: after typing, following or going back. It is whole, so what it
    does not say is the default. One without parameters, as behind a page's name, asks for nothing.
    """
    params = st.query_params.to_dict()
    view = latest().view if LATEST in st.session_state else None
    known = view is not None and view.dataset == dataset.name and view.start.dataset == dataset.fingerprint
    if view is not None and known and (not params or params == st.session_state.get(WRITTEN)):
        return view, []
    if not known:
        st.session_state[UNDO] = []
    view, problems = _started(params.get("scenario"), workspace, dataset)
    if not params:
        st.session_state[START] = view
    view, more = read_view(params, dataset, view)
    show(view)
    return view, [*problems, *more]


@dataclass
class Latest:
    """What the session shows now. A download reads it when it is clicked, which is no run of a page."""

    view: View


def latest() -> Latest:
    """The session's `Latest`: the same object for as long as the session lasts."""
    holder: Latest = st.session_state[LATEST]
    return holder


def current() -> View:
    """The view as it is now; fragments read it again at every run."""
    return latest().view


def show(view: View) -> None:
    """Make `view` the current one, in the widgets too."""
    keep(view)
    st.session_state[GENERATION] = generation() + 1
    st.session_state[TOP] = slider_top(view.scenario)
    for key, value in widget_values(view).items():
        st.session_state[key] = value


def generation() -> int:
    """How often a view was shown that did not come from the widgets: part of the keys of widgets that such a view makes
    anew.
    """
    shown: int = st.session_state.get(GENERATION, 0)
    return shown


def top() -> float:
    """Upper end of the sliders; it stays while they move."""
    end: float = st.session_state[TOP]
    return end


def keep(view: View) -> None:
    """Make `view` the current one; it came from the widgets."""
    st.session_state.setdefault(LATEST, Latest(view)).view = view


def forget() -> None:
    """Start over: what the session showed no longer holds."""
    st.session_state.pop(LATEST, None)


def write_link(view: View) -> None:
    """Put the view into the URL, if it is not there already. The first view of a session leaves a bare URL bare."""
    if not st.query_params and view == st.session_state.get(START):
        st.session_state[WRITTEN] = {}
        return
    params = view.params()
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)
    st.session_state[WRITTEN] = params


def widget_values(view: View) -> dict[str, Any]:
    """What the widgets show for a view, by their keys."""
    scenario = view.scenario
    values: dict[str, Any] = {f"w_{name}": float(weight) for name, weight in scenario.weights}
    return values | {"k": scenario.k, "norm": scenario.normalization, "neutral": scenario.neutral, "user": view.user}


def restore_widgets(page: str, view: View) -> None:
    """Give back to the widgets what Streamlit forgets of them when another page is shown, or when they are not drawn.

    A widget of the same key on another page is another widget, so coming from there all of them are set.
    """
    arrived = st.session_state.get(PAGE) != page
    st.session_state[PAGE] = page
    for key, value in widget_values(view).items():
        if arrived or key not in st.session_state:
            st.session_state[key] = value


def remember() -> None:
    """Put the current scenario on the undo stack; called before a change."""
    stack: list[Scenario] = st.session_state.setdefault(UNDO, [])
    scenario = current().scenario
    if not stack or stack[-1] != scenario:
        stack.append(scenario)
    del stack[:-MAX_UNDO]


def undo() -> None:
    """Back to the scenario before the last change."""
    stack: list[Scenario] = st.session_state.get(UNDO, [])
    while stack:
        scenario = stack.pop()
        if scenario != current().scenario:
            show(current().moved(scenario))
            return


def pin_baseline() -> None:
    """Compare with what is shown now from here on."""
    view = current()
    keep(replace(view, baseline=view.scenario))


def reset_to_baseline() -> None:
    """Show the baseline again."""
    remember()
    view = current()
    show(view.moved(view.baseline))


def adopt(scenario: Scenario, base: str, dataset: Dataset) -> None:
    """Show a scenario from a file, which is also the new baseline."""
    st.session_state[UNDO] = []
    show(replace(default_view(dataset, scenario, base), user=current().user))


def _started(base: str | None, workspace: Workspace, dataset: Dataset) -> tuple[View, list[str]]:
    """The view before the link's other values are read: the stored scenario it names, else the dataset's default."""
    if base is None:
        return default_view(dataset, default_scenario(dataset)), []
    try:
        start = workspace.load_scenario(base)
        if start.dataset == dataset.fingerprint:
            return default_view(dataset, start, base), []
        problem = "scenario: made for another dataset; the default scenario is shown."
    except RecengineError as error:
        problem = str(error)
    return default_view(dataset, default_scenario(dataset)), [problem]
