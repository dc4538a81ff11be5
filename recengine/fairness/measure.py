"""Both sides of fairness in one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Values
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fairness.groups import MAX_GROUPS, item_groupings, user_groupings
from recengine.fairness.items import item_exposure, item_fairness
from recengine.fairness.report import FairnessReport, GroupGap
from recengine.fairness.users import holm, user_fairness
from recengine.ranking import Rankings, compute_metrics

DEFAULT_METRICS = ("ndcg", "recall")
Gap = TypeVar("Gap")


def fairness_report(
    rankings: Rankings,
    per_user: Mapping[str, Values],
    fitted_on: Dataset,
    *,
    k: int,
    metrics: Sequence[str] = DEFAULT_METRICS,
    user_attributes: Sequence[str] | None = None,
    item_attributes: Sequence[str] | None = None,
    permutations: int = 999,
    seed: int = 0,
) -> FairnessReport:
    """For whom the lists are good, and which items they show, over the users who are evaluated.

    per_user[metric] (U,), in the order of `rankings`; a user is evaluated where one of `metrics` is defined. Where
    nobody is, as without a test part, the item side is over all lists and the user side is empty of figures.
    fitted_on: what the scorers know; its positives are the training interactions. k: how much of each list counts.
    user_attributes, item_attributes: which of `user_groupings` and `item_groupings` to compare, all by default.
    permutations: shuffles for the p-values, see `user_fairness`; 0 leaves them out.

    Raises `ScenarioError` for a metric or an attribute that cannot be compared.
    """
    chosen_metrics = _chosen("metric", per_user, metrics, "metrics by user")
    by_user = _chosen("user attribute", user_groupings(fitted_on), user_attributes, _A_GROUPING)
    by_item = _chosen("item attribute", item_groupings(fitted_on), item_attributes, _A_GROUPING)
    measured = rankings.only(_evaluated(chosen_metrics, len(rankings.users)))
    shown = Rankings(measured.users, measured.items[:, :k], measured.scores[:, :k])
    popularity = fitted_on.popularity()
    exposure = item_exposure(shown.items, fitted_on.n_items)
    # what was relevant plays no part in either
    nothing = csr_matrix(fitted_on.matrix.shape)
    _, overall = compute_metrics(shown, nothing, popularity, fitted_on.n_users, ("gini", "coverage"))
    return FairnessReport(
        k=k,
        users=_corrected(
            {
                attribute: {
                    metric: user_fairness(groups.gather(rankings.users), values, permutations=permutations, seed=seed)
                    for metric, values in chosen_metrics.items()
                }
                for attribute, groups in by_user.items()
            }
        ),
        items={attribute: item_fairness(groups, exposure, popularity) for attribute, groups in by_item.items()},
        gini=overall["gini"],
        coverage=overall["coverage"],
    )


_A_GROUPING = f"attributes with categories, at most {MAX_GROUPS} of them"


def _chosen(what: str, known: Mapping[str, Gap], names: Sequence[str] | None, which: str) -> dict[str, Gap]:
    if names is None:
        return dict(known)
    for name in names:
        if name not in known:
            raise ScenarioError(f'{what} "{name}": not one of the {which}. Choose one of: {", ".join(known)}.')
    return {name: known[name] for name in names}


def _evaluated(per_user: Mapping[str, Values], n_users: int) -> Mask:
    evaluated = np.zeros(n_users, dtype=np.bool_)
    for values in per_user.values():
        evaluated |= ~np.isnan(values)
    return evaluated if evaluated.any() else ~evaluated


def _corrected(users: Mapping[str, Mapping[str, GroupGap]]) -> dict[str, dict[str, GroupGap]]:
    """The same with `p_holm`: the attributes and metrics are all asked at once."""
    asked = [(attribute, metric) for attribute, metrics in users.items() for metric in metrics]
    p_holm = dict(zip(asked, holm([users[a][m].p_value for a, m in asked]), strict=True))
    return {
        attribute: {metric: replace(gap, p_holm=p_holm[attribute, metric]) for metric, gap in metrics.items()}
        for attribute, metrics in users.items()
    }
