"""overview."""

import streamlit as st

from ui.frame import open_page

page = open_page("pages/overview.py")
st.write("soon")
