from dataclasses import replace

import pytest

from recengine.fairness import FairnessReport, GroupFigure, GroupGap, GroupShare
from ui import groups


def gap(low: float, high: float, p_holm: float, **suppressed: int) -> GroupGap:
    figures = {
        "two\nlines": GroupFigure(low, low - 0.1, low + 0.1, 1_200),
        "B": GroupFigure(high, high - 0.1, high + 0.1, 30),
    }
    return GroupGap(figures, high - low, low / high, 0.05, p_holm / 4, suppressed, p_holm)


def report(**attributes: GroupGap) -> FairnessReport:
    return FairnessReport(10, {name: {"ndcg": one} for name, one in attributes.items()}, {}, 0.5, 0.5)


NAN = float("nan")
NOTHING = GroupGap({}, NAN, NAN, NAN, NAN, {"few": 2})


def test_a_row_an_attribute_with_its_worst_and_best_served() -> None:
    table = groups.gap_rows(report(age_group=gap(0.2, 0.5, 0.01), zip_code=NOTHING), None)
    (row,) = table.to_dicts()
    assert row["Attribute"] == "Age group"
    assert row["Metric"] == "NDCG@10"
    assert row["More than chance?"] == "yes"
    assert (row["Worst served"], row["Best served"]) == ("two lines (1,200)", "B (30)")
    assert row["Gap"] == pytest.approx(0.5 - 0.2)
    assert "Baseline gap" not in row


def test_the_baseline_s_gap_stands_beside() -> None:
    now, before = report(age=gap(0.2, 0.5, 0.01)), report(age=gap(0.4, 0.5, 0.9))
    (row,) = groups.gap_rows(now, before).to_dicts()
    assert row["Baseline gap"] == pytest.approx(0.5 - 0.4)


def test_without_two_groups_there_is_no_row() -> None:
    assert groups.gap_rows(report(zip_code=NOTHING), None).is_empty()


def test_the_surest_gap_has_the_lowest_corrected_p_and_then_the_most_above_chance() -> None:
    assert groups.surest(report(a=gap(0.2, 0.9, 0.30), b=gap(0.2, 0.3, 0.02), c=NOTHING)) == "b"
    assert groups.surest(report(a=gap(0.2, 0.3, 0.02), b=gap(0.2, 0.9, 0.02))) == "b"
    assert groups.surest(report(c=NOTHING)) == "c"


def test_the_summary_counts_and_names_the_gaps_that_are_no_chance() -> None:
    assert groups.summary(report(a=gap(0.2, 0.3, 0.5))) == "The one gap compared is no larger than chance gives."
    two = report(a=gap(0.2, 0.3, 0.5), b=gap(0.2, 0.3, 0.5))
    assert groups.summary(two) == "None of the 2 gaps is larger than chance gives."
    some = report(age_group=gap(0.2, 0.9, 0.001), b=gap(0.2, 0.3, 0.5), c=NOTHING)
    assert groups.summary(some) == "1 of 2 gaps is more than chance gives: by age group (NDCG@10)."


def test_suppressed_groups_are_named_with_their_size_and_without_figures() -> None:
    one = gap(0.2, 0.5, 0.01, doctor=3)
    last = groups.group_rows(one).to_dicts()[-1]
    assert last == {"Group": "doctor", "Users": 3, "Mean": None, "Low": None, "High": None}
    assert groups.suppressed_line(one) == "Left out as too small to say anything: doctor (n = 3)."
    assert groups.suppressed_line(replace(one, suppressed={})) == ""


def test_item_groups_keep_the_order_of_the_chart() -> None:
    shares = {"a": GroupShare(0.5, 0.5, 0.2, 4), "b": GroupShare(0.5, 0.4, 0.8, 4)}
    table = groups.share_rows(shares)
    assert table["Group"].to_list() == ["b", "a"]
    assert table["Ratio"].to_list() == pytest.approx([0.8 / 0.4, 0.2 / 0.5])
