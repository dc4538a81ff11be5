"""Overview: what the data is, what is fitted on it, and three verdicts on what comes out."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from recengine.evaluation import SLICES
from recengine.reports import figures, tables
from recengine.reports.views.data import cut_sentence
from recengine.scenario import Outcome, Scenario, Workbench
from recengine.workspace import DatasetEntry
from ui import charts, compute, exports, overview, parts, reading, shown
from ui.frame import notice, open_page
from ui.text import plain


def show_verdicts(workbench: Workbench, outcome: Outcome, cards: Sequence[DeltaGenerator]) -> None:
    """Is it good, for whom is it not, what would change it most: in words, with their figures."""
    verdicts = compute.verdicts(workbench, outcome)
    for card, verdict, badge in zip(cards, verdicts, overview.badges(verdicts), strict=True):
        word, icon, color = badge
        with card.container():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.subheader(plain(verdict.question), anchor=False, width="stretch")
                st.badge(word, icon=icon, color=color)
            st.markdown(plain(verdict.answer))


def show_quality(workbench: Workbench, outcome: Outcome) -> None:
    """Every scorer by itself and the fusion, against popularity; on everything, and where means hide it."""
    alone, labels, k = compute.alone(workbench, outcome.scenario), parts.labels(workbench), outcome.scenario.k
    by_scorer = {name: other.table for name, other in alone.items()}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("How good are the lists?", anchor=False, width="stretch")
        exports.table_csv("quality", "Quality as CSV", lambda: tables.metrics_table(by_scorer, outcome.table))
    whole, slices = st.columns(2, gap="medium")
    with whole:
        st.caption(f"Each scorer by itself and the fusion, lists of {k}, mean over users with 95 % interval.")
        charts.show(
            figures.metrics_figure(by_scorer, outcome.table, k=k, labels=labels, theme=charts.PAGE),
            alt=figures.metrics_alt(by_scorer, outcome.table, k=k, labels=labels),
            key="quality",
        )
    with slices:
        st.caption("The same on parts of the catalogue, which the mean over everything hides.")
        parted = overview.slice_figures(workbench, outcome, alone)
        charts.show(
            figures.slices_figure(parted, metric=overview.SLICE_METRIC, k=k, labels=labels, theme=charts.PAGE),
            alt=figures.slices_alt(parted, metric=overview.SLICE_METRIC, k=k, labels=labels),
            key="slices",
        )
        for about in SLICES.values():
            st.caption(f"**{plain(about.label)}.** {plain(about.description)}")
    with st.expander("Every metric in every variant, with intervals", icon=":material/table_rows:"):
        st.dataframe(overview.quality_rows(workbench, outcome, alone), hide_index=True, key="metrics")


def show_fit(workbench: Workbench, scenario: Scenario) -> None:
    """What is fitted, with which settings, on which device."""
    st.subheader("What is fitted?", anchor=False)
    st.dataframe(
        overview.fitted_rows(workbench),
        hide_index=True,
        key="fitted",
        column_config={
            "Seconds": st.column_config.NumberColumn(format="%.1f", width="small"),
            "Settings": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(plain(cut_sentence(scenario)))


def show_data(entry: DatasetEntry, workbench: Workbench, *, imported: bool) -> None:
    """Counts, source and terms, and what the import found. imported: whether the import can be changed."""
    st.subheader("What is the data?", anchor=False)
    with st.grid(5, min_column_width=150):
        for label, value, meaning in overview.counts(entry, workbench):
            with st.container(border=True, gap=None, height="stretch"):
                st.metric(label, value)
                st.caption(meaning)
    st.caption(f":material/translate: {plain(overview.language_line(entry))}")
    for note in workbench.dataset.notes:
        st.caption(f":material/info: {plain(note)}")
    with st.expander("What the import found", icon=":material/fact_check:"):
        for line in overview.import_lines(entry):
            st.markdown(f"- {plain(line)}")
        st.caption(f"Fingerprint {entry.fingerprint}")
        if imported:
            st.page_link(
                "pages/import_data.py",
                label="Change this import",
                icon=":material/edit:",
                query_params={"edit": entry.name},
            )


page = open_page("pages/overview.py")
shown.scenario_line(page.workbench)
cards = [column.container(border=True, height="stretch").skeleton(height=150) for column in st.columns(3)]
quality = st.container()
with notice():
    imported = page.workspace.dataset_plan(page.dataset.name) is not None
    show_data(page.workspace.dataset_entry(page.dataset.name), page.workbench, imported=imported)
    show_fit(page.workbench, page.view.scenario)
    with quality, st.spinner("Measuring every scorer by itself"):
        outcome = compute.shown_outcome(page.workbench, page.view.scenario, fairness=True)
        reading.note(page.workspace, page.workbench, page.view, beside=False)
        show_quality(page.workbench, outcome)
    show_verdicts(page.workbench, outcome, cards)
