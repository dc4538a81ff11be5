"""Users: how many are silent, hardly known, or far too active to be people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recengine.data.cleaning.bots import activity_limit
from recengine.data.quality import fixes
from recengine.data.quality.evidence import FEW_POSITIVES, Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import counted, of_all, verb

FENCE = 3.0
"""Interquartile ranges above the third quartile: Tukey's outer fence (Tukey, 1977, Exploratory Data Analysis)."""
MUCH = 0.3
MANY_BEYOND = 0.05


def activity_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Users by how much they took."""
    yield from _single(evidence)
    yield _few_positives(evidence)
    yield from _beyond_fence(evidence)


def _single(evidence: Evidence) -> Iterator[QualityFinding]:
    n_users = evidence.dataset.n_users
    single = int((evidence.by_user == 1).sum())
    if single:
        yield QualityFinding(
            name="single-event-users",
            severity="warning" if single / n_users > MUCH else "note",
            value=single,
            unit="users",
            n=n_users,
            text=f"{of_all(single, n_users, 'users')} {verb(single, 'has', 'have')} one interaction only.",
            why="What is taken as the test leaves nothing to learn from, so nobody can say how good their lists are; "
            "they are in no figure.",
            fix=fixes.few_events(2),
        )


def _few_positives(evidence: Evidence) -> QualityFinding:
    n_users = evidence.dataset.n_users
    few = int((evidence.positives_by_user < FEW_POSITIVES).sum())
    if not few:
        return QualityFinding(
            name="few-positives",
            severity="good",
            value=0,
            unit="users",
            n=n_users,
            text=f"Every user has at least {FEW_POSITIVES} positive interactions.",
            why="So each has something to learn from and something to test on.",
        )
    return QualityFinding(
        name="few-positives",
        severity="warning" if few / n_users > MUCH else "note",
        value=few,
        unit="users",
        n=n_users,
        text=f"{of_all(few, n_users, 'users')} {verb(few, 'has', 'have')} fewer than {FEW_POSITIVES} positive "
        "interactions.",
        why="They have at most one test item, so their figures are all or nothing, and their taste is hardly known.",
        # the core counts interactions: who has many, few of them positive, stays in it
        fix=fixes.core() if (evidence.by_user[evidence.by_user > 0] < FEW_POSITIVES).any() else None,
    )


def _beyond_fence(evidence: Evidence) -> Iterator[QualityFinding]:
    counts = evidence.by_user[evidence.by_user > 0]
    low, high = np.quantile(counts, [0.25, 0.75])
    # the limit of the step that mends it, so that it takes out who is counted here
    fence = activity_limit(counts, FENCE, None)
    beyond = counts[counts > fence]
    if high == low or not len(beyond):
        yield QualityFinding(
            name="overactive-users",
            severity="good",
            value=0,
            unit="users",
            n=len(counts),
            text="No user is far more active than the others.",
            why="So no script or shared account drowns what people did.",
        )
        return
    held = int(beyond.sum())
    tail = len(beyond) > MANY_BEYOND * len(counts)
    yield QualityFinding(
        name="overactive-users",
        severity="warning" if held / counts.sum() > MUCH and not tail else "note",
        value=len(beyond),
        unit="users",
        n=len(counts),
        text=f"{counted(len(beyond), 'user')} {verb(len(beyond), 'lies', 'lie')} beyond {fence:,.0f} interactions, "
        f"the upper fence, and {verb(len(beyond), 'holds', 'hold')} {held / counts.sum():.1%} of all; the most active "
        f"has {int(counts.max()):,}.",
        why="So many are no outliers: activity has a long tail, and those in it are most of what is known. A mean over "
        "users counts each of them once."
        if tail
        else "Scripts, shop accounts and shared logins take things together that no person would, and models of what "
        "goes with what learn it. Keen people look the same: look at some of them first.",
        # to leave out a long tail would leave out the data
        fix=None if tail else fixes.overactive(FENCE),
        facts={"fence": fence, "quartiles": [float(low), float(high)], "share_of_interactions": held / counts.sum()},
    )
