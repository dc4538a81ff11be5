"""Searches for weights, each with every setting that was looked at and its one honest figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from recengine.data import Dataset
from recengine.errors import ScenarioError, StoreError
from recengine.progress import Cancel, Progress, never, silent, within
from recengine.scenario import PartComparison, Scenario, compare_scenarios, weight_question, with_setting
from recengine.storage import Entry
from recengine.tuning import FoundWeights, Goal, find_weights
from recengine.workspace import weight_records as records
from recengine.workspace.weight_store import PREPARED, SEARCHED, AnswerStore, answer_key

SEARCH = "weight-search"


@dataclass(frozen=True)
class WeightSearch:
    """A search and its honest figures. scenario: what it started from. test: the best weights beside "start" and
    "single", the best scorer alone on validation, measured once on the test part.
    """

    key: str
    scenario: Scenario
    found: FoundWeights
    test: PartComparison
    made: datetime

    def at(self, number: int) -> Scenario:
        """The scenario of one of the points."""
        points = self.found.points
        return with_setting(self.scenario, points.by_scorer(number), points.setting(number))

    @property
    def best(self) -> Scenario:
        """The scenario with the weights that were found."""
        return self.at(self.found.best)


class WeightSearches(AnswerStore):
    """What a workspace does about searches for weights."""

    def find_weights(
        self,
        dataset: Dataset,
        scenario: Scenario,
        goal: Goal,
        *,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> WeightSearch:
        """Search weights on validation, then measure the best once on the test part; stored, so done once.

        Lists are as long as the scenario's, whatever the goal says. Raises what `tuning.find_weights` does.
        """
        goal = replace(goal, k=scenario.k)
        question = records.goal_document(goal)
        key = answer_key(SEARCH, scenario, question)

        def make() -> None:
            bench = self._bench(dataset, scenario, "validation", within(progress, 0.0, PREPARED), cancel)
            found = find_weights(
                weight_question(bench),
                scenario.fusion,
                goal,
                progress=within(progress, PREPARED, SEARCHED),
                cancel=cancel,
            )
            points = found.points
            best, single = (
                with_setting(scenario, points.by_scorer(number), points.setting(number))
                for number in (found.best, found.single)
            )
            bench = self._bench(dataset, scenario, "test", within(progress, SEARCHED, 1.0), cancel)
            measures = [measure.text for measure in goal.measures]
            test = compare_scenarios(bench, best, {"start": scenario, "single": single}, measures)
            facts = {"goal": question, "found": records.found_document(found)}
            facts |= {"test": records.comparison_document(test), "points": records.points_document(points)}
            self._save(SEARCH, key, scenario, facts, records.points_table(points))

        self._once(SEARCH, key, make)
        return self.weight_search(key)

    def weight_searches(self, dataset: Dataset | None = None) -> list[WeightSearch]:
        """Every stored search that is whole, of one dataset or of all, the latest first."""
        found = []
        for key in self._keys():
            try:
                search = self.weight_search(key)
            except (StoreError, ScenarioError):
                continue  # another kind of answer, or damaged, or of scorers that are not installed
            if dataset is None or search.scenario.dataset == dataset.fingerprint:
                found.append(search)
        return sorted(found, key=lambda search: (search.made, search.key), reverse=True)

    def weight_search(self, key: str) -> WeightSearch:
        """The search stored under `key`. Raises `StoreError`."""

        def read(entry: Entry, scenario: Scenario, made: datetime) -> WeightSearch:
            facts = entry.settings
            found = records.read_found(facts["found"], facts["goal"], records.read_points(entry))
            return WeightSearch(key, scenario, found, records.read_comparison(facts["test"]), made)

        return self._load(SEARCH, key, read)
