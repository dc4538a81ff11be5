"""report."""

import streamlit as st

from ui.frame import open_page

page = open_page("pages/report.py")
st.write("soon")
