"""Profiles: one user or one item, looked at closely and against everyone."""

import streamlit as st

from ui import choices, compute, state
from ui.frame import notice, open_dataset
from ui.profiles import item, picking, user

SIDES = {"user": "A user", "item": "An item"}

page = open_dataset("pages/profiles.py")
with notice():
    everyone = compute.everyone(page.dataset)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        side = choices.choose("Look at", SIDES, "profile", "user")
        pick = picking.pick_user if side == "user" else picking.pick_item
        chosen = pick(page.dataset, everyone)
    if side == "user":
        user.show(page.workspace, page.dataset, everyone, chosen)
    else:
        item.show(page.dataset, everyone, chosen)
state.write_link(state.current())
