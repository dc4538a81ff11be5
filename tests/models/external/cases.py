"""Uploaded scores on the board."""

import numpy as np
import polars as pl

from recengine.data.scores import ScoreTable
from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM, NEWCOMER, WORDLESS_ITEM, tastes


def board_scores() -> ScoreTable:
    """Of a system that knows the tastes, but nothing of one item, one that nobody took and somebody new."""
    likes = tastes().astype(np.float32)
    given = np.ones(likes.shape, dtype=np.bool_)
    given[NEWCOMER] = False
    given[:, [COLD_ITEM, WORDLESS_ITEM]] = False
    users, items = np.nonzero(given)
    # 0 is a score as any other
    scores = likes[users, items] - 0.01 * (items // 2).astype(np.float32)
    frame = pl.DataFrame({"user": [f"u{user}" for user in users], "item": [f"i{item}" for item in items]})
    frame = frame.with_columns(score=pl.Series(scores, dtype=pl.Float32))
    elsewhere = pl.DataFrame({"user": ["u0"], "item": ["elsewhere"], "score": [9.0]}, schema=frame.schema)
    return ScoreTable("board.csv", pl.concat([frame, elsewhere]))


CASES = (
    Case(
        "external",
        {"scores": board_scores().fingerprint},
        silent_items=(COLD_ITEM, WORDLESS_ITEM),
        finds=0.9,
        folds_in=False,
        additive=False,
    ),
)
