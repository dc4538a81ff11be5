"""What a click does before the page runs: a mistake there is kept, and told by the run that follows."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from recengine.errors import RecengineError
from ui.text import plain

PROBLEM = "problem of the last click"


def attempt(action: Callable[[], object]) -> None:
    """Do it; a mistake that the reader can mend is kept for `tell`. Never show anything inside a callback."""
    try:
        action()
    except RecengineError as error:
        st.session_state[PROBLEM] = str(error)


def tell() -> None:
    """The notice of what the last click could not do, once."""
    problem = st.session_state.pop(PROBLEM, None)
    if problem is not None:
        st.error(plain(problem), icon=":material/error:")
