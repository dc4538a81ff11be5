"""The form in which a split is chosen; what is chosen stays in the link."""

from __future__ import annotations

import streamlit as st

from recengine.data import SPLIT_LABELS, SPLIT_METHODS, Dataset, SplitMethod, SplitSpec
from recengine.data.splits.folds import MAX_FOLDS, MIN_FOLDS
from recengine.data.splits.spec import BY_TIME, MAX_LAST, OF_FOLDS
from recengine.data.splits.split import MAX_SEED
from recengine.scenario import Scenario
from ui import state
from ui.splits import asked_cut, spec_of
from ui.text import plain

CUT, SEED = "cut", "cut_seed"
"""The choices of the link."""
METHOD, PERCENT, LAST, FOLD, FOLDS, DRAW = (
    f"split {field}" for field in ("method", "share", "n", "fold", "of", "seed")
)
"""Keys of the widgets."""


def choose(dataset: Dataset, scenario: Scenario) -> tuple[SplitSpec, int]:
    """The chosen cut and seed: those of the link, else those in use."""
    choices = dict(state.current().choices)
    spec, seed, problems = asked_cut(choices.get(CUT), choices.get(SEED), scenario)
    if problems:
        st.warning("  \n".join(plain(problem) for problem in problems), icon=":material/link_off:")
        _keep(spec, seed)
    methods = [one for one in SPLIT_METHODS if dataset.has_times or one not in BY_TIME or one == spec.method]
    _set_widgets(spec, seed)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Method",
            methods,
            format_func=lambda method: SPLIT_LABELS[method],
            key=METHOD,
            width=300,
            on_change=_method_changed,
            help="What is held out: positives, the future, or whole users or items.",
        )
        _settings(spec)
        st.number_input(
            "Seed",
            0,
            MAX_SEED,
            key=DRAW,
            width=150,
            on_change=_changed,
            help="Of what is drawn at random, and of every fit. A cut by time has no chance in it.",
        )
    said = spec.sentence
    if not dataset.has_times:
        said += " These data have no times, so nothing can be cut by time."
    st.markdown(plain(said))
    return spec, seed


def _settings(spec: SplitSpec) -> None:
    if spec.method == "last":
        st.number_input(
            "Positives held out",
            1,
            MAX_LAST,
            key=LAST,
            width=170,
            on_change=_changed,
            help="The last so many of each user who has more.",
        )
    elif spec.method in OF_FOLDS:
        of = "users" if spec.method == "user-fold" else "positives"
        st.number_input("Folds", MIN_FOLDS, MAX_FOLDS, key=FOLDS, width=130, on_change=_changed)
        st.number_input(
            "Test fold",
            1,
            spec.folds,
            key=FOLD,
            width=130,
            on_change=_changed,
            help=f"Use one fold after the other, and each of the {of} is measured on once.",
        )
    else:
        st.number_input(
            "Test share (%)",
            1.0,
            90.0,
            step=5.0,
            format="%g",
            key=PERCENT,
            width=160,
            on_change=_changed,
            help="How much is held out. A tenth of the rest is validation.",
        )


def _set_widgets(spec: SplitSpec, seed: int) -> None:
    st.session_state[METHOD] = spec.method
    st.session_state[PERCENT] = float(100 * spec.share)
    st.session_state[LAST] = spec.last
    st.session_state[FOLD] = spec.fold
    st.session_state[FOLDS] = spec.folds
    st.session_state[DRAW] = seed


def _method_changed() -> None:
    method: SplitMethod = st.session_state[METHOD]
    _keep(SplitSpec(method), int(st.session_state[DRAW]))


def _changed() -> None:
    kept = st.session_state
    _keep(
        spec_of(
            kept[METHOD], percent=kept[PERCENT], last=int(kept[LAST]), fold=int(kept[FOLD]), folds=int(kept[FOLDS])
        ),
        int(kept[DRAW]),
    )


def _keep(spec: SplitSpec, seed: int) -> None:
    state.keep(state.current().choosing(CUT, spec.text).choosing(SEED, str(seed)))
