from pathlib import Path

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError, RecipeError, ScenarioError
from recengine.models import make_recipe
from recengine.models.settings import Among, Span
from recengine.tuning import Budget, Study, Trial, TrialFile, ask, tune
from recengine.tuning.proposals import FULL_BEFORE_PRUNING
from recengine.tuning.study import size
from tests.tuning.conftest import value_of
from tests.tuning.known import KnownRecipe


def _tune(dataset: Dataset, trials: int, *, file: TrialFile | None = None, seed: int = 0, folds: int = 1) -> Study:
    recipe = KnownRecipe()
    question = ask(recipe, dataset, seed=seed, folds=folds)
    return tune(question, recipe, dataset, budget=Budget(trials), file=file)


def _same(trials: tuple[Trial, ...]) -> list[tuple[object, ...]]:
    """All but the time."""
    return [(t.number, dict(t.settings), t.value, t.state, t.rungs, t.reason, t.repeats) for t in trials]


@pytest.mark.usefixtures("known")
def test_it_finds_the_known_optimum(synthetic_dataset: Dataset) -> None:
    study = _tune(synthetic_dataset, 40)
    assert len(study.trials) == 40
    assert [trial.number for trial in study.trials] == list(range(40))
    # the start, strength 0.1 of the wrong kind: 0.9 - 0.2 - 0.3
    assert study.trials[0].settings == KnownRecipe().settings()
    assert study.trials[0].value == pytest.approx(0.4, abs=0.05)
    best = study.best
    assert best is not None
    assert best.settings["kind"] == "right"
    assert best.value == pytest.approx(0.9, abs=0.05)
    for trial in study.trials:
        if trial.state == "complete":
            assert trial.value == pytest.approx(value_of(KnownRecipe(**trial.settings), synthetic_dataset), abs=1e-12)
    assert study.best_recipe == KnownRecipe(**best.settings)
    assert all(trial.settings["top"] == 0.9 for trial in study.trials)


@pytest.mark.usefixtures("known")
def test_settings_that_cannot_be_fitted_are_kept_as_failed(synthetic_dataset: Dataset) -> None:
    failed = [trial for trial in _tune(synthetic_dataset, 40).trials if trial.state == "failed"]
    assert failed
    for trial in failed:
        assert trial.settings["rounds"] == 7
        assert trial.value is None
        assert trial.reason == "known: seven rounds run to infinity. Choose fewer."


@pytest.mark.usefixtures("known")
def test_the_seed_decides(synthetic_dataset: Dataset) -> None:
    first, again, other = (_tune(synthetic_dataset, 15, seed=seed) for seed in (0, 0, 1))
    assert _same(first.trials) == _same(again.trials)
    assert [t.settings for t in first.trials] != [t.settings for t in other.trials]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("folds", [1, 3])
def test_a_study_that_was_stopped_goes_on_as_if_it_had_not_been(
    synthetic_dataset: Dataset, tmp_path: Path, folds: int
) -> None:
    whole = _tune(synthetic_dataset, 24, folds=folds)
    file = TrialFile(tmp_path / "trials.jsonl")
    for stop in (1, 7, 16):
        assert len(_tune(synthetic_dataset, stop, file=file, folds=folds).trials) == stop
        with file.path.open("ab") as handle:
            handle.write(b'{"number": 1')  # killed while it wrote
    fits = len(KnownRecipe.fits)
    resumed = _tune(synthetic_dataset, 24, file=file, folds=folds)
    assert _same(resumed.trials) == _same(whole.trials)
    assert file.read() == list(resumed.trials)
    assert len(KnownRecipe.fits) - fits <= 8 * folds
    # the budget is of all runs, so nothing is left to do
    fits = len(KnownRecipe.fits)
    assert _same(_tune(synthetic_dataset, 24, file=file, folds=folds).trials) == _same(whole.trials)
    assert len(KnownRecipe.fits) == fits


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("fits_until_stop", [0, 1, 3])
def test_cancelling_keeps_the_trials_that_are_over(
    synthetic_dataset: Dataset, tmp_path: Path, fits_until_stop: int
) -> None:
    file = TrialFile(tmp_path / "trials.jsonl")
    recipe = KnownRecipe()
    with pytest.raises(CancelledError):
        tune(
            ask(recipe, synthetic_dataset),
            recipe,
            synthetic_dataset,
            file=file,
            cancel=lambda: len(KnownRecipe.fits) > fits_until_stop,
        )
    # the last fit was cancelled before it was scored: inside its trial
    assert len(KnownRecipe.fits) == fits_until_stop + 1
    assert len(file.read()) == fits_until_stop


@pytest.mark.usefixtures("known")
def test_hopeless_trials_end_after_a_fold(synthetic_dataset: Dataset) -> None:
    study = _tune(synthetic_dataset, 40, folds=4)
    pruned = [trial for trial in study.trials if trial.state == "pruned"]
    assert pruned
    for trial in pruned:
        assert trial.value is None
        assert 1 <= len(trial.rungs) < 4
        before = [t for t in study.trials[: trial.number] if t.state == "complete"]
        assert len(before) >= FULL_BEFORE_PRUNING
        rung = len(trial.rungs) - 1
        assert max(trial.rungs) < np.median([max(other.rungs[: rung + 1]) for other in before])
    for trial in study.trials:
        if trial.state == "complete":
            assert len(trial.rungs) == 4
            assert trial.value == trial.rungs[-1]
    fresh = [trial for trial in study.trials if trial.repeats is None]
    failed = sum(trial.state == "failed" for trial in fresh)
    assert len(KnownRecipe.fits) == sum(len(trial.rungs) for trial in fresh) + failed
    assert study.best is not None
    assert study.best.value == pytest.approx(0.9, abs=0.05)


def test_hopeless_trials_end_after_a_share_of_the_users(crowd: Dataset, known: KnownRecipe) -> None:
    from recengine.data import split_dataset

    KnownRecipe.truth = split_dataset(crowd).full_train.matrix
    study = _tune(crowd, 20)
    pruned = [trial for trial in study.trials if trial.state == "pruned"]
    assert pruned
    assert {len(trial.rungs) for trial in pruned} == {1}
    assert {len(trial.rungs) for trial in study.trials if trial.state == "complete"} == {2}
    users = [len(set(train.interactions["user"])) for _, train in KnownRecipe.fits]
    whole = max(users)
    assert set(users) == {whole, min(users)}
    # a quarter of those who are measured and of the others
    assert min(users) == pytest.approx(whole / 4, abs=2)
    without = ask(known, crowd, prune=False)
    assert without.key != ask(known, crowd).key
    study = tune(without, known, crowd, budget=Budget(8))
    assert {trial.state for trial in study.trials} <= {"complete", "failed"}
    assert {trial.rungs for trial in study.trials if trial.value} == {(t.value,) for t in study.trials if t.value}


def test_no_sample_where_the_cost_is_all_in_the_items(
    crowd: Dataset, known: KnownRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KnownRecipe, "memory", lambda self, users, items, interactions: 8 * items**2 + interactions)
    assert {len(trial.rungs) for trial in _tune(crowd, 3).trials if trial.value is not None} == {1}


def test_what_was_tried_is_not_fitted_again(
    synthetic_dataset: Dataset, known: KnownRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two kinds times seven rounds, and a start that is none of them."""
    monkeypatch.setattr(
        "recengine.tuning.searching.search_space",
        lambda recipe: {"kind": Among(("right", "wrong")), "rounds": Span(1, 7)},
    )
    study = tune(ask(known, synthetic_dataset), KnownRecipe(rounds=9), synthetic_dataset, budget=Budget(500))
    fresh = [trial for trial in study.trials if trial.repeats is None]
    assert len(fresh) == 15 == len(KnownRecipe.fits)
    assert len({tuple(trial.settings.items()) for trial in fresh}) == 15
    repeated = [trial for trial in study.trials if trial.repeats is not None]
    assert repeated
    for trial in repeated:
        assert trial.repeats is not None
        earlier = study.trials[trial.repeats]
        assert earlier.number < trial.number
        assert (earlier.settings, earlier.value, earlier.state) == (trial.settings, trial.value, trial.state)
        assert trial.seconds == 0
    # all was tried, so it was over before its budget
    assert len(study.trials) < 500


def test_size_of_a_space() -> None:
    assert size({"a": Among(("x", "y", "z")), "b": Span(2, 5)}) == 3 * 4
    assert size({"a": Among(("x", "y")), "b": Span(0.5, 5)}) is None


@pytest.mark.usefixtures("known")
def test_progress_tells_trial_and_best(synthetic_dataset: Dataset) -> None:
    said: list[tuple[float, str]] = []
    recipe = KnownRecipe()
    tune(
        ask(recipe, synthetic_dataset),
        recipe,
        synthetic_dataset,
        budget=Budget(4),
        progress=lambda share, text: said.append((share, text)),
    )
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    texts = [text for _, text in said]
    assert "trial 1 of 4" in texts
    assert any(text.startswith("trial 4 of 4: best NDCG 0.") for text in texts)
    # inside a trial too: the fit told half of its 0.8, so (1 + 0.4) of 4
    assert any(share == pytest.approx(1.4 / 4) for share in shares)


@pytest.mark.usefixtures("known")
def test_minutes_are_a_budget_too(synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100_000, 15))
    monkeypatch.setattr("recengine.tuning.budget.time.monotonic", lambda: next(clock))
    recipe = KnownRecipe()
    study = tune(ask(recipe, synthetic_dataset), recipe, synthetic_dataset, budget=Budget(None, minutes=5))
    # the clock goes 15 seconds at every look, and 5 minutes hold 20 looks, several a trial
    assert 1 <= len(study.trials) < 20


@pytest.mark.parametrize(
    ("trials", "minutes", "word"),
    [
        (None, None, "neither"),
        (0, None, "trials"),
        (20_000, None, "trials"),
        (5, 0.0, "minutes"),
        (5, np.inf, "minutes"),
    ],
)
def test_budgets_that_cannot_be(trials: int | None, minutes: float | None, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        Budget(trials, minutes)


@pytest.mark.usefixtures("known")
def test_less_can_be_better(synthetic_dataset: Dataset) -> None:
    """Lists for more users, each of other items, spread the exposure: Gini is lowest where NDCG is highest."""
    recipe = KnownRecipe()
    question = ask(recipe, synthetic_dataset, objective="gini")
    study = tune(question, recipe, synthetic_dataset, budget=Budget(12))
    values = [trial.value for trial in study.trials if trial.value is not None]
    assert study.best is not None
    assert study.best.value == min(values) < max(values)


def test_questions_that_cannot_be_asked(
    synthetic_dataset: Dataset, known: KnownRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ScenarioError, match="novelty"):
        ask(known, synthetic_dataset, objective="novelty")
    with pytest.raises(ScenarioError, match="not known"):
        ask(known, synthetic_dataset, objective="beauty")
    with pytest.raises(RecipeError, match="popularity: has no setting to search"):
        ask(make_recipe("popularity"), synthetic_dataset)
    with pytest.raises(ScenarioError, match="split"):
        ask(known, synthetic_dataset, split="odd")
    with pytest.raises(ScenarioError, match="folds"):
        ask(known, synthetic_dataset, folds=21)
    monkeypatch.setattr(KnownRecipe, "obstacle", lambda self, train: "known: no.")
    with pytest.raises(RecipeError, match="known: no"):
        ask(known, synthetic_dataset)


def test_a_question_of_other_settings_is_the_same_unless_they_are_fixed(
    synthetic_dataset: Dataset, known: KnownRecipe
) -> None:
    key = ask(known, synthetic_dataset).key
    assert ask(KnownRecipe(strength=3.0), synthetic_dataset).key == key
    assert ask(KnownRecipe(top=0.8), synthetic_dataset).key != key
    assert len({key, *(ask(known, synthetic_dataset, k=k, seed=s).key for k, s in ((5, 0), (10, 1)))}) == 3
