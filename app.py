"""The studio in the browser: `streamlit run app.py`."""

import streamlit as st

from ui import frame

st.set_page_config(page_title=frame.PRODUCT, page_icon=str(frame.ASSETS / "icon.svg"), layout="wide")
frame.run()
