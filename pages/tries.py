"""Tries: every setting that was tried, and two of them side by side."""

import streamlit as st

from recengine.fusion import STRATEGIES
from recengine.workspace import Try
from ui import exports, state
from ui.frame import OpenDataset, notice, open_dataset
from ui.text import plain
from ui.tries import cards, keeping, side_by_side, tables

ALL = "All strategies"
TABLE_HEIGHT = 320
EMPTY = (
    "Nothing was tried on this dataset yet. Every setting that the Studio shows becomes a try with a number, together "
    "with its figures: move a slider, and this page has two of them to compare."
)
ONE = "This is the only try so far. Move a slider in the Studio: the next setting becomes another one."


def show_tries(page: OpenDataset, found: keeping.Tries) -> None:
    """The table, with what is asked for alone; one or two rows can be chosen for the comparison."""
    view, fingerprint = state.current(), page.dataset.fingerprint
    with st.container(horizontal=True, vertical_alignment="center"):
        listed = chosen_tries(found)
        st.space("stretch")
        exports.table_csv("tries", "Tries as CSV", lambda: tables.export(list(found.by_tag.values())))
    if not listed:
        st.info("No try is like that.", icon=":material/filter_alt:")
        return
    used = {view.baseline.key: "baseline"} | {view.scenario.key: "shown"}
    st.dataframe(
        tables.tries_table(list(listed.values()), fingerprint, found.obstacles, used),
        hide_index=True,
        column_config=tables.COLUMNS,
        height="auto" if len(listed) < 9 else TABLE_HEIGHT,
        key="tries table",
        selection_mode="multi-row",
        on_select=lambda: select(list(listed)),
        placeholder="\u2013",
    )
    st.caption("Choose one row to compare it as B, two to compare them as A and B. A click on a heading sorts.")


def chosen_tries(found: keeping.Tries) -> dict[str, Try]:
    """Those that the filters leave."""
    starred = st.toggle("Starred only", key="starred only")
    names = list(dict.fromkeys(str(one.document.get("strategy")) for one in found.by_tag.values()))
    strategy = ALL
    if len(names) > 1:
        strategy = st.selectbox(
            "Strategy",
            [ALL, *names],
            format_func=lambda name: STRATEGIES[name].label if name in STRATEGIES else name,
            key="try strategy",
            label_visibility="collapsed",
            width=260,
        )
    return {
        name: one
        for name, one in found.by_tag.items()
        if (one.starred or not starred) and strategy in (ALL, one.document.get("strategy"))
    }


def select(listed: list[str]) -> None:
    """The chosen rows become B, or A and B: the older one is A."""
    rows = sorted(row for row in st.session_state["tries table"].selection.rows if row < len(listed))
    if rows:
        cards.keep("b", listed[rows[0]])
    if len(rows) > 1:
        cards.keep("a", listed[rows[-1]])


def defaults(found: keeping.Tries) -> tuple[str, str]:
    """What is compared unless the link says so: the pinned try, else the baseline, with what is in the Studio; where
    these cannot be compared, the latest that can stands in for the first.
    """
    view, names = state.current(), list(found.by_tag)
    pinned = next((name for name, one in found.by_tag.items() if one.pinned), None)
    first = pinned or found.of(view.baseline) or names[-1]
    second = found.of(view.scenario) or names[0]
    if first == second:
        second = next((name for name in names if name != first), first)
    if not keeping.comparable(found, first, second):
        first = next((name for name in names if name != second and keeping.comparable(found, name, second)), first)
    return first, second


page = open_dataset("pages/tries.py")
with notice():
    keeping.follow(page)
    found = keeping.stored(page.workspace, page.dataset)
    if found.damaged:
        some = found.damaged[0] + (f" And {len(found.damaged) - 1:,} more." if len(found.damaged) > 1 else "")
        st.warning(plain(some), icon=":material/broken_image:")
    if not found.by_tag:
        st.info(EMPTY, icon=":material/science:")
        st.page_link("pages/studio.py", label="Open the Studio", icon=":material/tune:")
    else:
        show_tries(page, found)
        sides = []
        for side, default, column in zip("ab", defaults(found), st.columns(2, gap="medium"), strict=True):
            with column.container(border=True, height="stretch"):
                sides.append(cards.choose(page, found, side, default))
        if len(found.by_tag) == 1:
            st.info(ONE, icon=":material/science:")
            st.page_link("pages/studio.py", label="Open the Studio", icon=":material/tune:")
        else:
            side_by_side.show(page, *sides)
state.write_link(state.current())
