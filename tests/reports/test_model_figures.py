from __future__ import annotations

import math

from recengine.evaluation import Figure
from recengine.reports import figures


def figure(mean: float, spread: float = 0.01) -> Figure:
    return Figure(mean, mean - spread, mean + spread, 100, "variant")


def test_twenty_scorers_have_a_row_and_a_colour_each() -> None:
    values = {f"scorer {at}": figure(0.3 - at / 100) for at in range(20)}
    chart = figures.comparison_figure(values, metric="ndcg", k=10, floor="scorer 19")
    dots = [trace for trace in chart.data if trace.mode == "markers"]
    assert len({trace.marker.color for trace in dots}) == 20
    assert [trace.y[0] for trace in dots] == list(range(20))
    assert list(chart.layout.yaxis.ticktext) == list(values)
    (level,) = [trace for trace in chart.data if trace.mode == "lines"]
    assert level.x[0] == values["scorer 19"].mean
    assert list(dots[0].error_x.array) == [values["scorer 0"].high - values["scorer 0"].mean]  # type: ignore[operator]


def test_what_could_not_be_measured_has_no_row() -> None:
    chart = figures.comparison_figure({"a": figure(0.1), "b": figure(math.nan)}, metric="ndcg", k=10, floor="b")
    assert list(chart.layout.yaxis.ticktext) == ["a"]
    assert figures.comparison_figure({}, metric="ndcg", k=10).layout.height > 0


def test_names_cannot_draw() -> None:
    chart = figures.comparison_figure({"<b>$x$</b>": figure(0.1)}, metric="ndcg", k=10)
    assert chart.layout.yaxis.ticktext[0] == "&lt;b&gt;&#36;x&#36;&lt;/b&gt;"


def test_sentences_say_what_the_charts_show() -> None:
    assert (
        figures.comparison_alt({"a": figure(0.1), "b": figure(0.2)}, metric="ndcg", k=10)
        == "NDCG@10 on the validation part with intervals: a 0.100 and b 0.200."
    )
    assert figures.comparison_alt({}, metric="ndcg", k=10) == "Nothing is measured yet."
