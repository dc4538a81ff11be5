import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.jobs.remaining import MAX_POINTS, remaining_seconds, thinned


def test_an_even_pace_is_carried_on() -> None:
    history = [(float(second), second / 20) for second in range(11)]
    # half is done after 10 s
    assert remaining_seconds(history, 10.0) == pytest.approx(10.0)


def test_what_was_there_at_once_does_not_count() -> None:
    # 0.8 was stored before; then 0.01 a second, of which 0.1 is left
    history = [(0.0, 0.0), *((0.1 + second, 0.8 + second / 100) for second in range(11))]
    assert remaining_seconds(history, 10.1) == pytest.approx(0.1 / 0.01, rel=1e-6)


def test_a_job_that_stands_still_is_given_longer() -> None:
    history = [(0.0, 0.0), (4.0, 0.5)]
    waits = [remaining_seconds(history, elapsed) for elapsed in (5.0, 10.0, 20.0)]
    # after 10 s nothing moved in the later half: 0.5 in 10 s leaves 10 s
    assert waits[1:] == [pytest.approx(10.0), pytest.approx(20.0)]


def test_nothing_is_said_too_early() -> None:
    assert remaining_seconds([(0.0, 0.0)], 100.0) is None
    assert remaining_seconds([(0.0, 0.0), (0.5, 0.4)], 1.0) is None
    assert remaining_seconds([(0.0, 0.0), (3.0, 0.01)], 4.0) is None
    assert remaining_seconds([], 4.0) is None


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1)), max_size=20), st.floats(0, 1e5))
def test_a_guess_is_never_negative(points: list[tuple[float, float]], elapsed: float) -> None:
    history = list(zip(sorted(second for second, _ in points), sorted(share for _, share in points), strict=True))
    guess = remaining_seconds(history, elapsed)
    assert guess is None or guess >= 0


def test_a_long_history_keeps_its_ends() -> None:
    history: list[tuple[float, float]] = []
    for second in range(1000):
        history = thinned([*history, (float(second), second / 1000)])
    assert len(history) <= MAX_POINTS
    assert history[0] == (0.0, 0.0)
    assert history[-1] == (999.0, 0.999)
