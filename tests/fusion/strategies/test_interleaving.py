from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.fusion import Fusion, Source, account, build_pool, fuse, make_strategy
from tests.fusion.catalogues import NAN, source_of
from tests.fusion.test_fuse import random_source


def taking_turns(weights: Sequence[float], order: str = "listed") -> Fusion:
    return Fusion(tuple(weights), strategy=make_strategy("interleaving", {"order": order}))


def items_of(source: Source, fusion: Fusion, k: int) -> list[int]:
    items: list[int] = fuse(build_pool(source), source, fusion, k).rankings.items[0].tolist()
    return items


# each likes items of its own: the first 0, 1, 2, the second 3, 4, 5, the third 6, 7, 8, best first
APART = {
    "first": [[9, 8, 7, 1, 1, 1, 1, 1, 1]],
    "second": [[1, 1, 1, 9, 8, 7, 1, 1, 1]],
    "third": [[1, 1, 1, 1, 1, 1, 9, 8, 7]],
}


def test_equal_weights_are_a_round_robin() -> None:
    assert items_of(source_of(APART), taking_turns([2, 2, 2]), 9) == [0, 3, 6, 1, 4, 7, 2, 5, 8]


def test_to_and_fro() -> None:
    assert items_of(source_of(APART), taking_turns([1, 1, 1], "snake"), 9) == [0, 3, 6, 7, 4, 1, 2, 5, 8]


def test_quotas() -> None:
    # behind at places 1, 2, 3, 4 (weight * place - taken): .5 .25 .25 | 0 .5 .5 | .5 -.25 .75 | 1 0 0
    source = source_of(APART)
    assert items_of(source, taking_turns([2, 1, 1]), 4) == [0, 3, 6, 1]
    # .25 .25 .5 | .5 .5 0 | -.25 .75 .5 | 0 0 1: among equals at place 2 the first one listed
    assert items_of(source, taking_turns([1, 1, 2]), 4) == [6, 0, 3, 7]
    # the heavier one is asked first: 1/4 and 3/4 are both half a place behind at place 2
    pair = source_of({name: APART[name] for name in ("first", "second")})
    assert items_of(pair, taking_turns([1, 3]), 2) == [3, 0]
    assert items_of(pair, taking_turns([1, 3], "weight"), 2) == [3, 4]


def test_an_item_that_is_gone_gives_way_to_the_next_best() -> None:
    source = source_of({"first": [[3, 2, 1]], "second": [[3, 2, 1]]})
    assert items_of(source, taking_turns([1, 1]), 3) == [0, 1, 2]


def test_who_has_nothing_left_passes_and_what_nobody_knows_comes_last() -> None:
    source = source_of({"first": [[NAN, NAN, 5, NAN, NAN]], "second": [[NAN, 1, 2, NAN, 3]], "mute": [[9, 8, 7, 6, 5]]})
    fusion = taking_turns([5, 1, 0])
    assert items_of(source, fusion, 5) == [2, 4, 1, 0, 3]
    pool = build_pool(source)
    texts = [
        account(pool, source, fusion, 0, item)[0].text(["", "", "", "", ""], {"second": "Text"}) for item in (1, 0)
    ]
    assert texts == [
        "taken at place 3 by Text, whose 3rd best it is and whose quota is 17 %",
        "no scorer of weight has an opinion on it, so it stands behind all that were taken",
    ]


def test_a_scorer_of_no_weight_takes_nothing() -> None:
    assert items_of(source_of(APART), taking_turns([0, 1, 1]), 4) == [3, 6, 4, 7]


@pytest.mark.parametrize("weights", [(0.7, 0.2, 0.1), (1 / 3, 1 / 3, 1 / 3), (0.05, 0.9, 0.05)])
def test_every_beginning_of_the_list_is_shared_as_the_weights_say(weights: tuple[float, ...]) -> None:
    # three scorers who like different items: the item tells who took it
    rng = np.random.default_rng(0)
    n = 120
    tables = {f"scorer {at}": rng.random((1, 3 * n)) + 10 * (np.arange(3 * n) % 3 == at) for at in range(3)}
    items = np.array(items_of(source_of(tables), taking_turns(weights), n))
    taken = np.cumsum(items[:, None] % 3 == np.arange(3), axis=0)
    wanted = np.arange(1, n + 1)[:, None] * np.array(weights)
    assert np.abs(taken - wanted).max() < 2


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(short: int, long: int) -> None:
    source = random_source(3, 40, seed=1)
    pool = build_pool(source, depth=7)
    fusion = taking_turns([0.5, 0.2, 0.3], "snake")
    k = min(short, long)
    one, other = (fuse(pool, source, fusion, n).rankings.items[:, :k] for n in (short, long))
    np.testing.assert_array_equal(one, other)
