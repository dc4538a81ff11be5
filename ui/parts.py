"""What the Explain page shows of an explanation: tables and words. No Streamlit but for the looks of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl
from streamlit.column_config import NumberColumn, TextColumn

from recengine.explanation import Explanation, Part
from recengine.fusion import Fusion
from recengine.reports.tables import parts_table, shares_table
from recengine.reports.text import one_line
from recengine.scenario import Workbench
from ui.text import plain

REST = "the rest"
DIGITS = 4
SCORER_COLUMNS = {
    "Scorer": TextColumn(width=130),
    "Adds": NumberColumn(format="%+.4f", help="Effective weight times normalised score. The sum is the fused score."),
    "By history": NumberColumn(format="%+.4f", help="The part of it that items of the history account for."),
    "Rest": NumberColumn(format="%+.4f", help="The part of it that no item of the history accounts for."),
    "Weight": NumberColumn(format="percent", help="Effective: all weights together are 100 %."),
    "Normalised": NumberColumn(format="%.3f", help="The scorer's own score, made comparable with the other scorers'."),
}
SHARE_COLUMNS = {
    "Because of": TextColumn(width="medium"),
    "Share": NumberColumn(format="%+.5f", help="In units of the fused score; all shares sum to it."),
    "Of the score": NumberColumn(format="percent", help="The share over the fused score."),
}
MEANING = """
**Share.** How much of the fused score comes from one item of the history through one scorer. A negative share speaks
against the item. All shares together are the score; nothing is left over.

**The rest.** What no item of the history accounts for. {rest} A scorer that looks at no history, such as popularity,
is all rest: everybody gets the same from it.

**No opinion.** A scorer that knows nothing about an item, such as collaborative filtering about one that nobody has
taken, counts as neutral: as its {neutral} for this user. That too is all rest.

**Exact or approximate.** {exact}

**Not what would happen without an item.** A share says how the score is made up. With an item gone from the history,
the scorers would weigh the others anew.
"""
RESTS = {
    "min-max": "Each scorer's scores are moved so that the lowest unseen item of this user gets 0 and the highest 1; "
    "the move is the same for every item and belongs to no item of the history.",
    "z-score": "Each scorer's scores are moved so that the mean over this user's unseen items is 0; the move is the "
    "same for every item and belongs to no item of the history.",
    "rank": "Under rank normalisation it is also what is left where parts for and against the item cancel out.",
}
EXACT = (
    "Under this normalisation shares are exact: a weighted sum of scores that are only moved and stretched can be "
    "taken apart without error."
)
APPROXIMATE = (
    "What a scorer adds is exact. Under rank normalisation its shares by history item are approximate: a rank cannot "
    "be taken apart, so what the scorer adds is divided in proportion to the parts of its own score."
)


def labels(workbench: Workbench) -> dict[str, str]:
    """What each scorer is called."""
    return {name: fitted.label for name, fitted in workbench.fitted.items()}


def by_scorer(why: Explanation, called: Mapping[str, str]) -> pl.DataFrame:
    """One row a scorer, in the columns of `SCORER_COLUMNS`; as rounded here, the amounts sum to the rounded score."""
    table = parts_table(why)
    adds = rounded(table["contribution"].to_list())
    # + 0.0: nothing is written "-0.0000"
    history = [round(value, DIGITS) + 0.0 for value in table["history"].to_list()]
    rest = [round(whole - part, DIGITS) + 0.0 for whole, part in zip(adds, history, strict=True)]
    return table.select(
        pl.col("scorer").replace_strict(called, default=pl.col("scorer")).alias("Scorer"),
        pl.Series("Adds", adds),
        pl.Series("By history", history),
        pl.Series("Rest", rest),
        pl.col("weight").alias("Weight"),
        pl.col("normalised").alias("Normalised"),
    )


def every_share(why: Explanation, workbench: Workbench) -> pl.DataFrame:
    """One row a scorer and history item, the largest first, whatever the sign; the rests among them.

    As per cent of the score only where every scorer speaks for the item: else they would not say how much each adds.
    """
    titles = pl.col("title").map_elements(one_line, return_dtype=pl.String, skip_nulls=True)
    columns = {
        "Because of": titles.fill_null(REST),
        "Through": pl.col("scorer").replace_strict(labels(workbench), default=pl.col("scorer")),
        "Share": pl.col("share"),
    }
    if why.score > 0 and all(part.contribution >= 0 for part in why.parts):
        columns["Of the score"] = pl.col("share") / why.score
    shares = shares_table(why, workbench.dataset).filter(pl.col("share") != 0)
    return shares.sort(pl.col("share").abs(), descending=True, maintain_order=True).select(**columns)


def sum_line(why: Explanation, called: Mapping[str, str]) -> str:
    """ "0.4210 + 0.1002 = 0.5212, the fused score", as Markdown."""
    adds = rounded([part.contribution for part in why.parts])
    amounts = [
        f"{_amount(value)} {called.get(part.scorer, part.scorer)}" for value, part in zip(adds, why.parts, strict=True)
    ]
    return plain(f"{' + '.join(amounts)} = {sum(adds):.{DIGITS}f}, the fused score.")


def rounded(values: Sequence[float]) -> list[float]:
    """`values` with `DIGITS` digits, each within one unit of the last, that sum to the rounded sum.

    Rounded each for itself, three parts may miss the sum beside them by one unit, and who adds them up would wonder.
    Those that were rounded furthest give way (largest remainder).
    """
    scaled = [value * 10**DIGITS for value in values]
    whole = [math.floor(value) for value in scaled]
    missing = round(sum(scaled)) - sum(whole)
    furthest = sorted(range(len(values)), key=lambda at: whole[at] - scaled[at])
    return [(whole[at] + (at in furthest[:missing])) / 10**DIGITS for at in range(len(values))]


def scorer_lines(why: Explanation, called: Mapping[str, str]) -> str:
    """How far each scorer's part goes back to the history, as a Markdown list."""
    return "\n".join(f"- **{plain(called.get(part.scorer, part.scorer))}**: {_said(part)}" for part in why.parts)


def meaning(fusion: Fusion) -> str:
    """What shares, rest and the rest of the words mean under `fusion`, as Markdown."""
    by_rank = fusion.normalization == "rank"
    neutral = {"mean": "middle rank" if by_rank else "mean", "floor": "lowest opinion"}[fusion.neutral]
    return MEANING.format(rest=RESTS[fusion.normalization], neutral=neutral, exact=APPROXIMATE if by_rank else EXACT)


def moved(rank: int, before: int) -> str:
    """How the rank differs from the baseline's."""
    return f"{before:,} under the baseline" if rank != before else "as under the baseline"


def _said(part: Part) -> str:
    if part.weight == 0:
        return "weight 0, so it adds nothing."
    if math.isnan(part.raw):
        return "no opinion on this item, so it counts as neutral."
    own = f"own score {plain(f'{part.raw:.4g}')}; "
    if not len(part.items):
        return own + "no item of the history has a share in it."
    return own + ("shares by history item are exact." if part.exact else "shares by history item are approximate.")


def _amount(value: float) -> str:
    return f"{value:.{DIGITS}f}" if value >= 0 else f"({value:.{DIGITS}f})"
