from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings

from recengine.errors import ScenarioError
from recengine.fusion import Fusion, build_pool, fuse, prepared
from recengine.simulation import Change, breakpoints, is_exact
from tests.fusion.catalogues import Case, source_of
from tests.simulation.exact import exact_lines, exact_list, meetings, swept_cases

TOP = 2.0


@settings(max_examples=80)
@given(swept_cases())
def test_every_change_of_the_list_is_found(asked: tuple[Case, int]) -> None:
    """Between any two weights at which lines meet, the list is the one of exact arithmetic over the catalogue."""
    case, scorer = asked
    pool = build_pool(case.source, depth=case.depth)
    for user in range(len(pool.users)):
        found = breakpoints(pool, case.source, case.fusion, user, scorer, case.k, TOP)
        assert (np.diff(found.weights) > 0).all()
        lines = exact_lines(case, user, scorer)
        if not any(weight for place, weight in enumerate(case.fusion.weights) if place != scorer):
            assert len(found.weights) == 0
            assert found.list_at(1.0).tolist() == exact_list(lines, Fraction(1), case.k)
            continue
        ends = [*meetings(lines, Fraction(TOP)), Fraction(TOP)]
        assert found.list_at(0.0).tolist() == exact_list(lines, Fraction(0), case.k)
        for low, high in zip([Fraction(0), *ends], ends, strict=False):
            # what is nearer than the resolution may be one breakpoint
            if high - low > 1e-7:
                middle = (low + high) / 2
                assert found.list_at(float(middle)).tolist() == exact_list(lines, middle, case.k)
        # nothing is told that is no change
        assert (found.items[1:] != found.items[:-1]).any(axis=1).all()


@settings(max_examples=40)
@given(swept_cases())
def test_the_lists_are_those_of_fuse(asked: tuple[Case, int]) -> None:
    """At the middle of every step: the same items, or others whose score is the same to single precision."""
    case, scorer = asked
    pool = build_pool(case.source, depth=case.depth)
    for user in range(len(pool.users)):
        found = breakpoints(pool, case.source, case.fusion, user, scorer, case.k, TOP)
        lines = exact_lines(case, user, scorer)
        ends = [0.0, *found.weights.tolist(), TOP]
        for at, middle in enumerate(np.add(ends[1:], ends[:-1]) / 2):
            if middle == 0:
                continue
            weights = [*case.fusion.weights]
            weights[scorer] = float(middle)
            fused = fuse(pool, case.source, replace(case.fusion, weights=tuple(weights)), case.k).rankings.items[user]
            for mine, theirs in zip(found.items[at].tolist(), fused.tolist(), strict=True):
                assert (mine == -1) == (theirs == -1)
                if mine != theirs:
                    gap = [lines[mine][part] - lines[theirs][part] for part in (0, 1)]
                    assert abs(gap[0] + Fraction(float(middle)) * gap[1]) / Fraction(sum(weights)) < 4e-6


@settings(max_examples=40)
@given(swept_cases())
def test_where_it_is_proven_the_pool_alone_gives_the_list_of_the_catalogue(asked: tuple[Case, int]) -> None:
    case, scorer = asked
    pool = build_pool(case.source, depth=case.depth)
    alone = not any(weight for place, weight in enumerate(case.fusion.weights) if place != scorer)
    for user in range(len(pool.users)):
        found = breakpoints(pool, case.source, case.fusion, user, scorer, case.k, TOP)
        lines = exact_lines(case, user, scorer)
        pooled = {item: line for item, line in lines.items() if item in pool.items[user]}
        for low, high in found.proven.tolist():
            for share in (0.001, 0.3, 0.999):
                weight = Fraction(low) + Fraction(share) * Fraction(high - low)
                weight = max(weight, Fraction(1, 1000)) if alone else weight
                assert exact_list(pooled, weight, case.k) == exact_list(lines, weight, case.k)
        for raw in (0.25, 1.0, 1.75):
            weights = [*case.fusion.weights]
            weights[scorer] = raw
            lists = fuse(pool, case.source, replace(case.fusion, weights=tuple(weights)), case.k)
            if lists.certified[user]:
                # the sweep proves at least what fuse proves, but for rounding
                assert ((found.proven[:, 0] - 1e-3 < raw) & (raw < found.proven[:, 1] + 1e-3)).any()


def test_two_lines_that_meet() -> None:
    # the fixed scorer gives 1, 1/2, 0, the moving one 0, 1, 1/4: items 0 and 1 meet at 1 = 1/2 + x, so x = 1/2;
    # items 0 and 2 meet at 1 = x / 4, so x = 4
    source = source_of({"fixed": [[4, 2, 0]], "moving": [[0, 4, 1]]})
    pool = build_pool(source)
    found = breakpoints(pool, source, Fusion((1.0, 0.3)), user=0, scorer=1, k=2, top=10.0)
    assert found.weights == pytest.approx([1 / 2, 4])
    assert found.items.tolist() == [[0, 1], [1, 0], [1, 2]]
    at_half, at_four = found.weights.tolist()
    assert found.changes() == [
        Change(at_half, came=(), left=(), moved=((1, 2, 1), (0, 1, 2))),
        Change(at_four, came=(2,), left=(0,), moved=()),
    ]
    assert found.enters == pytest.approx([4])
    assert found.proven.tolist() == [[0, 10]]
    assert found.list_at(0.4).tolist() == [0, 1]
    assert found.list_at(0.6).tolist() == [1, 0]


def test_a_tie_at_zero_is_parted_there() -> None:
    # at 0 all are alike, so the lower position is first; any weight above 0 turns them round
    source = source_of({"fixed": [[1, 1, 0]], "moving": [[0, 4, 2]]})
    found = breakpoints(build_pool(source), source, Fusion((1.0, 1.0)), 0, 1, 2)
    assert found.weights.tolist() == [0.0]
    assert found.items.tolist() == [[0, 1], [1, 0]]
    assert found.list_at(0.0).tolist() == [0, 1]


def test_the_only_weight_changes_nothing() -> None:
    source = source_of({"fixed": [[1, 1, 0]], "moving": [[0, 4, 2]]})
    found = breakpoints(build_pool(source), source, Fusion((0.0, 1.0)), 0, 1, 3)
    assert found.weights.tolist() == []
    assert found.items.tolist() == [[1, 2, 0]]


def test_the_part_that_the_pool_proves() -> None:
    # the pool holds items 1 and 2, the best of each; item 0, left out, has 3/4 of both. With weights 1 and x the list
    # of one is item 1 with 1 up to x = 1, then item 2 with x; the bound is 3/4 + 3/4 x. 1 > 3/4 + 3/4 x up to
    # x = 1/3, and x > 3/4 + 3/4 x from x = 3 on; in between item 0 is the best
    source = source_of({"fixed": [[3, 4, 0]], "moving": [[3, 0, 4]]})
    pool = build_pool(source, depth=1)
    assert pool.items.tolist() == [[1, 2]]
    found = breakpoints(pool, source, Fusion((1.0, 1.0)), 0, 1, 1, top=5.0)
    assert found.weights == pytest.approx([1 / 3, 3])
    assert found.items.tolist() == [[1], [0], [2]]
    assert found.proven.ravel() == pytest.approx([0, 1 / 3, 3, 5])


def test_what_cannot_be_swept_is_said() -> None:
    source = source_of({"first": [[1, 2]], "second": [[2, 1]]})
    pool = build_pool(source)
    fusion = Fusion((1.0, 1.0))
    assert is_exact(fusion)
    with pytest.raises(ScenarioError, match="User 7 has no candidates"):
        breakpoints(pool, source, fusion, 7, 0, 1)
    with pytest.raises(ScenarioError, match="above 0, at most 1,000,000, got 0"):
        breakpoints(pool, source, fusion, 0, 0, 1, top=0.0)
    with pytest.raises(ScenarioError, match="no scorer 2; there are 2"):
        breakpoints(pool, source, fusion, 0, 2, 1)
    with pytest.raises(ScenarioError, match="from 1 to 2"):
        breakpoints(pool, source, fusion, 0, 0, 3)


def test_a_big_pool_is_not_mapped_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of({"first": [[1, 2, 5], [3, 1, 2]], "second": [[2, 1, 0], [0, 1, 2]]})
    pool = build_pool(source)
    fusion = Fusion((1.0, 1.0))
    small = breakpoints(pool, source, fusion, 0, 1, 2)
    monkeypatch.setattr(prepared, "KEPT_BYTES", 0)
    monkeypatch.delattr(prepared.PreparedPool, "values")
    big = breakpoints(build_pool(source), source, fusion, 0, 1, 2)
    np.testing.assert_array_equal(big.weights, small.weights)
    np.testing.assert_array_equal(big.items, small.items)


def test_sweeps_need_no_place_for_compiled_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    njit: Callable[..., Any] = numba.njit

    def without_cache(function: Callable[..., Any] | None = None, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(function, **options)

    monkeypatch.setattr(numba, "njit", without_cache)
    spec = importlib.util.find_spec("recengine.simulation.kernels")
    assert spec is not None
    assert spec.loader is not None
    kernels = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kernels)
    # 1 and 2 x meet at 1/2
    _, starts, columns = kernels.sweep_rows(
        np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]), np.array([2], dtype=np.int32), 1, 1.0, 1e-9
    )
    assert starts.tolist() == [-1.0, 0.5]
    assert columns.tolist() == [[0], [1]]
