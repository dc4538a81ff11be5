"""Stacking: gradient-boosted trees learn from the validation part how to rank by what the scorers say."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Scores, Values
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.fusion.normalization import Neutral, Normalization, ValueMap
from recengine.fusion.strategies.base import Remark, Rows
from recengine.fusion.strategies.features import ITEM, USER, Feature
from recengine.fusion.strategies.learned import Learned, Pairs
from recengine.models.settings import Choice, Number, Whole, setting
from recengine.progress import Cancel, Progress, stop_if_asked
from recengine.threads import usable_cores

MAX_THREADS = 4
TRUNCATION = 20
"""Places from the top within which a wrong order counts; some more than a list has."""
LOSSES = {"lambdamart": "lambdarank", "xendcg": "rank_xendcg"}
"""What LightGBM calls them."""
DIRECTIONS = {"score": 1, "rank": -1}
"""Of the features of a scorer: a better opinion never lowers an item, so that less of what is learnt is chance."""
MISSING = (
    "{name}: LightGBM cannot be loaded ({reason}). Install the packages of requirements.txt, and the OpenMP library "
    "libgomp of the system."
)


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees of LightGBM in its own text format, which is how they are stored.

    gains (F,): what the splits on each feature gained in all.
    """

    text: str = field(repr=False)
    gains: Values = field(repr=False)

    @cached_property
    def booster(self) -> Any:
        """The trees, read once."""
        lightgbm = _lightgbm()
        return lightgbm.Booster(model_str=self.text)

    def predict(self, table: Scores, values: Scores) -> Values:
        """Scores (n,) of features (n, F); higher is better, on no scale that means anything. values: not read."""
        if len(table) == 0:
            return np.empty(0)
        predicted: Values = self.booster.predict(table, num_threads=_threads())
        return predicted

    def contributions(self, table: Scores) -> Values:
        """What each feature adds to the score, (n, F + 1), the last one is the same for all: they sum to `predict`.

        Exact SHAP values of trees (Lundberg et al. 2020, Nature Machine Intelligence 2).
        """
        parts: Values = self.booster.predict(table, pred_contrib=True, num_threads=_threads())
        return parts

    def state(self) -> dict[str, NDArray[Any]]:
        """The text as bytes, and the gains."""
        return {"text": np.frombuffer(self.text.encode(), dtype=np.uint8), "gains": self.gains}


@dataclass(frozen=True)
class Stacking(Learned):
    """LambdaMART by LightGBM over scores, ranks and facts of items and users.

    Losses: LambdaMART (Burges 2010, MSR-TR-2010-82) or XE-NDCG (Bruch 2021, WWW). The better opinion of a scorer, other
    things equal, never lowers an item.
    """

    name: ClassVar[str] = "stacking"
    label: ClassVar[str] = "Stacking"
    about: ClassVar[str] = (
        "Boosted trees learn from the validation part how to rank by all scorers, items and users. No weights."
    )
    certificate: ClassVar[str] = (
        "The best of each user's pool: proven to be the catalogue's only where the pool leaves nothing out."
    )
    weighs: ClassVar[bool] = False
    zero_is_silent: ClassVar[bool] = False

    trees: int = setting(100, Whole(1, 1000), "Trees, one after the other, each mending what those before it missed.")
    leaves: int = setting(15, Whole(2, 255), "Leaves of a tree: how many features may act together.")
    leaf: int = setting(200, Whole(1, 1_000_000), "Fewest candidates that a leaf may have been learned from.")
    rate: float = setting(0.05, Number(1.0), "How much of each tree is taken: less learns more slowly and safely.")
    loss: str = setting(
        "lambdamart",
        Choice(tuple(LOSSES)),
        "lambdamart weighs each wrong order by the NDCG that it costs, xendcg is a smooth loss of the whole list.",
    )

    def value_map(self, normalization: Normalization, neutral: Neutral) -> ValueMap:
        """That of the lesson, whatever the scenario says."""
        return self.lesson_map

    def learn(self, pairs: Pairs, columns: Sequence[Feature], seed: int, progress: Progress, cancel: Cancel) -> Forest:
        """Trees that order each user's candidates; the same pairs and seed give the same trees."""
        lightgbm = _lightgbm()
        parameters = {
            "objective": LOSSES[self.loss],
            "lambdarank_truncation_level": TRUNCATION,
            "num_leaves": self.leaves,
            "learning_rate": self.rate,
            "min_data_in_leaf": self.leaf,
            "monotone_constraints": [DIRECTIONS.get(column.kind, 0) for column in columns],
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": _threads(),
            "seed": seed,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(
            pairs.table,
            label=pairs.relevant.astype(np.float32),
            group=pairs.sizes,
            # LightGBM's own format knows no blanks in names
            feature_name=[f"f{number}" for number in range(len(columns))],
            categorical_feature=[number for number, column in enumerate(columns) if column.categories],
            params={"verbosity": -1},
        )

        def follow(state: Any) -> None:
            stop_if_asked(cancel)
            progress((state.iteration + 1) / self.trees, f"{self.label}: tree {state.iteration + 1} of {self.trees}")

        booster = lightgbm.train(parameters, data, num_boost_round=self.trees, callbacks=[follow])
        gains = np.asarray(booster.feature_importance(importance_type="gain"), dtype=np.float64)
        return Forest(booster.model_to_string(), gains)

    def gains(self, model: Forest) -> Values:
        """The gains of the splits on each feature."""
        return model.gains

    def restore(self, state: Mapping[str, NDArray[Any]], columns: Sequence[Feature]) -> Forest:
        """From `Forest.state`."""
        gains = np.asarray(state["gains"], dtype=np.float64)
        if gains.shape != (len(columns),):
            raise ValueError(f"gains: expected one for each of {len(columns)} features, got {gains.shape}")
        return Forest(bytes(state["text"]).decode(), gains)

    def account(
        self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, k: int, facts: Facts | None
    ) -> tuple[Remark, ...]:
        """What each scorer, the item and the user add to the score, and which features most of all."""
        if facts is None:
            return ()
        forest, table = self.one(rows, weights, scorers, column, facts)
        parts = forest.contributions(table)[0]
        columns = self.taught(facts).columns
        adds = {
            source: float(
                sum(part for part, one in zip(parts, columns, strict=False) if (one.about or one.kind) == source)
            )
            for source in (*scorers, ITEM, USER)
        }
        named = [f"{{scorers[{number}]}} {adds[scorer]:+.2f}" for number, scorer in enumerate(scorers)]
        line = f"{', '.join(named)}, facts of the item {adds[ITEM]:+.2f}, of the user {adds[USER]:+.2f}"
        score = f"From {parts[-1]:+.2f}, which everything has: {line}, together {parts.sum():+.2f}"
        most = sorted(range(len(columns)), key=lambda number: -abs(parts[number]))[:3]
        lines = [_counted(columns[number], float(table[0, number]), float(parts[number])) for number in most]
        return (Remark(score, tuple(scorers)), Remark(f"What counted most: {', '.join(lines)}"))


def _counted(column: Feature, value: float, part: float) -> str:
    """One feature of an item in words that hold no open place of a template."""
    if np.isnan(value):
        said = "no opinion" if column.about else "not known"
    else:
        said = column.categories[int(value)] if column.categories else f"{value:.4g}"
    return f"{column.name} = {said} ({part:+.2f})".replace("{", "{{").replace("}", "}}")


def _threads() -> int:
    """Cores that LightGBM may use, no more than OMP_NUM_THREADS says; how many does not change its numbers."""
    cores, asked = usable_cores(), os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(MAX_THREADS, cores, int(asked) if asked.isdigit() else cores))


def _lightgbm() -> Any:
    """LightGBM, loaded when needed. Raises `ScenarioError` where it cannot be."""
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        reason = str(error).splitlines()[0][:200]
        raise ScenarioError(MISSING.format(name=Stacking.name, reason=reason)) from error
    return lightgbm
