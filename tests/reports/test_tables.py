from dataclasses import replace

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.evaluation import Figure
from recengine.explanation import Explanation
from recengine.fairness import FairnessReport
from recengine.ranking import Rankings
from recengine.reports import tables
from recengine.scenario import Outcome


def test_metrics_of_every_scorer_and_then_of_the_fusion(
    scorer_tables: dict[str, dict[str, Figure]], fusion_table: dict[str, Figure]
) -> None:
    table = tables.metrics_table(scorer_tables, fusion_table)
    assert table["scorer"].unique(maintain_order=True).to_list() == ["als", "text", "popularity", "fusion"]
    ndcg = fusion_table["ndcg"]
    rows = {(row["scorer"], row["metric"]): row for row in table.to_dicts()}
    assert rows["fusion", "ndcg"] == {"scorer": "fusion", "metric": "ndcg", **vars(ndcg)}
    assert rows["als", "coverage"]["low"] is None


def test_per_user_metrics_stand_by_the_users_id(outcome: Outcome, dataset: Dataset) -> None:
    table = tables.per_user_table(outcome, dataset)
    assert table["user_id"].to_list() == dataset.user_ids
    assert table["recall"].to_numpy() == pytest.approx(outcome.per_user["recall"], nan_ok=True)


def test_lists_carry_titles_and_the_parts_of_each_place(rankings: Rankings, dataset: Dataset) -> None:
    parts = {"als": np.where(rankings.items >= 0, 0.25, np.nan)}
    table = tables.lists_table(rankings, dataset, parts)
    assert table.columns == ["user_id", "rank", "item_id", "title", "score", "part_als"]
    assert table.row(0) == ("u0", 1, "i2", dataset.titles[2], np.float32(0.9), 0.25)
    assert table["part_als"].null_count() == 0
    assert not table["part_als"].is_nan().any()


def test_user_groups_repeat_what_their_attribute_has_in_common(fairness: FairnessReport) -> None:
    rows = tables.user_groups_table(fairness).filter(metric="ndcg").to_dicts()
    assert [(row["group"], row["mean"], row["n"], row["suppressed"]) for row in rows] == [
        ("<u>F</u>", 0.25, 6, False),
        ("M", 0.40, 6, False),
        ("other", None, 2, True),
    ]
    assert {(row["gap"], row["ratio"], row["chance_gap"], row["p_value"]) for row in rows} == {
        (0.15, 0.625, 0.04, 0.01)
    }


def test_item_groups_have_their_ratio(fairness: FairnessReport) -> None:
    ratios = tables.item_groups_table(fairness)["ratio"].to_list()
    assert ratios[:2] == pytest.approx([0.6 / 0.4, 0.4 / 0.6])
    assert np.isnan(ratios[2])


def test_weights_are_shown_raw_and_effective(outcome: Outcome) -> None:
    assert tables.weights_table(outcome.scenario).rows() == [
        ("als", 3.0, 3 / (3 + 1 + 0)),
        ("text", 1.0, 1 / (3 + 1 + 0)),
        ("popularity", 0.0, 0.0),
    ]


def test_slices_name_their_slice(outcome: Outcome) -> None:
    table = tables.slices_table(outcome)
    assert set(table["slice"]) == {"long-tail"}
    assert table.height == len(outcome.slices["long-tail"])


def test_parts_of_an_explanation_sum_to_its_score(explanation: Explanation) -> None:
    table = tables.parts_table(explanation)
    assert table["scorer"].to_list() == ["als", "text", "popularity"]
    assert table["raw"].to_list() == [1.2, None, 3.0]
    assert table["history"].to_list() == pytest.approx([0.3 + 0.1, 0.0, 0.0])
    assert (table["history"] + table["rest"]).sum() == pytest.approx(explanation.score)


def test_places_that_are_no_sum_have_ranks_and_no_amounts(explanation: Explanation, dataset: Dataset) -> None:
    nothing = float("nan")
    parts = [
        replace(part, contribution=nothing, rest=nothing, rank=rank)
        for part, rank in zip(explanation.parts, (2.0, nothing, 7.5), strict=True)
    ]
    told = replace(explanation, additive=False, parts=tuple(parts))
    table = tables.parts_table(told)
    assert table["rank"].to_list() == [2.0, None, 7.5]
    for amount in ("contribution", "history", "rest"):
        assert table[amount].to_list() == [None, None, None]
    assert tables.shares_table(told, dataset).is_empty()


def test_shares_of_an_explanation_stand_by_their_item_and_sum_to_its_score(
    explanation: Explanation, dataset: Dataset
) -> None:
    rows = tables.shares_table(explanation, dataset).to_dicts()
    assert [(row["scorer"], row["item_id"], row["share"]) for row in rows] == [
        ("als", "i0", 0.3),
        ("als", "i1", 0.1),
        ("als", None, 0.1),
        ("text", None, 0.3),
        ("popularity", None, 0.0),
    ]
    assert rows[0]["title"] == dataset.titles[0]
    assert sum(row["share"] for row in rows) == pytest.approx(explanation.score)
