from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.data.quality import quality_report
from tests.data.quality.conftest import NOW, Find, of_pairs


def test_users_with_one_event_and_few_positives_are_counted(find: Find) -> None:
    # user u has u + 1 items: one user has 1, four have fewer than 5
    dataset = of_pairs([(user, item) for user in range(10) for item in range(user + 1)])
    assert (find(dataset, "single-event-users").value, find(dataset, "single-event-users").n) == (1, 10)
    few = find(dataset, "few-positives")
    assert few.value == 4
    assert few.fix is not None


def test_few_positives_among_many_events_have_no_fix(find: Find) -> None:
    dataset = of_pairs([(user, item) for user in range(10) for item in range(8)])
    rows = dataset.interactions.with_columns((pl.col("user") > 0).alias("positive"))
    few = find(replace(dataset, interactions=rows), "few-positives")
    # user 0 dislikes all eight: no core of interactions leaves such a user out
    assert (few.value, few.fix) == (1, None)


def test_a_user_beyond_the_fence_is_found(find: Find) -> None:
    sizes = [4, 5, 6, 7] * 10 + [200, 30]
    dataset = of_pairs([(user, item) for user, size in enumerate(sizes) for item in range(size)])
    finding = find(dataset, "overactive-users")
    low, high = np.quantile(sizes, [0.25, 0.75])
    assert finding.facts["fence"] == high + 3 * (high - low)
    # 200 and 30 lie beyond 7 + 3 * 2 = 13
    assert (finding.value, finding.facts["share_of_interactions"]) == (2, (200 + 30) / sum(sizes))
    assert finding.severity == "warning"
    assert finding.fix is not None


def test_a_long_tail_of_activity_is_no_crowd_of_bots(find: Find) -> None:
    # 10 of 60 users lie far beyond the others
    sizes = [2, 3] * 25 + list(range(50, 60))
    finding = find(
        of_pairs([(user, item) for user, size in enumerate(sizes) for item in range(size)]), "overactive-users"
    )
    assert (finding.value, finding.severity, finding.fix) == (10, "note", None)


def test_equal_activity_has_no_fence(find: Find) -> None:
    dataset = of_pairs([(user, item) for user in range(20) for item in range(5)])
    assert find(dataset, "overactive-users").severity == "good"


def test_rare_and_unused_items_are_counted(find: Find) -> None:
    # item i is taken by i users; item 0 by none
    dataset = of_pairs([(user, item) for item in range(10) for user in range(item)], n_users=9, n_items=10)
    assert find(dataset, "items-without-interactions").value == 1
    assert find(dataset, "rare-items").value == 4
    silent = find(
        replace(dataset, users=pl.DataFrame({"id": [f"u{u}" for u in range(12)]})), "users-without-interactions"
    )
    assert (silent.value, silent.n, silent.severity) == (3, 12, "note")


def test_the_gini_of_popularity_is_said(find: Find) -> None:
    dataset = of_pairs([(user, 0) for user in range(99)] + [(0, item) for item in range(1, 100)], n_items=100)
    finding = find(dataset, "popularity-gini")
    counts = [1] * 99 + [99]
    # the mean absolute difference over twice the mean, of all pairs
    mean_difference = np.abs(np.subtract.outer(counts, counts)).mean()
    assert finding.value == pytest.approx(mean_difference / (2 * np.mean(counts)))


@pytest.mark.parametrize(("table", "name"), [("users", "user-ids"), ("items", "item-ids")])
def test_ids_that_differ_in_case_or_blanks_are_found(clean: Dataset, find: Find, table: str, name: str) -> None:
    frame = getattr(clean, table)
    ids = frame["id"].to_list()
    ids[:5] = ["Anna", "anna ", "ANNA", " bob", "Bob"]
    dataset = replace(clean, **{table: frame.with_columns(pl.Series("id", ids))})
    finding = find(dataset, name)
    assert (finding.value, finding.severity) == (5, "warning")
    assert finding.fix is not None
    assert finding.fix.cleaning == (f"ids:trim=yes,case=lower,whose={table}",)


def test_what_the_import_did_is_taken_from_its_report(clean: Dataset, find: Find) -> None:
    n = clean.interactions.height
    of_rows = {"table": "interactions", "rows_before": n + 42}
    step = of_rows | {"text": "k-core:users=5,items=5", "does": "leaves out", "rows_after": n + 12}
    # three of its ten rows stay, without a time
    mixed = of_rows | {"text": "unreadable:times=empty", "does": "changes", "touched": 10, "rows_after": n + 42 - 7}
    merge = of_rows | {"text": "duplicates:keep=last", "does": "merges", "rows_after": n + 30}
    imported = {
        "merged_repeats": 12,
        "rows_read": {"interactions": n + 12 + 30 + 8},
        "dropped": {"interactions without a user id": 8, "items without an id": 3},
        "steps": [step, mixed, merge],
        "findings": [{"name": "items-not-in-catalogue", "value": 4, "text": ""}],
    }
    repeats = find(clean, "duplicate-events", **imported)
    assert (repeats.value, repeats.n) == (12, n + 50)
    assert repeats.fix is not None
    gone = find(clean, "rows-left-out", **imported)
    assert (gone.value, gone.facts["reasons"]) == (
        8 + 30 + 7,
        {"interactions without a user id": 8, "k-core:users=5,items=5": 30, "unreadable:times=empty": 7},
    )
    assert find(clean, "items-not-in-catalogue", **imported).value == 4
    # who already adds them up is not told to
    added = imported | {"steps": [{**merge, "text": "duplicates:keep=sum"}]}
    assert find(clean, "duplicate-events", **added).fix is None
    assert quality_report(clean, now=NOW).finding("duplicate-events") is None
