"""What a fit would send to a language model, shown beside the button that starts it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import DataError, EndpointError
from recengine.models import Recipe, scorer_label
from recengine.models.profiles import UserTextRecipe
from recengine.scenario import Measured, Scenario, fit_key
from recengine.workspace import Workspace
from ui import compute
from ui.text import plain


def writers(recipes: Mapping[str, Recipe]) -> dict[str, UserTextRecipe]:
    """Those of which a language model writes the texts."""
    return {
        scorer: recipe
        for scorer, recipe in recipes.items()
        if isinstance(recipe, UserTextRecipe) and recipe.writer == "endpoint"
    }


def to_be_fitted(workspace: Workspace, scenario: Scenario) -> dict[str, UserTextRecipe]:
    """Those of a scenario that a fit of it would fit."""
    asked = writers(scenario.recipes())
    stored = {entry.key for entry in workspace.fits()} if asked else set()
    return {
        scorer: recipe for scorer, recipe in asked.items() if fit_key(scenario, recipe, device_kind()) not in stored
    }


def show_sending(
    workspace: Workspace,
    dataset: Dataset,
    recipes: Mapping[str, Recipe],
    scenario: Scenario,
    measured: Measured = "test",
    *,
    note: str = "",
) -> None:
    """To whom, how much, a whole message and what is withheld, of the part that `scenario` is fitted on; most often
    nothing, since templates write. note: a sentence more.
    """
    for scorer, recipe in writers(recipes).items():
        try:
            part = compute.learnt_part(dataset, scenario, measured)
            sending = None if recipe.obstacle(part) else recipe.sending(part, workspace.resources())
        except (DataError, EndpointError):
            continue  # what is in the way is told where the scorer is chosen
        if sending is None:
            continue
        label = f"What a fit of {scorer_label(scorer, recipe)} sends to {sending.endpoint.model}"
        with st.expander(plain(label), icon=":material/outgoing_mail:", expanded=True, key=f"sending {scorer}"):
            if not sending.messages or sending.example is None:
                st.caption(plain(sending.lines[0]))
                continue
            st.caption(plain(f"Sends {sending.how_many} {sending.what} {note} The first message, word for word:"))
            body = json.dumps(sending.example.body, ensure_ascii=False, indent=2)
            st.code(body, language="json", wrap_lines=True, height=240)
