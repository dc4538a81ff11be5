"""Fusion methods that ranx has too, on scores without ties and with lists as long as the catalogue.

Where the definitions differ: ranx takes the place in a list for the rank, so ties are left out here; it adds up what is
in the lists, so a scorer's whole catalogue is its list, and for CombMNZ its best n. Its Condorcet sorts by duels, which
gives one order only where no three items beat each other in a circle; ours counts duels won.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from recengine.arrays import Values
from recengine.fusion import Fusion, Source, build_pool, fuse_row, make_strategy, prepare
from tests.fusion.catalogues import source_of

N_USERS, N_ITEMS, LISTED = 5, 25, 8
WEIGHTS = (0.5, 0.3, 0.2)
EQUAL = (1.0, 1.0, 1.0)
NO_DRAWS = (0.45, 0.3, 0.25)
PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
from ranx import Run, fuse
out = []
for method, runs, params in json.load(sys.stdin):
    fused = fuse([Run(run) for run in runs], norm=None, method=method, params=params)
    out.append({user: {item: float(score) for item, score in items.items()} for user, items in fused.run.items()})
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def source() -> Source:
    """Three scorers that agree in the main, so that duels make no circles."""
    rng = np.random.default_rng(3)
    truth = rng.permutation(N_ITEMS)
    return source_of({name: truth + rng.normal(size=(N_USERS, N_ITEMS)) for name in "abc"})


def runs_of(values: Values, keep: Any = None) -> list[dict[str, dict[str, float]]]:
    """values (C, U, n_items) as ranx reads them; keep: which to write, likewise."""
    return [
        {
            f"u{user}": {
                f"i{item}": float(row[item]) for item in np.argsort(-row) if keep is None or keep[scorer, user, item]
            }
            for user, row in enumerate(table)
        }
        for scorer, table in enumerate(values)
    ]


@pytest.fixture(scope="module")
def theirs(source: Source) -> dict[str, list[dict[int, float]]]:
    """What ranx makes of it, in a process that runs it without compiling, which would take a minute."""
    pool = build_pool(source)
    normalised = prepare(pool, Fusion(EQUAL).strategy.value_map("min-max", "mean")).values.astype(np.float64)
    raw, best = runs_of(pool.scores.astype(np.float64)), runs_of(normalised, pool.ranks <= LISTED)
    weights = {"weights": list(WEIGHTS)}
    asked = {
        "rrf": ("rrf", raw, {"k": 60}),
        "bordafuse": ("bordafuse", raw, None),
        "w_bordafuse": ("w_bordafuse", raw, weights),
        "mnz": ("mnz", best, None),
        "wmnz": ("wmnz", best, weights),
        "wsum": ("wsum", runs_of(normalised), weights),
        "condorcet": ("condorcet", raw, None),
        "w_condorcet": ("w_condorcet", raw, {"weights": list(NO_DRAWS)}),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(list(asked.values())),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout.splitlines()[-1])
    return {
        name: [{int(item[1:]): score for item, score in answer[f"u{user}"].items()} for user in range(N_USERS)]
        for name, answer in zip(asked, answers, strict=True)
    }


def ours(source: Source, name: str, weights: tuple[float, ...], **settings: Any) -> list[Values]:
    fusion = Fusion(weights, strategy=make_strategy(name, settings))
    pool = build_pool(source)
    return [fuse_row(pool, source, fusion, user).score.astype(np.float64) for user in range(N_USERS)]


@pytest.mark.parametrize(
    ("method", "name", "weights", "settings", "factor"),
    [
        # ours are of weights that sum to 1: a third each, twice in a product
        ("rrf", "reciprocal-rank", EQUAL, {"constant": 60.0}, 3),
        ("bordafuse", "borda", EQUAL, {}, 3 * N_ITEMS),
        ("w_bordafuse", "borda", WEIGHTS, {}, N_ITEMS),
        ("mnz", "comb-mnz", EQUAL, {"listed": LISTED}, 3 * 3),
        ("wmnz", "comb-mnz", WEIGHTS, {"listed": LISTED, "weigh": "votes"}, 1),
        ("wsum", "weighted-sum", WEIGHTS, {}, 1),
    ],
)
def test_the_same_scores(
    source: Source,
    theirs: dict[str, list[dict[int, float]]],
    method: str,
    name: str,
    weights: tuple[float, ...],
    settings: dict[str, Any],
    factor: float,
) -> None:
    for expected, found in zip(theirs[method], ours(source, name, weights, **settings), strict=True):
        dense = np.zeros(N_ITEMS)  # what no list holds is 0 with us
        dense[list(expected)] = list(expected.values())
        np.testing.assert_allclose(found * factor, dense, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("method", "weights"), [("condorcet", EQUAL), ("w_condorcet", NO_DRAWS)])
def test_the_same_order_by_duels_where_there_is_no_circle(
    source: Source, theirs: dict[str, list[dict[int, float]]], method: str, weights: tuple[float, ...]
) -> None:
    compared = 0
    for expected, found in zip(theirs[method], ours(source, "condorcet", weights), strict=True):
        won = np.sort(np.floor(found))
        if (won == np.arange(N_ITEMS)).all():  # everybody beats all behind: no circle, no draw
            assert sorted(expected, key=lambda item: -expected[item]) == np.argsort(-found).tolist()
            compared += 1
    assert compared > 0
