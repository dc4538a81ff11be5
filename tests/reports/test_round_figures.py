from __future__ import annotations

import math

from recengine.reports import figures


def test_a_curve_has_a_point_a_round_and_a_gap_where_nothing_was_measured() -> None:
    (line,) = figures.rounds_figure([0.9, math.nan, 0.25], name="Loss").data
    assert list(line.x) == [1, 2, 3]
    assert list(line.y) == [0.9, None, 0.25]
    assert line.mode == "lines+markers"
    (long,) = figures.rounds_figure([1.0] * 61, name="Loss").data
    assert long.mode == "lines"


def test_the_best_round_is_a_star_with_a_name() -> None:
    line, star = figures.rounds_figure([0.1, 0.3, 0.2], name="NDCG", best=2, place=1).data
    assert (list(star.x), list(star.y)) == ([2], [0.3])
    assert star.marker.symbol == "star"
    assert star.name == "Best round: 2"
    assert star.marker.color == line.line.color
    assert line.line.color != figures.rounds_figure([0.1], name="Loss").data[0].line.color


def test_sentences_say_what_the_charts_show() -> None:
    assert figures.rounds_alt([0.9, 0.5, 0.25], name="Loss") == "Loss over 3 rounds: from 0.9 to 0.25."
    assert (
        figures.rounds_alt([math.nan, 0.3, 0.2], name="NDCG", best=2)
        == "NDCG over 3 rounds: from 0.3 to 0.2; best in round 2 with 0.3."
    )
    assert figures.rounds_alt([0.5], name="Loss") == "Loss over 1 round: from 0.5 to 0.5."
    assert figures.rounds_alt([], name="Loss") == "Loss: not measured yet."


def test_names_cannot_draw() -> None:
    (line,) = figures.rounds_figure([0.5], name="<b>x</b>").data
    assert line.name == "&lt;b&gt;x&lt;/b&gt;"


def test_what_is_never_below_zero_has_no_axis_below_zero() -> None:
    assert figures.rounds_figure([0.0, math.nan, 0.0], name="NDCG").layout.yaxis.rangemode == "nonnegative"
    assert figures.rounds_figure([math.nan, -0.5], name="Loss").layout.yaxis.rangemode != "nonnegative"


def test_few_rounds_have_a_tick_each() -> None:
    assert figures.rounds_figure([0.5, 0.4], name="Loss").layout.xaxis.dtick == 1
    assert figures.rounds_figure([0.5] * 11, name="Loss").layout.xaxis.dtick is None
