"""Weights: which would be better, and how much it matters."""

from ui import choices, reading, state
from ui.frame import notice, open_page
from ui.weights.along import show_along
from ui.weights.clone import show_clone
from ui.weights.find import show_find
from ui.weights.learn import show_learn
from ui.weights.panels import tell_loaded
from ui.weights.thumbs import show_thumbs
from ui.weights.triangle import show_triangle
from ui.weights.worth import show_worth

PARTS = {
    "along": "Along one weight",
    "triangle": "Triangle",
    "find": "Find weights",
    "learn": "Learn from users",
    "worth": "Worth of each scorer",
    "thumbs": "Judge by thumbs",
    "clone": "Clone a system",
}

page = open_page("pages/weights.py")
with notice():
    tell_loaded()
    reading.tell_left_out(state.current().scenario)
    part = choices.choose("Show", PARTS, "weigh", "along", show_label=False)
    show = {
        "along": show_along,
        "triangle": show_triangle,
        "find": show_find,
        "learn": show_learn,
        "worth": show_worth,
        "thumbs": show_thumbs,
        "clone": show_clone,
    }
    show[part](page)
state.write_link(state.current())
