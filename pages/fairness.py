"""fairness."""

import streamlit as st

from ui.frame import open_page

page = open_page("pages/fairness.py")
st.write("soon")
