"""The metrics by name, each with what a reader must know of it: one source for pages, command line and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Values
from recengine.errors import ScenarioError
from recengine.ranking import accuracy, beyond
from recengine.ranking.judged import JudgedLists, judge
from recengine.ranking.rankings import Rankings

WITH_RELEVANT = "users with at least one relevant test item"
WITH_LIST = "users with a list and at least one relevant test item"
ALL_LISTS = "lists of all users with at least one relevant test item together, over the whole catalogue"


@dataclass(frozen=True)
class Metric:
    """One metric in one variant.

    key: in JSON and code. label: for people, without "@k". variant: which definition, in words.
    higher_is_better: None where neither direction is better in itself. population: what an evaluation's figure is over.
    explanation: one sentence in plain words. unit: "" for a share or score in [0, 1]. format: a `format()` string.
    Exactly one is given of `by_user` (a value a user, (U,), NaN = undefined; the figure is the mean) and `over_lists`.
    """

    key: str
    label: str
    variant: str
    higher_is_better: bool | None
    explanation: str
    population: str = WITH_RELEVANT
    unit: str = ""
    format: str = ".3f"
    by_user: Callable[[JudgedLists], Values] | None = None
    over_lists: Callable[[JudgedLists], float] | None = None

    @property
    def per_user(self) -> bool:
        """Whether there is a value for each user, so that a mean, an interval and groups make sense."""
        return self.by_user is not None


_ALL = (
    Metric(
        "ndcg",
        "NDCG",
        "against the best list of min(relevant, k) hits",
        True,
        "How many relevant items the list holds, with a hit near the top counting more; 1 is the best possible list.",
        by_user=accuracy.ndcg,
    ),
    Metric(
        "ndcg_full_k",
        "NDCG",
        "against a list of k hits",
        True,
        "NDCG that asks for k relevant items even of users who have fewer; RecTools computes it so.",
        by_user=accuracy.ndcg_full_k,
    ),
    Metric(
        "ndcg_untruncated",
        "NDCG",
        "against a list of all relevant items, beyond k",
        True,
        "NDCG against a list longer than k where a user has more relevant items, as in the 2021 TOIS benchmark.",
        by_user=accuracy.ndcg_untruncated,
    ),
    Metric(
        "recall",
        "Recall",
        "hits / relevant",
        True,
        "Share of the user's relevant items that the list holds.",
        by_user=accuracy.recall,
    ),
    Metric(
        "recall_bounded",
        "Recall",
        "hits / min(relevant, k)",
        True,
        "Share of the relevant items that a list of k could hold; LensKit computes it so.",
        by_user=accuracy.recall_bounded,
    ),
    Metric(
        "precision",
        "Precision",
        "hits / k",
        True,
        "Share of the k places that hold a relevant item.",
        by_user=accuracy.precision,
    ),
    Metric(
        "precision_pooled",
        "Precision",
        "all hits / sum of min(relevant, k)",
        True,
        "Hits of all users over the hits that were possible; implicit calls it precision.",
        over_lists=accuracy.precision_pooled,
    ),
    Metric(
        "map",
        "MAP",
        "over min(relevant, k)",
        True,
        "Mean of the precision at each hit; 1 when all relevant items that fit stand on top.",
        by_user=accuracy.average_precision,
    ),
    Metric(
        "map_by_relevant",
        "MAP",
        "over relevant",
        True,
        "MAP that also counts relevant items for which k has no room; ranx and RecTools compute it so.",
        by_user=accuracy.average_precision_by_relevant,
    ),
    Metric(
        "map_by_k",
        "MAP",
        "over k",
        True,
        "MAP that asks for k relevant items even of users who have fewer.",
        by_user=accuracy.average_precision_by_k,
    ),
    Metric(
        "mrr",
        "MRR",
        "1 / rank of the first hit",
        True,
        "How high the first relevant item stands: 1 on top, 0.5 in second place, 0 when there is none.",
        by_user=accuracy.reciprocal_rank,
    ),
    Metric(
        "hit_rate",
        "Hit rate",
        "at least one hit",
        True,
        "Share of users whose list holds at least one relevant item.",
        format=".1%",
        by_user=accuracy.hit,
    ),
    Metric(
        "novelty",
        "Novelty",
        "mean inverse user frequency",
        None,
        "How unusual the shown items are: 0 when everybody took them, one more for each halving of the users.",
        population=WITH_LIST,
        unit="bits",
        format=".2f",
        by_user=beyond.novelty,
    ),
    Metric(
        "arp",
        "Average popularity",
        "training users of a shown item",
        None,
        "How many training users took the shown items, on average; high means mainstream.",
        population=WITH_LIST,
        unit="users",
        format=".1f",
        by_user=beyond.average_popularity,
    ),
    Metric(
        "coverage",
        "Coverage",
        "items shown / catalogue",
        True,
        "Share of the catalogue that at least one user is shown.",
        population=ALL_LISTS,
        format=".1%",
        over_lists=beyond.coverage,
    ),
    Metric(
        "gini",
        "Gini of exposure",
        "over all items, also the never shown",
        False,
        "How unequally the places go to the items: 0 when all items are shown equally often, 1 when one takes all.",
        population=ALL_LISTS,
        over_lists=beyond.gini,
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.key: metric for metric in _ALL})
"""Every metric by its key, in the order in which they are shown."""


def compute_metrics(
    rankings: Rankings, relevant: csr_matrix, popularity: Positions, n_users: int, keys: Iterable[str] = tuple(METRICS)
) -> tuple[dict[str, Values], dict[str, float]]:
    """The metrics `keys`: those by user as (U,) float64, NaN where undefined, and those over all lists as one figure.

    relevant (all users, n_items): test positives. popularity (n_items,): training users of an item; n_users: training
    users in all. Raises `ScenarioError` for an unknown key.
    """
    return metrics_of(judge(rankings, relevant, popularity, n_users), keys)


def metrics_of(lists: JudgedLists, keys: Iterable[str]) -> tuple[dict[str, Values], dict[str, float]]:
    """As `compute_metrics`, of lists that are judged already."""
    per_user: dict[str, Values] = {}
    overall: dict[str, float] = {}
    for key in keys:
        metric = find_metric(key)
        if metric.by_user is not None:
            per_user[key] = metric.by_user(lists)
        elif metric.over_lists is not None:
            overall[key] = metric.over_lists(lists)
    return per_user, overall


def find_metric(key: str) -> Metric:
    """The metric of that key. Raises `ScenarioError`."""
    if key not in METRICS:
        raise ScenarioError(f'Metric "{key}" is not known. Choose one of: {", ".join(METRICS)}.')
    return METRICS[key]
