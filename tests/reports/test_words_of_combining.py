from dataclasses import replace

import numpy as np

from recengine.reports.words import combination, exactness
from recengine.scenario import Outcome


def test_how_scores_are_combined(outcome: Outcome) -> None:
    assert combination(outcome.scenario) == "Weighted sum"


def test_lists_that_nobody_can_prove_are_said(outcome: Outcome) -> None:
    certified = np.arange(12) < 9
    lists = replace(outcome.lists, certified=certified, rescored=0, unproven=3)
    assert exactness(lists) == (
        "Exact for 9 of 12 users: 9 lists proven from the candidate pool. The other 3 lists are the best of the "
        "candidate pool; a deeper pool may change them."
    )
    one = replace(outcome.lists, certified=np.arange(12) < 11, rescored=0, unproven=1)
    assert exactness(one).endswith("The other list is the best of the candidate pool; a deeper pool may change it.")
    lists = replace(outcome.lists, certified=certified, rescored=3)
    assert exactness(lists) == (
        "Exact for all 12 users: 9 lists proven from the candidate pool, 3 re-scored over the whole catalogue."
    )
