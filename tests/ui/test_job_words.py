from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recengine.jobs import Job
from ui import job_words

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
JOB = Job(
    id="20260301T115900000000-00000000",
    verb="fit",
    arguments=("--dataset", "shop"),
    title="Fit shop",
    subject="shop",
    state="running",
    share=0.43,
    text="Fitting ALS",
    submitted=NOW - timedelta(seconds=60),
    started=NOW - timedelta(seconds=50),
    remaining=12.0,
)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "less than 0.1 s"),
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (59.6, "1 min"),
        (185, "3 min 5 s"),
        (2 * 3600 + 10 * 60, "2 h 10 min"),
        (7200, "2 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, said: str) -> None:
    assert job_words.duration(seconds) == said


def test_a_running_job_says_where_it_is_and_what_remains() -> None:
    assert job_words.progress(JOB) == "43\u00a0% · Fitting ALS"
    assert job_words.times(JOB, NOW) == "running for 50 s · about 12 s left"
    assert job_words.times(replace(JOB, remaining=None), NOW) == "running for 50 s"
    assert job_words.times(replace(JOB, remaining=0.2), NOW).endswith("a moment left")


def test_a_job_that_is_over_says_how_long_it_took() -> None:
    done = replace(JOB, state="done", ended=NOW - timedelta(minutes=5), started=NOW - timedelta(minutes=6))
    assert job_words.times(done, NOW) == "took 1 min · ended 5 min ago"
    never_started = replace(JOB, state="cancelled", started=None, ended=NOW)
    assert job_words.times(never_started, NOW) == "ended just now"


def test_reasons_are_only_for_those_that_gave_nothing() -> None:
    assert job_words.reason(JOB) == ""
    assert job_words.reason(replace(JOB, state="failed", error="ratings.csv:\nempty")) == "ratings.csv: empty"
    assert job_words.reason(replace(JOB, state="dead")) == job_words.SILENT
    assert job_words.reason(replace(JOB, state="cancelled")) == job_words.CANCELLED


def test_the_line_of_the_header_counts_and_names_the_one_that_runs() -> None:
    queued = replace(JOB, id="20260301T115930000000-00000000", state="queued", title="Fit other")
    done = replace(JOB, state="done")
    assert job_words.summary([done]) == ""
    assert job_words.summary([JOB, done]) == "1 job running: Fit shop, 43\u00a0%, about 12 s left"
    assert job_words.summary([queued, JOB]) == "1 job running: Fit shop, 43\u00a0%, about 12 s left; 1 waiting"
    assert job_words.summary([queued, queued]) == "2 jobs waiting"


def test_the_latest_job_of_a_command_is_found() -> None:
    newer = replace(JOB, id="20260301T115930000000-00000000")
    assert job_words.find([newer, JOB], "fit", ["--dataset", "shop"]) is newer
    assert job_words.find([newer, JOB], "fit", ["--dataset", "other"]) is None
    assert job_words.find([newer, JOB], "tune", ["--dataset", "shop"]) is None


def test_times_ago() -> None:
    assert job_words.ago(NOW - timedelta(hours=3), NOW) == "3 h ago"
    assert job_words.ago(NOW - timedelta(days=3), NOW) == "on 2026-02-26"
