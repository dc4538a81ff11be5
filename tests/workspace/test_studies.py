import json
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from recengine.data import Dataset
from recengine.errors import StoreError
from recengine.models import make_recipe
from recengine.storage import locked
from recengine.tuning import Budget, Question, ask
from recengine.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


@pytest.fixture
def question(synthetic_dataset: Dataset) -> Question:
    return ask(make_recipe("als"), synthetic_dataset, k=5)


def _tune(workspace: Workspace, dataset: Dataset, question: Question, trials: int) -> str:
    workspace.tune(dataset, make_recipe("als"), question, budget=Budget(trials))
    return question.key


def test_a_study_is_kept_listed_resumed_and_deleted(
    workspace: Workspace, synthetic_dataset: Dataset, question: Question
) -> None:
    assert workspace.studies() == []
    key = _tune(workspace, synthetic_dataset, question, 2)
    (entry,) = workspace.studies(synthetic_dataset)
    assert entry.key == key
    assert entry.study.question == question
    assert [trial.number for trial in entry.study.trials] == [0, 1]
    assert workspace.study_folder(question) == workspace.root / "studies" / key
    first = entry.study.trials
    _tune(workspace, synthetic_dataset, question, 4)
    assert workspace.study(key).study.trials[:2] == first
    assert len(workspace.study(key).study.trials) == 4
    assert workspace.study(key).started == entry.started
    other = synthetic_dataset.with_interactions(synthetic_dataset.interactions.head(0), "other")
    assert workspace.studies(other) == []
    assert workspace.study(key).study.best_recipe is not None
    workspace.delete_study(key)
    assert workspace.studies() == []
    with pytest.raises(StoreError, match="deleted"):
        workspace.delete_study(key)


def test_a_damaged_study_is_not_listed_and_says_what_to_do(
    workspace: Workspace, synthetic_dataset: Dataset, question: Question
) -> None:
    key = _tune(workspace, synthetic_dataset, question, 1)
    path = workspace.study_folder(question) / "study.json"
    document = json.loads(path.read_text())
    document["question"]["seed"] = 9
    path.write_text(json.dumps(document))
    with pytest.raises(StoreError, match="another question"):
        workspace.study(key)
    path.write_text("{}")
    with pytest.raises(StoreError, match="Delete the folder of the study"):
        workspace.study(key)
    assert workspace.studies() == []
    with pytest.raises(StoreError, match="is not in"):
        workspace.study("../../etc")
    # asking it again mends it, and takes its trials up
    _tune(workspace, synthetic_dataset, question, 2)
    assert len(workspace.study(key).study.trials) == 2
    path.unlink()
    workspace.delete_study(key)


def _hold(path: Path, held: Event, done: Event) -> None:
    with locked(path):
        held.set()
        done.wait(30)


def test_one_process_at_a_time(
    workspace: Workspace, synthetic_dataset: Dataset, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.workspace.studies.SECONDS_TO_WAIT", 0.1)
    context = get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(workspace.root / "locks" / f"{question.key}.lock", held, done))
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(StoreError, match="another process"):
            _tune(workspace, synthetic_dataset, question, 1)
    finally:
        done.set()
        other.join(30)
    assert other.exitcode == 0


def test_nothing_is_validated_twice(
    workspace: Workspace, synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = make_recipe("als")
    assert workspace.validated(synthetic_dataset, recipe) is None
    made = workspace.validate(synthetic_dataset, recipe)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("validated again")

    with monkeypatch.context() as patch:
        patch.setattr(type(recipe), "fit", refuse)
        again = workspace.validate(synthetic_dataset, recipe)
        stored = workspace.validated(synthetic_dataset, recipe)
        assert workspace.validated(synthetic_dataset, recipe, k=5) is None
        assert workspace.validated(synthetic_dataset, recipe, seed=1) is None
        assert workspace.validated(synthetic_dataset, recipe, folds=2) is None
        assert workspace.validated(synthetic_dataset, make_recipe("als", {"factors": 8})) is None
    for found in (again, stored):
        assert found is not None
        assert found.table == made.table
        assert found.settings == made.settings
        assert (found.fit_seconds, found.losses, found.memory) == (made.fit_seconds, made.losses, made.memory)
        for metric, values in made.per_user.items():
            assert found.per_user[metric].tobytes() == values.tobytes()


def test_a_damaged_validation_is_made_anew(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    recipe = make_recipe("popularity")
    made = workspace.validate(synthetic_dataset, recipe)
    (folder,) = (workspace.root / "validations").iterdir()
    (folder / "per_user.npy").write_bytes(b"cut short")
    assert workspace.validated(synthetic_dataset, recipe) is None
    assert workspace.validate(synthetic_dataset, recipe).table == made.table
    assert workspace.validated(synthetic_dataset, recipe) is not None
