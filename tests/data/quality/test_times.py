from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.data.quality import quality_report
from tests.data.quality.conftest import NOW, Find, Plant, of_pairs

DAY = 86_400
START = 1_600_000_000 // DAY * DAY


def test_planted_future_times_are_counted(clean: Dataset, find: Find, plant: Plant) -> None:
    # the clocks farthest ahead show 14 hours more
    ahead = NOW + 14 * 3600
    dataset = plant(clean, time={row: ahead + 1 + row for row in range(7)} | {9: ahead})
    finding = find(dataset, "future-times")
    assert (finding.severity, finding.value, finding.n) == ("problem", 7, clean.interactions.height)
    assert finding.fix is not None
    # the picture is of the others
    timeline = quality_report(dataset, now=NOW).timeline
    assert timeline is not None
    assert timeline.counts.sum() == clean.interactions.height - 7


def test_planted_times_at_the_epoch_are_counted_in_any_zone(clean: Dataset, find: Find, plant: Plant) -> None:
    dataset = plant(clean, time={0: 0, 3: -8 * 3600, 5: 14 * 3600, 7: 2 * DAY})
    assert (find(dataset, "epoch-zero-times").value, find(dataset, "epoch-zero-times").severity) == (3, "problem")
    # two days after it is merely old
    assert find(dataset, "old-times").value == 1


def test_missing_times_are_a_share(clean: Dataset, find: Find, plant: Plant) -> None:
    n = clean.interactions.height
    finding = find(plant(clean, time=dict.fromkeys(range(10), None)), "times")
    assert finding.severity == "warning"
    assert finding.value == pytest.approx((n - 10) / n)
    assert find(of_pairs([(0, 0), (1, 1)]), "times").text == "No interaction has a time."


def of_days(days: list[int], each: int) -> Dataset:
    """`each` interactions on each day, of 50 users, at different seconds."""
    n = len(days) * each
    times = [START + day * DAY + 1 + 60 * place for day in days for place in range(each)]
    return of_pairs([(place % 50, place // 50) for place in range(n)], times=times)


def test_a_gap_is_found_with_its_days(find: Find) -> None:
    days = [*range(40), *range(60, 100)]
    finding = find(of_days(days, 10), "gaps")
    # days 40 to 59 have nothing
    assert (finding.value, finding.unit, finding.severity) == (20, "days", "warning")
    first, last = np.datetime64(START + 40 * DAY, "s"), np.datetime64(START + 59 * DAY, "s")
    assert finding.facts["gaps"] == [{"first": str(first)[:10], "last": str(last)[:10], "days": 20}]


def test_a_pause_of_a_sparse_record_is_no_gap(find: Find) -> None:
    # one interaction in four days: 20 days without any are 5 that did not happen
    days = [*range(0, 160, 4), *range(180, 340, 4)]
    assert find(of_days(days, 1), "gaps").severity == "good"


def test_a_burst_is_found_with_its_day(find: Find) -> None:
    days = [*range(60), *([30] * 19)]
    finding = find(of_days(days, 10), "bursts")
    # day 30 comes 20 times, every other once: 200 against 10
    day = str(np.datetime64(START + 30 * DAY, "s"))[:10]
    assert finding.facts["bursts"] == [{"day": day, "count": 20 * 10, "usual": 10.0}]
    assert (finding.value, finding.facts["rows"]) == (1, 200)
    # 200 of 790 interactions
    assert finding.severity == "warning"


def test_steady_growth_is_no_burst() -> None:
    days = [day for day in range(60) for _ in range(1 + day)]
    report = quality_report(of_days(days, 3), now=NOW)
    assert report.finding("bursts") is None


def test_one_time_for_many_rows_is_found(clean: Dataset, find: Find, plant: Plant) -> None:
    rows = range(0, clean.interactions.height, clean.interactions.height // 300)
    dataset = plant(clean, time=dict.fromkeys(rows, START))
    finding = find(dataset, "shared-time")
    assert (finding.value, finding.facts["time"]) == (len(rows), START)


def test_many_events_in_one_second_are_found_by_user(clean: Dataset, find: Find, plant: Plant) -> None:
    users = clean.interactions["user"].to_numpy()
    most = int(np.bincount(users).argmax())
    rows = np.flatnonzero(users == most)
    # nine in a second may be a double click on a list, ten are counted
    assert (
        quality_report(plant(clean, time=dict.fromkeys(rows[:9].tolist(), START)), now=NOW).finding("one-second-users")
        is None
    )
    finding = find(plant(clean, time=dict.fromkeys(rows[:12].tolist(), START)), "one-second-users")
    assert (finding.value, finding.facts) == (1, {"rows": 12, "most": 12})


def test_whole_days_are_said(clean: Dataset, find: Find) -> None:
    rows = clean.interactions.with_columns(pl.col("time") // DAY * DAY)
    dataset = replace(clean, interactions=rows)
    assert find(dataset, "whole-days").severity == "note"
    # a day is no second: nobody is accused
    assert quality_report(dataset, now=NOW).finding("one-second-users") is None


def test_ties_of_the_last_two_events_are_a_share_of_the_users_with_two(find: Find) -> None:
    pairs = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0)]
    times = [START, START + 5, START + 5, START, START + 1, START]
    # user 0 ties, user 1 does not, user 2 has one event
    assert find(of_pairs(pairs, times=times), "tied-times").value == 1 / 2


@pytest.mark.parametrize("time", [-(2**62), 2**62])
def test_absurd_times_are_reported_not_tripped_over(clean: Dataset, plant: Plant, time: int) -> None:
    report = quality_report(plant(clean, time={0: time}), now=NOW)
    assert report.findings[0].value == 1
    assert report.timeline is not None
