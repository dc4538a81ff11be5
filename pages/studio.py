"""Studio: move the weights, and at once see the list, the reasons and the quality change."""

from dataclasses import replace

import streamlit as st

from recengine.scenario import Workbench
from recengine.workspace import Workspace
from ui import components, exports, reading, state, widgets
from ui.desk import serving
from ui.frame import notice, open_page
from ui.fusion.combining import combining_panel
from ui.text import plain
from ui.tries import keeping


@st.fragment(key="studio")
def studio(workspace: Workspace, workbench: Workbench) -> None:
    """The desk and all that it changes. It runs alone, so it holds as few elements as it can."""
    serving.follow()
    with notice():
        combining_panel(workspace, workbench)
    with notice():
        found = serving.shown(workbench)
        if found.remark:
            st.warning(plain(found.remark), icon=":material/keep:")
        reading.note(workspace, workbench, found.view)
        if found.outcome.scenario == found.view.scenario:
            keeping.remember(workbench.dataset, found.outcome)
        components.desk(serving.panel(workbench, found), on_move=serving.answer, on_explain=explain)
    state.write_link(state.current())


def explain() -> None:
    """To the page that says why the clicked item is here."""
    item = components.explained_item()
    if item is not None:
        st.switch_page("pages/explain.py", query_params=replace(state.current(), item=item).params())


page = open_page("pages/studio.py")
with st.container(horizontal=True, vertical_alignment="center"):
    widgets.choose_user(page.workbench)
    widgets.choose_settings(page.workbench)
    widgets.pin_button()
    exports.studio_exports(page.workbench)
studio(page.workspace, page.workbench)
