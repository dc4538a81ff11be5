"""Curves of a fit, live while it learns and as they were when it is stored; and fits that stopped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from recengine.models import Curve
from recengine.models.training import Run
from recengine.reports import figures
from ui import actions, charts, exports
from ui.frame import OpenDataset
from ui.models import rounds
from ui.text import plain

SECONDS_BETWEEN_LOOKS = 1.5
LEARNING_VERBS = ("fit", "compare", "tune", "evaluate")
"""Jobs in which something may learn in rounds."""
CHART_WIDTH = 420
HELD_OUT_HELP = (
    "The fit does not learn the latest item of these users and looks after each round how well it predicts them. They "
    "are part of training, not of validation or test."
)


def show_rounds(
    losses: Sequence[float], loss_name: str, curves: Sequence[Curve], *, key: str, title: str = "How it learned"
) -> None:
    """The loss and what else was measured, a chart each, the best round marked where a direction is better."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**", width="stretch", help=HELD_OUT_HELP if curves else None)
        exports.table_csv("rounds", "Rounds as CSV", lambda: rounds.rounds_table(losses, loss_name, curves))
    shown = [Curve(loss_name, np.asarray(losses, dtype=np.float64), False), *curves]
    with st.grid(2, min_column_width=CHART_WIDTH):
        for place, curve in enumerate(shown):
            # the loss of training says nothing of which round is best
            best = curve.best if place else None
            with st.container(gap="xsmall"):
                st.markdown(plain(f"{curve.name} {rounds.direction_words(curve.higher_is_better)}"))
                values = list(curve.values)
                charts.show(
                    figures.rounds_figure(values, name=curve.name, best=best, place=place, theme=charts.PAGE),
                    alt=figures.rounds_alt(values, name=curve.name, best=best),
                    key=f"{key} {place}",
                )


def follow_learning(page: OpenDataset) -> None:
    """The curves of what learns now on this dataset, live, whoever started it; nothing where nothing may."""
    if _may_learn(page):
        st.fragment(_learning, run_every=SECONDS_BETWEEN_LOOKS, key="learning")(page)


def stopped_runs(page: OpenDataset) -> None:
    """Fits on this dataset that stopped before their end, each with the way to be rid of it."""
    stopped = [run for run in _runs(page) if not run.active]
    if not stopped:
        return
    st.markdown("**Stopped before their end**")
    for run in stopped:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(run.label)}.** {plain(rounds.stopped_words(run))}", width="stretch")
            delete_button(page, run, key=f"stopped {run.key}")


def delete_button(page: OpenDataset, run: Run, *, key: str) -> None:
    """Forget a fit that stopped."""
    st.button(
        "Delete",
        icon=":material/delete:",
        key=key,
        type="tertiary",
        help="Forget where it was. Fitting again then starts anew.",
        on_click=actions.attempt,
        args=(lambda: page.workspace.delete_training_run(run.key),),
    )


def _may_learn(page: OpenDataset) -> bool:
    """Whether a job is active that may learn something, or something learns that was started elsewhere."""
    active = any(not job.is_over and job.verb in LEARNING_VERBS for job in page.workspace.jobs.list())
    return active or any(run.active for run in _runs(page))


def _learning(page: OpenDataset) -> None:
    if not _may_learn(page):
        st.rerun()
    for run in _runs(page):
        if run.active and run.rounds:
            with st.container(border=True, key=f"learning_{run.key[:12]}"):
                st.markdown(f"**{plain(run.label)}.** {plain(rounds.run_words(run))}")
                losses, curves = rounds.curves_of(run)
                show_rounds(losses, run.loss_name, curves, key=f"live {run.key}", title="How it learns")


def _runs(page: OpenDataset) -> list[Run]:
    return [run for run in page.workspace.training_runs() if run.fingerprint == page.dataset.fingerprint]
