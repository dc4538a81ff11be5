"""Explain: why does this user get this item, down to the history items that speak for it."""

import streamlit as st

from recengine.explanation import explain, sentence
from recengine.reports import figures
from ui import compute, state
from ui.frame import notice, open_page
from ui.text import plain

page = open_page("pages/explain.py")
workbench, view = page.workbench, state.current()
dataset = workbench.dataset
user = dataset.user_position[view.user]
row = compute.user_row(workbench, view.scenario.fusion, user)
item = dataset.item_position[view.item] if view.item is not None else int((row.rank == 1).argmax())
with notice():
    explanation = explain(workbench.pool, workbench.source, view.scenario.fusion, user, item, dataset=dataset)
    labels = {name: fitted.label for name, fitted in workbench.fitted.items()}
    st.markdown(plain(sentence(explanation, dataset.titles, labels)))
    st.plotly_chart(figures.explanation_figure(explanation, dataset.titles, labels=labels))
