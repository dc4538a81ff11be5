"""How a fit goes, round by round, in words and as a table. No Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recengine.models import Curve
from recengine.models.training import Curves, Run


def rounds_table(losses: Sequence[float], loss_name: str, curves: Sequence[Curve]) -> pl.DataFrame:
    """A row a round: its loss and what else was measured."""
    columns: dict[str, Sequence[float]] = {"round": range(1, len(losses) + 1), loss_name: losses}
    return pl.DataFrame(columns | {curve.name: curve.values for curve in curves}).fill_nan(None)


def curves_of(run: Run) -> tuple[list[float], tuple[Curve, ...]]:
    """The losses and the other curves of a fit that has not ended."""
    curves = Curves.of(run.rounds)
    return curves.losses.tolist(), curves.shown


def direction_words(higher_is_better: bool | None) -> str:
    """What stands behind the name of a curve."""
    if higher_is_better is None:
        return "by round"
    return f"by round, {'higher' if higher_is_better else 'lower'} is better"


def run_words(run: Run) -> str:
    """Where a fit that learns is: "Round 12 of at most 100 is done; a round takes 1.3 s"."""
    done = len(run.rounds)
    if not done:
        return f"The first of at most {run.epochs:,} rounds."
    latest = [one.seconds for one in run.rounds[-5:]]
    return f"Round {done:,} of at most {run.epochs:,} is done; a round takes {_seconds(sum(latest) / len(latest))}."


def stopped_words(run: Run) -> str:
    """From where a fit that was stopped goes on."""
    stopped = f"Stopped after round {len(run.rounds):,} of {run.epochs:,}; fitting again"
    if not run.kept:
        return f"{stopped} starts anew."
    return f"{stopped} goes on from {'there' if run.kept == len(run.rounds) else f'round {run.kept:,}'}."


def _seconds(seconds: float) -> str:
    return "less than 0.1 s" if seconds < 0.1 else f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
