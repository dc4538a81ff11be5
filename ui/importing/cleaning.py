"""The third stage: steps of cleaning, each seen before it is applied, and each to be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from recengine.data.cleaning import STEPS, parse_step, step_words, usual_keep
from recengine.data.sources import TableKind
from recengine.errors import RecengineError
from recengine.reports.words import share
from recengine.workspace import Workspace
from ui import actions, exports
from ui.importing import step_form, store
from ui.importing.draft import Draft
from ui.importing.materials import Counts, Effect, Mapped
from ui.importing.reading import Brought
from ui.text import plain

COUNTED_UNASKED = 3_000_000
"""With more interactions a step is counted when it is opened: each takes seconds."""
READABLE = "unreadable"
"""The step without which a cell that cannot be read stops an import."""
MOST = 0.5
"""A step that leaves out more than this share is seldom meant."""
NEEDS: dict[str, TableKind] = {"items": "items", "users": "users"}
"""The table that a step needs whose name ends so."""
MERGES = {
    "last": "the last by time stays",
    "sum": "their values are added up, as they are counts or play times",
    "max": "the type of event that weighs most stays",
}
"""What becomes of repeats, by `usual_keep`."""


def show(workspace: Workspace, draft: Draft, found: Brought) -> None:
    """What there is before and after, the steps that are applied, the steps that could be."""
    mapped = Mapped.of(draft, found)
    with st.spinner("Reading the tables"):
        before = mapped.counts()
    sound = _show_applied(workspace, draft, mapped, before)
    if not sound:
        return
    st.subheader("Steps that could be applied", anchor=False)
    effects: dict[str, Effect | str] = {}
    if before[2] <= COUNTED_UNASKED:
        with st.spinner("Counting what each step would touch"):
            effects = {name: _effect(draft, mapped, name) for name in STEPS}
        st.caption(
            "In the order in which they are best applied. Open one for its settings and the rows it would touch."
        )
    else:
        st.caption(f"With {before[2]:,} interactions, a step is counted when you open it.")
    with st.container(gap="xsmall"):
        for name in STEPS:
            about = NEEDS.get(name.rpartition("-")[2])
            if about is None or found.of(about):
                _show_step(workspace, draft, mapped, name, effects.get(name))


def _show_applied(workspace: Workspace, draft: Draft, mapped: Mapped, before: Counts) -> bool:
    """The steps as they are applied, with what they leave. False where one of them cannot be applied any more."""
    effects: list[Effect] = []
    problem = ""
    with st.spinner("Applying the steps"):
        for place, text in enumerate(draft.cleaning):
            try:
                effects.append(mapped.effect(draft.cleaning[:place], text))
            except RecengineError as error:
                problem = str(error)
                break
    after = effects[-1].after if effects else before
    _show_counts(before, after)
    if not draft.cleaning:
        st.caption("No step is applied yet.")
    for place, text in enumerate(draft.cleaning):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"applied_{place}"):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{place + 1}. {plain(title(text))}**")
                if place < len(effects):
                    st.caption(plain(effects[place].says))
                elif place == len(effects):
                    st.error(plain(problem), icon=":material/error:")
            _applied_buttons(workspace, draft, place)
    if not problem:
        _show_unasked(workspace, draft, mapped, after)
    return not problem


def _show_unasked(workspace: Workspace, draft: Draft, mapped: Mapped, after: Counts) -> None:
    """What happens to rows without any step, and what would stop the import."""
    lines = [f"Left out: {count:,} {reason}." for reason, count in mapped.dropped.items()]
    keep = usual_keep(mapped.mapping)
    if after[2] <= COUNTED_UNASKED:
        repeats = mapped.effect(draft.cleaning, f"duplicates:keep={keep}").touched
        if repeats:
            lines.append(
                f"{repeats:,} interactions repeat a user and an item and are merged, for a dataset has each pair once: "
                f"{MERGES[keep]}. A step below can merge them otherwise."
            )
    else:
        lines.append(f"Repeats of a user and an item are merged: {MERGES[keep]}.")
    if lines:
        st.info(
            "Whatever the steps, an import does this:  \n" + "  \n".join(plain(line) for line in lines),
            icon=":material/info:",
        )
    show_unreadable(workspace, draft, mapped)


def show_unreadable(workspace: Workspace, draft: Draft, mapped: Mapped) -> bool:
    """Say what stops the import; whether anything does."""
    cells = mapped.unreadable(draft.cleaning)
    if not cells:
        return False
    st.warning(
        f"{cells:,} {'cell of values or times' if cells == 1 else 'cells of values or times'} cannot be read, and an "
        f"import stops at the first. Leave their rows out, or go back and map another column or form.",
        icon=":material/block:",
    )
    if cells > MOST * mapped.counts(draft.cleaning)[2]:
        return True  # then rather the column is the wrong one
    st.button(
        "Leave out what cannot be read",
        icon=":material/check:",
        key="leave out unreadable",
        on_click=actions.attempt,
        # before other steps, which may look at values and times
        args=(lambda: store.change(workspace, draft, lambda now: replace(now, cleaning=(READABLE, *now.cleaning))),),
    )
    return True


def _applied_buttons(workspace: Workspace, draft: Draft, place: int) -> None:
    steps = draft.cleaning

    def keep(changed: Sequence[str]) -> None:
        store.change(workspace, draft, lambda now: replace(now, cleaning=tuple(changed)))

    def swapped(other: int) -> list[str]:
        moved = list(steps)
        moved[place], moved[other] = moved[other], moved[place]
        return moved

    if len(steps) > 1:
        for icon, called, other in (("arrow_upward", "Earlier", place - 1), ("arrow_downward", "Later", place + 1)):
            st.button(
                "",
                icon=f":material/{icon}:",
                key=f"{called} {place}",
                type="tertiary",
                help=called,
                disabled=not 0 <= other < len(steps),
                on_click=actions.attempt,
                args=(lambda other=other: keep(swapped(other)),),
            )
    st.button(
        "Take back",
        icon=":material/undo:",
        key=f"take back {place}",
        on_click=actions.attempt,
        args=(lambda: keep([*steps[:place], *steps[place + 1 :]]),),
    )


def _show_counts(before: Counts, after: Counts) -> None:
    with st.grid(3, min_column_width=150):
        for label, was, now in zip(("Users", "Items", "Interactions"), before, after, strict=True):
            with st.container(border=True, height="stretch"):
                st.metric(
                    label,
                    f"{now:,}",
                    delta=f"{now - was:,} of {was:,}" if now != was else None,
                    delta_color="off",
                    help="With at least one interaction" if label != "Interactions" else None,
                )


def _effect(draft: Draft, mapped: Mapped, name: str) -> Effect | str:
    """What the step would do as its form stands, or why it cannot."""
    try:
        return mapped.effect(draft.cleaning, step_form.text(name, _usual(name, mapped)))
    except RecengineError as error:
        return str(error)


def _usual(name: str, mapped: Mapped) -> dict[str, str]:
    """Defaults that this data asks for."""
    return {"keep": usual_keep(mapped.mapping)} if name == "duplicates" else {}


def _show_step(workspace: Workspace, draft: Draft, mapped: Mapped, name: str, effect: Effect | str | None) -> None:
    kind = STEPS[name]
    # another label makes another expander, and the label says what the form makes of the step: so it is kept here
    # whether it is open
    key, kept = f"step {name}", f"step {name} is open"
    st.session_state[key] = st.session_state.get(kept, False)

    def keep() -> None:
        st.session_state[kept] = st.session_state[key]

    opened = st.expander(f"**{plain(kind.label)}**{_mark(effect)}", key=key, on_change=keep)
    if not opened.open:
        return
    with opened:
        st.caption(plain(kind.about))
        try:
            text = step_form.show(name, _usual(name, mapped))
        except RecengineError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        with st.spinner("Counting"):
            effect = _effect(draft, mapped, name)
        if isinstance(effect, str):
            st.error(plain(effect), icon=":material/error:")
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(effect.says)}**", width="stretch")
            st.button(
                "Apply",
                type="primary",
                icon=":material/check:",
                key=f"apply {name}",
                disabled=not effect.touched,
                help=None if effect.touched else "It would touch nothing.",
                on_click=actions.attempt,
                args=(lambda: _apply(workspace, draft, name, text),),
            )
        if _is_much(effect):
            st.warning(
                f"This leaves out most of the {effect.table}. Look at the rows first, or choose other settings.",
                icon=":material/warning:",
            )
        if effect.touched:
            _show_sample(effect, name)


def _apply(workspace: Workspace, draft: Draft, name: str, text: str) -> None:
    store.change(workspace, draft, lambda now: replace(now, cleaning=(*now.cleaning, text)))
    st.session_state[f"step {name} is open"] = False


def _show_sample(effect: Effect, name: str) -> None:
    shown = effect.sample.height
    with st.container(horizontal=True, vertical_alignment="center"):
        rows = "rows" if effect.table == "interactions" else f"rows of {effect.table}"
        st.caption(
            f"What it {effect.does}: {f'the first {shown:,} of' if shown < effect.touched else 'all'} "
            f"{effect.touched:,} {rows}.",
            width="stretch",
        )
        exports.table_csv(f"touched {name}", "These rows as CSV", lambda: effect.sample)
    st.dataframe(effect.sample, hide_index=True, key=f"sample {name}", height="content" if shown < 8 else 280)


def _mark(effect: Effect | str | None) -> str:
    """What stands behind the name of a step."""
    if effect is None:
        return ""
    if isinstance(effect, str):
        return " · :orange[:material/warning: cannot be applied like this]"
    if not effect.touched:
        return " · :gray[nothing to do]"
    part = share(effect.touched / max(effect.of, 1))
    if 1_000 * effect.touched < effect.of:
        part = f"less than {share(0.001)}"
    mark = " :orange[:material/warning:]" if _is_much(effect) else ""
    return f" · {effect.does} {effect.touched:,} of {effect.of:,} {effect.table} ({part}){mark}"


def _is_much(effect: Effect) -> bool:
    return effect.does == "leaves out" and effect.table == "interactions" and effect.touched > MOST * effect.of


def title(text: str) -> str:
    """A step with its settings, in words."""
    try:
        step = parse_step(text)
    except RecengineError:
        return text
    return step_words(step)
