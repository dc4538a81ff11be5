"""For whom the lists are good, and which items they show."""

from recengine.fairness.groups import item_groupings, user_groupings
from recengine.fairness.items import item_exposure, item_fairness
from recengine.fairness.measure import fairness_report
from recengine.fairness.report import FairnessReport, GroupFigure, GroupGap, GroupShare
from recengine.fairness.users import MINIMUM_GROUP, holm, user_fairness

__all__ = [
    "MINIMUM_GROUP",
    "FairnessReport",
    "GroupFigure",
    "GroupGap",
    "GroupShare",
    "fairness_report",
    "holm",
    "item_exposure",
    "item_fairness",
    "item_groupings",
    "user_fairness",
    "user_groupings",
]
