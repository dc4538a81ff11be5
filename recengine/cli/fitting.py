"""Verb: fit."""

from __future__ import annotations

import argparse

from recengine.cli.opening import open_workbench
from recengine.cli.output import emit, table


def fit(asked: argparse.Namespace) -> None:
    """Fit what is not yet fitted, build the pool, mend what is damaged."""
    workbench, scenario = open_workbench(asked, rebuild=True)
    pool = workbench.pool
    widths = (pool.items >= 0).sum(axis=1)
    document = {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        "split": scenario.split,
        "seed": scenario.seed,
        "scorers": {
            name: {"settings": fitted.settings, "device": fitted.device, "seconds": fitted.seconds}
            for name, fitted in workbench.fitted.items()
        },
        "pool": {"depth": pool.depth, "users": len(pool.users), "mean_items": float(widths.mean())},
    }

    def text() -> str:
        rows = [[name, fitted.device, f"{fitted.seconds:.1f} s"] for name, fitted in workbench.fitted.items()]
        return (
            table(["scorer", "fitted on", "time"], rows)
            + f"\nPool: {widths.mean():.0f} of {workbench.dataset.n_items:,} items a user, {len(pool.users):,} users."
        )

    emit(document, as_json=asked.json, text=text, device=workbench.device)
