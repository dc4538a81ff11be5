"""Hand-made values: two groups of users, a catalogue whose titles try to do harm, and an outcome over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.data import Attribute, Dataset, Split, SplitSpec
from recengine.evaluation import Figure, Resamples
from recengine.explanation import Explanation, Part
from recengine.fairness import FairnessReport, GroupFigure, GroupGap, GroupShare
from recengine.fusion import Source, build_pool
from recengine.models import ScoreShares
from recengine.ranking import Rankings
from recengine.reports import render_html
from recengine.scenario import Outcome, Scenario, Verdict, run_scenario, scorer_outcomes
from recengine.scenario.workbench import Fitted, Slice, Workbench

HOSTILE_TITLES = (
    "<script>alert(1)</script>",
    "$9 & $10",
    "[x](http://evil.example/y)",
    "=cmd|' /C calc'!A0",
    ":smile: \U0001f469\u200d\U0001f680 caf\u00e9",
    'He said "no", it\'s <b>bold</b> & <img src=x onerror=alert(2)>',
    "two\nlines\tand a tab",
    "\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c",
    "%{x} {{ 7 * 7 }} {% raw %}",
    "A very long title that goes on and on and on, well past what any axis of any chart could ever hold",
)
N_USERS, N_ITEMS, K = 12, len(HOSTILE_TITLES), 3
SCORERS = ("als", "text", "popularity")
LABELS = {"als": "Matrix factors", "text": "Text profile", "popularity": "Popularity"}


class TableScorer:
    """Scores in a table, explained as half from each of the first two items."""

    def __init__(self, table: Scores) -> None:
        self.table = table

    @property
    def device(self) -> str:
        return "CPU"

    def score(self, users: Positions) -> Scores:
        return self.table[users]

    def explain(self, user: int, item: int) -> ScoreShares:
        half = float(self.table[user, item]) / 2
        return ScoreShares(np.array([0, 1], dtype=np.int32), np.array([half, half]), 0.0)

    def state(self) -> dict[str, NDArray[np.float32]]:
        return {"table": self.table}


def make_dataset(titles: tuple[str, ...] = HOSTILE_TITLES, name: str = "hand-made") -> Dataset:
    """User u has taken items u and u + 1 (modulo the catalogue); the test takes u + 2 and u + 4."""
    pairs = [(user, (user + step) % N_ITEMS) for user in range(N_USERS) for step in (0, 1, 2, 4)]
    return Dataset(
        name=name,
        interactions=_interactions(pairs),
        items=pl.DataFrame(
            {
                "id": [f"i{position}" for position in range(N_ITEMS)],
                "title": titles,
                "text": [""] * N_ITEMS,
                "genres": [["<i>Drama</i>"], ["Comedy"]] * (N_ITEMS // 2),
            }
        ),
        users=pl.DataFrame(
            {"id": [f"u{position}" for position in range(N_USERS)], "gender": ["<u>F</u>", "M"] * (N_USERS // 2)}
        ),
        item_attributes=(Attribute("genres", "categories"),),
        user_attributes=(Attribute("gender", "category"),),
        fingerprint="f" * 64,
        positive_from=4.0,
        notes=("Made by hand.",),
    )


def _interactions(pairs: list[tuple[int, int]]) -> pl.DataFrame:
    users, items = zip(*sorted(pairs), strict=True)
    return pl.DataFrame(
        {
            "user": users,
            "item": items,
            "weight": [1.0] * len(users),
            "time": [None] * len(users),
            "positive": [True] * len(users),
        },
        schema={
            "user": pl.Int32,
            "item": pl.Int32,
            "weight": pl.Float32,
            "time": pl.Int64,
            "positive": pl.Boolean,
        },
    )


def make_split(dataset: Dataset) -> Split:
    parts = {
        name: dataset.with_interactions(
            _interactions([(user, (user + step) % N_ITEMS) for user in range(N_USERS) for step in steps]), name
        )
        for name, steps in {"train": (0,), "validation": (1,), "test": (2, 4), "full_train": (0, 1)}.items()
    }
    return Split(spec=SplitSpec("random"), seed=0, **parts)


def make_workbench(dataset: Dataset) -> Workbench:
    split = make_split(dataset)
    generator = np.random.default_rng(0)
    fitted = {
        name: Fitted(
            scorer=TableScorer(generator.random((N_USERS, N_ITEMS), dtype=np.float32)),
            label=LABELS[name],
            settings={"factors": 48} if name == "als" else {},
            device="CPU",
            seconds=0.5,
        )
        for name in SCORERS
    }
    source = Source({name: entry.scorer for name, entry in fitted.items()}, split.full_train.seen)
    pool = build_pool(source, depth=2)
    return Workbench(
        key="k" * 64,
        measured="test",
        dataset=dataset,
        split=split,
        fitted_on=split.full_train,
        fitted=fitted,
        source=source,
        pool=pool,
        slices={"long-tail": Slice(source, pool, split.test.matrix, Resamples.draw(N_USERS, 100, seed=0))},
        relevant=split.test.matrix,
        popularity=split.full_train.popularity(),
        resamples=Resamples.draw(N_USERS, 100, seed=0),
    )


def make_rankings() -> Rankings:
    """User u is shown u + 2, u + 3, u + 5, so that one of three is relevant; the last user has a short list."""
    users = np.arange(N_USERS, dtype=np.int32)
    items = ((users[:, None] + np.array([2, 3, 5])) % N_ITEMS).astype(np.int32)
    scores = np.tile(np.array([0.9, 0.5, 0.5], dtype=np.float32), (N_USERS, 1))
    items[-1, 2], scores[-1, 2] = -1, np.nan
    return Rankings(users, items, scores)


def make_scenario() -> Scenario:
    return Scenario(
        dataset="f" * 64,
        models=tuple((name, ()) for name in SCORERS),
        weights=(("als", 3.0), ("text", 1.0), ("popularity", 0.0)),
        k=K,
    )


def make_fairness() -> FairnessReport:
    groups = {
        "<u>F</u>": GroupFigure(0.25, 0.20, 0.30, 6),
        "M": GroupFigure(0.40, 0.35, 0.45, 6),
    }
    gap = GroupGap(groups, gap=0.15, ratio=0.625, chance_gap=0.04, p_value=0.01, suppressed={"other": 2})
    return FairnessReport(
        k=K,
        users={"gender": {"ndcg": gap, "recall": gap}},
        items={
            "genres": {
                "<i>Drama</i>": GroupShare(catalogue=0.5, interactions=0.4, exposure=0.6, n_items=5),
                "Comedy": GroupShare(catalogue=0.5, interactions=0.6, exposure=0.4, n_items=5),
                "never taken": GroupShare(catalogue=0.0, interactions=0.0, exposure=0.0, n_items=0),
            }
        },
        gini=0.3,
        coverage=0.9,
    )


def make_explanation(user: int = 0, item: int = 2) -> Explanation:
    """0.5 from als, of which 0.3 and 0.1 by the history; 0.3 from text with no history; 0 from popularity."""
    return Explanation(
        user=user,
        item=item,
        rank=1,
        fused_rank=1,
        score=0.8,
        additive=True,
        parts=(
            Part("als", 0.75, 1.2, 0.5 / 0.75, 0.5, True, np.array([0, 1], dtype=np.int32), np.array([0.3, 0.1]), 0.1),
            Part("text", 0.25, float("nan"), 1.2, 0.3, True, np.zeros(0, dtype=np.int32), np.zeros(0), 0.3),
            Part("popularity", 0.0, 3.0, 0.9, 0.0, True, np.zeros(0, dtype=np.int32), np.zeros(0), 0.0),
        ),
    )


def make_table(shift: float = 0.0) -> dict[str, Figure]:
    return {
        "ndcg": Figure(0.30 + shift, 0.28 + shift, 0.32 + shift, N_USERS, "against the best list"),
        "recall": Figure(0.20 + shift, 0.19 + shift, 0.21 + shift, N_USERS, "hits / relevant"),
        "coverage": Figure(0.50 + shift, None, None, N_USERS, "items shown / catalogue"),
    }


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return make_dataset()


@pytest.fixture(scope="session")
def workbench(dataset: Dataset) -> Workbench:
    return make_workbench(dataset)


@pytest.fixture(scope="session")
def outcome(workbench: Workbench) -> Outcome:
    return run_scenario(workbench, make_scenario())


@pytest.fixture(scope="session")
def alone(workbench: Workbench) -> Mapping[str, Outcome]:
    return scorer_outcomes(workbench, make_scenario())


@pytest.fixture(scope="session")
def verdicts() -> tuple[Verdict, ...]:
    return (
        Verdict("Is it good?", "NDCG@3 is 0.300, above popularity <b>alone</b>.", "good"),
        Verdict("For whom is it not?", "By gender: F get 0.25, M 0.40.", "bad"),
        Verdict("What would change it most?", "Dropping als.", "mixed"),
    )


@pytest.fixture(scope="session")
def rankings() -> Rankings:
    return make_rankings()


@pytest.fixture(scope="session")
def fairness() -> FairnessReport:
    return make_fairness()


@pytest.fixture(scope="session")
def explanation() -> Explanation:
    return make_explanation()


@pytest.fixture(scope="session")
def scorer_tables() -> dict[str, dict[str, Figure]]:
    return {"als": make_table(0.0), "text": make_table(-0.05), "popularity": make_table(-0.1)}


@pytest.fixture(scope="session")
def fusion_table() -> dict[str, Figure]:
    return make_table(0.02)


@pytest.fixture(scope="session")
def report(
    workbench: Workbench, outcome: Outcome, alone: Mapping[str, Outcome], verdicts: tuple[Verdict, ...]
) -> Callable[..., str]:
    """`render_html` on the hand-made outcome; keyword arguments replace the defaults."""

    def render(**settings: Any) -> str:
        defaults = {
            "alone": alone,
            "verdicts": verdicts,
            "generated_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "versions": {"recengine": "0.1.0", "numpy": "2.4.6"},
        }
        return render_html(
            settings.pop("workbench", workbench), settings.pop("outcome", outcome), **{**defaults, **settings}
        )

    return render
