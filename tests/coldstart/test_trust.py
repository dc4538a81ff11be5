from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.coldstart import EVIDENCE, ORIGINS, Origin, trust
from recengine.errors import ScenarioError

some_origins = st.sets(st.sampled_from(ORIGINS), min_size=1)


def test_picks_against_popularity_are_n_over_n_plus_3() -> None:
    for n in (1, 3, 10):
        assert trust(n, {"picks", "everybody"}) == pytest.approx({"picks": n / (n + 3), "everybody": 3 / (n + 3)})


def test_evidence_is_counted_in_picks() -> None:
    everything = trust(4, set(ORIGINS), {"words": 1.0, "segment": 2.0, "everybody": 3.0})
    assert everything == pytest.approx({"picks": 4 / 10, "words": 1 / 10, "segment": 2 / 10, "everybody": 3 / 10})


def test_of_nobody_known_everybody_has_all() -> None:
    assert trust(0, {"everybody"}) == {"everybody": 1}
    assert trust(0, {"picks", "everybody"}) == {"everybody": 1}


def test_what_counts_nothing_still_gives_a_list() -> None:
    assert trust(0, {"words", "everybody"}, dict.fromkeys(EVIDENCE, 0.0)) == {"words": 0.5, "everybody": 0.5}


@given(known=some_origins, n=st.integers(0, 100))
def test_shares_sum_to_1_and_another_pick_never_takes_from_the_picks(known: set[Origin], n: int) -> None:
    if known == {"picks"} and n == 0:
        return
    now, more = trust(n, known), trust(n + 1, known)
    assert sum(now.values()) == pytest.approx(1)
    assert set(now) <= known
    for origin in known & set(now):
        if origin == "picks" or "picks" not in known:
            assert more[origin] >= now[origin]
        else:
            assert more[origin] < now[origin]


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_evidence_that_cannot_be_is_refused(amount: float) -> None:
    with pytest.raises(ScenarioError, match="evidence: words must be a number of 0 or more"):
        trust(1, {"picks", "words"}, {**EVIDENCE, "words": amount})
