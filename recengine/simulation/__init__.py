"""What would happen: lists and metrics along one weight, and over all mixes of three scorers."""

from recengine.simulation.along import is_exact
from recengine.simulation.breakpoints import Breakpoints, Change, breakpoints
from recengine.simulation.curves import Stretches, Sweep
from recengine.simulation.sweep import MOST_USERS, sweep
from recengine.simulation.triangle import PARTS, Triangle, lattice, triangle
from recengine.simulation.yardstick import Yardstick

__all__ = [
    "MOST_USERS",
    "PARTS",
    "Breakpoints",
    "Change",
    "Stretches",
    "Sweep",
    "Triangle",
    "Yardstick",
    "breakpoints",
    "is_exact",
    "lattice",
    "sweep",
    "triangle",
]
