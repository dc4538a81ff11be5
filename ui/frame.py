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
from recengine.scenario import Workbench
from recengine.workspace import Workspace
from ui import actions, compute, fitting, jobs, shown, state, welcome
from ui.text import plain
from ui.view import View

PRODUCT = "RecEngine Studio"
ASSETS = Path(__file__).parents[1] / "assets"
FRAMED = "framed"
WANTED = "wanted page"
PROBLEMS = "problems of the link"


@dataclass(frozen=True)
class PageFacts:
    """path: of the file. question: the one that the page answers. section: the menu that it is in; empty for none."""

    path: str
    title: str
    icon: str
    question: str
    section: str = ""


PAGES = (
    PageFacts(
        "pages/overview.py", "Overview", "dashboard", "Is it good, for whom is it not, and what would help most?"
    ),
    PageFacts(
        "pages/models.py", "Models", "model_training", "Which recommenders, how good is each, what do they cost?"
    ),
    PageFacts("pages/studio.py", "Studio", "tune", "What happens to the lists when the weights move?"),
    PageFacts("pages/tries.py", "Tries", "science", "What have I tried, and which is better?"),
    PageFacts(
        "pages/weights.py", "Weights", "show_chart", "Which weights would be better, and how much does it matter?"
    ),
    PageFacts("pages/explain.py", "Explain", "account_tree", "Why does this user get this item?"),
    PageFacts("pages/cold_start.py", "Cold start", "ac_unit", "What about people and items that nobody has seen yet?"),
    PageFacts("pages/fairness.py", "Fairness", "balance", "Whom does it serve worse, and what does it hide?"),
    PageFacts("pages/report.py", "Report", "description", "How do I show this to others?"),
    PageFacts("pages/import_data.py", "Import", "upload_file", "How do I bring in my own data?", section="Data"),
    PageFacts(
        "pages/data_quality.py",
        "Data quality",
        "fact_check",
        "What is wrong with the data, and does it matter?",
        section="Data",
    ),
    PageFacts("pages/profiles.py", "Profiles", "badge", "Who is this user, and who takes this item?", section="Data"),
    PageFacts("pages/split.py", "Split", "call_split", "What is learnt from, and what is measured on?", section="Data"),
)
"""In the order of the navigation; those without a section stand in its row, before the menus of the sections."""
FACTS = {facts.path: facts for facts in PAGES}


@dataclass(frozen=True)
class OpenDataset:
    """An open page that needs nothing fitted: its data, and the view at the start of this run."""

    workspace: Workspace
    dataset: Dataset
    view: View


@dataclass(frozen=True)
class Open(OpenDataset):
    """An open page with what is fitted for its view."""

    workbench: Workbench


def run() -> None:
    """The whole app: navigation, the page that a link wanted, the page."""
    compute.keep_products_small()
    st.session_state[FRAMED] = True
    st.logo(str(ASSETS / "logo.svg"), size="large")
    sections: dict[str, list[st.Page]] = {}
    for position, facts in enumerate(PAGES):
        listed = st.Page(
            facts.path,
            title=facts.title,
            icon=f":material/{facts.icon}:",
            default=position == 0,
            help=facts.question,
        )
        sections.setdefault(facts.section, []).append(listed)
    page = st.navigation(sections, position="top")
    wanted = st.session_state.pop(WANTED, None)
    if wanted is not None:
        path, params = wanted
        st.switch_page(path, query_params=params)
    with notice():
        page.run()


def open_page(path: str) -> Open:
    """What every page starts with. Where there is nothing to show, it says what to do and ends the run."""
    opened, header = _open(path)
    workbench = fitting.workbench(opened.workspace, opened.dataset, opened.view)
    st.session_state.pop(PROBLEMS, None)
    _say(header, opened, shown.fitted_line(workbench))
    return Open(opened.workspace, opened.dataset, opened.view, workbench)


def open_dataset(path: str) -> OpenDataset:
    """As `open_page`, for a page that fits scorers and so needs none."""
    opened, header = _open(path)
    st.session_state.pop(PROBLEMS, None)
    _say(header, opened, "")
    return opened


def open_workspace(path: str) -> Workspace:
    """As `open_page`, for a page that needs no data: the header says what is going on, and nothing of a dataset."""
    _through_the_app(path)
    facts = FACTS[path]
    workspace = Workspace.open()
    with st.container(gap="xsmall"):
        st.title(facts.title, anchor=False)
        st.caption(facts.question)
    actions.tell()
    return workspace


def _through_the_app(path: str) -> None:
    """A deep link on a fresh server runs the page without app.py: go there, and come back with the whole link."""
    if FRAMED not in st.session_state:
        st.session_state[WANTED] = (path, st.query_params.to_dict())
        st.switch_page("app.py")


def _open(path: str) -> tuple[OpenDataset, DeltaGenerator]:
    """The dataset and the view, with the page's header, whose room for lines is given back."""
    _through_the_app(path)
    facts = FACTS[path]
    workspace = Workspace.open()
    names = workspace.dataset_names()
    if not names:
        st.title(facts.title, anchor=False)
        welcome.show(workspace)
        st.stop()
    problems: list[str] = list(st.session_state.get(PROBLEMS, []))
    name = _dataset_name(names, problems)
    header = _header(facts, names, name)
    dataset = compute.dataset(workspace, name)
    view, more = state.open_view(workspace, dataset)
    state.restore_widgets(path, view)
    problems = [*problems, *more]
    actions.tell()
    if problems:
        st.warning("  \n".join(plain(problem) for problem in problems), icon=":material/link_off:")
        st.session_state[PROBLEMS] = problems  # told again when a page that had to wait goes on
    # at once, so that a page that waits for a fit waits for the same one when it is reloaded
    state.write_link(view)
    return OpenDataset(workspace, dataset, view), header


def _say(header: DeltaGenerator, opened: OpenDataset, fitted: str) -> None:
    """Counts of the dataset, what each scorer was fitted on, and the jobs that are going on."""
    dataset = opened.dataset
    facts = [
        dataset.name,
        f"{dataset.n_users:,} users",
        f"{dataset.n_items:,} items",
        f"{dataset.interactions.height:,} interactions",
        *([fitted] if fitted else []),
    ]
    with header.container(gap="xsmall"):
        st.caption(plain(" · ".join(facts)))
        jobs.header_line(opened.workspace, opened.view)


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
