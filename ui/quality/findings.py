"""The findings as cards, the worst first, each with the fix that there is."""

from __future__ import annotations

import streamlit as st

from recengine.data import Dataset
from recengine.data.importing.plan import ImportPlan
from recengine.data.quality import SEVERITIES, Fix, QualityFinding, QualityReport
from recengine.errors import RecengineError
from recengine.workspace import Workspace
from ui import actions
from ui.quality import fixing, words
from ui.text import plain

OPENED = "fix looked at"
NO_PLAN = (
    "This is a sample, or it was stored without the plan of its import, so its findings cannot be mended here. "
    "Bring the data as files on the Import page: there every fix is a step of cleaning."
)


def show(workspace: Workspace, dataset: Dataset, plan: ImportPlan | None, report: QualityReport, *, busy: bool) -> None:
    """Every finding by severity; those that found nothing at the end, folded."""
    if plan is None and any(one.fix is not None and one.severity != "good" for one in report.findings):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="no_plan"):
            st.markdown(f":material/lock: {plain(NO_PLAN)}", width="stretch")
            st.page_link("pages/import_data.py", label="Import", icon=":material/upload_file:", width="content")
    for severity in SEVERITIES:
        found = [one for one in report.findings if one.severity == severity]
        if not found:
            continue
        heading, icon, color, meaning = words.SEVERITY[severity]
        if severity == "good":
            with st.expander(f"{heading}: {len(found)} checks that found nothing", icon=icon):
                st.markdown("\n".join(f"- {plain(one.text)}" for one in found))
            continue
        st.subheader(f":{color}[{icon}] {heading} ({len(found)})", anchor=False, help=meaning)
        for one in found:
            _card(workspace, dataset, plan, one, busy=busy)


def _card(
    workspace: Workspace, dataset: Dataset, plan: ImportPlan | None, finding: QualityFinding, *, busy: bool
) -> None:
    _, icon, color, _ = words.SEVERITY[finding.severity]
    with st.container(border=True, gap="small", key=f"finding_{finding.name}"):
        said, figure = st.columns([5, 1], gap="medium", vertical_alignment="center")
        with said.container(gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.badge(words.ONE[finding.severity], icon=icon, color=color)  # type: ignore[arg-type]
                st.caption(plain(words.family(finding)), width="content")
            st.markdown(f"**{plain(finding.text)}**")
            st.caption(plain(finding.why))
        value, unit = words.figure(finding)
        with figure.container(gap=None):
            st.metric("Figure", value, label_visibility="collapsed")
            st.caption(plain(unit))
        if finding.fix is not None:
            _fix(workspace, dataset, plan, finding.name, finding.fix, busy=busy)


def _fix(workspace: Workspace, dataset: Dataset, plan: ImportPlan | None, name: str, fix: Fix, *, busy: bool) -> None:
    """The button; once it is clicked what it would touch, and the button that does it."""
    if plan is None:
        st.caption(f":material/build: {plain(f'What mends it at an import: {fix.label}.')}")
        return
    steps = fixing.with_steps(plan.cleaning, fix.cleaning)
    if steps == plan.cleaning and all(plan.mapping.get(role, "") == value for role, value in fix.mapping.items()):
        st.caption(":material/done: This is applied already; what is left of it is told above.")
        return
    opened = st.session_state.get(OPENED) == (dataset.fingerprint, name)
    if not opened:
        st.button(
            plain(fix.label),
            icon=":material/build:",
            key=f"fix {name}",
            disabled=busy,
            help="Wait until the import that is going on has ended."
            if busy
            else "Shows first what it would touch; nothing is changed yet.",
            on_click=lambda: st.session_state.update({OPENED: (dataset.fingerprint, name)}),
        )
        return
    _confirm(workspace, dataset, fixing.changed(plan, steps, fix.mapping), fix, name, busy=busy)


def _confirm(workspace: Workspace, dataset: Dataset, changed: ImportPlan, fix: Fix, name: str, *, busy: bool) -> None:
    st.markdown(f"**{plain(fix.label)}**")
    preview = None
    try:
        if fix.cleaning:
            with st.spinner("Counting what it would touch"):
                preview = fixing.preview(workspace, dataset, changed, fix.cleaning)
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")
    if preview is not None:
        _effects(preview, name)
    elif fix.mapping:
        st.caption(plain(f"All {dataset.interactions.height:,} values are read anew."))
    elif dataset.interactions.height > fixing.COUNTED:
        st.caption("With so many interactions it is counted while it is done; it can be taken back afterwards.")
    with st.container(horizontal=True):
        st.button(
            "Apply and import again",
            type="primary",
            icon=":material/check:",
            key=f"apply {name}",
            disabled=busy,
            help="Runs as a job. The data of before stay in use until it has ended, and it can be taken back.",
            on_click=actions.attempt,
            args=(lambda: _apply(workspace, dataset, changed),),
        )
        st.button("Cancel", key=f"cancel {name}", on_click=_close)


def _effects(preview: fixing.Preview, name: str) -> None:
    for place, effect in enumerate(preview.steps):
        st.markdown(plain(effect.says))
        if effect.touched and not effect.sample.is_empty():
            with st.expander(f"Some of these {effect.touched:,} rows", icon=":material/table_rows:"):
                st.dataframe(effect.sample, hide_index=True, key=f"touched {name} {place}", height=280)
    left = [
        f"{now:,} {what}" if now == was else f"{now:,} of {was:,} {what}"
        for what, was, now in zip(("users", "items", "interactions"), preview.before, preview.after, strict=True)
    ]
    st.caption(plain(f"Left are {left[0]}, {left[1]} and {left[2]}."))


def _apply(workspace: Workspace, dataset: Dataset, changed: ImportPlan) -> None:
    fixing.start(workspace, dataset, changed)
    _close()


def _close() -> None:
    st.session_state.pop(OPENED, None)
