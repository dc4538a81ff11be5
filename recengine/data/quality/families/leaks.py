"""Between training and test: what must not be in both, what comes in the wrong order, what is cold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.dataset import Dataset
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding, Severity
from recengine.data.quality.wording import counted, of_all, share_text, verb
from recengine.data.split import Split

LITTLE = 0.01


def leak_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Nothing without a split, or with one that has no test."""
    split = evidence.split
    if split is None or split.test.interactions.is_empty():
        return
    yield _same_pairs(split)
    yield from _cold(split)
    if evidence.dataset.has_times:
        yield from _order(split)
    yield from _twins(split, evidence.twins.group)


def _same_pairs(split: Split) -> QualityFinding:
    test = split.test.interactions
    both = test.join(split.full_train.interactions, on=["user", "item"], how="semi").height
    return QualityFinding(
        name="same-pair",
        severity="problem" if both else "good",
        value=both,
        unit="rows",
        n=test.height,
        text=f"{of_all(both, test.height, 'test interactions')} {verb(both, 'is', 'are')} in training too."
        if both
        else "No user and item of the test is in training too.",
        why="What was learnt is no test of what is foreseen: every figure is too high."
        if both
        else "So no answer was given away.",
    )


def _cold(split: Split) -> Iterator[QualityFinding]:
    test, train = _positives(split.test), _positives(split.full_train)
    for key, several, meant, why in (
        (
            "user",
            "users",
            "cold-users",
            "They get what is popular, or what their attributes suggest; their figures say how newcomers are served.",
        ),
        (
            "item",
            "items",
            "cold-items",
            "Models that learn from who took what cannot recommend them; each is a miss unless text or attributes find "
            "it.",
        ),
    ):
        tested = test[key].unique()
        unknown = tested.to_frame().join(train.select(key).unique(), on=key, how="anti")[key]
        cold, rows = len(unknown), test.join(unknown.to_frame(), on=key, how="semi").height
        wanted = split.spec.method == meant or (split.spec.method == "user-fold" and key == "user")
        severity: Severity = "good" if wanted or not cold else "warning" if rows / test.height > 0.2 else "note"
        said = f"{of_all(cold, len(tested), f'test {several}')} {verb(cold, 'has', 'have')} no positive in training; "
        said += f"{share_text(rows / test.height)} of the test is theirs."
        yield QualityFinding(
            name=f"cold-test-{several}",
            severity=severity,
            value=cold,
            unit=several,
            n=len(tested),
            text=(said + (" That is what this split asks." if wanted else ""))
            if cold
            else f"Every test {key} has a positive in training.",
            why=why if cold else f"So no figure is about {several} that nothing is known of.",
            facts={"test_rows": rows},
        )


def _order(split: Split) -> Iterator[QualityFinding]:
    test = _positives(split.test).drop_nulls("time")
    train = _positives(split.full_train).drop_nulls("time")
    if test.is_empty() or train.is_empty():
        return
    by_time = split.spec.needs_times
    latest = train.group_by("user").agg(pl.col("time").max().alias("latest"))
    judged = test.join(latest, on="user", how="inner")
    early = judged.filter(pl.col("time") < pl.col("latest"))
    if judged.height:
        share = early.height / judged.height
        yield QualityFinding(
            name="test-before-train",
            severity="good" if not early.height else "problem" if by_time else "note",
            value=early.height,
            unit="rows",
            n=judged.height,
            text=f"{share_text(share)} of the test interactions, of {counted(early['user'].n_unique(), 'user')}, come "
            "before one in training of the same user."
            if early.height
            else "Nobody's test comes before their training.",
            why=(
                "This split promises that training comes first, and it does not: look at the times."
                if by_time
                else "A split at random asks to fill holes in the past, which is easier than to foresee the future; a "
                "split by time comes nearer to what a running system does."
            )
            if early.height
            else "So each test asks for what came next.",
            facts={"users": early["user"].n_unique()},
        )
    moments = np.sort(train["time"].to_numpy())
    later = 1 - np.searchsorted(moments, test["time"].to_numpy(), side="right") / len(moments)
    known = float(later.mean())
    one_moment = split.spec.method == "time"
    yield QualityFinding(
        name="training-after-test",
        severity="good" if known < LITTLE / 100 else "problem" if one_moment else "note",
        value=known,
        unit="share",
        n=test.height,
        text=f"On average {share_text(known)} of the training, of all users, is later than the test interaction that "
        "it helps to foresee.",
        why="So no model knew what came into fashion only after the moment it is tested on."
        if known < LITTLE / 100
        else "Models know what others did afterwards, such as what became popular; a running system does not. Only a "
        "split at one moment for everybody is free of it.",
    )


def _twins(split: Split, group: NDArray[np.int64]) -> Iterator[QualityFinding]:
    """group (n_items,): items that look like one item; -1 for none."""
    if not (group >= 0).any():
        return
    twin = pl.DataFrame({"item": np.flatnonzero(group >= 0).astype(np.int32), "group": group[group >= 0]})
    test = _positives(split.test)
    tested = test.join(twin, on="item").select("user", "group")
    learnt = _positives(split.full_train).join(twin, on="item").select("user", "group")
    leaked = tested.join(learnt, on=["user", "group"], how="semi").height
    if leaked:
        share = leaked / test.height
        yield QualityFinding(
            name="similar-across",
            severity="warning" if share > LITTLE else "note",
            value=leaked,
            unit="rows",
            n=test.height,
            text=f"{of_all(leaked, test.height, 'test interactions')} {verb(leaked, 'is', 'are')} with an item whose "
            "twin by title the same user has in training.",
            why="A model that finds the twin is right without having understood anything.",
        )


def _positives(part: Dataset) -> pl.DataFrame:
    return part.interactions.filter(pl.col("positive")).select("user", "item", "time")
