"""Fairness: which users get worse lists, and which items are hidden."""

from dataclasses import replace

import streamlit as st

from recengine.fairness import FairnessReport
from recengine.fairness.groups import ACTIVITY
from recengine.reports import figures, tables
from recengine.reports.readings import exposure_reading, gap_reading
from recengine.reports.words import metric_label, metric_value, p_value, share
from recengine.scenario import Outcome
from ui import charts, choices, compute, exports, groups, reading, shown, state
from ui.frame import notice, open_page
from ui.text import plain

USERS_HELP = """
A gap between groups appears by chance too, the more so the more and the smaller the groups. So each gap stands beside
the one that chance alone gives: the users' group labels are shuffled 999 times. **p** is the share of shuffles with a
gap at least as large; **corrected** takes account of every attribute and metric being asked at once (Holm).
"""
DOTS = "Dot: mean of the group, with its 95 % interval. Dashed: all users. Band: as wide as the gap that chance gives."
EASIER = " Part of a gap by activity lies in the measure: whoever has more held-out items is easier to hit."
ITEMS_HELP = """
**Exposure** is the attention that a list gives: a place counts 1 / log2(rank + 1), so the first counts more than the
last. It is compared with the group's share of the training **interactions**, which is what users take, and of the
**catalogue**, which is what there is. An item of several groups counts in equal parts for each.
"""
GINI_HELP = (
    "How unequally exposure is spread over all items, also the never shown: 0 is all alike, 1 is all on one item. "
    "Lower is more even."
)
COVERAGE_HELP = "Share of the catalogue that is in at least one user's list. Higher is more varied."


def show_users(outcome: Outcome, report: FairnessReport, baseline: FairnessReport | None) -> None:
    """The user side: every attribute at a glance, then one of them in detail."""
    st.header("Users: who gets worse lists?", anchor=False, help=USERS_HELP)
    compared = groups.gap_rows(report, baseline)
    if compared.is_empty():
        st.info("No user attribute has two groups that are large enough to compare, or nothing is held out to measure.")
        return
    st.markdown(plain(groups.summary(report)))
    st.dataframe(compared, hide_index=True, column_config=groups.GAP_COLUMNS, key="gaps")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        attribute = choices.choose("By", groups.called(report.users), "by", groups.surest(report))
        gaps = report.users[attribute]
        metric = choices.choose(
            "Metric", {name: metric_label(name, report.k) for name in gaps}, "metric", next(iter(gaps))
        )
        exports.table_csv("user-groups", "All user groups as CSV", lambda: tables.user_groups_table(report))
    gap = gaps[metric]
    st.markdown(f"**{plain(gap_reading(gap, metric, report.k))}**")
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        charts.show(
            figures.user_groups_figure(
                gap,
                attribute=attribute,
                metric=metric,
                k=report.k,
                overall=outcome.table.get(metric),
                theme=charts.PAGE,
            ),
            alt=figures.user_groups_alt(gap, attribute=attribute, metric=metric, k=report.k),
            key="user_groups",
        )
        st.caption(DOTS + (EASIER if attribute == ACTIVITY else ""))
    with numbers:
        with st.container(border=True, horizontal=True):
            st.metric("Gap", metric_value(metric, gap.gap), help="Highest mean less lowest. Lower is fairer.")
            st.metric("By chance", metric_value(metric, gap.chance_gap), help="Mean gap of shuffled labels.")
            st.metric("Ratio", groups.ratio(gap), help="Lowest mean over highest. 1 is equal.")
        st.caption(plain(f"{p_value(gap.p_value)}, corrected {p_value(gap.p_holm)}"))
        st.dataframe(groups.group_rows(gap), hide_index=True, column_config=groups.GROUP_COLUMNS, key="group_rows")
        st.caption(plain(groups.suppressed_line(gap)))


def show_items(report: FairnessReport) -> None:
    """The item side: the catalogue as a whole, then by one attribute."""
    st.header("Items: what is hidden?", anchor=False, help=ITEMS_HELP)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        attribute = choices.choose("By", groups.called(report.items), "items", next(iter(report.items)))
        exports.table_csv("item-groups", "All item groups as CSV", lambda: tables.item_groups_table(report))
    shares = report.items[attribute]
    st.markdown(f"**{plain(exposure_reading(shares))}**")
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        charts.show(
            figures.item_groups_figure(shares, theme=charts.PAGE),
            alt=figures.item_groups_alt(shares, attribute=attribute),
            key="item_groups",
        )
        st.caption("At the right: exposure over interactions. 1 is shown as much as it is taken.")
    with numbers:
        with st.container(border=True, horizontal=True):
            st.metric("Catalogue shown", share(report.coverage), help=COVERAGE_HELP)
            st.metric("Gini of exposure", metric_value("gini", report.gini), help=GINI_HELP)
        st.caption(plain(f"{share(1 - report.coverage)} of the catalogue is in nobody's list."))
        st.dataframe(
            groups.share_rows(shares),
            hide_index=True,
            column_config=groups.SHARE_COLUMNS,
            key="item_rows",
            placeholder="\u2013",
        )


page = open_page("pages/fairness.py")
shown.scenario_line(page.workbench)
with notice():
    with st.spinner("Comparing groups"):
        before, told = compute.baseline(page.workbench, page.view)
        outcome = compute.shown_outcome(page.workbench, page.view.scenario, before, fairness=True)
        moved = page.view.scenario != before
        other = compute.shown_outcome(page.workbench, before, page.view.scenario, fairness=True) if moved else None
        baseline = None if other is None else other.fairness
    reading.note(page.workspace, page.workbench, replace(page.view, baseline=before))
    if told:
        st.warning(plain(told), icon=":material/compare_arrows:")
    if outcome.fairness is not None:
        show_users(outcome, outcome.fairness, baseline)
        show_items(outcome.fairness)
state.write_link(state.current())
