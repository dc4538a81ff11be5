"""What a scenario gives: the one value that pages, reports and the command line read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recengine.arrays import Values
from recengine.evaluation import Figure
from recengine.fairness import FairnessReport
from recengine.fusion import FusedLists
from recengine.scenario.scenario import Scenario


@dataclass(frozen=True)
class Outcome:
    """scenario: what was run. lists: every user's list with its certificate.

    per_user[metric] (U,): NaN where undefined. table[metric]: over users, with interval. slices[slice][metric]: the
    same for the ranking among the long tail ("long-tail") and among items without training interactions ("cold") alone.
    timings: seconds by step.
    """

    scenario: Scenario
    lists: FusedLists
    per_user: Mapping[str, Values]
    table: Mapping[str, Figure]
    slices: Mapping[str, Mapping[str, Figure]]
    fairness: FairnessReport | None
    timings: Mapping[str, float]
