"""Downloads: built when they are clicked, nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import polars as pl
import streamlit as st

from recengine.fusion import fuse_row
from recengine.reports import csv_for_reading, tables
from recengine.scenario import Outcome, Scenario, Workbench
from ui.view import View


def table_csv(name: str, table: Callable[[], pl.DataFrame], *, label: str = "CSV") -> None:
    """A table to read in a spreadsheet."""
    st.download_button(
        label,
        data=lambda: csv_for_reading(table()),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key=f"csv {name}",
    )


def scenario_json(scenario: Scenario) -> None:
    """The scenario, for the Report page, the command line and colleagues."""
    st.download_button(
        "Scenario",
        data=lambda: json.dumps(scenario.to_json(), indent=2).encode(),
        file_name="scenario.json",
        mime="application/json",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key="scenario file",
    )


def list_csv(workbench: Workbench, view: View, outcome: Outcome) -> None:
    """The shown list with its parts."""

    def table() -> pl.DataFrame:
        dataset = workbench.dataset
        user = dataset.user_position[view.user]
        rankings = outcome.lists.rankings.only(outcome.lists.rankings.users == user)
        row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, user)
        weights = view.scenario.fusion.effective
        parts = {
            name: np.float64(weight) * row.normalised[c][rankings.items]
            for c, (name, weight) in enumerate(zip(workbench.fitted, weights, strict=True))
        }
        return tables.lists_table(rankings, dataset, parts)

    table_csv("list", table, label="List as CSV")


def history_csv(workbench: Workbench, view: View) -> None:
    """The whole history and the held-out items of the shown user."""

    def table() -> pl.DataFrame:
        dataset = workbench.dataset
        user = pl.lit(dataset.user_position[view.user])
        parts = {"history": workbench.fitted_on, "held out": workbench.split.test}
        return pl.concat(
            part.interactions.filter(pl.col("user") == user).select(
                pl.lit(name).alias("part"),
                dataset.items["id"].gather(part.interactions.filter(pl.col("user") == user)["item"]).alias("item_id"),
                dataset.items["title"].gather(part.interactions.filter(pl.col("user") == user)["item"]).alias("title"),
                "weight",
                "positive",
            )
            for name, part in parts.items()
        )

    table_csv("history", table, label="History as CSV")


def metrics_csv(outcome: Outcome) -> None:
    """Every metric in every variant, over all users and on the slices."""

    def table() -> pl.DataFrame:
        whole = tables.metrics_table({}, outcome.table).rename({"scorer": "slice"})
        return pl.concat([whole.with_columns(slice=pl.lit("all items")), tables.slices_table(outcome)])

    table_csv("metrics", table, label="Metrics as CSV")
