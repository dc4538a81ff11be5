"""Cold start: people and items that no fit has seen, and histories as they might be."""

import streamlit as st

from ui import choices, shown, state, widgets
from ui.cold_start.edit import edit
from ui.cold_start.item import new_item
from ui.cold_start.quality import quality
from ui.cold_start.user import new_user
from ui.frame import open_page

PARTS = {"user": "A new user", "item": "A new item", "edit": "Edit a history", "quality": "How good is it?"}

page = open_page("pages/cold_start.py")
shown.scenario_line(page.workbench)
part = choices.choose("What to try", PARTS, "cold", "user")
if part == "user":
    new_user(page.workspace, page.workbench)
elif part == "item":
    new_item(page.workspace, page.workbench)
elif part == "edit":
    with st.container(horizontal=True, vertical_alignment="center"):
        widgets.choose_user(page.workbench)
    edit(page.workbench)
else:
    quality(page.workspace, page.workbench)
state.write_link(state.current())
