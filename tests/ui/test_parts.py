from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.explanation import Explanation, Part
from recengine.fusion import NEUTRALS, NORMALIZATIONS, STRATEGIES, Fusion, Remark, make_strategy
from recengine.reports.figures.parts import explanation_steps
from ui import parts

NONE = np.zeros(0, dtype=np.int32)
LABELS = {"als": "Collaborative (ALS)", "text": "Text profile"}


def explanation() -> Explanation:
    """0.5 from als: 0.3 and -0.1 by the history, 0.3 rest; 0.3 from text, which has no opinion; 0.0 from popularity."""
    return Explanation(
        user=0,
        item=2,
        rank=1,
        fused_rank=1,
        score=0.8,
        additive=True,
        parts=(
            Part("als", 0.75, 1.2, 2 / 3, 0.5, True, np.array([0, 1], dtype=np.int32), np.array([0.3, -0.1]), 0.3),
            Part("text", 0.25, float("nan"), 1.2, 0.3, True, NONE, np.zeros(0), 0.3),
            Part("popularity", 0.0, 3.0, 0.9, 0.0, True, NONE, np.zeros(0), 0.0),
        ),
    )


def test_a_row_a_scorer_whose_amounts_sum_to_the_score() -> None:
    table = parts.by_scorer(explanation(), LABELS)
    assert table["Scorer"].to_list() == ["Collaborative (ALS)", "Text profile", "popularity"]
    assert table["Adds"].sum() == pytest.approx(0.8)
    assert table["By history"].to_list() == pytest.approx([0.3 - 0.1, 0.0, 0.0])
    assert (table["By history"] + table["Rest"]).to_list() == pytest.approx([0.5, 0.3, 0.0])
    assert set(table.columns) == set(parts.scorer_columns(explanation()))


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6))
def test_rounded_parts_sum_to_the_rounded_sum(values: list[float]) -> None:
    shown = parts.rounded(values)
    assert sum(shown) == pytest.approx(round(sum(values), 4), abs=1.01e-4 / 2)
    assert all(abs(one - value) <= 1e-4 + 1e-12 for one, value in zip(shown, values, strict=True))


def test_a_part_gives_way_where_rounding_would_miss_the_sum() -> None:
    # 0.00004 + 0.00004 + 0.00004 = 0.00012, which is 0.0001, while each by itself would be 0.0000
    assert sorted(parts.rounded([0.00004, 0.00004, 0.00004])) == [0.0, 0.0, 0.0001]


def test_the_sum_is_written_out() -> None:
    line = parts.sum_line(explanation(), LABELS).replace("\\", "")
    assert line == "0.5000 Collaborative (ALS) + 0.3000 Text profile + 0.0000 popularity = 0.8000, the fused score."


def test_each_scorer_says_how_far_its_part_goes_back_to_the_history() -> None:
    als, text, popularity = parts.scorer_lines(explanation(), LABELS).split("\n")
    assert "exact" in als
    assert "no opinion" in text
    assert "weight 0" in popularity


def test_a_score_that_cannot_be_divided_is_not_said_to_come_from_no_item() -> None:
    network = Part("sasrec", 1.0, 1.2, 0.8, 0.8, True, NONE, np.zeros(0), 0.8, divisible=False)
    why = replace(explanation(), parts=(network,))
    assert parts.scorer_lines(why, {}).endswith("cannot be divided among the items of the history.")
    table = parts.by_scorer(why, {})
    assert table["By history"].to_list() == [None]
    assert table["Rest"].to_list() == [0.8]
    assert [step.label for step in explanation_steps(why, [])] == ["sasrec: not divided"]


def fused_by(strategy: str) -> Fusion:
    return Fusion((1.0,), strategy=make_strategy(strategy))


@pytest.mark.parametrize(
    ("fusion", "said"),
    [
        (Fusion((1.0,), "min-max", "mean"), ["lowest unseen item of this user gets 0", "as its mean", "are exact"]),
        (Fusion((1.0,), "z-score", "floor"), ["the mean over this user's unseen items is 0", "as its lowest opinion"]),
        (Fusion((1.0,), "rank", "mean"), ["cancel out", "as its middle rank", "approximate", "a rank cannot be"]),
        (Fusion((1.0,), "softmax", "mean"), ["cancel out", "as likely as the average item", "a probability cannot be"]),
        (fused_by("reciprocal-rank"), ["cancel out", "adds nothing to it", "a rank cannot be"]),
        (fused_by("borda"), ["an equal share of the points", "a rank cannot be"]),
        (fused_by("comb-mnz"), ["lowest unseen item of this user gets 0", "adds nothing to it", "are exact"]),
        (fused_by("condorcet"), ["No sum", "Own rank"]),
    ],
)
def test_the_meaning_is_that_of_the_strategy_and_the_normalisation(fusion: Fusion, said: list[str]) -> None:
    text = parts.meaning(fusion)
    assert "{" not in text
    assert all(words in text for words in said)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("neutral", NEUTRALS)
def test_there_is_a_meaning_whatever_is_chosen(strategy: str, normalization: Any, neutral: Any) -> None:
    assert parts.meaning(Fusion((1.0,), normalization, neutral, make_strategy(strategy)))


def test_small_scores_have_more_digits() -> None:
    one, other = 0.7 / 61, 0.3 / 62
    why = Explanation(
        0,
        2,
        1,
        1,
        one + other,
        True,
        (
            Part("als", 0.7, 1.2, 1 / 61, one, False, NONE, np.zeros(0), one),
            Part("text", 0.3, 1.2, 1 / 62, other, False, NONE, np.zeros(0), other),
        ),
    )
    assert parts.score_text(why) == f"{one + other:.6f}"
    assert parts.by_scorer(why, LABELS)["Adds"].sum() == pytest.approx(one + other, abs=1e-6)
    assert parts.sum_line(why, LABELS).replace("\\", "").endswith(f"= {one + other:.6f}, the fused score.")


def listed() -> Explanation:
    """An item that a voting put on place 4."""
    nothing = float("nan")
    return Explanation(
        user=0,
        item=2,
        rank=4,
        fused_rank=4,
        score=nothing,
        additive=False,
        parts=(
            Part("als", 0.75, 1.2, 0.5, nothing, False, NONE, np.zeros(0), nothing, 2.5),
            Part("text", 0.25, nothing, 0.5, nothing, False, NONE, np.zeros(0), nothing, nothing),
        ),
        strategy="Condorcet voting",
        account=(Remark("beaten by {items[0]} and {scorers[0]}", ("als",), (1,)),),
    )


def test_without_a_sum_the_scorers_own_ranks_are_shown() -> None:
    table = parts.by_rank(listed(), LABELS)
    assert set(table.columns) == set(parts.RANK_COLUMNS)
    assert table["Own rank"].to_list() == [2.5, None]
    assert table["Own score"].to_list() == [1.2, None]
    assert parts.score_text(listed()) == "none"


def test_the_account_is_markdown_in_which_titles_are_only_text() -> None:
    (line,) = parts.account_lines(listed(), ["", "*[x](http://a.b)*", "*c*"], LABELS).split("\n")
    assert line.startswith("- beaten by")
    assert "Collaborative" in line
    assert "[x](http" not in line


def test_a_move_against_the_baseline() -> None:
    assert parts.moved(3, 1_200) == "1,200 under the baseline"
    assert parts.moved(3, 3) == "as under the baseline"
