from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.reports.figures.models import best_so_far, trials_alt, trials_figure
from recengine.tuning import Study, Trial, ask
from recengine.workspace import StudyEntry
from ui.models import studies


def trial(number: int, value: float | None, state: str = "complete", **changed: object) -> Trial:
    settings = make_recipe("als").settings() | changed
    return Trial(number, settings, value, state, 0.5, () if value is not None else (0.05,), "why" * (value is None))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def study(synthetic_dataset: Dataset) -> Study:
    question = ask(make_recipe("als"), synthetic_dataset, k=5)
    trials = (
        trial(0, 0.10),
        trial(1, None, "pruned", factors=9),
        trial(2, 0.12, factors=16),
        trial(3, None, "failed", factors=100),
        trial(4, 0.11, factors=20),
    )
    return Study(question, trials)


def test_the_best_so_far_only_rises(study: Study) -> None:
    assert best_so_far(study) == [(0, 0.10), (1, 0.10), (2, 0.12), (3, 0.12), (4, 0.12)]


def test_trials_are_told_apart_by_more_than_colour(study: Study) -> None:
    figure = trials_figure(study)
    marks = {trace.name: trace.marker.symbol for trace in figure.data if trace.mode == "markers"}
    assert list(marks) == ["Complete", "Given up early", "Failed"]
    assert len(set(marks.values())) == 3
    said = trials_alt(study)
    assert said.startswith("5 trials: 3 complete, 1 given up early and 1 failed.")
    assert "trial 2 with NDCG@5 0.120" in said


def test_a_study_without_a_complete_trial_is_shown_too(study: Study) -> None:
    hopeless = Study(study.question, (trial(0, None, "failed"),))
    assert trials_figure(hopeless).data
    assert "none of them complete" in trials_alt(hopeless)
    assert studies.best_words(hopeless) == "No trial is complete yet."
    assert {label: value for label, value, _ in studies.summary(hopeless)}["Best NDCG@5"] == "\u2013"
    assert studies.saved_as(hopeless, {}) is None


def test_the_summary_counts_and_compares_with_the_start(study: Study) -> None:
    shown = {label: (value, meaning) for label, value, meaning in studies.summary(study)}
    assert shown["Trials"] == ("5", "3 complete, 1 given up early, 1 failed")
    assert shown["Best NDCG@5"] == ("0.120", "trial 2")
    assert shown["At the start"][0] == "0.100"
    assert shown["Time"][0] == "2.5 s"
    assert studies.best_words(study) == "Best settings: factors 16."


def test_the_best_is_known_by_the_name_it_was_saved_under(study: Study) -> None:
    als = make_recipe("als")
    assert studies.saved_as(study, {"als": als}) is None
    best = study.best_recipe
    assert best is not None
    assert studies.saved_as(study, {"als": als, "als:tuned": best}) == "als:tuned"


def test_a_search_goes_on_under_the_name_that_asks_the_same(study: Study, synthetic_dataset: Dataset) -> None:
    entry = StudyEntry(study.question.key, study, datetime(2026, 3, 1, tzinfo=UTC))
    named = {"ease": make_recipe("ease"), "als": make_recipe("als")}
    assert studies.scorer_of(entry, named, synthetic_dataset) == "als"
    assert studies.scorer_of(entry, {"ease": make_recipe("ease")}, synthetic_dataset) is None
    assert studies.title(entry).startswith("Collaborative (ALS): NDCG@5, split random, seed 0")


def test_tables_have_a_row_a_trial(study: Study) -> None:
    assert studies.table(study)["Trial"].to_list() == [4, 3, 2, 1, 0]
    export = studies.export(study)
    assert export["factors"].to_list()[2] == 16
    assert export["state"].to_list().count("complete") == 3
