"""Fairness: which users get worse lists, and which items are hidden."""

import streamlit as st

from recengine.reports import figures
from ui import compute
from ui.frame import open_page

page = open_page("pages/fairness.py")
scenario = page.view.scenario
report = compute.outcome(page.workbench, scenario, fairness=True).fairness
if report is not None:
    for attribute, gaps in report.users.items():
        st.plotly_chart(figures.user_groups_figure(gaps["ndcg"], attribute=attribute, metric="ndcg", k=report.k))
    for attribute, groups in report.items.items():
        st.plotly_chart(figures.item_groups_figure(groups))
