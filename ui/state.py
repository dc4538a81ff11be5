"""The session's keys and its mirror in the URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from recengine.data import Dataset
from recengine.errors import RecengineError
from recengine.scenario import Scenario, default_scenario
from recengine.workspace import Workspace
from ui.desk.faders import Faders, faders_of
from ui.view import View, default_view, read_view, slider_top

LATEST = "latest view"
WRITTEN = "url written"
START = "view at start"
PAGE = "page shown"
UNDO = "undo"
REDO = "redo"
FADERS = "faders"
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
        forget_steps()
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
    renew_widgets()
    st.session_state[TOP] = slider_top(max(weight for _, weight in view.scenario.weights))
    st.session_state.pop(FADERS, None)
    for key, value in widget_values(view).items():
        st.session_state[key] = value


def renew_widgets() -> None:
    """Let the widgets whose keys hold `generation` be made anew, from the view."""
    st.session_state[GENERATION] = generation() + 1


def generation() -> int:
    """How often a view was shown that did not come from the widgets: part of the keys of widgets that such a view makes
    anew.
    """
    shown: int = st.session_state.get(GENERATION, 0)
    return shown


def top() -> float:
    """Upper end of the sliders; it stays while they move."""
    end: float = st.session_state[TOP]
    return max(end, slider_top(max(weight for _, weight in faders().weights)))


def faders() -> Faders:
    """How the sliders stand: as they were left, as long as what is heard of them is what is shown."""
    kept: Faders | None = st.session_state.get(FADERS)
    scenario = current().scenario
    return kept if kept is not None and kept.stand_for(scenario) else faders_of(scenario)


def move(faders: Faders) -> None:
    """The sliders stand like this now. Where nothing is heard, what was shown last stays."""
    remember()
    st.session_state[TOP] = top()
    st.session_state[FADERS] = faders
    if not faders.silent:
        view = current()
        keep(view.moved(view.scenario.with_weights(faders.heard)))


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
    return {"k": scenario.k, "norm": scenario.normalization, "neutral": scenario.neutral, "user": view.user}


def restore_widgets(page: str, view: View) -> None:
    """Give back to the widgets what Streamlit forgets of them when another page is shown, or when they are not drawn.

    A widget of the same key on another page is another widget, so coming from there all of them are set.
    """
    arrived = st.session_state.get(PAGE) != page
    st.session_state[PAGE] = page
    for key, value in widget_values(view).items():
        if arrived or key not in st.session_state:
            st.session_state[key] = value


@dataclass(frozen=True)
class Step:
    """What undo goes back to: every choice of the scenario, and how the sliders stood."""

    scenario: Scenario
    faders: Faders


def remember() -> None:
    """Put what is shown on the undo stack; called before a change. What was undone is then gone."""
    stack = _steps(UNDO)
    step = _step()
    if not stack or stack[-1] != step:
        stack.append(step)
    del stack[:-MAX_UNDO]
    _steps(REDO).clear()


def can_undo() -> bool:
    """Whether there is anything to go back to."""
    return any(step != _step() for step in _steps(UNDO))


def can_redo() -> bool:
    """Whether there is anything to go forward to."""
    return any(step != _step() for step in _steps(REDO))


def undo() -> None:
    """Back to what was shown before the last change."""
    _go(UNDO, REDO)


def redo() -> None:
    """Forward again to what was undone last."""
    _go(REDO, UNDO)


def forget_steps() -> None:
    """Nothing to undo or redo from here on."""
    _steps(UNDO).clear()
    _steps(REDO).clear()


def _go(back: str, forth: str) -> None:
    here = _step()
    while _steps(back):
        step = _steps(back).pop()
        if step != here:
            _steps(forth).append(here)
            show(current().moved(step.scenario))
            st.session_state[FADERS] = step.faders
            return


def _steps(name: str) -> list[Step]:
    steps: list[Step] = st.session_state.setdefault(name, [])
    return steps


def _step() -> Step:
    return Step(current().scenario, faders())


def pin_baseline() -> None:
    """Compare with what is shown now from here on."""
    view = current()
    keep(replace(view, baseline=view.scenario))


def reset_to_baseline() -> None:
    """Show the baseline again."""
    remember()
    view = current()
    show(view.moved(view.baseline))


def reset_to_start() -> None:
    """Show again what the link, or the dataset, started from, at the length of now."""
    remember()
    view = current()
    show(view.moved(replace(view.start, k=view.scenario.k)))


def adopt(scenario: Scenario, base: str, dataset: Dataset) -> None:
    """Show a scenario from a file, which is also the new baseline."""
    forget_steps()
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
