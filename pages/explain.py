"""explain."""

import streamlit as st

from ui.frame import open_page

page = open_page("pages/explain.py")
st.write("soon")
