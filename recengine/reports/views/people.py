"""Examples: a few users with their history, their list and its reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recengine.data import Dataset
from recengine.explanation import Explanation, own_place, sentence
from recengine.reports.charts import Chart
from recengine.reports.examples import listed_by
from recengine.reports.figures.parts import explanation_alt, explanation_figure, list_parts_alt, list_parts_figure
from recengine.reports.text import one_line
from recengine.reports.views.context import Context
from recengine.reports.words import UNDEFINED, metric_label, metric_value, plain

HISTORY_SHOWN = 8


@dataclass(frozen=True)
class PlaceRow:
    """One place of a list. parts: by scorer, they sum to the score, or the scorers' own ranks where there is no such
    sum. hit: whether it is a test positive.
    """

    rank: int
    title: str
    score: str
    parts: list[str]
    hit: bool


@dataclass(frozen=True)
class Reason:
    """Why one item is in the list, as a sentence and, where the score is a sum, a chart."""

    text: str
    chart: Chart | None


@dataclass(frozen=True)
class PersonView:
    """One user. facts: attributes and figures; history: titles, strongest first, `n_history` in all.

    additive: whether the parts sum to the score; without it there is no chart.
    """

    identifier: str
    facts: list[tuple[str, str]]
    history: list[str]
    n_history: int
    n_relevant: int
    additive: bool
    columns: list[str]
    places: list[PlaceRow]
    chart: Chart | None
    reasons: list[Reason]


def people_view(context: Context) -> list[PersonView]:
    """The example users of `context`."""
    return [_person(context, user) for user in context.example_users]


def _person(context: Context, user: int) -> PersonView:
    workbench, rankings = context.workbench, context.outcome.lists.rankings
    dataset = workbench.dataset
    row = int(np.flatnonzero(rankings.users == user)[0])
    filled = rankings.items[row] >= 0
    items = rankings.items[row][filled].tolist()
    scores = rankings.scores[row][filled].tolist()
    made = listed_by(workbench, context.outcome, user, items)
    additive = context.outcome.scenario.fusion.strategy.additive
    digits = _digits(scores)
    relevant = set(workbench.relevant[user].indices.tolist())
    titles = [dataset.titles[item] for item in items]
    history = _history(workbench.fitted_on, user)
    places = [
        PlaceRow(
            rank=place + 1,
            title=one_line(titles[place]),
            score=UNDEFINED if math.isnan(score) else f"{score:.{digits}f}",
            parts=(
                [f"{part[place]:.{digits}f}" for part in made.parts.values()]
                if additive
                else [own_place(float(ranks[place])) for ranks in made.ranks.values()]
            ),
            hit=items[place] in relevant,
        )
        for place, score in enumerate(scores)
    ]
    chart = None
    if items and additive:
        chart = context.charts.add(
            list_parts_figure(titles, made.parts, labels=context.labels),
            list_parts_alt(titles, made.parts, labels=context.labels),
        )
    return PersonView(
        identifier=dataset.user_ids[user],
        facts=_facts(context, user, row),
        history=[one_line(dataset.titles[item]) for item in history[:HISTORY_SHOWN]],
        n_history=len(history),
        n_relevant=len(relevant),
        additive=additive,
        columns=[context.labels.get(name, name) for name in made.parts],
        places=places,
        chart=chart,
        reasons=[_reason(context, one) for one in context.explanations if one.user == user],
    )


def _digits(scores: Sequence[float]) -> int:
    """Decimals that tell scores of this size apart: 3, or more where all are below a tenth, as reciprocal ranks are."""
    highest = max((abs(score) for score in scores if not math.isnan(score)), default=1.0)
    return 3 if highest >= 0.1 or highest == 0 else min(3 - math.floor(math.log10(highest)), 8)


def _history(known: Dataset, user: int) -> list[int]:
    """Positive items that the scorers know of the user, heaviest weight first, then by position."""
    row = known.matrix[user]
    order = np.lexsort((row.indices, -row.data))
    found: list[int] = row.indices[order].tolist()
    return found


def _facts(context: Context, user: int, row: int) -> list[tuple[str, str]]:
    dataset = context.workbench.dataset
    values = dataset.users.row(user, named=True)
    facts = [
        (plain(attribute.name).capitalize(), _written(values[attribute.name])) for attribute in dataset.user_attributes
    ]
    for metric in ("ndcg", "recall"):
        value = float(context.outcome.per_user[metric][row]) if metric in context.outcome.per_user else math.nan
        if not math.isnan(value):
            facts.append((metric_label(metric, context.k), metric_value(metric, value)))
    return facts


def _written(value: object) -> str:
    if value is None:
        return UNDEFINED
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reason(context: Context, explanation: Explanation) -> Reason:
    titles = context.workbench.dataset.titles
    chart = None
    if explanation.additive:
        chart = context.charts.add(
            explanation_figure(explanation, titles, labels=context.labels),
            explanation_alt(explanation, titles, labels=context.labels),
        )
    return Reason(one_line(sentence(explanation, titles, context.labels)), chart)
