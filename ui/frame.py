"""The frame around every page: navigation, the way in, and what is shown where there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from recengine.data import Dataset
from recengine.errors import RecengineError
from recengine.progress import Progress
from recengine.scenario import Workbench
from recengine.workspace import Workspace
from ui import compute, state
from ui.text import plain
from ui.view import View

PRODUCT = "RecEngine Studio"
ASSETS = Path(__file__).parents[1] / "assets"
FRAMED = "framed"
WANTED = "wanted page"
SAMPLE = "synthetic"


@dataclass(frozen=True)
class PageFacts:
    """path: of the file. question: the one that the page answers."""

    path: str
    title: str
    icon: str
    question: str


PAGES = (
    PageFacts(
        "pages/overview.py", "Overview", "dashboard", "Is it good, for whom is it not, and what would help most?"
    ),
    PageFacts("pages/studio.py", "Studio", "tune", "What happens to the lists when the weights move?"),
    PageFacts("pages/explain.py", "Explain", "account_tree", "Why does this user get this item?"),
    PageFacts("pages/fairness.py", "Fairness", "balance", "Whom does it serve worse, and what does it hide?"),
    PageFacts("pages/report.py", "Report", "description", "How do I show this to others?"),
)
FACTS = {facts.path: facts for facts in PAGES}


@dataclass(frozen=True)
class Open:
    """An open page: its data, what is fitted on it, and the view at the start of this run."""

    workspace: Workspace
    dataset: Dataset
    workbench: Workbench
    view: View


def run() -> None:
    """The whole app: navigation, the page that a link wanted, the page."""
    compute.keep_products_small()
    st.session_state[FRAMED] = True
    st.logo(str(ASSETS / "logo.svg"), size="large")
    page = st.navigation(
        [
            st.Page(
                facts.path,
                title=facts.title,
                icon=f":material/{facts.icon}:",
                default=position == 0,
                help=facts.question,
            )
            for position, facts in enumerate(PAGES)
        ],
        position="top",
    )
    wanted = st.session_state.pop(WANTED, None)
    if wanted is not None:
        path, params = wanted
        st.switch_page(path, query_params=params)
    with notice():
        page.run()


def open_page(path: str) -> Open:
    """What every page starts with. Where there is nothing to show, it says what to do and ends the run."""
    if FRAMED not in st.session_state:
        # a deep link on a fresh server runs the page without app.py: go there, and come back with the whole link
        st.session_state[WANTED] = (path, st.query_params.to_dict())
        st.switch_page("app.py")
    facts = FACTS[path]
    workspace = Workspace.open()
    names = workspace.dataset_names()
    if not names:
        _empty(facts, workspace)
        st.stop()
    problems: list[str] = []
    name = _dataset_name(names, problems)
    facts_line = _header(facts, names, name)
    dataset = compute.dataset(workspace, name)
    view, more = state.open_view(workspace, dataset)
    state.restore_widgets(path, view)
    workbench = _workbench(workspace, dataset, view)
    facts_line.caption(_facts_line(workbench))
    if problems or more:
        st.warning("  \n".join(plain(problem) for problem in [*problems, *more]), icon=":material/link_off:")
    state.write_link(view)
    return Open(workspace, dataset, workbench, view)


@contextmanager
def notice() -> Iterator[None]:
    """A mistake that the reader can mend becomes one clear notice, and the run ends there."""
    try:
        yield
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _dataset_name(names: list[str], problems: list[str]) -> str:
    """The dataset that the link or the session asks for, else the first."""
    asked = state.asked_dataset()
    if asked in names:
        return str(asked)
    if asked is not None:
        problems.append(f"dataset: there is no {asked[:60]!r} in the workspace; {names[0]} is shown.")
    return names[0]


def _header(facts: PageFacts, names: list[str], name: str) -> DeltaGenerator:
    """Title, question and, if there is one, the choice of the dataset. Returns the room for a line of facts."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left.container(gap="xsmall"):
        st.title(facts.title, anchor=False)
        st.caption(facts.question)
        room = st.empty()
    if len(names) == 1:
        return room
    if st.session_state.get("dataset") not in names or state.asked_dataset() != st.session_state.get("dataset"):
        st.session_state["dataset"] = name
    right.selectbox("Dataset", names, key="dataset", on_change=_choose_dataset)
    return room


def _choose_dataset() -> None:
    """Another dataset has other users and items: nothing of the link holds for it but its name."""
    state.forget()
    st.query_params.from_dict({"dataset": st.session_state["dataset"]})


def _workbench(workspace: Workspace, dataset: Dataset, view: View) -> Workbench:
    """The workbench, behind a progress bar unless it is in memory."""
    if compute.is_ready(view.scenario):
        return compute.workbench(workspace, dataset, view.scenario, lambda share, text: None)
    with _progress("Opening the dataset and its fitted scorers") as progress:
        return compute.workbench(workspace, dataset, view.scenario, progress)


@contextmanager
def _progress(text: str) -> Iterator[Progress]:
    """A progress bar that is gone afterwards."""
    bar = st.progress(0.0, text)
    try:
        yield lambda share, said: _advance(bar, share, said)
    finally:
        bar.empty()


def _advance(bar: DeltaGenerator, share: float, said: str) -> None:
    bar.progress(min(max(share, 0.0), 1.0), plain(said))


def _facts_line(workbench: Workbench) -> str:
    """Counts of the dataset, and what each scorer was fitted on."""
    dataset = workbench.dataset
    fitted = " · ".join(f"{entry.label} fitted on {entry.device}" for entry in workbench.fitted.values())
    return (
        f"{plain(dataset.name)} · {dataset.n_users:,} users · {dataset.n_items:,} items · "
        f"{dataset.interactions.height:,} interactions · {plain(fitted)}"
    )


def _empty(facts: PageFacts, workspace: Workspace) -> None:
    """No dataset yet: what to do, or one button that does it."""
    st.title(facts.title, anchor=False)
    with st.container(border=True, width=760):
        st.subheader("There is no data yet", anchor=False)
        st.markdown(
            "Load the synthetic sample to look around: generated users and films with known tastes, "
            "nothing to download, some seconds to fit."
        )
        wanted = st.button("Load the synthetic sample", type="primary", icon=":material/play_arrow:", key="load_sample")
        room = st.container()
        st.markdown("Or bring in data on the command line, then reload this page:")
        st.code(
            "python -m recengine import --sample movielens-100k\npython -m recengine fit --dataset movielens-100k",
            language="bash",
        )
        st.caption(f"Workspace: {plain(str(workspace.root.absolute()))}")
    if wanted:
        with room, notice():
            with _progress("Generating the sample") as progress:
                compute.import_sample(workspace, SAMPLE, progress)
            st.rerun()
