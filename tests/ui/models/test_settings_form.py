from __future__ import annotations

from streamlit.testing.v1 import AppTest


def form() -> None:
    """A page that shows the form of SASRec, and what it returns."""
    import streamlit as st

    from recengine.models import make_recipe
    from ui.models.settings_form import settings_form

    recipe = make_recipe("sasrec", {"epochs": 7, "patience": 3, "mask": 0.5})
    with st.form("form"):
        st.session_state.chosen = settings_form(recipe, "sasrec")
        st.form_submit_button("Save")
    st.session_state.recipe = recipe


def test_settings_that_few_change_are_folded_away_and_kept() -> None:
    shown = AppTest.from_function(form).run()
    assert not shown.exception
    assert [each.label for each in shown.expander] == ["Altered views of histories", "Training"]
    views, training = shown.expander
    assert [each.label for each in views.slider] == ["Crop", "Reorder", "Augmented"]
    assert "Patience" in [each.label for each in training.number_input]
    assert "Epochs" not in [each.label for each in training.number_input]
    assert shown.session_state.chosen == shown.session_state.recipe.settings()
