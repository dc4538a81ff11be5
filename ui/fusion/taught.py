"""What a strategy learned: the share of each feature, and the rules of a tree that can be read."""

from __future__ import annotations

import polars as pl
import streamlit as st

from recengine.fusion import Strategy
from recengine.fusion.strategies import DecisionTree, Taught
from recengine.fusion.strategies.decision_tree import rules
from recengine.scenario import Workbench

MAX_FEATURES = 12
SHARES_HELP = "Of all that the splits on a feature gained while learning. The shares of all features sum to 100 %."


def taught_panel(workbench: Workbench, strategy: Strategy) -> None:
    """Feature shares, largest first, and a tree's rules, the most promising first."""
    facts = workbench.source.facts
    taught = facts.learned.get(strategy) if facts is not None else None
    if not isinstance(taught, Taught):
        return
    st.caption(
        f"Learned from {taught.n_users:,} users with {taught.n_relevant:,} relevant items of the validation part."
    )
    st.dataframe(
        shares_table(taught).head(MAX_FEATURES),
        hide_index=True,
        height="content",
        column_config={
            "Share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, help=SHARES_HELP)
        },
        key="taught shares",
    )
    if isinstance(strategy, DecisionTree):
        st.dataframe(
            rules_table(taught),
            hide_index=True,
            height="content",
            column_config={
                "Relevant": st.column_config.NumberColumn(format="percent", help="Of the candidates that it held."),
                "Candidates": st.column_config.NumberColumn(format="localized"),
            },
            key="taught rules",
        )


def rules_table(taught: Taught) -> pl.DataFrame:
    """`Rule, Relevant, Candidates`, the most promising first."""
    found = rules(taught)
    return pl.DataFrame(
        {
            "Rule": [rule.text for rule in found],
            "Relevant": [rule.share for rule in found],
            "Candidates": [rule.size for rule in found],
        }
    )


def shares_table(taught: Taught) -> pl.DataFrame:
    """`Feature, Share`, those that were used, largest first."""
    used = {name: share for name, share in taught.by_feature.items() if share > 0}
    return pl.DataFrame(
        {"Feature": list(used), "Share": list(used.values())}, schema={"Feature": pl.String, "Share": pl.Float64}
    )
