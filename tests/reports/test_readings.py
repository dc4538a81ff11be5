from dataclasses import replace

import pytest

from recengine.fairness import FairnessReport, GroupShare
from recengine.reports.readings import exposure_reading, gap_reading


@pytest.mark.parametrize(
    ("gap", "chance", "p", "corrected", "said"),
    [
        (0.15, 0.04, 0.001, 0.008, "is more than chance gives"),
        (0.15, 0.04, 0.010, 0.080, "can be chance, as so many are compared here"),
        (0.05, 0.04, 0.300, 1.000, "can be chance:"),
        (0.03, 0.04, 0.700, 1.000, "is no larger than chance gives"),
    ],
)
def test_a_gap_is_read_by_its_corrected_p_value(
    fairness: FairnessReport, gap: float, chance: float, p: float, corrected: float, said: str
) -> None:
    one = replace(fairness.users["gender"]["ndcg"], gap=gap, chance_gap=chance, p_value=p, p_holm=corrected)
    reading = gap_reading(one, "ndcg", 3)
    assert reading.startswith(f"The gap of {gap:.3f} NDCG@3 between the best and the worst served group {said}")
    assert f"shuffled labels make {chance:.3f} on average" in reading
    assert f"corrected p = {corrected:.3f}" in reading


def test_a_gap_that_is_none_or_not_tested_says_so(fairness: FairnessReport) -> None:
    gap = fairness.users["gender"]["ndcg"]
    nan = float("nan")
    assert "no two groups" in gap_reading(replace(gap, groups={}, gap=nan, p_value=nan), "ndcg", 3)
    assert "not tested" in gap_reading(replace(gap, chance_gap=nan, p_value=nan), "ndcg", 3)


def test_exposure_names_the_most_the_least_and_the_never_shown() -> None:
    groups = {
        "head": GroupShare(catalogue=0.2, interactions=0.5, exposure=0.75, n_items=2),
        "tail": GroupShare(catalogue=0.4, interactions=0.5, exposure=0.25, n_items=4),
        "cold": GroupShare(catalogue=0.4, interactions=0.0, exposure=0.0, n_items=4),
    }
    assert exposure_reading(groups).replace("\u00a0", " ") == (
        "Shown most beyond what is taken: head, with 75.0 % of the exposure for 50.0 % of the interactions "
        "(\u00d7 1.50). Least: tail, with 25.0 % of the exposure for 50.0 % of the interactions (\u00d7 0.50). "
        "Never shown: cold."
    )


def test_exposure_of_one_group_and_of_none() -> None:
    everything = {"all": GroupShare(catalogue=1.0, interactions=1.0, exposure=1.0, n_items=3)}
    assert "Least" not in exposure_reading(everything)
    assert "No group has an interaction" in exposure_reading({"new": GroupShare(1.0, 0.0, 1.0, 3)})
