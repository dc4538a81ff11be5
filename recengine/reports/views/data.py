"""Data: what was measured on, how it was cut, how unequally it is spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recengine.data import Dataset, SplitPicture, SplitSummary, parse_split, picture_split
from recengine.ranking.popularity import HEAD_SHARE, head_items
from recengine.reports.charts import Chart
from recengine.reports.figures.distribution import lorenz_alt, lorenz_figure, top_share
from recengine.reports.figures.split import (
    split_sample_alt,
    split_sample_figure,
    split_timeline_alt,
    split_timeline_figure,
)
from recengine.reports.views.context import Context
from recengine.reports.words import joined, plain, share
from recengine.scenario import Scenario


@dataclass(frozen=True)
class Fact:
    """A count and what it counts."""

    label: str
    value: str
    meaning: str = ""


@dataclass(frozen=True)
class DataView:
    """facts: of the whole dataset; parts: of its split; pictures: of it, with what to see; catalogue: head, long tail
    and cold items.
    """

    facts: list[Fact]
    parts: list[Fact]
    split: str
    pictures: list[tuple[Chart, str]]
    catalogue: list[Fact]
    attributes: list[Fact]
    notes: tuple[str, ...]
    chart: Chart
    top_items: str
    top_users: str


def data_view(context: Context) -> DataView:
    """The data behind `context`."""
    workbench = context.workbench
    by_item = workbench.popularity
    by_user = np.diff(workbench.fitted_on.matrix.indptr)
    spread = {"items by popularity": by_item, "users by activity": by_user}
    # charts are numbered in the order of the page
    picture = None if context.outcome.scenario.all_data else picture_split(workbench.split)
    pictures = [] if picture is None else _pictures(context, picture)
    chart = context.charts.add(lorenz_figure(spread), lorenz_alt(spread))
    return DataView(
        facts=_facts(workbench.dataset),
        parts=_parts(context, None if picture is None else picture.summary),
        split=cut_sentence(context.outcome.scenario),
        pictures=pictures,
        catalogue=_catalogue(context),
        attributes=_attributes(workbench.dataset),
        notes=workbench.dataset.notes,
        chart=chart,
        top_items=share(top_share(by_item, 0.1), 0),
        top_users=share(top_share(by_user, 0.1), 0),
    )


def cut_sentence(scenario: Scenario) -> str:
    """How the data are cut for `scenario`, in words and as the text and the seed that give the same cut."""
    if scenario.all_data:
        return "Nothing is held out: the scorers know everything, so no figure of quality can be given."
    return f"{parse_split(scenario.split).sentence} Split {scenario.split}, seed {scenario.seed}."


def _facts(dataset: Dataset) -> list[Fact]:
    cells = dataset.n_users * dataset.n_items
    positives = dataset.matrix.nnz
    rule = (
        "every interaction counts as positive"
        if dataset.positive_from is None
        else f"a value of at least {dataset.positive_from:g} counts as positive; lower ones are only seen"
    )
    return [
        Fact("Users", f"{dataset.n_users:,}"),
        Fact("Items", f"{dataset.n_items:,}"),
        Fact("Interactions", f"{dataset.interactions.height:,}", "pairs of a user and an item"),
        Fact("Positives", f"{positives:,}", rule),
        Fact(
            "Density",
            share(dataset.interactions.height / cells if cells else float("nan"), 2),
            "share of all pairs with an interaction",
        ),
    ]


def _parts(context: Context, summary: SplitSummary | None) -> list[Fact]:
    workbench = context.workbench
    if summary is None:
        return [Fact("Training", f"{workbench.fitted_on.matrix.nnz:,}", "positives that the scorers know")]
    split = workbench.split
    rows = [
        ("Training, for the final fit", split.full_train, "positives that the scorers know"),
        ("of these validation", split.validation, "positives that tuning measures on"),
        ("Test", split.test, "positives that every figure in this report is measured on"),
    ]
    facts = [Fact(label, f"{part.matrix.nnz:,}", meaning) for label, part, meaning in rows]
    cold = f"in the test but not in training; they hold {summary.cold_positives:,} of the test positives"
    return [
        *facts,
        Fact("Users evaluated", f"{context.n_evaluated:,}", "with at least one test positive"),
        Fact("of these unknown", f"{summary.cold_users:,}", "without a training positive"),
        Fact("Unknown items", f"{summary.cold_items:,}", cold),
    ]


def _pictures(context: Context, picture: SplitPicture) -> list[tuple[Chart, str]]:
    """The split over time where there are times, and as a few users see it."""
    pictures = []
    if picture.timeline is not None:
        over_time = context.charts.add(split_timeline_figure(picture.timeline), split_timeline_alt(picture.summary))
        pictures.append((over_time, "When what was learnt from, and what is measured on, took place."))
    by_user = context.charts.add(split_sample_figure(picture.sample), split_sample_alt(picture.sample))
    pictures.append((by_user, "The same for a few users, a row each: each mark is one of their positives."))
    return pictures


def _catalogue(context: Context) -> list[Fact]:
    popularity = context.workbench.popularity
    head = int(head_items(popularity).sum())
    cold = int((popularity == 0).sum())
    return [
        Fact("Head", f"{head:,} items", f"most popular, together {HEAD_SHARE:.0%} of the training positives"),
        Fact("Long tail", f"{len(popularity) - head - cold:,} items", "every other item with a training positive"),
        Fact("Cold", f"{cold:,} items", "without any training positive"),
    ]


def _attributes(dataset: Dataset) -> list[Fact]:
    sides = (("Of users", dataset.user_attributes), ("Of items", dataset.item_attributes))
    return [Fact(label, joined([plain(one.name) for one in found]) if found else "none") for label, found in sides]
