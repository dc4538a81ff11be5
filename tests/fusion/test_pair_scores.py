from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.errors import CancelledError, ScenarioError
from recengine.fusion.pair_scores import BLOCK, PairScores

N_ITEMS = 5
TWO = [[0, 1]] * 20


class Slow:
    """Scores user + item / 10, a pair a second on its own clock, after 100 seconds of loading."""

    device = "CPU"

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[int] = []

    def clock(self) -> float:
        return self.now

    def score(self, users: Positions) -> Scores:
        return np.full((len(users), N_ITEMS), np.nan, dtype=np.float32)

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        self.now += 100.0 if not self.calls else 0.0
        self.now += float((items >= 0).sum())
        self.calls.append(len(users))
        return np.where(items >= 0, users[:, None] + items / 10, np.nan).astype(np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        return {}


class Uneven(Slow):
    """Knows nothing of users below `cold`, in no time; of the others, those from `dear` on take 100 seconds a pair."""

    def __init__(self, cold: int = 0, dear: int = 10**6) -> None:
        super().__init__()
        self.cold, self.dear = cold, dear

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        known = np.where((users >= self.cold)[:, None], items, -1)
        if (known < 0).all():
            self.calls.append(len(users))
            return np.full(items.shape, np.nan, dtype=np.float32)
        self.now += 99.0 * float((known[users >= self.dear] >= 0).sum())
        return super().score_pairs(users, known)


class Kept:
    """What two processes share."""

    def __init__(self, shared: list[tuple[NDArray[np.int64], Scores]]) -> None:
        self.shared = shared
        self.seen = 0
        self.scans = 0

    def latest(self) -> Iterator[tuple[NDArray[np.int64], Scores]]:
        new = self.shared[self.seen :]
        self.seen = len(self.shared)
        yield from new

    def everything(self) -> Iterator[tuple[NDArray[np.int64], Scores]]:
        self.scans += 1
        yield from self.shared

    def keep(self, keys: NDArray[np.int64], scores: Scores) -> None:
        self.shared.append((keys, scores))


def positions(values: Any) -> Positions:
    return np.array(values, dtype=np.int32)


def test_the_estimate_is_pairs_times_the_pace_without_the_loading() -> None:
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock)
    left = pairs.unread(np.arange(20, dtype=np.int32), positions(TWO))
    # one user to load the model and one for the pace: 18 are left, 2 pairs each, a second each
    assert (left.users, left.of, left.pairs, left.seconds, left.seconds_a_user) == (18, 20, 36, 36.0, 2.0)
    assert slow.calls == [1, 1]


def test_a_user_in_two_rows_counts_once() -> None:
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock)
    pairs.read(positions([0, 1, 2, 3, 4]), positions([[0]] * 5))
    left = pairs.unread(positions([7, 7, 0]), positions([[0, 1, -1], [1, 2, -1], [0, -1, -1]]))
    assert (left.users, left.of, left.pairs) == (1, 2, 3)


def test_reading_goes_by_blocks_and_what_was_read_before_a_cancel_is_kept() -> None:
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock)
    users = np.arange(20, dtype=np.int32)
    with pytest.raises(CancelledError):
        pairs.read(users, positions(TWO), cancel=lambda: len(slow.calls) == 2)
    assert slow.calls == [BLOCK, BLOCK]
    said: list[float] = []
    pairs.read(users, positions(TWO), progress=lambda share, _: said.append(share))
    # 12 of 20 users were left
    assert slow.calls == [BLOCK] * 5
    assert said == [0.0, 4 / 12, 8 / 12, 1.0]
    assert pairs.of(users, positions(TWO))[19].tolist() == pytest.approx([19.0, 19.1])
    assert slow.calls == [BLOCK] * 5


def test_between_blocks_others_have_their_turn() -> None:
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock)
    others: list[float] = []

    def ask(share: float, _: str) -> None:
        # with the lock held this would wait for ever
        others.append(float(pairs.of(positions([19]), positions([[4]]))[0, 0]))

    pairs.read(np.arange(8, dtype=np.int32), positions([[0, 1]] * 8), progress=ask)
    assert others == pytest.approx([19.4] * 3)


def test_what_would_take_more_than_the_patience_is_refused_for_many_but_not_for_one() -> None:
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock)
    pairs.patience = 10.0
    with pytest.raises(ScenarioError, match="18 of 20 users are not read yet, which would take about 40 seconds"):
        pairs.of(np.arange(20, dtype=np.int32), positions(TWO))
    assert slow.calls == [1, 1]
    pairs.patience = 1.0
    assert pairs.of(positions([19]), positions([[0, 1]])).tolist()[0] == pytest.approx([19.0, 19.1])
    pairs.patience = 40.0
    assert pairs.of(np.arange(20, dtype=np.int32), positions(TWO)).shape == (20, 2)


def test_what_another_process_keeps_is_found() -> None:
    shared: list[tuple[NDArray[np.int64], Scores]] = []
    here, there = Slow(), Slow()
    mine = PairScores(here, N_ITEMS, Kept(shared), clock=here.clock)
    theirs = PairScores(there, N_ITEMS, Kept(shared), clock=there.clock)
    mine.read(positions([0]), positions([[0, 1]]))
    theirs.read(positions([0, 1, 2]), positions([[0, 1]] * 3))
    assert there.calls == [2]
    left = mine.unread(positions([0, 1, 2]), positions([[0, 1]] * 3))
    assert (left.users, left.pairs, left.seconds) == (0, 0, 0.0)
    assert mine.of(positions([2]), positions([[1]]))[0].tolist() == pytest.approx([2.1])
    assert here.calls == [1]


def test_what_is_asked_for_is_not_forgotten_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.fusion.pair_scores.MAX_REMEMBERED", 3)
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock)
    pairs.of(positions([0]), positions([[0, 1]]))
    found = pairs.of(positions([0, 1]), positions([[1, 2], [3, -1]]))
    assert found.tolist()[0] == pytest.approx([0.1, 0.2])
    assert found.tolist()[1] == pytest.approx([1.3, float("nan")], nan_ok=True)


def test_a_call_gets_all_that_it_asks_for_however_little_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.fusion.pair_scores.MAX_REMEMBERED", 20)
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, clock=slow.clock, begin=0.0)
    users, items = np.arange(10, dtype=np.int32), positions([[0, 1, 2, 3, 4]] * 10)
    np.testing.assert_allclose(pairs.of(users, items), users[:, None] + np.arange(5) / 10, rtol=1e-6)
    # 4, 4 and 2 users; all are known now, since all are what was asked for last
    assert slow.calls == [BLOCK, BLOCK, 2]
    assert pairs.unread(users, items).pairs == 0


def test_users_of_whom_nothing_is_known_tell_nothing_of_the_pace() -> None:
    uneven = Uneven(cold=3)
    uneven.calls.append(0)
    pairs = PairScores(uneven, N_ITEMS, clock=uneven.clock, begin=0.0)
    users = np.arange(20, dtype=np.int32)
    left = pairs.unread(users, positions(TWO))
    # three of whom nothing is known, one to load, one for the pace: 15 are left, 2 pairs each, a second each
    assert (left.users, left.pairs, left.seconds) == (15, 30, 30.0)
    assert pairs.seconds_a_user == 2.0
    pairs.patience = 10.0
    with pytest.raises(ScenarioError, match="15 of 20 users are not read yet"):
        pairs.of(users, positions(TWO))
    assert uneven.calls == [0, 1, 1, 1, 1, 1]


def test_where_nothing_is_known_of_anybody_nothing_is_left() -> None:
    uneven = Uneven(cold=20)
    pairs = PairScores(uneven, N_ITEMS, clock=uneven.clock, begin=0.0)
    left = pairs.unread(np.arange(20, dtype=np.int32), positions(TWO))
    assert (left.users, left.seconds, left.seconds_a_user) == (0, 0.0, 0.0)


def test_a_call_that_turns_out_to_take_longer_is_refused_on_the_way() -> None:
    uneven = Uneven(dear=6)
    uneven.calls.append(0)
    pairs = PairScores(uneven, N_ITEMS, clock=uneven.clock, begin=0.0)
    pairs.patience = 40.0
    # the first tell of 18 users at 2 seconds each; all four of the second block take 200 each, so 10 are left
    with pytest.raises(ScenarioError, match="10 of 20 users are not read yet"):
        pairs.of(np.arange(20, dtype=np.int32), positions(TWO))
    assert uneven.calls == [0, 1, 1, BLOCK, BLOCK]
    # what was read is kept
    assert pairs.of(positions([9]), positions([[0, 1]])).tolist()[0] == pytest.approx([9.0, 9.1])
    assert uneven.calls == [0, 1, 1, BLOCK, BLOCK]


def test_what_another_process_keeps_meanwhile_is_not_read_again() -> None:
    shared: list[tuple[NDArray[np.int64], Scores]] = []
    here, there = Slow(), Slow()
    mine = PairScores(here, N_ITEMS, Kept(shared), clock=here.clock)
    theirs = PairScores(there, N_ITEMS, Kept(shared), clock=there.clock)
    users = np.arange(20, dtype=np.int32)

    def ask(share: float, _: str) -> None:
        if share == 4 / 20:
            theirs.read(users, positions(TWO))

    mine.read(users, positions(TWO), progress=ask)
    assert (here.calls, there.calls) == ([BLOCK], [BLOCK] * 4)


def test_two_processes_at_once_share_the_work() -> None:
    """In step: each reads a block while the other does, so that neither has kept what the other is about to read."""
    shared: list[tuple[NDArray[np.int64], Scores]] = []
    step = threading.Barrier(2)

    class InStep(Slow):
        def score_pairs(self, users: Positions, items: Positions) -> Scores:
            with suppress(threading.BrokenBarrierError):
                step.wait(5)
            return super().score_pairs(users, items)

    class KeptInStep(Kept):
        def keep(self, keys: NDArray[np.int64], scores: Scores) -> None:
            super().keep(keys, scores)
            # neither looks for more before both have kept theirs
            with suppress(threading.BrokenBarrierError):
                step.wait(5)

    def read(reader: PairScores) -> None:
        reader.read(np.arange(20, dtype=np.int32), positions(TWO))
        # the other one goes on alone
        step.abort()

    scorers = [InStep(), InStep()]
    readers = [PairScores(scorers[at], N_ITEMS, KeptInStep(shared), begin=at / 2) for at in range(2)]
    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # 20 users, and at most the block at which one meets the other
    assert 20 <= sum(sum(scorer.calls) for scorer in scorers) <= 20 + BLOCK


def test_what_was_forgotten_is_looked_for_where_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.fusion.pair_scores.MAX_REMEMBERED", 20)
    shared: list[tuple[NDArray[np.int64], Scores]] = []
    five = [[0, 1, 2, 3, 4]]
    first, second = positions([0, 1, 2]), positions([3, 4, 5])
    slow, kept = Slow(), Kept(shared)
    pairs = PairScores(slow, N_ITEMS, kept, clock=slow.clock)
    for users in (first, second, first, second):
        np.testing.assert_allclose(pairs.of(users, positions(five * 3)), users[:, None] + np.arange(5) / 10, rtol=1e-6)
    # 15 pairs each, of which 20 are never together in memory; each was scored and kept once
    assert slow.calls == [3, 3]
    assert sum(len(keys) for keys, _ in shared) == 30
    # the third time the first ones are looked for, the fourth time the second ones
    assert kept.scans == 2
    # nothing is looked for where all is remembered
    pairs.of(second, positions(five * 3))
    assert kept.scans == 2


def test_no_more_is_remembered_of_what_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.fusion.pair_scores.MAX_REMEMBERED", 20)
    # user by user: 50 pairs
    shared = [
        (np.arange(5, dtype=np.int64) + 5 * user, (user + np.arange(5) / 10).astype(np.float32)) for user in range(10)
    ]
    slow = Slow()
    pairs = PairScores(slow, N_ITEMS, Kept(shared), clock=slow.clock)
    assert pairs.of(positions([9]), positions([[4]])).tolist()[0] == pytest.approx([9.4])
    assert pairs.remembered <= 20
    assert pairs.of(positions([7, 8]), positions([[0, 1], [2, -1]])).tolist()[0] == pytest.approx([7.0, 7.1])
    assert pairs.remembered <= 20
    assert slow.calls == []


def test_users_are_scored_beside_the_same_others_wherever_reading_begins() -> None:
    class Beside(Slow):
        def score_pairs(self, users: Positions, items: Positions) -> Scores:
            beside.add(tuple(users.tolist()))
            return super().score_pairs(users, items)

    for begin in (0.0, 0.3, 0.99):
        beside: set[tuple[int, ...]] = set()
        PairScores(Beside(), N_ITEMS, begin=begin).read(np.arange(10, dtype=np.int32), positions([[0, 1]] * 10))
        assert beside == {(0, 1, 2, 3), (4, 5, 6, 7), (8, 9)}
