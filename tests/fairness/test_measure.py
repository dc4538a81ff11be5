from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from recengine.arrays import Values
from recengine.data import Attribute, Dataset
from recengine.errors import ScenarioError
from recengine.fairness import FairnessReport, fairness_report, holm
from recengine.ranking import Rankings

NAN = float("nan")
MakeDataset = Callable[..., Dataset]


def lists(items: Any, users: Any = None) -> Rankings:
    items = np.array(items, dtype=np.int32)
    positions = np.arange(len(items)) if users is None else np.array(users)
    return Rankings(positions.astype(np.int32), items, np.ones(items.shape, dtype=np.float32))


@pytest.fixture(scope="session")
def dataset(make_dataset: MakeDataset) -> Dataset:
    """Twenty users, five items: item 0 is the head, 1 and 2 the tail, 3 and 4 cold."""
    return make_dataset(
        [(user, 0) for user in range(20)] + [(0, 1), (1, 2)],
        n_users=20,
        n_items=5,
        users={"gender": ["F", "M"] * 10, "city": ["Ulm"] * 8 + ["Bonn"] * 8 + ["Kiel"] * 4},
        user_attributes=[Attribute("gender", "category"), Attribute("city", "category")],
        items={"genre": [["Drama"], ["Drama", "War"], ["War"], ["War"], ["Drama"]]},
        item_attributes=[Attribute("genre", "categories")],
    )


def per_user(generator: np.random.Generator, n_users: int = 20) -> dict[str, Values]:
    return {"ndcg": generator.random(n_users), "recall": generator.random(n_users), "map": generator.random(n_users)}


def test_report_has_every_attribute_and_metric(dataset: Dataset) -> None:
    report = fairness_report(lists([[0, 3]] * 20), per_user(np.random.default_rng(0)), dataset, k=2)
    assert list(report.users) == ["gender", "city", "activity"]
    assert all(list(metrics) == ["ndcg", "recall"] for metrics in report.users.values())
    assert list(report.items) == ["popularity", "genre"]
    assert asdict(report)["k"] == 2


def test_user_side_compares_the_metric_by_group(dataset: Dataset) -> None:
    ndcg = np.tile([0.2, 0.6], 10)
    report = fairness_report(lists([[0, 3]] * 20), {"ndcg": ndcg}, dataset, k=2, metrics=["ndcg"])
    gender = report.users["gender"]["ndcg"]
    assert {group: figure.mean for group, figure in gender.groups.items()} == pytest.approx({"F": 0.2, "M": 0.6})
    assert {group: figure.n for group, figure in gender.groups.items()} == {"F": 10, "M": 10}
    assert gender.gap == pytest.approx(0.6 - 0.2)
    assert gender.p_value == 1 / 1000
    assert report.users["city"]["ndcg"].suppressed == {"Kiel": 4}


def test_groups_follow_the_users_of_the_rankings(dataset: Dataset) -> None:
    users = np.arange(20)[::-1]
    ndcg = np.where(users % 2 == 0, 0.2, 0.6)  # users at even positions are F
    report = fairness_report(lists([[0, 3]] * 20, users), {"ndcg": ndcg}, dataset, k=2, metrics=["ndcg"])
    assert report.users["gender"]["ndcg"].groups["F"].mean == pytest.approx(0.2)


def test_p_values_are_corrected_over_attributes_and_metrics(dataset: Dataset) -> None:
    report = fairness_report(lists([[0, 3]] * 20), per_user(np.random.default_rng(1)), dataset, k=2)
    gaps = [gap for metrics in report.users.values() for gap in metrics.values()]
    assert [gap.p_holm for gap in gaps] == pytest.approx(holm([gap.p_value for gap in gaps]), nan_ok=True)
    # everybody's history has one or two items, so activity has too few groups to ask
    assert sum(not np.isnan(gap.p_holm) for gap in gaps) == 2 * 2


def test_item_side_is_over_the_evaluated_users(dataset: Dataset) -> None:
    items = [[0, 3]] * 10 + [[4, 2]] * 10
    ndcg = np.array([0.5] * 10 + [NAN] * 10)
    report = fairness_report(lists(items), {"ndcg": ndcg}, dataset, k=2, metrics=["ndcg"])
    first, second = 1 / np.log2(2), 1 / np.log2(3)
    popularity = report.items["popularity"]
    assert list(popularity) == ["head", "tail", "cold"]
    assert popularity["head"].exposure == pytest.approx(first / (first + second))
    assert popularity["tail"].exposure == 0
    assert popularity["cold"].exposure == pytest.approx(second / (first + second))
    assert popularity["head"].interactions == pytest.approx(20 / 22)
    assert popularity["tail"].catalogue == pytest.approx(2 / 5)
    assert report.items["genre"]["War"].exposure == pytest.approx(second / (first + second))
    assert report.coverage == pytest.approx(2 / 5)
    # ten places each for two of five items; ascending 0 0 0 10 10, weighted by 2i - n - 1
    assert report.gini == pytest.approx((2 * 10 + 4 * 10) / (5 * 20))


def test_k_is_how_much_of_each_list_counts(dataset: Dataset) -> None:
    report = fairness_report(lists([[0, 3]] * 20), per_user(np.random.default_rng(0)), dataset, k=1)
    assert report.coverage == pytest.approx(1 / 5)
    assert report.items["popularity"]["head"].exposure == pytest.approx(1)


def test_without_a_test_part_the_item_side_is_over_all_lists(dataset: Dataset) -> None:
    nothing = np.full(20, NAN)
    report = fairness_report(lists([[0, 3]] * 20), {"ndcg": nothing, "recall": nothing}, dataset, k=2)
    assert report.coverage == pytest.approx(2 / 5)
    assert all(gap.groups == {} and np.isnan(gap.gap) for gap in report.users["gender"].values())


def test_chosen_attributes_alone(dataset: Dataset) -> None:
    report = fairness_report(
        lists([[0, 3]] * 20),
        per_user(np.random.default_rng(0)),
        dataset,
        k=2,
        metrics=["map"],
        user_attributes=["city"],
        item_attributes=[],
    )
    assert {attribute: list(metrics) for attribute, metrics in report.users.items()} == {"city": ["map"]}
    assert report.items == {}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"user_attributes": ["genre"]}, r'user attribute "genre".*Choose one of: gender, city, activity\.'),
        ({"item_attributes": ["gender"]}, r'item attribute "gender".*Choose one of: popularity, genre\.'),
        ({"metrics": ["coverage"]}, r'metric "coverage".*Choose one of: ndcg, recall, map\.'),
    ],
)
def test_unknown_names_list_the_known_ones(dataset: Dataset, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as caught:
        fairness_report(lists([[0, 3]] * 20), per_user(np.random.default_rng(0)), dataset, k=2, **asked)
    assert "\n" not in str(caught.value)


def test_same_seed_same_report(dataset: Dataset) -> None:
    def report(seed: int) -> FairnessReport:
        values = per_user(np.random.default_rng(0))
        return fairness_report(lists([[0, 3]] * 20), values, dataset, k=2, seed=seed, user_attributes=["gender"])

    assert report(1) == report(1)
    assert report(1) != report(2)
