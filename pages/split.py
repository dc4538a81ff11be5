"""Split: what is learnt from and what is measured on, seen before it is used."""

from dataclasses import replace

import streamlit as st

from recengine.data import SplitPicture
from recengine.errors import DataError
from recengine.reports import figures
from recengine.scenario import Scenario
from ui import actions, adopting, charts, compute, exports, split_form, splits, state
from ui.frame import OpenDataset, notice, open_dataset
from ui.text import plain

AXES = {"order": "By order", "time": "By time"}


def show_counts(picture: SplitPicture) -> None:
    """The figures that tell most, in large."""
    summary = picture.summary
    train, validation, test = summary.parts
    shown = (
        ("Training", train.positives, "positives to learn from"),
        ("Validation", validation.positives, "positives that tuning looks at"),
        ("Test", test.positives, "positives that figures are measured on"),
        ("Users measured", summary.users_measured, f"of {summary.users:,}; {summary.cold_users:,} unknown in training"),
        ("Cold items in test", summary.cold_items, f"with {summary.cold_positives:,} of the test positives"),
    )
    with st.grid(5, min_column_width=150):
        for label, value, meaning in shown:
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(label, f"{value:,}")
                st.caption(meaning)


def show_pictures(picture: SplitPicture) -> None:
    """The parts as bars, over time, and for a few users event by event."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How much is in each part?", anchor=False)
        alt = figures.split_parts_alt(picture.summary)
        charts.show(figures.split_parts_figure(picture.summary, theme=charts.PAGE), alt=alt, key="split parts")
        st.caption("A positive is in one part; users and items can be in several.")
    with right:
        st.subheader("When was it?", anchor=False)
        if picture.timeline is None:
            st.info("There are no two times to draw between.", icon=":material/schedule:")
        else:
            alt = figures.split_timeline_alt(picture.summary)
            charts.show(figures.split_timeline_figure(picture.timeline, theme=charts.PAGE), alt=alt, key="split times")
            st.caption(
                "Training that is later than the test tells the scorers of a future that they will not know in use."
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("What does it do to a user?", anchor=False, width="stretch")
        axis = "order"
        if picture.timeline is not None:
            axis = (
                st.segmented_control(
                    "Axis",
                    list(AXES),
                    format_func=lambda key: AXES[key],
                    default="time" if picture.summary.split.startswith("time") else "order",
                    required=True,
                    key=f"split axis {picture.summary.split.partition(':')[0]}",
                    label_visibility="collapsed",
                )
                or "order"
            )
    charts.show(
        figures.split_sample_figure(picture.sample, by="time" if axis == "time" else "order", theme=charts.PAGE),
        alt=figures.split_sample_alt(picture.sample),
        key="split sample",
    )
    st.caption(
        f"{len(picture.sample)} users of every kind and activity, a row each; each mark is a positive. "
        "Rows that are not positive are in training, where they are only seen."
    )


def offer(page: OpenDataset, scenario: Scenario, wanted: Scenario, *, usable: bool) -> None:
    """One click that fits what is missing and uses the split, with what it costs."""
    in_use = (wanted.split, wanted.seed, wanted.all_data) == (scenario.split, scenario.seed, scenario.all_data)
    link = state.current().params()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(gap="xsmall", width="stretch"):
            if in_use:
                st.markdown("This split is in use: every figure of the studio is measured on it.")
            elif not usable:
                st.markdown("It leaves nothing to learn from, or nothing to measure on. Choose another one.")
            else:
                st.markdown(plain(splits.cost(page.workspace, scenario, wanted)))
        if in_use:
            st.page_link("pages/studio.py", label="Studio", icon=":material/tune:", width="content", query_params=link)
        st.button(
            "Use this split",
            type="primary",
            icon=":material/call_split:",
            key="use split",
            disabled=in_use or not usable,
            help="It is in use." if in_use else "In the Studio and on every other page",
            on_click=actions.attempt,
            args=(lambda: adopting.start(page, wanted),),
        )


page = open_dataset("pages/split.py")
with notice():
    adopting.follow(page)
    scenario = state.current().scenario
    spec, seed = split_form.choose(page.dataset, scenario)
    wanted = replace(scenario, split=spec.text, seed=seed, all_data=False)
    if scenario.all_data:
        st.info("In use everything is fitted on all data, and nothing is measured.", icon=":material/info:")
    try:
        with st.spinner("Cutting the data"):
            picture = compute.split_picture(page.dataset, wanted.split, wanted.seed)
    except DataError as error:
        st.warning(plain(str(error)), icon=":material/call_split:")
        offer(page, scenario, wanted, usable=False)
    else:
        offer(page, scenario, wanted, usable=splits.is_usable(picture.summary))
        show_counts(picture)
        show_pictures(picture)
        same = (wanted.split, wanted.seed) == (scenario.split, scenario.seed)
        other = None if same else compute.split_picture(page.dataset, scenario.split, scenario.seed).summary
        table = splits.summary_table(picture.summary, other)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("All counts" if same else "Against the split in use", anchor=False, width="stretch")
            exports.table_csv("split", "Counts as CSV", lambda: table)
        st.dataframe(table, hide_index=True, key="split counts", height="content")
state.write_link(state.current())
