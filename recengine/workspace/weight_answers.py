"""What scorers are worth, the weights that are as good as the best, and those that a person or a system teaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recengine.arrays import read_only
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.progress import Cancel, Progress, never, silent, within
from recengine.ranking import PADDING, Rankings, take, top_k
from recengine.scenario import (
    PartComparison,
    Scenario,
    ScorerCost,
    Workbench,
    compare_scenarios,
    scorer_costs,
    weight_question,
    with_setting,
)
from recengine.storage import Entry
from recengine.tuning import (
    Clone,
    Effort,
    Region,
    Thumb,
    ThumbedWeights,
    Worth,
    clone_weights,
    indifference,
    scorers_worth,
    weigh_thumbs,
)
from recengine.workspace import weight_records as records
from recengine.workspace.weight_store import PREPARED, AnswerStore, answer_key

WORTH, REGION, CLONE = "scorer-worth", "weight-region", "weight-clone"


@dataclass(frozen=True)
class ScorersWorth:
    """What each scorer of a scenario is worth on validation, and what it takes."""

    key: str
    scenario: Scenario
    worth: Worth
    costs: Mapping[str, ScorerCost]
    made: datetime


@dataclass(frozen=True)
class WeightRegion:
    """The weights that cannot be told from the best on validation."""

    key: str
    scenario: Scenario
    region: Region
    made: datetime

    def at(self, number: int) -> Scenario:
        """The scenario of one of the points."""
        points = self.region.points
        return with_setting(self.scenario, points.by_scorer(number), points.setting(number))


@dataclass(frozen=True)
class WeightClone:
    """Weights that reproduce the lists of one of the scorers. copied: its name."""

    key: str
    scenario: Scenario
    copied: str
    clone: Clone
    made: datetime

    @property
    def best(self) -> Scenario:
        """The scenario that stands for the copied system: it has no weight itself."""
        return with_setting(self.scenario, self.clone.weights, self.clone.setting)


@dataclass(frozen=True)
class Thumbed:
    """Weights that agree with thumbs, and their price: what they change for everybody, against "start"."""

    scenario: Scenario
    learned: ThumbedWeights
    validation: PartComparison
    test: PartComparison

    @property
    def best(self) -> Scenario:
        """The scenario with the weights that agree best."""
        return self.scenario.with_weights(self.learned.weights)


class WeightAnswers(AnswerStore):
    """What a workspace does about weights beside searching them."""

    def scorers_worth(
        self,
        dataset: Dataset,
        scenario: Scenario,
        measures: Sequence[str],
        *,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> ScorersWorth:
        """What each scorer is worth on validation; stored, so done once. Raises what `tuning.scorers_worth` does."""
        key = answer_key(WORTH, scenario, {"measures": list(measures)})

        def make() -> None:
            bench = self._bench(dataset, scenario, "validation", within(progress, 0.0, PREPARED), cancel)
            worth = scorers_worth(
                weight_question(bench),
                scenario.fusion,
                measures,
                k=scenario.k,
                seed=scenario.seed,
                progress=within(progress, PREPARED, 1.0),
                cancel=cancel,
            )
            self._save(WORTH, key, scenario, {"worth": records.worth_document(worth, scorer_costs(bench, scenario))})

        self._once(WORTH, key, make)

        def read(entry: Entry, stored: Scenario, made: datetime) -> ScorersWorth:
            return ScorersWorth(key, stored, *records.read_worth(entry.settings["worth"]), made)

        return self._load(WORTH, key, read)

    def indifference(
        self,
        dataset: Dataset,
        scenario: Scenario,
        *,
        metric: str = "ndcg",
        picks: Sequence[str] = ("coverage", "+novelty"),
        among: Sequence[str] = (),
        also: Sequence[Sequence[float]] = (),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> WeightRegion:
        """The weights that cannot be told from the best on validation; stored, so done once.

        Raises what `tuning.indifference` does.
        """
        asked = {"metric": metric, "picks": list(picks), "among": list(among), "also": [list(one) for one in also]}
        key = answer_key(REGION, scenario, asked)

        def make() -> None:
            bench = self._bench(dataset, scenario, "validation", within(progress, 0.0, PREPARED), cancel)
            region = indifference(
                weight_question(bench),
                scenario.fusion,
                metric=metric,
                k=scenario.k,
                picks=picks,
                among=among,
                also=also,
                seed=scenario.seed,
                progress=within(progress, PREPARED, 1.0),
                cancel=cancel,
            )
            facts = {"region": records.region_document(region), "points": records.points_document(region.points)}
            self._save(REGION, key, scenario, facts, records.region_table(region))

        self._once(REGION, key, make)

        def read(entry: Entry, stored: Scenario, made: datetime) -> WeightRegion:
            points = records.read_points(entry)
            region = records.read_region(entry.settings["region"], entry.tables["points"], points)
            return WeightRegion(key, stored, region, made)

        return self._load(REGION, key, read)

    def clone_weights(
        self,
        dataset: Dataset,
        scenario: Scenario,
        copied: str,
        *,
        by: str = "rbo",
        effort: Effort | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> WeightClone:
        """Weights of the other scorers that reproduce the lists of `copied`, such as `external:mysystem`; stored.

        By the scorers that know all of train, as a running system would. The test part is not read.
        Raises what `tuning.clone_weights` does.
        """
        effort = effort or Effort()
        asked = {"copied": copied, "by": by, "evaluations": effort.evaluations, "seconds": effort.seconds}
        key = answer_key(CLONE, scenario, asked, "test")

        def make() -> None:
            bench = self._bench(dataset, scenario, "test", within(progress, 0.0, PREPARED), cancel)
            clone = clone_weights(
                bench.pool,
                bench.source,
                scenario.fusion,
                _lists_of(bench, copied, scenario.k),
                copied=copied,
                k=scenario.k,
                by=by,
                effort=effort,
                seed=scenario.seed,
                progress=within(progress, PREPARED, 1.0),
                cancel=cancel,
            )
            facts = {"copied": copied, "clone": records.clone_document(clone)}
            facts["points"] = records.points_document(clone.points)
            self._save(CLONE, key, scenario, facts, records.points_table(clone.points))

        self._once(CLONE, key, make)

        def read(entry: Entry, stored: Scenario, made: datetime) -> WeightClone:
            clone = records.read_clone(entry.settings["clone"], records.read_points(entry))
            return WeightClone(key, stored, entry.settings["copied"], clone, made)

        return self._load(CLONE, key, read)

    def weigh_thumbs(
        self,
        dataset: Dataset,
        scenario: Scenario,
        thumbs: Sequence[Thumb],
        *,
        measures: Sequence[str] = ("ndcg",),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Thumbed:
        """Weights that agree with judgements of the lists of `scenario`, and their price on validation and test.

        Raises what `tuning.weigh_thumbs` does.
        """
        bench = self._bench(dataset, scenario, "test", within(progress, 0.0, 0.5), cancel)
        learned = weigh_thumbs(bench.pool, bench.source, scenario.fusion, thumbs)
        best = scenario.with_weights(learned.weights)
        test = compare_scenarios(bench, best, {"start": scenario}, measures)
        bench = self._bench(dataset, scenario, "validation", within(progress, 0.5, 1.0), cancel)
        return Thumbed(scenario, learned, compare_scenarios(bench, best, {"start": scenario}, measures), test)


def _lists_of(bench: Workbench, scorer: str, k: int) -> Rankings:
    """The best k unseen items of one scorer, for each user of whom it has an opinion: its own list."""
    pool = bench.pool
    if scorer not in pool.scorers:
        raise ScenarioError(f"clone: there is no scorer {scorer[:80]!r}. Choose among {', '.join(pool.scorers)}.")
    scores = np.ascontiguousarray(pool.scores[pool.scorers.index(scorer)])
    columns = top_k(scores, k)
    items, taken = take(pool.items, columns, PADDING), take(scores, columns, np.nan)
    rankings = Rankings(pool.users, read_only(items), read_only(taken))
    return rankings.only((items != PADDING).any(axis=1))
