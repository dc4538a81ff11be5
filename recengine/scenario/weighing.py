"""From a workbench to questions about its weights, and from their answers to scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from recengine.arrays import Values
from recengine.data import Dataset, Source, find_table, read_found
from recengine.errors import DataError, ScenarioError
from recengine.evaluation import Change, Resamples, change
from recengine.fairness.groups import user_groupings
from recengine.fusion import fuse
from recengine.models import estimated_memory
from recengine.ranking import compute_metrics
from recengine.scenario.run import check_fits
from recengine.scenario.scenario import Scenario
from recengine.scenario.workbench import Measured, Workbench
from recengine.tuning import Setting, Thumb, WeightQuestion, find_measure
from recengine.tuning.measures import GAP, figures

ENOUGH = 10
"""Users of a group that make a gap worth looking at unasked: not all of them are measured."""

JUDGEMENTS = ("user", "item", "good")
GOOD = {"1": True, "true": True, "yes": True, "good": True, "0": False, "false": False, "no": False, "bad": False}
GOOD |= {"-1": False, "1.0": True, "0.0": False, "-1.0": False}


@dataclass(frozen=True)
class PartComparison:
    """Scenarios on one part of the data, over the users with a positive in it.

    values[scenario][measure]: of "found" and of what it is compared with. against[scenario][metric]: the mean over
    users of what "found" has more, with its paired 95 % interval, for metrics with a value by user. users: how many.
    """

    measured: Measured
    users: int
    values: Mapping[str, Mapping[str, float]]
    against: Mapping[str, Mapping[str, Change]]


@dataclass(frozen=True)
class ScorerCost:
    """What a scorer takes: seconds of its fit, and bytes of memory at the peak of it, an estimate from above."""

    label: str
    seconds: float
    memory: int


def weight_question(workbench: Workbench) -> WeightQuestion:
    """The users and positives of what the workbench is measured on; searches take the one of the validation part."""
    groups = {name: labels.gather(workbench.pool.users) for name, labels in user_groupings(workbench.fitted_on).items()}
    return WeightQuestion(workbench.pool, workbench.source, workbench.relevant, workbench.popularity, groups)


def with_setting(scenario: Scenario, weights: Mapping[str, float], setting: Setting) -> Scenario:
    """The scenario with weights by scorer, those not named at 0, and the normalisation of `setting`."""
    return replace(scenario.with_weights(weights), normalization=setting.normalization, neutral=setting.neutral)


def default_gaps(dataset: Dataset) -> tuple[str, ...]:
    """The gap by the first user attribute that makes groups, by activity where there is none; nothing where the users
    are too few for two groups.
    """
    attribute, labels = next(iter(user_groupings(dataset).items()))
    sizes = labels.value_counts()["count"]
    return (f"{GAP}{attribute}",) if (sizes >= ENOUGH).sum() >= 2 else ()


def compare_scenarios(
    workbench: Workbench, found: Scenario, others: Mapping[str, Scenario], measures: Sequence[str]
) -> PartComparison:
    """Measure `found` and the others on one workbench, user by user.

    Raises `ScenarioError` where a scenario does not fit the workbench, or nobody has a positive in the part.
    """
    check_fits(workbench, found)
    if not workbench.relevant.nnz:
        raise ScenarioError(f"weights: nobody has a positive in the {workbench.measured} part. Use a larger dataset.")
    question = weight_question(workbench)
    asked = [find_measure(text) for text in dict.fromkeys(measures)]
    question.check(asked)
    metrics = tuple(dict.fromkeys(measure.metric for measure in asked))
    measured = np.diff(workbench.relevant.indptr)[workbench.pool.users] > 0
    codes = {measure.attribute: question.codes[measure.attribute][measured] for measure in asked if measure.attribute}
    per_user: dict[str, dict[str, Values]] = {}
    values: dict[str, dict[str, float]] = {}
    for name, scenario in {"found": found, **others}.items():
        rankings = fuse(workbench.pool, workbench.source, scenario.fusion, scenario.k).rankings.only(measured)
        per_user[name], overall = compute_metrics(
            rankings, workbench.relevant, workbench.popularity, workbench.dataset.n_users, metrics
        )
        row = figures(asked, per_user[name], overall, codes)
        values[name] = {measure.text: float(value) for measure, value in zip(asked, row, strict=True)}
    wanted = {measure.metric for measure in asked if measure.per_user}
    own = {metric: by_user for metric, by_user in per_user["found"].items() if metric in wanted}
    n = int(np.count_nonzero(measured))
    resamples = Resamples.draw(n, seed=found.seed)
    against = {name: change(own, per_user[name], resamples) for name in others}
    return PartComparison(workbench.measured, n, values, against)


def scorer_costs(workbench: Workbench, scenario: Scenario) -> dict[str, ScorerCost]:
    """What each scorer takes, in the order of the pool."""
    return {
        name: ScorerCost(
            workbench.fitted[name].label,
            workbench.fitted[name].seconds,
            estimated_memory(recipe, workbench.fitted_on),
        )
        for name, recipe in scenario.recipes().items()
    }


def read_thumbs(source: Source, dataset: Dataset) -> list[Thumb]:
    """Judgements from a CSV or TSV file with the columns user, item and good, ids verbatim; good is 1 or 0, yes or no.

    Raises `DataError` for what is no such table, with the row.
    """
    found = find_table(source)
    for column in JUDGEMENTS:
        if column not in found.columns:
            raise DataError(
                f'{source.name}: there is no column "{column}" among {", ".join(found.columns)[:80]}. '
                f"Name them {', '.join(JUDGEMENTS)}."
            )
    table = read_found(found, JUDGEMENTS)
    thumbs = []
    for row, (user, item, good) in enumerate(table.frame.select(pl.col(JUDGEMENTS).cast(pl.String)).iter_rows()):
        where = table.place(row)
        if user not in dataset.user_position:
            raise DataError(f"{where}: there is no user {str(user)[:80]!r} in {dataset.name}. Take ids as they are.")
        if item not in dataset.item_position:
            raise DataError(f"{where}: there is no item {str(item)[:80]!r} in {dataset.name}. Take ids as they are.")
        judged = GOOD.get(str(good).strip().lower())
        if judged is None:
            raise DataError(f'{where}: "good" must be 1 or 0, got {str(good)[:80]!r}. Change it.')
        thumbs.append(Thumb(dataset.user_position[user], dataset.item_position[item], judged))
    return thumbs


def weights_text(weights: Mapping[str, float]) -> str:
    """Weights above 0 as the option `--weights` takes them."""
    return ",".join(f"{name}={weight:g}" for name, weight in weights.items() if weight > 0)
