from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.errors import CancelledError, ScenarioError
from recengine.fusion import Fusion, build_pool
from recengine.simulation import Yardstick, lattice, sweep, triangle
from tests.fusion.catalogues import source_of


def test_the_lattice_holds_every_mix() -> None:
    # 4 + 3 + 2 + 1 mixes of thirds
    found = lattice(3)
    assert len(found) == 10
    assert found[0].tolist() == [1, 0, 0]
    assert found[1] == pytest.approx([2 / 3, 1 / 3, 0])
    assert found[-1].tolist() == [0, 0, 1]
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert len({tuple(row) for row in found.tolist()}) == 10
    with pytest.raises(ScenarioError, match="from 1 to 100, got 0"):
        lattice(0)


def test_each_mix_is_measured() -> None:
    # one user, who likes item 2: found only where the third scorer, which alone puts it first, has most of the weight
    source = source_of({"a": [[1, 0, 0]], "b": [[0, 1, 0]], "c": [[0, 0, 1]], "unused": [[1, 1, 0]]})
    yardstick = Yardstick(csr_matrix([[0, 0, 1]]), np.ones(3, dtype=np.int32), 1)
    found = triangle(
        build_pool(source),
        source,
        Fusion((1.0, 1.0, 1.0, 5.0)),
        yardstick,
        scorers=(0, 1, 2),
        k=1,
        parts=4,
        keys=("hit_rate", "coverage"),
    )
    assert found.scorers == ("a", "b", "c")
    first = found.weights[:, 2] > found.weights[:, :2].max(axis=1)
    assert found.values["hit_rate"].tolist() == first.astype(float).tolist()
    assert found.values["coverage"] == pytest.approx(np.full(15, 1 / 3))
    assert found.n == {"hit_rate": 1, "coverage": 1}


def test_an_edge_agrees_with_the_curve() -> None:
    rng = np.random.default_rng(3)
    source = source_of({name: rng.standard_normal((30, 40)) for name in "abc"})
    pool = build_pool(source)
    yardstick = Yardstick(csr_matrix(rng.random((30, 40)) < 0.1), np.ones(40, dtype=np.int32), 30)
    found = triangle(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorers=(2, 0, 1), k=5, parts=5)
    curve = sweep(pool, source, Fusion((1.0, 0.0, 1.0)), yardstick, scorer=2, k=5, top=9.0)
    for (c, a, b), value in zip(found.weights, found.values["ndcg"], strict=True):
        if b == 0 and a > 0:
            assert value == pytest.approx(curve.at("ndcg", c / a))


def test_three_scorers_are_needed() -> None:
    source = source_of({"a": [[1, 0]], "b": [[0, 1]], "c": [[0, 1]]})
    yardstick = Yardstick(csr_matrix([[0, 1]]), np.ones(2, dtype=np.int32), 1)
    pool = build_pool(source)
    with pytest.raises(ScenarioError, match="three different scorers of 3, got 2"):
        triangle(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorers=(0, 1, 1), k=1)
    with pytest.raises(CancelledError):
        triangle(pool, source, Fusion((1.0, 1.0, 1.0)), yardstick, scorers=(0, 1, 2), k=1, cancel=lambda: True)
