"""What a fitted sequence model loses and gains by eight bits."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn

from recengine.reports.words import metric_value
from recengine.tuning.quantising import QuantisedMeasure
from recengine.workspace import FitEntry
from ui import actions, commands, exports, jobs
from ui.frame import OpenDataset
from ui.models.offers import recipe_of
from ui.text import plain

HELP = (
    "Layers and vectors of items as whole numbers of eight bits (dynamic quantisation), for where a fitted network "
    "is to answer on a small machine. This measures whether it would pay; the studio itself goes on with the numbers "
    "as they were fitted. The command `recengine quantise` writes the network in eight bits with `--out FOLDER`."
)
COLUMNS = {
    "Size (KiB)": NumberColumn(format="%.0f", help="Of the file that holds the weights of the network (safetensors)."),
    "Time a user (ms)": NumberColumn(
        format="%.2f", help="To read the history and score the catalogue, on the CPU; lower is better."
    ),
    "NDCG": NumberColumn(format="%.4f", help="On the test part; higher is better."),
}


def show_quantised(page: OpenDataset, fit: FitEntry) -> None:
    """What was measured, or the way to measure it; nothing for a model without a network that reads histories."""
    recipe = recipe_of(fit)
    if recipe is None or recipe.family != "Sequence" or fit.part != "train":
        return
    st.markdown("**In eight bits**", help=HELP)
    measured = page.workspace.quantised(fit.key)
    command = commands.quantise(page.dataset, fit)
    job = command.latest(page.workspace)
    if job is not None and job.state != "done":
        jobs.job_panel(page.workspace.jobs, job, where="quantise")
    if measured is not None:
        _show(measured)
        return
    if job is None or job.is_over:
        st.button(
            "Measure in eight bits",
            icon=":material/compress:",
            key="quantise",
            help="Runs as a job; nothing is fitted again.",
            on_click=actions.attempt,
            args=(lambda: command.submit(page.workspace),),
        )


def _show(measured: QuantisedMeasure) -> None:
    one = measured.change
    said = f"{one.mean:+.4f} (95 % interval {one.low:+.4f} to {one.high:+.4f}, n = {one.n:,} users)"
    with st.container(horizontal=True, vertical_alignment="center"):
        smaller = measured.bytes_[0] / max(1, measured.bytes_[1])
        level = metric_value("ndcg", measured.ndcg[1].mean)
        st.markdown(plain(f"{smaller:.1f} times smaller; NDCG {level}, a change of {said}."), width="stretch")
        exports.table_csv("eight-bits", "Table as CSV", lambda: _table(measured))
    st.dataframe(_table(measured), hide_index=True, column_config=COLUMNS, key="quantised")


def _table(measured: QuantisedMeasure) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Network": ["As fitted", "Eight bits"],
            "Size (KiB)": [size / 1024 for size in measured.bytes_],
            "Time a user (ms)": list(measured.milliseconds),
            "NDCG": [figure.mean for figure in measured.ndcg],
            "Users": [figure.n for figure in measured.ndcg],
        }
    )
