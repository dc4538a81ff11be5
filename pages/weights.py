"""Weights: which would be better, and how much it matters."""

from ui import choices, state
from ui.frame import notice, open_page
from ui.weights_along import show_along
from ui.weights_panels import tell_loaded
from ui.weights_triangle import show_triangle

PARTS = {"along": "Along one weight", "triangle": "Triangle"}

page = open_page("pages/weights.py")
with notice():
    tell_loaded()
    part = choices.choose("Show", PARTS, "weigh", "along", show_label=False)
    show = {"along": show_along, "triangle": show_triangle}
    show[part](page)
state.write_link(state.current())
