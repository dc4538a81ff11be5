"""Cleaning: steps that change the mapped tables, each saying what it touches before it is applied."""

from __future__ import annotations

from collections.abc import Mapping

from recengine.data.cleaning.base import Applied, Option, Step, TouchedTable
from recengine.data.cleaning.duplicates import Duplicates

__all__ = ["STEPS", "Applied", "Option", "Step", "TouchedTable"]

STEPS: Mapping[str, type[Step]] = {Duplicates.name: Duplicates}
"""By name, in the order in which the page offers them."""
