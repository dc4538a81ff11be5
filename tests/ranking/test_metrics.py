import numpy as np
import pytest

from recengine.errors import ScenarioError
from recengine.ranking import METRICS, compute_metrics, find_metric
from tests.ranking.lists import pairs, rankings_of

KEYS = [
    *("ndcg", "ndcg_full_k", "ndcg_untruncated"),
    *("recall", "recall_bounded"),
    *("precision", "precision_pooled"),
    *("map", "map_by_relevant", "map_by_k"),
    *("mrr", "hit_rate", "novelty", "arp", "coverage", "gini"),
]


def test_every_key_is_there_in_its_order() -> None:
    assert list(METRICS) == KEYS
    assert all(metric.key == key for key, metric in METRICS.items())


def test_a_label_with_its_variant_names_one_metric() -> None:
    assert len({(metric.label, metric.variant) for metric in METRICS.values()}) == len(METRICS)


@pytest.mark.parametrize("key", KEYS)
def test_every_metric_says_what_a_reader_must_know(key: str) -> None:
    metric = METRICS[key]
    assert metric.variant
    assert metric.population
    assert metric.explanation.endswith(".")
    assert format(0.25, metric.format)
    assert (metric.by_user is None) != (metric.over_lists is None)
    assert metric.per_user == (metric.by_user is not None)


def test_only_what_was_asked_for_is_computed() -> None:
    per_user, overall = compute_metrics(
        rankings_of([[0, 1], [2, -1]]), pairs([[0], []], 4), np.ones(4, dtype=np.int32), 2, ("recall", "coverage")
    )
    assert list(per_user) == ["recall"]
    np.testing.assert_array_equal(per_user["recall"], [1, np.nan])
    assert overall == {"coverage": 3 / 4}


def test_by_default_everything_is_computed() -> None:
    per_user, overall = compute_metrics(rankings_of([[0, 1]]), pairs([[0]], 4), np.ones(4, dtype=np.int32), 2)
    assert {*per_user, *overall} == set(KEYS)
    assert all(values.shape == (1,) for values in per_user.values())


def test_an_unknown_metric_is_named_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r'"ndgc" is not known\. Choose one of: ndcg, '):
        find_metric("ndgc")
