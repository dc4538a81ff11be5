"""Downloads: built when they are clicked, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import streamlit as st

from recengine.data import Dataset
from recengine.ranking import Rankings
from recengine.reports import csv_data, csv_for_reading, tables
from recengine.scenario import Outcome, Scenario, Workbench, reading_labels, scenario_to_bytes
from ui import compute, panels, state
from ui.view import View


def table_csv(name: str, label: str, table: Callable[[], pl.DataFrame]) -> None:
    """A table to read in a spreadsheet."""
    _file(label, lambda: csv_for_reading(table()), f"{name}.csv", "text/csv")


def scenario_json(scenario: Callable[[], Scenario]) -> None:
    """The scenario, for the Report page, the command line and colleagues."""
    _file("Scenario", lambda: scenario_to_bytes(scenario()), "scenario.json", "application/json")


def lists_csv(outcome: Callable[[], Outcome], dataset: Dataset) -> None:
    """Every user's list as data for other tools, ids verbatim, as `export` of the command line writes it."""

    def content() -> bytes:
        rows = tables.lists_table(outcome().lists.rankings, dataset)
        return csv_data(rows.select("user_id", "item_id", "rank", "score"))

    _file("All lists as CSV", content, "lists.csv", "text/csv")


def studio_exports(workbench: Workbench) -> None:
    """All that the Studio shows, as it is when it is clicked: the sliders run without this."""
    latest = state.latest()

    def shown() -> tuple[View, Outcome]:
        view = latest.view
        return view, compute.shown_outcome(workbench, view.scenario, view.baseline)

    with st.popover("Export", icon=":material/download:"):
        table_csv("list", "List", lambda: list_table(workbench, *shown()))
        table_csv("history", "History", lambda: history_table(workbench, latest.view))
        table_csv("metrics", "Metrics", lambda: metrics_shown(*shown()))
        scenario_json(lambda: latest.view.scenario)


def list_table(workbench: Workbench, view: View, outcome: Outcome) -> pl.DataFrame:
    """The shown list with its parts."""
    dataset = workbench.dataset
    user = dataset.user_position[view.user]
    row = compute.user_row(workbench, view.scenario, user)
    items = panels.listed(view.scenario, outcome, row, user)[None, :]
    rankings = Rankings(np.array([user], dtype=np.int32), items, row.score[items])
    parts = {name: row.parts[c][rankings.items] for c, name in enumerate(workbench.fitted)}
    return tables.lists_table(rankings, dataset, parts)


def history_table(workbench: Workbench, view: View) -> pl.DataFrame:
    """The whole history and the held-out items of the shown user."""
    dataset = workbench.dataset
    user = dataset.user_position[view.user]
    held_out = (
        workbench.split.test.interactions if workbench.relevant.nnz else workbench.split.test.interactions.clear()
    )
    parts = [("history", workbench.fitted_on.interactions), ("held out", held_out)]
    rows = pl.concat([rows.filter(pl.col("user") == user).with_columns(part=pl.lit(name)) for name, rows in parts])
    items = dataset.items.select("id", "title")[rows["item"]]
    return rows.select("part", item_id=items["id"], title=items["title"], weight="weight", positive="positive")


def metrics_shown(view: View, outcome: Outcome) -> pl.DataFrame:
    """`metrics_table`, saying in a column of its own what the figures are without, where that is so."""
    table = metrics_table(outcome)
    if outcome.scenario == view.scenario:
        return table
    return table.with_columns(without=pl.lit(reading_labels(view.scenario)))


def metrics_table(outcome: Outcome) -> pl.DataFrame:
    """Every metric in every variant, over all items and on the slices."""
    whole = tables.metrics_table({}, outcome.table).rename({"scorer": "slice"})
    return pl.concat([whole.with_columns(slice=pl.lit("all items")), tables.slices_table(outcome)])


def _file(label: str, data: Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(
        label, data, name, mime, on_click="ignore", type="tertiary", icon=":material/download:", key=f"file {name}"
    )
