"""Who a user is in words: by template, or by a language model when the reader asks for it."""

from __future__ import annotations

import json

import numpy as np
import streamlit as st

from recengine.data import Dataset
from recengine.errors import DataError, EndpointError
from recengine.models.profiles import UserTextRecipe
from recengine.models.profiles.describing import Described, Describer
from recengine.models.profiles.writing import Written, by_model, by_template, question_of
from recengine.text.answers import Answers
from recengine.text.endpoint import MODEL, URL, Endpoint
from recengine.workspace import Workspace
from ui import compute, state
from ui.text import plain

HELP = (
    "A short text from the groups that the user likes more than most and the latest positives. The model \u201cUser in "
    "words\u201d recommends by such a text, of the part that it learns from alone, as this one is."
)


def show(workspace: Workspace, dataset: Dataset, user: int) -> None:
    """The text and who wrote it, what a fitted model reads, and what a language model would be sent: of the part that
    is learnt, so that it is word for word what a fit sends.
    """
    scenario = state.current().scenario
    recipe = next((one for one in scenario.recipes().values() if isinstance(one, UserTextRecipe)), UserTextRecipe())
    try:
        part = compute.learnt_part(dataset, scenario)
    except DataError:
        return  # a cut that cannot be made is told where it is chosen
    describer = compute.describer(part, recipe)
    place = np.array([user])
    (described,) = describer.describe(part.sequences.take(place), part.users[place] if recipe.attributes else None)
    if not described.text:
        return
    st.subheader("In words", anchor=False, help=HELP)
    (written,) = by_template([described])
    room = st.container(border=True)
    try:
        endpoint = recipe.endpoint()
    except EndpointError as error:
        st.caption(plain(f"No language model is asked: {error}"))
    else:
        if endpoint is None:
            st.caption(plain(f"A language model writes it where {URL} and {MODEL} are set. Nothing is sent unasked."))
        else:
            written = _by_model(endpoint, Answers.beside(workspace.resources().vector_cache), described, describer)
    with room:
        _text(written)
        fitted = compute.fitted_text(scenario, user)
        if fitted is not None and fitted.text and fitted != written:
            st.caption("The fitted model reads:")
            _text(fitted)


def _text(written: Written) -> None:
    st.markdown(plain(written.text))
    st.caption(plain(f"Source: {written.source}"))


def _by_model(endpoint: Endpoint, answers: Answers, described: Described, describer: Describer) -> Written:
    """What the model wrote before, or writes now that the reader has seen what is sent; else the template."""
    question = question_of(described, endpoint.model)
    kept = answers.find(endpoint, question)
    label = f"What was sent to {endpoint.model}" if kept else f"What {endpoint.model} would be sent"
    asked = False
    with st.expander(plain(label), icon=":material/outgoing_mail:"):
        where = "on this machine" if endpoint.is_local else "not this machine"
        st.caption(plain(f"To {endpoint.host} ({where}), word for word, no id among it:"))
        st.code(json.dumps(question.body, ensure_ascii=False, indent=2), language="json", wrap_lines=True)
        if describer.withheld:
            st.caption(plain(f"Never sent, as sensitive: {', '.join(describer.withheld)}."))
        if not kept:
            asked = st.button(plain(f"Send it to {endpoint.model}"), icon=":material/send:")
    if kept:
        return Written(kept, by=endpoint.model)
    if not asked:
        return by_template([described])[0]
    with st.spinner("Waiting for the language model"):
        (written,) = by_model([described], endpoint, answers)
    if written.note:
        st.warning(plain(f"The template takes over: {written.note}"), icon=":material/sms_failed:")
    return written
