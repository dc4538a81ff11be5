"""Weights learned from the users of the validation part, each answer with its one honest figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recengine.data import Dataset
from recengine.errors import RecengineError
from recengine.fusion import Facts
from recengine.fusion.strategies import SegmentWeights
from recengine.fusion.strategies.switching import HISTORY
from recengine.fusion.strategies.weight_sets import thresholds
from recengine.progress import Cancel, Progress, never, silent, within
from recengine.scenario import PartComparison, Scenario, compare_scenarios
from recengine.storage import Entry
from recengine.tuning import LearnedWeights, learn_weights
from recengine.workspace import weight_records as records
from recengine.workspace.weight_store import PREPARED, SEARCHED, AnswerStore, answer_key

LEARNED = "weights-learned"
METRIC = "ndcg"
"""What learned weights are measured by."""
DIGITS = 4
"""Decimals of the weights for everybody, so that a slider holds what was measured."""


@dataclass(frozen=True)
class WeightsLearned:
    """Weights learned on validation. scenario: what they are compared with, a weighted sum without re-rankers.

    test: NDCG of the best of them, measured once on the test part, beside "start"; those for everybody beside it
    where there are segments.
    """

    key: str
    scenario: Scenario
    learned: LearnedWeights
    test: PartComparison
    made: datetime

    @property
    def everybody(self) -> Scenario:
        """The scenario with the weights for everybody."""
        return _for_everybody(self.scenario, self.learned)

    @property
    def best(self) -> Scenario:
        """The scenario with the weights per segment; with those for everybody where no segments were asked for."""
        return _best(self.scenario, self.learned)


class LearnedAnswers(AnswerStore):
    """What a workspace does about weights that are learned."""

    def learn_weights(
        self,
        dataset: Dataset,
        scenario: Scenario,
        segments: SegmentWeights | None = None,
        *,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> WeightsLearned:
        """Learn weights on validation, then measure them once on the test part; stored, so done once.

        They are those of the weighted sum, whatever the scenario's strategy, and of its lists before re-ranking.
        segments: which get weights of their own; its `weights` are not read.
        Raises what `tuning.learn_weights` does, and `ScenarioError` for segments that the users do not have.
        """
        key = learned_key(scenario, segments)
        start, segments = _plain(scenario), _bare(segments)
        if segments is not None:
            # a mistake is told before anything is fitted
            segments.check(start.scorers)
            segments.segments(Facts(dataset))

        def make() -> None:
            bench = self._bench(dataset, start, "validation", within(progress, 0.0, PREPARED), cancel)
            learned = learn_weights(
                bench.pool,
                bench.source,
                bench.relevant,
                start.fusion,
                segments=segments,
                k=start.k,
                seed=start.seed,
                progress=within(progress, PREPARED, SEARCHED),
                cancel=cancel,
            )
            others = {"start": start}
            if segments is not None:
                others["everybody"] = _for_everybody(start, learned)
            bench = self._bench(dataset, start, "test", within(progress, SEARCHED, 1.0), cancel)
            test = compare_scenarios(bench, _best(start, learned), others, [METRIC])
            facts = {"learned": records.learned_document(learned), "test": records.comparison_document(test)}
            self._save(LEARNED, key, start, facts)

        self._once(LEARNED, key, make)
        return self.weights_learned(key)

    def all_weights_learned(self, dataset: Dataset) -> list[WeightsLearned]:
        """Every stored answer on a dataset that is whole, the latest first."""
        found = []
        for key in self._keys():
            try:
                answer = self.weights_learned(key)
            except RecengineError:
                continue  # another kind of answer, or damaged, or of scorers that are not installed
            if answer.scenario.dataset == dataset.fingerprint:
                found.append(answer)
        return sorted(found, key=lambda answer: (answer.made, answer.key), reverse=True)

    def weights_learned(self, key: str) -> WeightsLearned:
        """The answer stored under `key`. Raises `StoreError`."""

        def read(entry: Entry, scenario: Scenario, made: datetime) -> WeightsLearned:
            learned = records.read_learned(entry.settings["learned"])
            return WeightsLearned(key, scenario, learned, records.read_comparison(entry.settings["test"]), made)

        return self._load(LEARNED, key, read)


def learned_key(scenario: Scenario, segments: SegmentWeights | None) -> str:
    """The key of the answer to a question, stored or not; strategy, re-rankers and the segments' weights do not matter.

    Raises `ScenarioError` where the thresholds are no ascending numbers.
    """
    asked, bare = None, _bare(segments)
    if bare is not None:
        asked = {"by": bare.by, "at": thresholds(bare.at, f"{bare.name}: at")}
    return answer_key(LEARNED, _plain(scenario), {"segments": asked})


def _plain(scenario: Scenario) -> Scenario:
    """The scenario as weights are learned for it: a weighted sum without re-rankers."""
    return scenario.with_strategy("weighted-sum").with_rerankers([])


def _bare(segments: SegmentWeights | None) -> SegmentWeights | None:
    """The same segments without weights; thresholds only where they decide."""
    if segments is None:
        return None
    return SegmentWeights(by=HISTORY, at=segments.at) if segments.by == HISTORY else SegmentWeights(by=segments.by)


def _for_everybody(start: Scenario, learned: LearnedWeights) -> Scenario:
    return start.with_weights({name: round(weight, DIGITS) for name, weight in learned.weights.items()})


def _best(start: Scenario, learned: LearnedWeights) -> Scenario:
    everybody = _for_everybody(start, learned)
    if learned.strategy is None:
        return everybody
    return everybody.with_strategy(learned.strategy.name, learned.strategy.settings())
