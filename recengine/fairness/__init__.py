"""For whom the lists are good, and which items they show."""

from recengine.fairness.report import FairnessReport, GroupFigure, GroupGap, GroupShare

__all__ = ["FairnessReport", "GroupFigure", "GroupGap", "GroupShare"]
