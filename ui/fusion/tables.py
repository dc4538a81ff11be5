"""Tables in which a strategy's texts are edited: sets of weights, and the stages of a cascade."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from recengine.arrays import Values
from recengine.fusion import Fusion
from recengine.fusion.strategies.weight_sets import EQUAL, OWN, set_text, weight_set

OF_SLIDERS = "As the sliders"
SCORER, KEEPS = "Scorer", "Keeps"
TABLES = "tables at first"
MAX_TABLES = 20


def weights_table(
    rows: Sequence[str], texts: Sequence[str], scorers: Mapping[str, str], fusion: Fusion, what: str, key: str
) -> list[str]:
    """One set of weights a row, as a text each; `scenario` where the row goes with the sliders.

    rows: what the sets are for. texts: the sets at first. scorers: labels by name. fusion: the sliders at first, whose
    weights a row that goes with them starts from. key: a new one starts over.
    """
    labels = list(scorers.values())
    first = _first(key, lambda: _frame(rows, texts, scorers, np.array(fusion.effective), what))
    columns: dict[str, Any] = {
        what: st.column_config.TextColumn(disabled=True),
        OF_SLIDERS: st.column_config.CheckboxColumn(help="The weights of the sliders, not those of this row."),
    }
    columns |= {label: st.column_config.NumberColumn(min_value=0.0, step=0.05, format="%.2f") for label in labels}
    edited = st.data_editor(first, hide_index=True, column_config=columns, key=key)
    texts = []
    for row in edited.to_dict("records"):
        numbers = {name: float(row[label] or 0.0) for name, label in zip(scorers, labels, strict=True)}
        texts.append(OWN if row[OF_SLIDERS] else set_text(numbers) or EQUAL)
    return texts


def stages_table(
    stages: Sequence[tuple[str, int | None]], scorers: Mapping[str, str], key: str
) -> list[tuple[str, int | None]]:
    """Scorer and how many it keeps, a row a stage; rows can be added and taken away."""
    by_label = {label: name for name, label in scorers.items()}
    names, keeps = [scorers[name] for name, _ in stages], [count for _, count in stages]
    edited = st.data_editor(
        _first(key, lambda: pd.DataFrame({SCORER: names, KEEPS: pd.array(keeps, dtype="Int64")})),
        hide_index=True,
        num_rows="dynamic",
        column_config={
            SCORER: st.column_config.SelectboxColumn(options=list(scorers.values()), required=True),
            KEEPS: st.column_config.NumberColumn(
                min_value=1, step=1, help="Items that go on to the next stage; the last one orders all that it gets."
            ),
        },
        key=key,
    )
    return [
        (by_label[row[SCORER]], None if pd.isna(row[KEEPS]) else int(row[KEEPS]))
        for row in edited.to_dict("records")
        if row[SCORER] in by_label
    ]


def _first(key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What a table started from: the browser keeps what is edited since, so it must not change under the same key."""
    started: dict[str, pd.DataFrame] = st.session_state.setdefault(TABLES, {})
    if key not in started:
        started[key] = make()
        while len(started) > MAX_TABLES:
            del started[next(iter(started))]
    return started[key]


def _frame(
    rows: Sequence[str], texts: Sequence[str], scorers: Mapping[str, str], effective: Values, what: str
) -> pd.DataFrame:
    weights = np.stack([weight_set(text, list(scorers), effective, what) for text in texts])
    return pd.DataFrame(
        {what: rows, OF_SLIDERS: [text.strip() == OWN for text in texts]}
        | {label: weights[:, at].round(4) for at, label in enumerate(scorers.values())}
    )
