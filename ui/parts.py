"""What the Explain page shows of an explanation: tables and words. No Streamlit but for the looks of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

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
MORE_DIGITS = 6
SMALL = 0.1
"""Scores below this are told with `MORE_DIGITS`: reciprocal ranks are all near 1 / 60."""
RANK_COLUMNS = {
    "Scorer": TextColumn(width=130),
    "Own rank": NumberColumn(
        format="%.10g", help="Of the item among all that the user has not seen; ties share their mean."
    ),
    "Own score": NumberColumn(format="%.4g", help="As the scorer gives it; empty where it has no opinion."),
    "Weight": NumberColumn(format="percent", help="Effective: all weights together are 100 %."),
}
MEANING = """
**Share.** How much of the fused score comes from one item of the history through one scorer. A negative share speaks
against the item. All shares together are the score; nothing is left over.

**The rest.** What no item of the history accounts for. {rest} A scorer that looks at no history, such as popularity,
is all rest: everybody gets the same from it. So is one whose score cannot be divided, such as a network that takes in
the history as a whole.

**No opinion.** A scorer that knows nothing about an item, such as collaborative filtering about one that nobody has
taken, {neutral}. That too is all rest.

**Exact or approximate.** {exact}

**Not what would happen without an item.** A share says how the score is made up. With an item gone from the history,
the scorers would weigh the others anew.
"""
NO_SUM = """
**No sum.** Under this strategy a place depends on the other items too, so the score cannot be divided among scorers.
What is told instead is how the item came to its place.

**Own rank.** Where the scorer by itself has the item among all that the user has not seen.

**No opinion.** A scorer that knows nothing about an item, such as collaborative filtering about one that nobody has
taken, has no rank for it.
"""
RESTS = {
    "min-max": "Each scorer's scores are moved so that the lowest unseen item of this user gets 0 and the highest 1; "
    "the move is the same for every item and belongs to no item of the history.",
    "z-score": "Each scorer's scores are moved so that the mean over this user's unseen items is 0; the move is the "
    "same for every item and belongs to no item of the history.",
}
CANCELLED = "It is also what is left where parts for and against the item cancel out."
NEUTRALS = {
    ("min-max", "mean"): "counts as neutral: as its mean for this user",
    ("min-max", "floor"): "counts as its lowest opinion for this user",
    ("z-score", "mean"): "counts as neutral: as its mean for this user",
    ("z-score", "floor"): "counts as its lowest opinion for this user",
    ("rank", "mean"): "counts as neutral: as its middle rank for this user",
    ("rank", "floor"): "counts as its lowest opinion for this user",
    ("softmax", "mean"): "counts as neutral: as likely as the average item it knows",
    ("softmax", "floor"): "counts as not likely at all",
    ("borda", "mean"): "gives it an equal share of the points that its ranked items leave",
    ("borda", "floor"): "gives it no points",
}
NOTHING = "adds nothing to it"
EXACT = "Here shares are exact: a sum of scores that are only moved and stretched can be taken apart without error."
APPROXIMATE = (
    "What a scorer adds is exact. Its shares by history item are approximate: {what} cannot be taken apart, so what "
    "the scorer adds is divided in proportion to the parts of its own score."
)
WHAT = {"softmax": "a probability"}
A_RANK = "a rank"


def labels(workbench: Workbench) -> dict[str, str]:
    """What each scorer is called."""
    return {name: fitted.label for name, fitted in workbench.fitted.items()}


def digits(why: Explanation) -> int:
    """Decimals that tell amounts of this score apart."""
    return DIGITS if abs(why.score) >= SMALL or why.score == 0 else MORE_DIGITS


def scorer_columns(why: Explanation) -> dict[str, Any]:
    """Looks of the columns of `by_scorer`."""
    form = f"%+.{digits(why)}f"
    return {
        "Scorer": TextColumn(width=130),
        "Adds": NumberColumn(
            format=form,
            help="What it adds, under a weighted sum effective weight times normalised score. The sum is the fused "
            "score.",
        ),
        "By history": NumberColumn(
            format=form,
            help="The part of it that items of the history account for; empty where the score cannot be divided.",
        ),
        "Rest": NumberColumn(format=form, help="The part of it that no item of the history accounts for."),
        "Weight": NumberColumn(format="percent", help="Effective: all weights together are 100 %."),
        "Normalised": NumberColumn(
            format="%.3f" if digits(why) == DIGITS else form,
            help="The scorer's own score, made comparable with the other scorers'.",
        ),
    }


def share_columns(why: Explanation) -> dict[str, Any]:
    """Looks of the columns of `every_share`."""
    return {
        "Because of": TextColumn(width="medium"),
        "Share": NumberColumn(
            format=f"%+.{digits(why) + 1}f", help="In units of the fused score; all shares sum to it."
        ),
        "Of the score": NumberColumn(format="percent", help="The share over the fused score."),
    }


def by_scorer(why: Explanation, called: Mapping[str, str]) -> pl.DataFrame:
    """One row a scorer, in the columns of `scorer_columns`; as rounded here, the amounts sum to the rounded score."""
    table = parts_table(why)
    decimals = digits(why)
    adds = rounded(table["contribution"].to_list(), decimals)
    # + 0.0: nothing is written "-0.0000"
    history = [None if value is None else round(value, decimals) + 0.0 for value in table["history"].to_list()]
    rest = [round(whole - (part or 0.0), decimals) + 0.0 for whole, part in zip(adds, history, strict=True)]
    return table.select(
        pl.col("scorer").replace_strict(called, default=pl.col("scorer")).alias("Scorer"),
        pl.Series("Adds", adds),
        pl.Series("By history", history, dtype=pl.Float64),
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
    decimals = digits(why)
    adds = rounded([part.contribution for part in why.parts], decimals)
    amounts = [
        f"{_amount(value, decimals)} {called.get(part.scorer, part.scorer)}"
        for value, part in zip(adds, why.parts, strict=True)
    ]
    return plain(f"{' + '.join(amounts)} = {sum(adds):.{decimals}f}, the fused score.")


def rounded(values: Sequence[float], decimals: int = DIGITS) -> list[float]:
    """`values` with so many digits, each within one unit of the last, that sum to the rounded sum.

    Rounded each for itself, three parts may miss the sum beside them by one unit, and who adds them up would wonder.
    Those that were rounded furthest give way (largest remainder).
    """
    scaled = [value * 10**decimals for value in values]
    whole = [math.floor(value) for value in scaled]
    missing = round(sum(scaled)) - sum(whole)
    furthest = sorted(range(len(values)), key=lambda at: whole[at] - scaled[at])
    return [(whole[at] + (at in furthest[:missing])) / 10**decimals for at in range(len(values))]


def scorer_lines(why: Explanation, called: Mapping[str, str]) -> str:
    """How far each scorer's part goes back to the history, as a Markdown list."""
    return "\n".join(f"- **{plain(called.get(part.scorer, part.scorer))}**: {_said(part)}" for part in why.parts)


def by_rank(why: Explanation, called: Mapping[str, str]) -> pl.DataFrame:
    """One row a scorer, in the columns of `RANK_COLUMNS`, where the score is no sum."""
    return parts_table(why).select(
        pl.col("scorer").replace_strict(called, default=pl.col("scorer")).alias("Scorer"),
        pl.col("rank").alias("Own rank"),
        pl.col("raw").alias("Own score"),
        pl.col("weight").alias("Weight"),
    )


def account_lines(why: Explanation, titles: Sequence[str], called: Mapping[str, str]) -> str:
    """What the strategy has to say of the item, as a Markdown list; empty where it has nothing to say."""
    return "\n".join(f"- {plain(one_line(remark.text(titles, called)))}" for remark in why.account)


def meaning(fusion: Fusion) -> str:
    """What shares, rest and the rest of the words mean under `fusion`, as Markdown."""
    if not fusion.strategy.additive:
        return NO_SUM
    kind = fusion.strategy.value_map(fusion.normalization, fusion.neutral).kind
    # CombMNZ counts what a scorer lists, and an item that it does not know it does not list
    silent = fusion.strategy.name == "comb-mnz" or kind == "reciprocal-rank"
    return MEANING.format(
        rest=RESTS.get(kind, CANCELLED),
        neutral=NOTHING if silent else NEUTRALS[kind, fusion.neutral],
        exact=EXACT if kind in RESTS else APPROXIMATE.format(what=WHAT.get(kind, A_RANK)),
    )


def moved(rank: int, before: int) -> str:
    """How the rank differs from the baseline's."""
    return f"{before:,} under the baseline" if rank != before else "as under the baseline"


def score_text(why: Explanation) -> str:
    """The score, or that there is none."""
    return "none" if math.isnan(why.score) else f"{why.score:.{digits(why)}f}"


def _said(part: Part) -> str:
    if part.weight == 0:
        return "weight 0, so it adds nothing."
    if math.isnan(part.raw):
        return f"no opinion on this item{', so it counts as neutral' if part.contribution else ''}."
    own = f"own score {plain(f'{part.raw:.4g}')}; "
    if not part.divisible:
        return own + "it cannot be divided among the items of the history."
    if not len(part.items):
        return own + "no item of the history has a share in it."
    return own + ("shares by history item are exact." if part.exact else "shares by history item are approximate.")


def _amount(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if value >= 0 else f"({value:.{decimals}f})"
