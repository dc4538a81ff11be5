"""Explain: why does this user get this item, down to the items of their history."""

import streamlit as st

from recengine.explanation import Explanation, explain, sentence
from recengine.fusion import FusedRow
from recengine.reports import figures, tables
from recengine.scenario import Workbench
from ui import charts, compute, exports, items, parts, shown, state, widgets
from ui.frame import notice, open_page
from ui.panels import item_detail
from ui.text import plain


def choose(workbench: Workbench, shown_before: str) -> tuple[FusedRow, int, int]:
    """The user's ranking of the catalogue, the user and the item, by position."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        widgets.choose_user(workbench)
        view = state.current()
        user = workbench.dataset.user_position[view.user]
        row = compute.user_row(workbench, view.scenario, user)
        item = items.choose_item(workbench.dataset, row, new_user=view.user != shown_before)
    state.write_link(state.current())
    return row, user, item


def say(workbench: Workbench, why: Explanation, row: FusedRow) -> None:
    """The answer in words, and where the item stands."""
    dataset, view = workbench.dataset, state.current()
    words, numbers = st.columns([3, 2], gap="medium")
    with words.container(border=True, height="stretch"):
        st.markdown(plain(sentence(why, dataset.titles, parts.labels(workbench))).replace(" %", "\u00a0%"))
        st.caption(plain(item_detail(dataset, why.item)))
    baseline, told = compute.baseline(workbench, view)
    if told:
        st.warning(plain(told), icon=":material/compare_arrows:")
    before = compute.user_row(workbench, baseline, why.user)
    with numbers.container(border=True, horizontal=True, height="stretch"):
        st.metric(
            "Rank",
            f"{why.rank:,} of {(row.rank > 0).sum():,}" if why.rank else "none",
            delta=parts.moved(why.rank, int(before.rank[why.item])) if view.scenario != baseline else None,
            delta_color="off",
            delta_arrow="off",
            help="Among all items that the user has not seen; 1 is the best."
            if why.additive
            else "Among the candidates of the pool; 1 is the best.",
        )
        if state.current().scenario.rerankers:
            st.metric("Before re-ranking", f"{why.fused_rank:,}" if why.fused_rank else "none")
        st.metric(
            "Fused score",
            parts.score_text(why),
            help="The sum of all parts below." if why.additive else "As the strategy gives it; only its order matters.",
        )
        st.metric(
            "Held out",
            "yes" if workbench.relevant[why.user, why.item] else "no",
            help="Whether the user liked it in the part of the data that no scorer has seen. If so, it is a hit as "
            f"soon as it is among the best {view.scenario.k}.",
        )


def show_parts(workbench: Workbench, why: Explanation) -> None:
    """The score step by step, and what each scorer adds."""
    dataset, labels = workbench.dataset, parts.labels(workbench)
    chart, table = st.columns([3, 2], gap="medium")
    with chart:
        st.subheader("From 0 to the score", anchor=False)
        figure = figures.explanation_figure(why, dataset.titles, labels=labels, history_items=5, theme=charts.PAGE)
        charts.show(figure, alt=figures.explanation_alt(why, dataset.titles, labels=labels), key="steps")
    with table:
        st.subheader("By scorer", anchor=False)
        st.dataframe(
            parts.by_scorer(why, labels),
            hide_index=True,
            column_config=parts.scorer_columns(why),
            placeholder="\u2013",
            key="by_scorer",
        )
        st.markdown(parts.sum_line(why, labels))
        st.markdown(parts.scorer_lines(why, labels))
        with st.expander("What the numbers mean", icon=":material/help:"):
            st.markdown(parts.meaning(state.current().scenario.fusion))


def show_account(workbench: Workbench, why: Explanation) -> None:
    """How the item came to its place, where the score is no sum, and where each scorer has it."""
    labels = parts.labels(workbench)
    words, table = st.columns([3, 2], gap="medium")
    with words:
        st.subheader(plain(f"By {why.strategy}"), anchor=False)
        st.markdown(parts.account_lines(why, workbench.dataset.titles, labels))
        with st.expander("What the words mean", icon=":material/help:"):
            st.markdown(parts.meaning(state.current().scenario.fusion))
    with table:
        st.subheader("By scorer", anchor=False)
        st.dataframe(parts.by_rank(why, labels), hide_index=True, column_config=parts.RANK_COLUMNS, key="by_scorer")


def show_shares(workbench: Workbench, why: Explanation) -> None:
    """Every share, to read and to take away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Every share", anchor=False, width="stretch")
        exports.table_csv("shares", "Shares as CSV", lambda: tables.shares_table(why, workbench.dataset))
    shares = parts.every_share(why, workbench)
    st.dataframe(shares, hide_index=True, column_config=parts.share_columns(why), height=320, key="shares")


page = open_page("pages/explain.py")
shown.scenario_line(page.workbench)
row, user, item = choose(page.workbench, page.view.user)
with notice():
    fusion = state.current().scenario.fusion
    why = explain(
        page.workbench.pool,
        page.workbench.source,
        fusion,
        user,
        item,
        k=state.current().scenario.k,
        dataset=page.dataset,
    )
    say(page.workbench, why, row)
    if why.additive:
        show_parts(page.workbench, why)
        show_shares(page.workbench, why)
    else:
        show_account(page.workbench, why)
