"""The compiled pass gives the numbers of NumPy, bit for bit; both are reached through `fuse` too."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine import compiled
from recengine.arrays import Positions, Scores
from recengine.fusion import (
    NEUTRALS,
    FusedLists,
    Fusion,
    ValueMap,
    build_pool,
    building,
    fuse,
    kernels,
    linear,
    prepare,
    prepared,
)
from recengine.fusion.normalization import Normaliser, Shape
from recengine.fusion.prepared import weighted_sum
from recengine.ranking import PADDING, hits, judged, take, top_k
from recengine.ranking import kernels as ranking_kernels
from tests.fusion.catalogues import NAN, Case, cases, source_of

SHAPES = {"affine": kernels.AFFINE, "places": kernels.PLACES, "reciprocal": kernels.RECIPROCAL}


def best(
    normaliser: Normaliser, given_values: Scores, weights: Scores, lengths: Positions, k: int
) -> tuple[Positions, Scores]:
    """What the compiled pass makes of rows of which the first `lengths` columns count; items are the columns."""
    n_users, width = given_values.shape[1:]
    items = np.full((n_users, k), PADDING, dtype=np.int32)
    scores = np.full((n_users, k), np.nan, dtype=np.float32)
    kernels.best_of_pool(
        SHAPES.get(normaliser.shape, kernels.AS_IS),
        given_values,
        normaliser.center,
        normaliser.spread,
        normaliser.neutral,
        np.array(np.broadcast_to(weights.reshape(len(weights), -1), given_values.shape[:2])),
        np.array([own.any() for own in weights]),
        np.array(np.broadcast_to(np.arange(width, dtype=np.int32), (n_users, width))),
        lengths,
        0,
        n_users,
        items,
        scores,
    )
    return items, scores


def by_numpy(
    normaliser: Normaliser, given_values: Scores, weights: Scores, lengths: Positions, k: int
) -> tuple[Positions, Scores]:
    """The same by `Normaliser.apply`, `weighted_sum` and `top_k`, with -inf behind each row's length."""
    values = given_values.copy() if normaliser.shape == "softmax" else normaliser.apply(given_values, given_values)
    values[:, np.arange(values.shape[2]) >= lengths[:, None]] = -np.inf
    fused = weighted_sum(values, weights)
    columns = top_k(fused, k)
    return columns, take(fused, columns, np.nan)


FEW = st.sampled_from([0.0, 0.25, 1.0, 2.0])
MANY = st.floats(-100, 100, width=32)


@st.composite
def rows(draw: st.DrawFn) -> tuple[Normaliser, Scores, Scores, Positions, int]:
    """Any rows: ties or none, no opinion here and there, padding, weights for all or of each user, also 0."""
    n_scorers, n_users, width = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 200))
    shape: Shape = draw(st.sampled_from(get_args(Shape)))
    elements = draw(st.sampled_from([FEW, MANY]))
    if shape == "reciprocal":
        elements = st.integers(1, 400).map(lambda half: half / 2)
    table = draw(hnp.arrays(np.float32, (n_scorers, n_users, width), elements=elements, fill=elements))
    table = np.where(draw(hnp.arrays(np.bool_, table.shape, fill=st.booleans())), table, np.float32(NAN))
    if shape == "softmax":  # mapped already: any value but NaN
        table = np.nan_to_num(table)
    row = partial(hnp.arrays, np.float32, (n_scorers, n_users))
    spread = draw(row(elements=st.sampled_from([0.5, 1.0, 3.0, 7.25, np.inf])))
    center = np.abs(draw(row(elements=MANY))) + 1
    normaliser = Normaliser(shape, center, spread, np.ones_like(center), draw(row(elements=FEW)))
    lengths = draw(hnp.arrays(np.int32, n_users, elements=st.integers(0, width)))
    own = draw(st.sampled_from([(n_scorers,), (n_scorers, n_users)]))
    weights = draw(
        hnp.arrays(np.float32, own, elements=st.sampled_from([0.0, 0.1, 0.3, 1.0])).filter(lambda drawn: drawn.any())
    )
    return normaliser, table, weights, lengths, draw(st.integers(1, width + 2))


@settings(max_examples=80, deadline=None)
@given(rows())
def test_bit_for_bit_as_numpy(case: tuple[Normaliser, Scores, Scores, Positions, int]) -> None:
    items, scores = best(*case)
    expected_items, expected_scores = by_numpy(*case)
    np.testing.assert_array_equal(items, expected_items)
    np.testing.assert_array_equal(scores, expected_scores)


@pytest.mark.parametrize("k", [1, 10, 100, 450, 1000])
@pytest.mark.parametrize("distinct", [2, 20, 10**9])
def test_long_rows_with_ties(distinct: int, k: int) -> None:
    rng = np.random.default_rng(distinct)
    table = rng.integers(0, distinct, (3, 20, 1000)).astype(np.float32)
    table[rng.random(table.shape) < 0.2] = NAN
    ones = np.ones((3, 20), dtype=np.float32)
    normaliser = Normaliser("affine", ones + ones, ones + ones + ones, ones, ones / np.float32(3))
    lengths = rng.integers(0, 1001, 20, dtype=np.int32)
    case = (normaliser, table, np.array([0.5, 0.3, 0.2], dtype=np.float32), lengths, k)
    for ours, expected in zip(best(*case), by_numpy(*case), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_products_are_rounded_before_they_are_added() -> None:
    # with e = 2^-12: (1 + e)^2 = 1 + 2e + e^2, of which single precision keeps 1 + 2e; added to -(1 + 2e) that is 0,
    # where a contracted multiply-add would leave e^2
    e = np.float32(2.0**-12)
    table = np.array([[[-(1 + 2 * e)]], [[1 + e]]], dtype=np.float32)
    weights = np.array([1, 1 + e], dtype=np.float32)
    ones = np.ones((2, 1), dtype=np.float32)
    _, scores = best(Normaliser("softmax", ones, ones, ones, ones), table, weights, np.array([1], dtype=np.int32), 1)
    assert scores.tolist() == [[0]]


def test_infinite_and_undefined_scores() -> None:
    table = np.array([[[np.inf, NAN, -np.inf, 1, np.inf] + [0] * 40]], dtype=np.float32)
    ones = np.ones((1, 1), dtype=np.float32)
    normaliser = Normaliser("softmax", ones, ones, ones, ones)
    items, scores = best(normaliser, table, np.ones(1, dtype=np.float32), np.array([5], dtype=np.int32), 4)
    assert items.tolist() == [[0, 4, 3, PADDING]]
    np.testing.assert_array_equal(scores, [[np.inf, np.inf, 1, NAN]])


def fuse_with(case: Case, monkeypatch: pytest.MonkeyPatch, loaded: bool) -> FusedLists:
    monkeypatch.setattr(linear.LOOPS, "loaded", loaded)
    return fuse(build_pool(case.source, depth=case.depth), case.source, case.fusion, case.k)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_fuse_gives_the_same_lists_with_and_without(case: Case) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        plain, fast = (fuse_with(case, monkeypatch, loaded) for loaded in (False, True))
    np.testing.assert_array_equal(fast.rankings.items, plain.rankings.items)
    np.testing.assert_array_equal(fast.rankings.scores, plain.rankings.scores)
    np.testing.assert_array_equal(fast.certified, plain.certified)


@pytest.mark.parametrize("kind", ["min-max", "softmax", "rank"])
def test_a_big_pool_is_not_mapped_as_a_whole(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    source = source_of({name: rng.standard_normal((50, 80)) for name in ("first", "second")})
    fusion = Fusion((2.0, 1.0), kind)  # type: ignore[arg-type]
    pool = build_pool(source, depth=10)
    monkeypatch.setattr(linear.LOOPS, "loaded", True)
    whole = fuse(pool, source, fusion, 5)
    big = replace(pool)
    for module in (prepared, linear):
        monkeypatch.setattr(module, "KEPT_BYTES", 0)
    monkeypatch.setattr(linear, "BLOCK_BYTES", 7 * pool.scores.nbytes // 50)
    found = fuse(big, source, fusion, 5)
    np.testing.assert_array_equal(found.rankings.items, whole.rankings.items)
    np.testing.assert_array_equal(found.rankings.scores, whole.rankings.scores)
    assert "values" not in vars(prepare(big, ValueMap(kind, "mean")))  # type: ignore[arg-type]


@pytest.mark.parametrize("neutral", NEUTRALS)
def test_values_of_some_users_are_those_of_all(neutral: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(
        {"first": [[3, NAN, 1], [2, 5, 5]], "second": [[1, 2, 3], [NAN, NAN, 1]]}, [[0, 0, 1], [0, 0, 0]]
    )
    known = prepare(build_pool(source), ValueMap("z-score", neutral))  # type: ignore[arg-type]
    np.testing.assert_array_equal(known.take(np.array([1])), known.values[:, 1:])
    monkeypatch.setattr(prepared, "KEPT_BYTES", 0)
    np.testing.assert_array_equal(known.take(np.array([1])), known.values[:, 1:])
    assert not known.values.flags.writeable


def test_users_are_shared_out_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", 3)
    monkeypatch.setattr(compiled, "LEAST", 1)
    for n_rows in (1, 2, 5, 100):
        done: NDArray[np.int32] = np.zeros(n_rows, dtype=np.int32)

        def work(start: int, stop: int, done: NDArray[np.int32] = done) -> None:
            done[start:stop] += 1

        compiled.in_parts(work, n_rows, 10 * n_rows)
        assert done.tolist() == [1] * n_rows


def test_what_goes_wrong_in_a_part_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", 2)

    def work(start: int, stop: int) -> None:
        raise ValueError(f"{start} to {stop}")

    with pytest.raises(ValueError, match="0 to"):
        compiled.in_parts(work, 10, 10**9)


def test_loading_waits_until_it_would_have_paid_and_goes_on_beside_the_work() -> None:
    calls: list[str] = []
    may_end = threading.Event()

    def load() -> None:
        calls.append(threading.current_thread().name)
        may_end.wait(10)

    loops = compiled.Loops(load)
    third = compiled.PATIENCE // 3 + 1
    assert [loops.pay(third) for _ in range(2)] == [False, False]
    assert not calls
    assert [loops.pay(third) for _ in range(3)] == [False, False, False]
    may_end.set()
    loops.load_now()  # waits for the thread
    assert loops.pay(1)
    assert calls == ["loading compiled loops"]


def test_work_that_is_longer_than_loading_waits_for_it() -> None:
    loops = compiled.Loops(lambda: None)
    assert loops.pay(compiled.PATIENCE)


def test_loaded_loops_are_compiled_for_what_they_are_called_with() -> None:
    for module in (linear, building, judged):
        module.LOOPS.load_now()
    loops = (kernels.best_of_pool, kernels.find_ranks, ranking_kernels.mark_hits)
    rng = np.random.default_rng(0)
    source = source_of({name: rng.standard_normal((5, 60)) for name in ("first", "second")})
    before = [len(vars(loop)["overloads"]) for loop in loops]
    lists = fuse(build_pool(source, depth=5), source, Fusion((2.0, 1.0)), 5)
    hits(lists.rankings, csr_matrix(np.eye(5, 60)))
    assert [len(vars(loop)["overloads"]) for loop in loops] == before


def test_without_a_place_for_a_cache_a_loop_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    njit: Callable[..., Any] = numba.njit

    def without_cache(function: Callable[..., Any], cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(function, **options)

    monkeypatch.setattr(numba, "njit", without_cache)

    def double(number: int) -> int:
        return 2 * number

    loop = compiled.compiled(double)
    assert loop(21) == 42
    assert loop is not double


def test_a_few_small_pools_do_not_load_numba() -> None:
    program = (
        "import sys; import numpy as np; from tests.fusion.catalogues import source_of;"
        "from recengine.fusion import Fusion, build_pool, fuse;"
        "source = source_of({'first': [[1, 2, 3]]});"
        "fuse(build_pool(source), source, Fusion((1.0,)), 2); sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
