"""What is fitted for a view, as a table. No Streamlit but for the looks of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl
from streamlit.column_config import CheckboxColumn, DatetimeColumn, NumberColumn, TextColumn

from recengine.device import device_kind
from recengine.models import Recipe, scorer_label
from recengine.scenario import Scenario, fit_key
from recengine.workspace import FitEntry
from ui.models.offers import MIB, settings_words

COLUMNS = {
    "Scorer": TextColumn(width="medium"),
    "Settings": TextColumn(width="large"),
    "Fit (s)": NumberColumn(format="%.2f"),
    "On disk (MiB)": NumberColumn(format="%.2f"),
    "Fitted at": DatetimeColumn(format="YYYY-MM-DD HH:mm"),
    "In the Studio": CheckboxColumn(help="Whether the scenario that is shown uses it."),
    "Last loss": NumberColumn(format="%.4g", help="After the last round of training; lower is better."),
}


def of_scenario(fits: Iterable[FitEntry], scenario: Scenario) -> list[FitEntry]:
    """Those of the scenario's dataset, split, seed and part of the data."""
    part = "all" if scenario.all_data else "train"
    cut = (scenario.dataset, scenario.split, scenario.seed, part)
    return [fit for fit in fits if (fit.dataset, fit.split, fit.seed, fit.part) == cut]


def used(scenario: Scenario) -> set[str]:
    """Keys of what the scenario's own scorers are stored under."""
    device = device_kind()
    return {fit_key(scenario, recipe, device) for recipe in scenario.recipes().values()}


def label(fit: FitEntry, named: Mapping[str, Recipe]) -> str:
    """How a fit is called: as a variant where its settings are those of one."""
    for scorer, recipe in named.items():
        if recipe.name == fit.recipe and recipe.settings() == dict(fit.settings):
            return scorer_label(scorer, recipe)
    return f"{fit.label}, own settings"


def table(fits: Iterable[FitEntry], scenario: Scenario, named: Mapping[str, Recipe]) -> pl.DataFrame:
    """A row a fit, in the order given."""
    in_use = used(scenario)
    return pl.DataFrame(
        [
            {
                "Scorer": label(fit, named),
                "In the Studio": fit.key in in_use,
                "Fit (s)": fit.seconds,
                "Fitted on": fit.device,
                "On disk (MiB)": fit.size / MIB,
                "Fitted at": fit.fitted_at,
                "Last loss": fit.losses[-1] if fit.losses else None,
                "Settings": settings_words(fit.settings),
            }
            for fit in fits
        ],
        schema={
            "Scorer": pl.String,
            "In the Studio": pl.Boolean,
            "Fit (s)": pl.Float64,
            "Fitted on": pl.String,
            "On disk (MiB)": pl.Float64,
            "Fitted at": pl.Datetime("us", "UTC"),
            "Last loss": pl.Float64,
            "Settings": pl.String,
        },
    )
