"""The scorers to choose from: a card each, by family, with settings that can be saved under a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from recengine.models import Recipe, make_recipe
from recengine.models.training.cost import rough_time
from recengine.scenario import Scenario
from recengine.workspace import Workspace
from ui import actions, job_words
from ui.frame import OpenDataset, notice
from ui.models import rounds, rounds_panel
from ui.models.offers import Offer, changed_settings, memory_words, settings_words
from ui.models.settings_form import settings_form
from ui.text import plain

PICKED = "scorers picked"
PLAIN = "scorers with their own settings"
BASED_ON = "scorers picked from"
SAVED = "scorer whose settings were saved, and under which name"
COLUMNS, COLUMN_WIDTH = 4, 280
TIME_HELP = (
    "A rough estimate: from earlier fits of the same scorer in this workspace, by how much more or less is to be "
    "computed; without one, from what is to be computed and how fast this machine multiplies, which may be off by "
    "several times. It takes longer while the machine has other work, and less where the fit stops early."
)


def begin(scenario: Scenario) -> set[str]:
    """Start from the scorers of the scenario, each time that it has others. Names that are to have their defaults."""
    if st.session_state.get(BASED_ON) != scenario.models:
        st.session_state[BASED_ON] = scenario.models
        st.session_state[PICKED] = set(scenario.scorers)
        st.session_state[PLAIN] = set()
    plain_: set[str] = st.session_state[PLAIN]
    return plain_


def picked(offers: Mapping[str, Offer]) -> dict[str, Recipe]:
    """What is ticked and can be had."""
    chosen: set[str] = st.session_state[PICKED]
    return {name: offer.recipe for name, offer in offers.items() if name in chosen and offer.can_be_chosen}


def pick(scorer: str) -> None:
    """Tick it."""
    st.session_state.setdefault(PICKED, set()).add(scorer)


def cards(page: OpenDataset, offers: Mapping[str, Offer]) -> None:
    """A card a scorer, those of a family beside each other; of one kind only where that is asked for."""
    kinds = kinds_of(offers, st.session_state[PICKED])
    kind = st.pills(
        "Kind",
        list(kinds),
        format_func=lambda kind: f"{kind} ({len(kinds[kind])})",
        key="kind of scorer",
        help="Shows the cards of one kind. What is ticked on the others stays ticked.",
    )
    offers = {name: offer for name, offer in offers.items() if kind not in kinds or name in kinds[kind]}
    if not offers:
        st.info(f"{kind}: none yet.", icon=":material/check_box_outline_blank:")
    with st.grid(COLUMNS, min_column_width=COLUMN_WIDTH):
        for offer in offers.values():
            with st.container(border=True, height="stretch", gap="xsmall", key=f"card_{offer.scorer}"):
                _card(page, offer)


def kinds_of(offers: Mapping[str, Offer], ticked: Collection[str]) -> dict[str, list[str]]:
    """The scorers by what one may want to look at: what is ticked, what is fitted, and each family."""
    kinds = {
        "Ticked": [name for name, offer in offers.items() if name in ticked and offer.can_be_chosen],
        "Fitted": [name for name, offer in offers.items() if offer.fit is not None],
    }
    for name, offer in offers.items():
        kinds.setdefault(offer.recipe.family, []).append(name)
    return kinds


def _card(page: OpenDataset, offer: Offer) -> None:
    st.caption(plain(offer.recipe.family))
    key = f"pick_{offer.scorer}"
    st.session_state[key] = offer.scorer in st.session_state[PICKED] and offer.can_be_chosen
    with st.container(horizontal=True, vertical_alignment="center"):
        st.checkbox(
            f"**{plain(offer.label)}**",
            key=key,
            disabled=not offer.can_be_chosen,
            on_change=_toggle,
            args=(offer.scorer,),
            width="stretch",
        )
        if offer.fit is not None:
            st.badge("Fitted", icon=":material/check:", color="green")
        elif not offer.can_be_chosen:
            st.badge("Not possible", icon=":material/block:", color="gray")
    st.caption(plain(offer.recipe.about))
    changed = changed_settings(offer.recipe)
    if changed:
        st.caption(plain(f"{'Settings of the scenario' if offer.own else 'Settings'}: {settings_words(changed)}"))
    st.caption(plain(_cost(offer)), help=TIME_HELP if offer.seconds is not None and offer.fit is None else None)
    if offer.run is not None and offer.fit is None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(plain(rounds.stopped_words(offer.run)), width="stretch")
            rounds_panel.delete_button(page, offer.run, key=f"delete run {offer.scorer}")
    with st.container(horizontal=True, gap="small"):
        if offer.recipe.facts():
            _settings(page.workspace, offer)
        if offer.own and ":" not in offer.scorer:
            st.button(
                "Use the defaults",
                icon=":material/restart_alt:",
                key=f"defaults {offer.scorer}",
                type="tertiary",
                on_click=st.session_state[PLAIN].add,
                args=(offer.scorer,),
            )
        if offer.saved:
            _delete(page.workspace, offer)


def _cost(offer: Offer) -> str:
    if offer.fit is not None:
        took, size = job_words.duration(offer.fit.seconds), memory_words(offer.fit.size)
        return f"Fitted in {took} on {offer.fit.device}, {size} on disk."
    if offer.obstacle is not None:
        return offer.obstacle
    time_ = "" if offer.seconds is None else f"{rough_time(offer.seconds)} and "
    return f"Takes {time_}up to {memory_words(offer.memory)} of memory to fit."


def _settings(workspace: Workspace, offer: Offer) -> None:
    key = f"settings {offer.scorer}"
    base, variant = st.session_state.get(SAVED, ("", ""))
    if base == offer.scorer:
        # a popover cannot be shut in the run that has drawn it
        del st.session_state[SAVED]
        st.session_state[key] = False
        st.toast(plain(f"Saved as {variant}, and ticked."), icon=":material/save:")
    popover = st.popover("Settings", icon=":material/tune:", type="tertiary", key=key, on_change="rerun")
    if not popover.open:
        return
    name = offer.recipe.name
    with popover, st.form(f"form {offer.scorer}", border=False), notice():
        settings = settings_form(offer.recipe, offer.scorer)
        saved_as = st.text_input(
            "Save as",
            placeholder="wide",
            help="Letters, digits, dots, dashes and underscores. The variant then stands beside the others.",
            key=f"variant {offer.scorer}",
        )
        trouble = st.empty()  # above the button: below it, the edge of the popover would hide it
        if st.form_submit_button("Save and choose", icon=":material/save:", type="primary"):
            with trouble, notice():
                if not saved_as.strip():
                    st.warning("Give the variant a name.", icon=":material/edit:")
                else:
                    scorer = f"{name}:{saved_as.strip()}"
                    workspace.save_recipe(scorer, make_recipe(scorer, settings))
                    pick(scorer)
                    st.session_state[SAVED] = (offer.scorer, scorer)
                    st.rerun()


def _delete(workspace: Workspace, offer: Offer) -> None:
    st.button(
        "Forget",
        icon=":material/delete:",
        key=f"forget {offer.scorer}",
        type="tertiary",
        help="Forget these settings. What was fitted with them stays.",
        on_click=actions.attempt,
        args=(lambda: workspace.delete_recipe(offer.scorer),),
    )


def _toggle(scorer: str) -> None:
    chosen: set[str] = st.session_state[PICKED]
    chosen.symmetric_difference_update({scorer})
