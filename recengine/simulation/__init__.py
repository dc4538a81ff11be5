"""What would happen: lists and metrics along one weight, and over all mixes of three scorers."""

from recengine.simulation.along import is_exact
from recengine.simulation.breakpoints import Breakpoints, Change, breakpoints

__all__ = ["Breakpoints", "Change", "breakpoints", "is_exact"]
