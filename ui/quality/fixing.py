"""A change of how a dataset was imported: what it would touch, doing it as a job, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import streamlit as st

from recengine.data import Dataset
from recengine.data.cleaning import STEPS, Applied, Step
from recengine.data.importing.plan import ImportPlan
from recengine.data.importing.running import prepare_plan
from recengine.workspace import Workspace
from ui import commands, jobs, state
from ui.text import plain

COUNTED = 5_000_000
"""With more interactions nothing is counted before: it would take as long as the import itself."""
CHANGED = "data changed from"
Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Effect:
    """What one step touches, after those before it. sample: some of the rows."""

    table: str
    touched: int
    of: int
    says: str
    sample: pl.DataFrame


@dataclass(frozen=True)
class Preview:
    """steps: what each new step touches. before, after: users and items with an interaction, and their pairs."""

    steps: tuple[Effect, ...]
    before: Counts
    after: Counts


def with_steps(cleaning: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The steps with `new` among them, each before those that are best applied after it; none twice."""
    order = list(STEPS)
    steps = list(cleaning)
    for text in new:
        if text in steps:
            continue
        later = [place for place, other in enumerate(steps) if _place(order, other) > _place(order, text)]
        steps.insert(later[0] if later else len(steps), text)
    return tuple(steps)


def preview(workspace: Workspace, dataset: Dataset, plan: ImportPlan, new: Sequence[str]) -> Preview | None:
    """What the steps `new` of `plan` would touch; None where the data are too large to count it at once.

    Raises `DataError` where the files cannot be read any more, or nothing would be left.
    """
    if dataset.interactions.height > COUNTED:
        return None
    document = json.dumps([str(workspace.root), plan.to_json()])
    steps, after = _preview(dataset.fingerprint, document, tuple(new), _workspace=workspace, _plan=plan)
    return Preview(steps, _counts(dataset.interactions), after)


def start(workspace: Workspace, dataset: Dataset, plan: ImportPlan) -> None:
    """Import again as `plan` says, as a job. Raises `StoreError`."""
    commands.import_plan(workspace, plan).submit(workspace)
    st.session_state[CHANGED] = (dataset.name, dataset.fingerprint)


def follow(workspace: Workspace, dataset: Dataset) -> bool:
    """The import that is going on, or why it gave nothing; and what has to be done once the data are others.

    Returns whether an import is going on.
    """
    job = commands.latest_of(workspace, "import", dataset.name)
    if job is not None and job.state != "done":
        jobs.job_panel(workspace.jobs, job, where="quality")
    name, before = st.session_state.get(CHANGED, ("", ""))
    if name == dataset.name and before != dataset.fingerprint:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="data_changed"):
            st.markdown(
                ":material/sync: **The data were imported again.** " + plain(_unfitted(workspace, dataset)),
                width="stretch",
            )
            st.page_link(
                "pages/models.py",
                label="Fit scorers",
                icon=":material/model_training:",
                width="content",
                query_params=state.current().params(),
            )
            st.button("Close", icon=":material/close:", key="close changed", on_click=_forget)
    return job is not None and not job.is_over


def _unfitted(workspace: Workspace, dataset: Dataset) -> str:
    fits = sum(fit.dataset == dataset.fingerprint for fit in workspace.fits())
    if fits:
        return f"{fits} scorers are fitted on them, from an earlier time with these same data."
    return (
        "Scorers that were fitted on the data of before say nothing of these, so fits must be made again. Every step "
        "can be taken back under What the import did."
    )


def _forget() -> None:
    st.session_state.pop(CHANGED, None)


def _place(order: Sequence[str], text: str) -> int:
    name = text.partition(":")[0].strip()
    return order.index(name) if name in order else len(order)


@st.cache_resource(max_entries=16, show_spinner=False)
def _preview(
    fingerprint: str, document: str, new: tuple[str, ...], *, _workspace: Workspace, _plan: ImportPlan
) -> tuple[tuple[Effect, ...], Counts]:
    known = _workspace.trusted_paths(_plan.name)
    texts = iter(_plan.cleaning)
    effects: list[Effect] = []

    def seen(step: Step, applied: Applied) -> None:
        if next(texts) in new:
            effects.append(Effect(applied.table, applied.touched, applied.of, applied.says, applied.sample))

    made = prepare_plan(_plan, resolve=lambda source: _workspace.resolve(source, known), seen=seen)
    return tuple(effects), _counts(made.material.events)


def _counts(events: pl.DataFrame) -> Counts:
    return events["user"].n_unique(), events["item"].n_unique(), events.select("user", "item").n_unique()


def changed(plan: ImportPlan, cleaning: Sequence[str], mapping: Mapping[str, str] | None = None) -> ImportPlan:
    """The plan with these steps, and with pairs of the mapping set; an empty value takes one away."""
    return ImportPlan(plan.name, plan.tables, {**plan.mapping, **(mapping or {})}, tuple(cleaning), plan.positive_from)
