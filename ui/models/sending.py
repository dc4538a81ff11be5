"""What a fit would send to a language model, shown beside the button that starts it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import DataError, EndpointError
from recengine.models import Recipe, scorer_label
from recengine.models.profiles import UserTextRecipe
from recengine.models.profiles.sending import Sending
from recengine.outgoing import Outgoing
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
    for scorer, sending in _sendings(workspace, dataset, recipes, scenario, measured).items():
        label = f"What a fit of {scorer_label(scorer, recipes[scorer])} sends to {sending.endpoint.model}"
        with st.expander(plain(label), icon=":material/outgoing_mail:", expanded=True, key=f"sending {scorer}"):
            if not sending.messages or sending.example is None:
                st.caption(plain(sending.lines[0]))
                continue
            st.caption(plain(f"Sends {sending.how_many} {sending.what} {note} The first message, word for word:"))
            _message(sending.outgoing.example)


def agree(
    workspace: Workspace,
    dataset: Dataset,
    recipes: Mapping[str, Recipe],
    scenario: Scenario,
    measured: Measured = "test",
) -> None:
    """Let jobs send what `show_sending` shows of the same, and nothing else. Raises `StoreError`."""
    for sending in _sendings(workspace, dataset, recipes, scenario, measured).values():
        workspace.jobs.agree(sending.key)


def show_asked(outgoing: Outgoing) -> None:
    """What a job would have sent."""
    with st.container(border=True, gap="small"):
        for line in outgoing.lines[:-1]:
            st.caption(plain(line))
        st.caption("The first message, word for word:")
        _message(outgoing.example)


def _sendings(
    workspace: Workspace, dataset: Dataset, recipes: Mapping[str, Recipe], scenario: Scenario, measured: Measured
) -> dict[str, Sending]:
    """By scorer, of those of which a language model writes the texts."""
    found: dict[str, Sending] = {}
    for scorer, recipe in writers(recipes).items():
        # what is in the way is told where the scorer is chosen
        with suppress(DataError, EndpointError):
            part = compute.learnt_part(dataset, scenario, measured)
            sending = None if recipe.obstacle(part) else recipe.sending(part, workspace.resources())
            if sending is not None:
                found[scorer] = sending
    return found


def _message(body: str) -> None:
    st.code(body, language="json", wrap_lines=True, height=240)
