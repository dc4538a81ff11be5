"""The sum that the browser does at every frame against the engine's: the same items, the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Browser, Page

from recengine.fusion import Fusion, Source, build_pool, fuse
from tests.fusion.catalogues import Case, cases, source_of
from ui.components import FOLDER
from ui.desk.live import live_pool

ASK = """({pool, weights, k}) => {
  const values = floatRows(pool.values, pool.bound.length);
  const found = fuseList({values, bound: pool.bound, complete: pool.complete}, effectiveWeights(weights), k);
  const bits = new Uint32Array(Float32Array.from(found.places, (place) => found.scores[place]).buffer);
  return {places: found.places, bits: Array.from(bits), proven: found.proven};
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.add_script_tag(content=(FOLDER / "fuse.js").read_text(encoding="utf-8"))
        yield page


def assert_equal(page: Page, source: Source, depth: int, fusion: Fusion, k: int) -> int:
    """Compare all users; how many lists the pool proved."""
    pool = build_pool(source, depth=depth)
    lists = fuse(pool, source, fusion, k)
    for user in range(len(pool.users)):
        asked: dict[str, Any] = {
            "pool": live_pool(pool, fusion, user),
            "weights": list(fusion.weights),
            "k": k,
        }
        found = page.evaluate(ASK, asked)
        assert found["proven"] == bool(lists.certified[user])
        if not found["proven"]:
            continue
        expected = lists.rankings.items[user]
        listed = expected >= 0
        assert pool.items[user][found["places"]].tolist() == expected[listed].tolist()
        assert found["bits"] == lists.rankings.scores[user][listed].view(np.uint32).tolist()
    return int(lists.certified.sum())


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases())
def test_any_small_catalogue(page: Page, case: Case) -> None:
    assert_equal(page, case.source, case.depth, case.fusion, case.k)


@pytest.mark.parametrize("normalization", ["min-max", "z-score", "rank", "softmax"])
@pytest.mark.parametrize("seed", range(3))
def test_many_scorers_with_odd_weights(page: Page, seed: int, normalization: str) -> None:
    rng = np.random.default_rng(seed)
    n_scorers, n_users, n_items = 12, 10, 300
    tables = {f"scorer {c}": rng.standard_normal((n_users, n_items)) for c in range(n_scorers)}
    tables["scorer 3"][rng.random((n_users, n_items)) < 0.3] = np.nan
    weights = rng.random(n_scorers) * rng.integers(0, 2, n_scorers)
    weights[0] = 1 / 3
    fusion = Fusion(tuple(weights.tolist()), normalization)  # type: ignore[arg-type]
    assert assert_equal(page, source_of(tables), 60, fusion, 10) > 0


def test_weights_of_0_rank_nothing(page: Page) -> None:
    assert page.evaluate("effectiveWeights([0, 0])") is None


def test_places_are_best_first_and_ties_go_to_the_lower_item(page: Page) -> None:
    scores = "Float32Array.of(1, 3, 2, 3, NaN, -Infinity, 0)"
    assert page.evaluate(f"bestPlaces({scores}, 4)") == [1, 3, 2, 0]
    assert page.evaluate(f"bestPlaces({scores}, 9)") == [1, 3, 2, 0, 6]
