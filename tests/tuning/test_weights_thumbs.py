"""Weights from judgements."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.errors import ScenarioError
from recengine.fusion import Fusion, build_pool, fuse_row
from recengine.tuning import Thumb, weigh_thumbs
from tests.fusion.catalogues import source_of

TABLES = {"taste": [[5.0, 4.0, 3.0, 0.0]] * 2, "noise": [[0.0, 5.0, 1.0, 4.0]] * 2}


def _judge(good: list[tuple[int, int]], bad: list[tuple[int, int]]) -> list[Thumb]:
    return [Thumb(*pair, good=True) for pair in good] + [Thumb(*pair, good=False) for pair in bad]


def test_weights_follow_the_scorer_that_agrees() -> None:
    source = source_of(dict(TABLES))
    pool = build_pool(source)
    # 1/10 taste: items score 0 to 1: taste 1, .8, .6, 0; noise 0, 1, .2, .8
    start = Fusion((0.1, 0.9))
    found = weigh_thumbs(pool, source, start, _judge([(0, 0), (0, 2)], [(0, 1), (0, 3)]))
    # noise alone puts all four pairs wrong; at 1/10 taste item 0 has .1 and item 2 .24, against .98 and .72
    assert found.before == 0
    assert found.pairs == 4
    # taste alone: item 0 before both, item 2 before item 3 only
    assert found.after >= 3 / 4
    assert found.weights["taste"] > 0.5
    assert sum(found.weights.values()) == pytest.approx(1, abs=1e-3)
    assert (found.good, found.bad, found.users, found.dropped, found.changed) == (2, 2, 1, 0, True)


def test_what_agrees_already_stays() -> None:
    source = source_of(dict(TABLES))
    found = weigh_thumbs(build_pool(source), source, Fusion((1.0, 0.0)), _judge([(1, 0)], [(1, 3)]))
    assert (found.before, found.after, found.changed) == (1.0, 1.0, False)
    assert found.weights == {"taste": 1.0, "noise": 0.0}


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_agreement_is_counted_pair_by_pair_and_never_falls(seed: int) -> None:
    generator = np.random.default_rng(seed)
    source = source_of({f"s{place}": generator.integers(0, 6, (3, 8)) for place in range(3)})
    pool = build_pool(source)
    start = Fusion(tuple(generator.uniform(0.01, 1, 3)))
    judged = {(user, item): bool(generator.integers(2)) for user in range(3) for item in range(8)}
    thumbs = [Thumb(*pair, good=good) for pair, good in judged.items()]
    found = weigh_thumbs(pool, source, start, thumbs)
    for fusion, agreement in ((start, found.before), (Fusion(tuple(found.weights.values())), found.after)):
        right, pairs = 0.0, 0
        for user in range(3):
            score = fuse_row(pool, source, fusion, user).score
            for good in range(8):
                for bad in range(8):
                    if judged[user, good] and not judged[user, bad]:
                        pairs += 1
                        right += 1 if score[good] > score[bad] else 0.5 if score[good] == score[bad] else 0
        # weights are rounded to four decimals, which may part or join a pair
        assert agreement == pytest.approx(right / pairs, abs=2 / pairs)
        assert pairs == found.pairs
    assert found.after >= found.before
    assert min(found.weights.values()) >= 0


def test_the_last_word_counts_and_seen_items_are_left_out() -> None:
    seen = [[False, False, False, True], [False] * 4]
    source = source_of(dict(TABLES), seen)
    pool = build_pool(source)
    thumbs = _judge([(0, 0), (0, 1)], [(0, 1), (0, 3)])
    found = weigh_thumbs(pool, source, Fusion((1.0, 1.0)), thumbs)
    assert (found.good, found.bad, found.dropped, found.pairs) == (1, 2, 1, 1)


def test_mistakes() -> None:
    source = source_of(dict(TABLES))
    pool = build_pool(source)
    for thumbs, words in (
        ([], "got none"),
        (_judge([(0, 0)], []), "only good ones"),
        (_judge([], [(0, 0)]), "only bad ones"),
        (_judge([(0, 0)], [(1, 0)]), "no user has a good and a bad one"),
    ):
        with pytest.raises(ScenarioError, match=words):
            weigh_thumbs(pool, source, Fusion((1.0, 1.0)), thumbs)
    with pytest.raises(ScenarioError, match="User 7"):
        weigh_thumbs(pool, source, Fusion((1.0, 1.0)), _judge([(7, 0)], [(7, 1)]))
