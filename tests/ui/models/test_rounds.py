"""How a fit goes, in words and as a table."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recengine.models import Curve
from recengine.models.training import HELD_OUT_NDCG, Round, Run
from recengine.models.training.cost import rough_time
from ui.models import rounds


def run_of(*ndcg: float, kept: int = 0, seconds: float = 1.0, epochs: int = 100) -> Run:
    told = tuple(
        Round(number, 1 / number, value, seconds, {"own": 2.0 * number}) for number, value in enumerate(ndcg, start=1)
    )
    return Run("0" * 64, "tiny", "Tiny", "shop", "f" * 64, epochs, "Loss", told, kept, 0.0, active=False)


def test_a_table_has_a_row_a_round() -> None:
    losses, curves = rounds.curves_of(run_of(0.1, math.nan, 0.3))
    table = rounds.rounds_table(losses, "Loss", curves)
    assert table.columns == ["round", "Loss", HELD_OUT_NDCG, "own"]
    assert table.rows() == [(1, 1.0, 0.1, 2.0), (2, 0.5, None, 4.0), (3, 1 / 3, 0.3, 6.0)]


def test_what_was_never_measured_has_no_curve() -> None:
    _, curves = rounds.curves_of(run_of(math.nan, math.nan))
    assert [curve.name for curve in curves] == ["own"]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (2, "Stopped after round 2 of 100; fitting again goes on from there."),
        (1, "Stopped after round 2 of 100; fitting again goes on from round 1."),
        (0, "Stopped after round 2 of 100; fitting again starts anew."),
    ],
)
def test_from_where_a_stopped_fit_goes_on(kept: int, said: str) -> None:
    assert rounds.stopped_words(run_of(0.1, 0.2, kept=kept)) == said


def test_where_a_fit_is() -> None:
    assert rounds.run_words(run_of()) == "The first of at most 100 rounds."
    said = "Round 2 of at most 100 is done; a round takes {}."
    assert rounds.run_words(run_of(0.1, 0.2, seconds=1.25)) == said.format("1.2 s")
    assert rounds.run_words(run_of(0.1, 0.2, seconds=0.01)) == said.format("less than 0.1 s")
    assert rounds.run_words(run_of(0.1, 0.2, seconds=75.0)) == said.format("75 s")


@pytest.mark.parametrize(
    ("better", "said"),
    [(True, "by round, higher is better"), (False, "by round, lower is better"), (None, "by round")],
)
def test_which_way_is_better(better: bool | None, said: str) -> None:
    assert rounds.direction_words(better) == said


@pytest.mark.parametrize(
    ("values", "better", "best"),
    [
        ([0.1, 0.3, 0.3, 0.2], True, 2),
        ([0.1, 0.3, 0.05], False, 3),
        ([math.nan, 0.2], True, 2),
        ([math.nan], True, None),
        ([0.0, 0.0], True, None),
        ([0.1, 0.2], None, None),
        ([], True, None),
    ],
)
def test_the_best_round_is_the_first_of_equals(values: list[float], better: bool | None, best: int | None) -> None:
    assert Curve("one", np.array(values), better).best == best


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.01, "a few seconds"),
        (7.9, "a few seconds"),
        (8, "about 8 seconds"),
        (43, "about 40 seconds"),
        (57.5, "about 1 minute"),
        (100, "about 2 minutes"),
        (1800, "about 30 minutes"),
        (3500, "about 1 hour"),
        (8000, "about 2 hours"),
        (400_000, "about 5 days"),
        (1e12, "years"),
        (math.inf, "years"),
        (math.nan, "an unknown time"),
    ],
)
def test_an_estimate_has_one_digit(seconds: float, said: str) -> None:
    assert rough_time(seconds) == said
