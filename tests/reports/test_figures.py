import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.evaluation import Figure
from recengine.explanation import Explanation
from recengine.fairness import FairnessReport, GroupGap
from recengine.reports import figures
from recengine.reports.figures.base import from_zero
from recengine.reports.figures.distribution import lorenz_curve, top_share
from recengine.reports.figures.groups import group_order
from recengine.reports.figures.parts import explanation_steps
from recengine.reports.tables import FUSION
from recengine.reports.theme import DARK, FUSION_STYLE, LIGHT, NEUTRAL, Style, Theme, series_style

LABELS = {"als": "ALS", "text": "Text profile", "popularity": "Popularity"}
Tables = Mapping[str, Mapping[str, Figure]]


def trace(figure: Any, name: str) -> Any:
    (found,) = [one for one in figure.data if one.name == name]
    return found


def test_metrics_show_the_means_and_intervals_of_every_scorer(
    scorer_tables: Tables, fusion_table: Mapping[str, Figure]
) -> None:
    figure = figures.metrics_figure(scorer_tables, fusion_table, k=3, labels=LABELS)
    # coverage has no interval and shares no axis with the others
    assert list(figure.layout.yaxis.ticktext) == ["NDCG@3", "Recall@3"]
    for name, table in {**{LABELS[scorer]: scorer_tables[scorer] for scorer in LABELS}, "Fusion": fusion_table}.items():
        dots = trace(figure, name)
        values = [table["ndcg"], table["recall"]]
        assert list(dots.x) == [value.mean for value in values]
        assert np.subtract(dots.x, dots.error_x.arrayminus) == pytest.approx([value.low for value in values])
        assert np.add(dots.x, dots.error_x.array) == pytest.approx([value.high for value in values])
        assert [round(y) for y in dots.y] == [0, 1]
    baseline = trace(figure, "Level of popularity")
    ndcg, recall = (scorer_tables["popularity"][metric].mean for metric in ("ndcg", "recall"))
    assert list(baseline.x) == [ndcg, ndcg, None, recall, recall, None]


def test_every_series_of_a_row_has_a_lane_a_colour_and_a_symbol_of_its_own(
    scorer_tables: Tables, fusion_table: Mapping[str, Figure]
) -> None:
    figure = figures.metrics_figure(scorer_tables, fusion_table, k=3)
    series = [one for one in figure.data if one.mode == "markers"]
    assert len({one.y[0] for one in series}) == len(series) == 4
    assert len({one.marker.symbol for one in series}) == 4
    assert len({one.marker.color for one in series}) == 4


def test_axes_start_at_zero_unless_something_is_below() -> None:
    assert from_zero([0.2, None, 0.5, float("nan"), -1e-9])["range"] == [0, 1.04 * 0.5]
    assert "range" not in from_zero([-0.2, 0.5])
    assert "range" not in from_zero([0.0, None])


def test_an_undefined_mean_has_no_dot(fusion_table: Mapping[str, Figure]) -> None:
    undefined = {"ndcg": Figure(float("nan"), None, None, 0, "")}
    figure = figures.metrics_figure({"als": undefined}, fusion_table, k=3)
    assert list(trace(figure, "als").x) == []


def test_slices_have_a_row_each(scorer_tables: Tables) -> None:
    slices = {"All": {"als": scorer_tables["als"]["ndcg"]}, "Cold": {"als": scorer_tables["text"]["ndcg"]}}
    figure = figures.slices_figure(slices, metric="ndcg", k=3)
    assert list(figure.layout.yaxis.ticktext) == ["All", "Cold"]
    assert list(trace(figure, "als").x) == [0.30, 0.25]


def test_user_groups_show_their_means_the_overall_mean_and_the_gap_of_chance(fairness: FairnessReport) -> None:
    overall = Figure(0.33, 0.30, 0.36, 12, "")
    figure = figures.user_groups_figure(
        fairness.users["gender"]["ndcg"], attribute="gender", metric="ndcg", k=3, overall=overall
    )
    assert list(figure.layout.yaxis.ticktext) == ["M (n = 6)", "&lt;u&gt;F&lt;/u&gt; (n = 6)"]
    dots = trace(figure, "Gender")
    assert list(dots.x) == [0.40, 0.25]
    assert list(trace(figure, "All users").x) == [0.33, 0.33]
    band = trace(figure, "Gap by chance (0.040)")
    assert min(band.x) == pytest.approx(0.33 - 0.04 / 2)
    assert max(band.x) == pytest.approx(0.33 + 0.04 / 2)


def test_groups_that_follow_one_another_keep_their_order() -> None:
    assert group_order({"Under 18": 0.1, "18-24": 0.3, "25-34": 0.2}) == ["Under 18", "18-24", "25-34"]
    assert group_order({"doctor": 0.1, "artist": 0.3, "K9 trainer": 0.2}) == ["artist", "K9 trainer", "doctor"]
    assert group_order({"1990s": 0.1, "1980s": 0.3}, "value") == ["1980s", "1990s"]
    assert group_order({"b": 0.1, "a": 0.3}, "group") == ["b", "a"]


def test_item_groups_show_three_shares_and_their_ratio(fairness: FairnessReport) -> None:
    groups = fairness.items["genres"]
    figure = figures.item_groups_figure(groups)
    order = ["<i>Drama</i>", "Comedy", "never taken"]
    assert list(trace(figure, "Exposure in lists").x) == [groups[name].exposure for name in order]
    assert list(trace(figure, "Interactions").x) == [groups[name].interactions for name in order]
    assert list(trace(figure, "Catalogue").x) == [groups[name].catalogue for name in order]
    # 0.6 / 0.4 and 0.4 / 0.6
    assert [note.text for note in figure.layout.annotations] == ["\u00d7 1.50", "\u00d7 0.67", "\u2013"]


def test_a_list_shows_the_parts_as_they_are(dataset: Dataset) -> None:
    titles = dataset.titles[:3]
    parts = {"als": np.array([0.5, 0.4, -0.1]), "text": np.array([0.2, 0.1, 0.3])}
    figure = figures.list_parts_figure(titles, parts, labels=LABELS)
    assert list(trace(figure, "ALS").x) == [0.5, 0.4, -0.1]
    assert list(trace(figure, "Text profile").x) == [0.2, 0.1, 0.3]
    assert figure.layout.barmode == "relative"
    assert figure.layout.yaxis.ticktext[0] == "1. &lt;script&gt;alert(1)&lt;/script&gt;"
    assert trace(figure, "ALS").marker.pattern.shape != trace(figure, "Text profile").marker.pattern.shape


def test_two_items_of_one_title_keep_a_bar_each() -> None:
    figure = figures.list_parts_figure(["Same", "Same"], {"als": np.array([0.5, 0.4])})
    assert list(figure.data[0].y) == [0, 1]


def test_the_steps_of_an_explanation_sum_to_the_score(explanation: Explanation, dataset: Dataset) -> None:
    steps = explanation_steps(explanation, dataset.titles, LABELS, history_items=1)
    assert [(step.label, step.amount) for step in steps] == [
        ("<script>alert(1)</script>", 0.3),
        ("1 other history item", 0.1),
        ("ALS: the rest", 0.1),
        ("Text profile: no opinion", 0.3),
    ]
    assert sum(step.amount for step in steps) == pytest.approx(explanation.score)


def test_each_step_starts_where_the_one_before_ends(explanation: Explanation, dataset: Dataset) -> None:
    figure = figures.explanation_figure(explanation, dataset.titles, labels=LABELS)
    als = trace(figure, "ALS")
    assert list(als.base) == pytest.approx([0, 0.3, 0.3 + 0.1])
    assert list(als.x) == pytest.approx([0.3, 0.1, 0.1])
    assert list(trace(figure, "Text profile").base) == pytest.approx([0.5])
    assert list(trace(figure, "Fused score").x) == [0.8]
    assert list(trace(figure, "Fused score").y) == [4]


def test_a_lorenz_curve_of_equal_counts_is_the_diagonal() -> None:
    x, y = lorenz_curve(np.array([2, 2, 2, 2]))
    assert x == pytest.approx([0, 1 / 4, 2 / 4, 3 / 4, 1])
    assert y == pytest.approx(x)


def test_a_lorenz_curve_adds_the_least_active_first() -> None:
    x, y = lorenz_curve(np.array([6, 1, 3]))
    assert x == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert y == pytest.approx([0, 1 / 10, (1 + 3) / 10, 1])


def test_a_long_lorenz_curve_is_thinned_but_keeps_its_ends() -> None:
    x, y = lorenz_curve(np.arange(100_000))
    assert len(x) == 200
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    figure = figures.lorenz_figure({"items": np.arange(100_000)})
    assert list(trace(figure, "items").y) == list(y)


def test_the_top_share_counts_whole_ones() -> None:
    # the top tenth of 11 is 2
    assert top_share(np.array([5, 4] + [1] * 9), 0.1) == pytest.approx((5 + 4) / 18)
    assert np.isnan(top_share(np.zeros(3), 0.1))


def all_figures(
    theme: Theme,
    dataset: Dataset,
    explanation: Explanation,
    fairness: FairnessReport,
    scorer_tables: Tables,
    fusion_table: Mapping[str, Figure],
) -> list[Any]:
    titles, hostile = dataset.titles, dict.fromkeys(dataset.titles, scorer_tables["als"]["ndcg"])
    parts = {title: np.full(len(titles), 0.1) for title in titles}
    gap = fairness.users["gender"]["ndcg"]
    return [
        figures.metrics_figure(dict.fromkeys(titles, scorer_tables["als"]), fusion_table, k=3, theme=theme),
        figures.slices_figure(dict.fromkeys(titles, hostile), metric="ndcg", k=3, theme=theme),
        figures.user_groups_figure(
            GroupGap(dict.fromkeys(titles, gap.groups["M"]), 0.1, 0.5, 0.1, 0.5, {}),
            attribute=titles[0],
            metric="ndcg",
            k=3,
            overall=fusion_table["ndcg"],
            theme=theme,
        ),
        figures.item_groups_figure(dict.fromkeys(titles, fairness.items["genres"]["Comedy"]), theme=theme),
        figures.list_parts_figure(titles, parts, theme=theme),
        figures.explanation_figure(explanation, titles, labels=dict.fromkeys(LABELS, titles[0]), theme=theme),
        figures.lorenz_figure({title: np.array([1, 2]) for title in titles}, theme=theme),
    ]


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [one for inner in value.values() for one in strings(inner)]
    if isinstance(value, list | tuple):
        return [one for inner in value for one in strings(inner)]
    return []


OWN_TAGS = ("<b>", "</b>", "<br>", "<extra></extra>")


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_no_text_of_the_catalogue_reaches_plotly_as_mark_up(
    theme: Theme,
    dataset: Dataset,
    explanation: Explanation,
    fairness: FairnessReport,
    scorer_tables: Tables,
    fusion_table: Mapping[str, Figure],
) -> None:
    for figure in all_figures(theme, dataset, explanation, fairness, scorer_tables, fusion_table):
        found = strings(json.loads(figure.to_json()))
        assert any("script" in text for text in found)
        for text in found:
            # the titles' own <b> would be escaped; what is left unescaped is ours
            rest = text
            for tag in OWN_TAGS:
                rest = rest.replace(tag, "")
            assert "<" not in rest, text
        assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
        assert figure.layout.font.color == theme.text


def test_no_hover_template_holds_text_of_the_catalogue(
    dataset: Dataset,
    explanation: Explanation,
    fairness: FairnessReport,
    scorer_tables: Tables,
    fusion_table: Mapping[str, Figure],
) -> None:
    # "%{x}" in a title would be filled in there
    for figure in all_figures(LIGHT, dataset, explanation, fairness, scorer_tables, fusion_table):
        for one in figure.data:
            assert not any(word in (one.hovertemplate or "") for word in ("script", "raw", "alert"))


def test_every_figure_says_itself_in_one_sentence(
    dataset: Dataset,
    explanation: Explanation,
    fairness: FairnessReport,
    scorer_tables: Tables,
    fusion_table: Mapping[str, Figure],
) -> None:
    gap = fairness.users["gender"]["ndcg"]
    sentences = [
        figures.metrics_alt(scorer_tables, fusion_table, k=3, labels=LABELS),
        figures.slices_alt({"All": {FUSION: fusion_table["ndcg"]}}, metric="ndcg", k=3),
        figures.user_groups_alt(gap, attribute="gender", metric="ndcg", k=3),
        figures.item_groups_alt(fairness.items["genres"], attribute="genres"),
        figures.list_parts_alt(dataset.titles[:2], {"als": np.array([0.5, 0.4])}, labels=LABELS),
        figures.explanation_alt(explanation, dataset.titles, labels=LABELS),
        figures.lorenz_alt({"items": np.array([1, 1, 8])}),
    ]
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "\n" not in sentence
    assert "ALS 0.300, Text profile 0.250, Popularity 0.200 and Fusion 0.320" in sentences[0]
    assert "lowest <u>F</u> with 0.250, highest M with 0.400; gap 0.150, by chance 0.040, p = 0.010" in sentences[2]
    assert "most beyond what is taken is <i>Drama</i> (\u00d7 1.50)" in sentences[3]
    assert "ALS +0.500, Text profile +0.300 and Popularity +0.000" in sentences[5]
    assert "the top tenth holds 80\u00a0%" in sentences[6]


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_colours_can_be_told_from_the_background(theme: Theme) -> None:
    for color in [*(series_style(position).color for position in range(24)), FUSION_STYLE.color, NEUTRAL]:
        assert contrast(color, theme.surface) >= 3
    assert contrast(theme.text, theme.surface) >= 7
    assert contrast(theme.muted, theme.surface) >= 4.5


def test_series_differ_in_more_than_colour() -> None:
    styles: list[Style] = [series_style(position) for position in range(8)]
    assert len({style.symbol for style in styles}) == len({style.pattern for style in styles}) == 8
    assert FUSION_STYLE.symbol not in {style.symbol for style in styles}


def test_twenty_scorers_differ_in_colour_and_in_looks_without_it() -> None:
    styles = [series_style(position) for position in range(24)]
    assert len({style.color for style in [*styles, FUSION_STYLE]}) == 25
    assert len({(style.symbol, style.pattern) for style in styles}) == 24
    assert series_style(200).color
