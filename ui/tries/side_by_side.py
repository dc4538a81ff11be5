"""Two tries side by side: for everybody, for one user, and who and what moves most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from recengine.data import Dataset
from recengine.evaluation import FLIPS
from recengine.jobs import Job
from recengine.progress import silent
from recengine.reports import figures
from recengine.reports.words import metric_label, share
from recengine.scenario import MOVED_BY, Comparison, Outcome, Scenario, Workbench, made_alike, unlike
from recengine.workspace import Try
from ui import actions, charts, commands, components, compute, exports, jobs, state
from ui.frame import OpenDataset
from ui.text import plain
from ui.tries import keeping, tables
from ui.tries.lists import list_panel
from ui.widgets import user_box

Side = tuple[Workbench, Outcome]
ALIKE = "alike"
EVERYONE, CHANGED, GAINING, LOSING = "All users", "Most changed", "Gain most", "Lose most"
SHORT = 20
CHANCE_HELP = (
    "**95 % interval**: users are drawn anew a thousand times, both sides of each user together. **p**: the sign of "
    f"each user's change is drawn at random up to {FLIPS:,} times; the share of draws with a mean change at least as "
    "large. **corrected**: for all metrics of the table being asked at once (Holm). Coverage and Gini are figures of "
    "all lists together, which no user has a share in, so they are not tested."
)
OVERLAP_HELP = (
    "Rank-biased overlap: how much of the two lists is the same, with the top counting most (p = 0.9; Webber, Moffat & "
    "Zobel 2010). 1 is the same list, 0 has nothing in common."
)


def show(page: OpenDataset, first: Try, second: Try) -> None:
    """The comparison of A and B, or why there is none and what to do. Raises `RecengineError` for one that is gone."""
    if first.key == second.key and first.dataset == second.dataset:
        st.info("A and B are the same try. Choose another for one of them.", icon=":material/compare_arrows:")
        return
    here = page.dataset.fingerprint
    before, after = first.scenario, second.scenario
    reasons = [reason.text for reason in unlike(before, after)]
    if not reasons and before.dataset != here:
        reasons = ["both are over data that had this name before"]
    if reasons and ALIKE not in dict(state.current().choices):
        _refuse(reasons)
        return
    if reasons:
        before = replace(before, dataset=here)
        _recompute(page, before, made_alike(after, before))
        return
    if not (_ready(page, before, first) and _ready(page, after, second)):
        return
    with st.spinner("Comparing"):
        sides = _side(page, before), _side(page, after)
        found = keeping.compared(*sides)
    _everybody(found)
    _one_user(page.dataset, found, sides)
    _movers(page.dataset, found)


def _refuse(reasons: list[str]) -> None:
    st.warning(
        plain(f"These two are not compared: {'; '.join(reasons)}. Their figures would differ for that alone."),
        icon=":material/balance:",
    )
    st.button(
        "Recompute both alike",
        type="primary",
        icon=":material/sync:",
        key="recompute",
        help="Run B on the data, split, seed and k of A. What is not fitted so is fitted first; it becomes a try.",
        on_click=lambda: state.keep(state.current().choosing(ALIKE, "yes")),
    )


def _recompute(page: OpenDataset, before: Scenario, after: Scenario) -> None:
    """Fit what is missing, run both, keep them as tries and compare those."""
    for scenario in (before, after):
        if not _ready(page, scenario, None):
            st.button("Leave it", icon=":material/close:", key="leave", on_click=_leave)
            return
    with st.spinner("Running both"):
        made = [page.workspace.record_try(page.dataset, _side(page, scenario)[1]) for scenario in (before, after)]
    view = state.current().choosing(ALIKE, None)
    for side, one in zip("ab", made, strict=True):
        view = view.choosing(side, str(one.number))
    state.keep(view)
    st.rerun()


def _leave() -> None:
    state.keep(state.current().choosing(ALIKE, None))


def _ready(page: OpenDataset, scenario: Scenario, one: Try | None) -> bool:
    """Whether the scenario's scorers are fitted; else the job that fits them is shown, or the way to it.

    one: its try, which is fitted again only when that is asked for; None: fit what is missing.
    """
    if compute.is_ready(scenario) or page.workspace.is_stored(scenario):
        return True
    job = commands.fit(page.workspace, page.dataset, scenario).latest(page.workspace)
    if one is None and job is None:
        job = _submit(page, scenario)
    if job is None or job.state == "done":
        which = "The recomputed try" if one is None else f"Try {one.number}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{which} is not fitted any more.** Its figures above stay.", width="content")
            st.button(
                "Fit it again",
                type="primary",
                icon=":material/model_training:",
                key=f"fit {scenario.key[:12]}",
                on_click=actions.attempt,
                args=(partial(_submit, page, scenario),),
            )
    else:
        jobs.job_panel(page.workspace.jobs, job, where="tries")
    return False


def _submit(page: OpenDataset, scenario: Scenario) -> Job:
    page.workspace.save_scenario(scenario)
    return commands.fit(page.workspace, page.dataset, scenario).submit(page.workspace)


def _side(page: OpenDataset, scenario: Scenario) -> Side:
    workbench = compute.workbench(page.workspace, page.dataset, scenario, silent)
    return workbench, compute.outcome(workbench, scenario)


def _everybody(found: Comparison) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("For everybody", anchor=False, help=CHANCE_HELP, width="stretch")
        exports.table_csv("comparison-ab", "Changes as CSV", lambda: tables.changes_export(found))
    st.markdown(f"**{plain(tables.reading(found))}**")
    st.dataframe(
        tables.changes_table(found),
        hide_index=True,
        column_config=tables.CHANGE_COLUMNS,
        key="changes",
    )
    left, right = st.columns(2, gap="medium")
    k = found.first.k
    with left:
        charts.show(
            figures.changes_figure(found.metrics, k=k, theme=charts.PAGE),
            alt=figures.changes_alt(found.metrics, k=k),
            key="changes chart",
        )
        st.caption("Dot: mean change with its paired 95 % interval. Filled: more than chance explains, corrected.")
    with right:
        charts.show(
            figures.overlap_figure(found.rank_biased_overlaps, theme=charts.PAGE),
            alt=figures.overlap_alt(found.rank_biased_overlaps),
            key="overlap chart",
        )
        st.caption(
            plain(
                f"{share(found.changed)} of all lists differ; on average {share(found.overlap.mean)} of the "
                "items are in both."
            ),
            help=OVERLAP_HELP,
        )


def _one_user(dataset: Dataset, found: Comparison, sides: tuple[Side, Side]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("For one user", anchor=False)
        user = _choose_user(dataset, found)
    at = int((found.users == user).argmax())
    st.caption(
        plain(
            f"Rank-biased overlap of this user's lists: {found.rank_biased_overlaps[at]:.3f}; "
            f"{share(found.overlaps[at], 0)} of the items are in both."
        ),
        help=OVERLAP_HELP,
    )
    rows = [compute.user_row(bench, outcome.scenario, user) for bench, outcome in sides]
    for name, column, (bench, outcome), row, other in zip(
        "AB", st.columns(2, gap="medium"), sides, rows, reversed(rows), strict=True
    ):
        with column:
            components.ranked_list(list_panel(name, bench, outcome, row, other, user), key=f"list {name}")


def _choose_user(dataset: Dataset, found: Comparison) -> int:
    """Position of the chosen user, who goes into the view; short lists of those who are worth a look."""
    shorts = {
        EVERYONE: found.users.tolist(),
        CHANGED: found.users[found.rank_biased_overlaps.argsort(kind="stable")][:SHORT].tolist(),
        GAINING: [move.user for move in found.gaining],
        LOSING: [move.user for move in found.losing],
    }
    name = st.segmented_control(
        "Short lists of users",
        [name for name, users in shorts.items() if users],
        default=EVERYONE,
        required=True,
        key="ab users",
        label_visibility="collapsed",
    )
    chosen = user_box(dataset, list(shorts.get(str(name), shorts[EVERYONE])))
    state.keep(replace(state.current(), user=chosen))
    return dataset.user_position[chosen]


def _movers(dataset: Dataset, found: Comparison) -> None:
    st.subheader("What moves most", anchor=False)
    labels = compute.user_labels(dataset)
    metric = metric_label(MOVED_BY, found.first.k)
    users, items = st.columns([2, 3], gap="medium")
    with users:
        for said, moves in ((f"Users whose {metric} rises", found.gaining), ("… and falls", found.losing)):
            _titled(said, tables.users_table(moves, labels), tables.USER_COLUMNS, key=f"users {said}")
    with items:
        for said, changes in (("Items that are shown more", found.rising), ("… and less", found.falling)):
            _titled(said, tables.items_table(changes, dataset), tables.ITEM_COLUMNS, key=f"items {said}")


def _titled(title: str, table: pl.DataFrame, columns: Mapping[str, Any], *, key: str) -> None:
    """A table under its title, or that there is none."""
    st.markdown(f"**{plain(title)}**")
    if table.is_empty():
        st.caption("None.")
        return
    st.dataframe(table, hide_index=True, column_config=dict(columns), key=key)
