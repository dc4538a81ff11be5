"""A fit that was stopped goes on where it was, to the same numbers."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError, RecipeError, StoreError
from recengine.models import Resources
from recengine.models.training import Stopwatch, delete_run, list_runs, prune_runs, run_key
from recengine.storage import is_locked, locked
from tests.models.training.test_loop import Exploding, held_out_of
from tests.models.training.tiny import N_EXAMPLES, TinyRecipe, TinyTask, teach, weights

BATCHES = N_EXAMPLES // 16
"""A round of the tiny recipe."""


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every round."""
    monkeypatch.setattr("recengine.models.training.loop.SECONDS_BETWEEN_CHECKPOINTS", 0.0)


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(device="cpu", training=tmp_path / "training")


def stopped_in(round_: int) -> TinyTask:
    """A task that is stopped as by Ctrl-C in the second batch of a round."""

    def stop(size: int) -> None:
        if len(task.sizes) == (round_ - 1) * BATCHES + 2:
            raise KeyboardInterrupt

    task = TinyTask(fail=stop)
    return task


def stop_in(round_: int, recipe: TinyRecipe, board: Dataset, resources: Resources, **given: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        teach(recipe, board, stopped_in(round_), resources=resources, **given)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(
    "recipe",
    [TinyRecipe(), TinyRecipe(weight_decay=0.3, precision="bfloat16"), TinyRecipe(patience=2, epochs=12)],
    ids=["plain", "half precision", "early"],
)
@pytest.mark.parametrize("round_", [2, 4])
def test_a_fit_that_goes_on_ends_as_one_that_was_never_stopped(
    board: Dataset, resources: Resources, recipe: TinyRecipe, round_: int
) -> None:
    ndcg = (0.2, 0.4, 0.1, 0.3, 0.0, 0.0)

    def held(start: int) -> Any:
        return held_out_of(board, *ndcg[start:]) if recipe.patience else None

    whole, learnt = teach(recipe, board, held_out=held(0))
    stop_in(round_, recipe, board, resources, held_out=held(0))
    task, again = teach(recipe, board, held_out=held(round_ - 1), resources=resources)
    assert weights(task) == weights(whole)
    np.testing.assert_array_equal(again.curves.losses, learnt.curves.losses)
    np.testing.assert_array_equal(again.curves.ndcg, learnt.curves.ndcg)
    np.testing.assert_array_equal(
        again.curves.others["rounds of the network"], learnt.curves.others["rounds of the network"]
    )
    # only what was missing was learnt again
    assert len(task.sizes) == BATCHES * (len(again.curves.losses) - (round_ - 1))
    assert list_runs(resources.training or Path()) == []
    assert list((resources.training or Path()).iterdir()) == []


@pytest.mark.usefixtures("often")
def test_a_halved_batch_stays_halved(board: Dataset, resources: Resources) -> None:
    import torch

    def fail(size: int) -> None:
        if size > 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        if len(task.sizes) == 1 + 8 + 2:
            raise KeyboardInterrupt

    task = TinyTask(fail=fail)
    with pytest.raises(KeyboardInterrupt):
        teach(TinyRecipe(), board, task, resources=resources)
    gone_on, _ = teach(TinyRecipe(), board, resources=resources)
    assert set(gone_on.sizes) == {8}


def seconds_kept(folder: Path, replaced: float | None = None) -> float:
    """What the checkpoint of the one run in `folder` says that it took to come there; `replaced` from now on."""
    (run,) = list_runs(folder)
    manifest = folder / run.key / "checkpoint" / "manifest.json"
    document = json.loads(manifest.read_text())
    seconds = float(document["settings"]["seconds"])
    if replaced is not None:
        document["settings"]["seconds"] = replaced
        manifest.write_text(json.dumps(document))
    return seconds


@pytest.mark.usefixtures("often")
def test_the_time_of_a_fit_is_of_all_its_stretches(board: Dataset, resources: Resources) -> None:
    folder = resources.training or Path()
    stop_in(3, TinyRecipe(), board, resources)
    assert 0 < seconds_kept(folder, replaced=4000.0) < 1000
    stop_in(2, TinyRecipe(), board, resources)  # of those that are left: rounds 3 and 4
    assert 4000 < seconds_kept(folder, replaced=9000.0) < 5000
    with Stopwatch() as watch:
        task, _ = teach(TinyRecipe(), board, resources=resources)
    assert len(task.sizes) == 3 * BATCHES
    assert 9000 < watch.seconds < 9900
    # and of no others
    with Stopwatch() as watch:
        teach(TinyRecipe(), board, resources=resources)
    assert 0 < watch.seconds < 900


@pytest.mark.usefixtures("often")
def test_what_a_stopped_fit_tells(board: Dataset, resources: Resources) -> None:
    folder = resources.training or Path()
    assert list_runs(folder) == []
    recipe = TinyRecipe(epochs=9)
    stop_in(4, recipe, board, resources, held_out=held_out_of(board, 0.1, math.nan, 0.3))
    (run,) = list_runs(folder)
    assert (run.recipe, run.label, run.dataset, run.epochs) == ("tiny", "Tiny", "checkerboard", 9)
    assert run.loss_name == "Squared error"
    assert run.key == run_key(recipe, board.fingerprint, 0, "cpu")
    assert (len(run.rounds), run.kept, run.active) == (3, 3, False)
    assert [one.number for one in run.rounds] == [1, 2, 3]
    np.testing.assert_array_equal([one.ndcg for one in run.rounds], [0.1, math.nan, 0.3])
    assert run.rounds[2].others == {"rounds of the network": 3.0}


def test_others_see_a_fit_while_it_learns(
    board: Dataset, resources: Resources, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.runs.SECONDS_BETWEEN_LOOKS", 0.0)
    folder = resources.training or Path()
    seen: list[tuple[bool, int]] = []

    def look(share: float, text: str) -> None:
        (run,) = list_runs(folder)
        seen.append((run.active, len(run.rounds)))
        with pytest.raises(StoreError, match="learns now"):
            delete_run(folder, run.key)

    teach(TinyRecipe(epochs=3), board, resources=resources, progress=look)
    assert seen == [(True, 1), (True, 2), (True, 3)]


@pytest.mark.usefixtures("often")
def test_a_stopped_fit_can_be_deleted(board: Dataset, resources: Resources) -> None:
    folder = resources.training or Path()
    stop_in(3, TinyRecipe(), board, resources)
    (run,) = list_runs(folder)
    delete_run(folder, run.key)
    assert list_runs(folder) == []
    for key in (run.key, "..", "../x", "0" * 63):
        with pytest.raises(StoreError, match="stopped fit"):
            delete_run(folder, key)
    assert len(teach(TinyRecipe(), board, resources=resources)[0].sizes) == 6 * BATCHES


@pytest.mark.usefixtures("often")
def test_those_stopped_long_ago_are_forgotten(board: Dataset, resources: Resources) -> None:
    folder = resources.training or Path()
    stop_in(3, TinyRecipe(), board, resources)
    prune_runs(folder)
    (run,) = list_runs(folder)
    with locked(folder / run.key / "lock"):
        prune_runs(folder, older_than=-60)
    assert len(list_runs(folder)) == 1
    prune_runs(folder, older_than=-60)
    assert list_runs(folder) == []


def test_a_short_fit_keeps_nothing(board: Dataset, resources: Resources) -> None:
    """Stopped before the first checkpoint, it has nothing to go on from."""
    stop_in(3, TinyRecipe(), board, resources)
    assert list((resources.training or Path()).iterdir()) == []


@pytest.mark.usefixtures("often")
def test_a_fit_that_fails_is_not_gone_on_with(board: Dataset, resources: Resources) -> None:
    recipe = TinyRecipe(learning_rate=10.0, epochs=200, gradient_clip=0.0)
    with pytest.raises(RecipeError, match="infinity"):
        teach(recipe, board, Exploding(), resources=resources)
    assert list((resources.training or Path()).iterdir()) == []


@pytest.mark.usefixtures("often")
def test_a_cancelled_fit_can_go_on(board: Dataset, resources: Resources) -> None:
    asked = iter([False, False, True])
    with pytest.raises(CancelledError):
        teach(TinyRecipe(), board, resources=resources, cancel=lambda: next(asked))
    (run,) = list_runs(resources.training or Path())
    assert run.kept == 2
    assert len(teach(TinyRecipe(), board, resources=resources)[0].sizes) == 4 * BATCHES


def _of_other_data(board: Dataset) -> Dataset:
    return replace(board, fingerprint="another")


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(
    "other",
    [
        lambda board: (TinyRecipe(), _of_other_data(board), 0),
        lambda board: (TinyRecipe(weight_decay=0.5), board, 0),
        lambda board: (TinyRecipe(), board, 1),
    ],
    ids=["dataset", "settings", "seed"],
)
def test_a_checkpoint_of_something_else_is_not_used(
    board: Dataset, resources: Resources, other: Callable[[Dataset], tuple[TinyRecipe, Dataset, int]]
) -> None:
    folder = resources.training or Path()
    recipe, dataset, seed = other(board)
    stop_in(3, recipe, dataset, resources, seed=seed)
    # not even where somebody renames it
    (run,) = list_runs(folder)
    (folder / run.key).rename(folder / run_key(TinyRecipe(), board.fingerprint, 0, "cpu"))
    task, _ = teach(TinyRecipe(), board, resources=resources)
    assert len(task.sizes) == 6 * BATCHES
    assert weights(task) == weights(teach(TinyRecipe(), board)[0])


def _cut_short(checkpoint: Path) -> None:
    path = checkpoint / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def _of_another_program(checkpoint: Path) -> None:
    manifest = checkpoint / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 99'))


def _without_rounds(checkpoint: Path) -> None:
    manifest = checkpoint / "manifest.json"
    document = json.loads(manifest.read_text())
    document["settings"]["rounds"] = [{"number": 1}]
    manifest.write_text(json.dumps(document))


def _without_arrays(checkpoint: Path) -> None:
    manifest = checkpoint / "manifest.json"
    document = json.loads(manifest.read_text())
    del document["files"]["state.safetensors"]
    manifest.write_text(json.dumps(document))


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("harm", [_cut_short, _of_another_program, _without_rounds, _without_arrays])
def test_a_damaged_checkpoint_is_not_used(board: Dataset, resources: Resources, harm: Callable[[Path], None]) -> None:
    folder = resources.training or Path()
    stop_in(3, TinyRecipe(), board, resources)
    (run,) = list_runs(folder)
    harm(folder / run.key / "checkpoint")
    task, _ = teach(TinyRecipe(), board, resources=resources)
    assert len(task.sizes) == 6 * BATCHES
    assert weights(task) == weights(teach(TinyRecipe(), board)[0])


@pytest.mark.usefixtures("often")
def test_a_checkpoint_of_another_network_is_not_used(
    board: Dataset, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an update that changed the network and forgot to say so."""
    stop_in(3, TinyRecipe(), board, resources)
    monkeypatch.setattr("recengine.models.training.checkpoint.Position._is_of", lambda self, weights: False)
    assert len(teach(TinyRecipe(), board, resources=resources)[0].sizes) == 6 * BATCHES


@pytest.mark.usefixtures("often")
def test_a_folder_that_cannot_be_written_ends_no_fit(board: Dataset, tmp_path: Path) -> None:
    blocked = tmp_path / "training"
    blocked.write_text("a file where the folder should be")
    said: list[str] = []
    task, _ = teach(
        TinyRecipe(),
        board,
        resources=Resources(device="cpu", training=blocked),
        progress=lambda share, text: said.append(text),
    )
    assert weights(task) == weights(teach(TinyRecipe(), board)[0])
    assert sum("cannot go on after a stop" in text for text in said) == 1


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("what", ["write_document", "save_entry"])
def test_a_disk_that_becomes_full_ends_no_fit(
    board: Dataset, resources: Resources, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import recengine.models.training.runs as runs

    write, calls = getattr(runs, what), []

    def full(*given: Any, **named: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise StoreError("rounds.json: cannot be written (No space left on device).")
        write(*given, **named)

    monkeypatch.setattr(runs, what, full)
    monkeypatch.setattr(runs, "SECONDS_BETWEEN_LOOKS", 0.0)
    said: list[str] = []
    task, _ = teach(TinyRecipe(), board, resources=resources, progress=lambda share, text: said.append(text))
    assert weights(task) == weights(teach(TinyRecipe(), board)[0])
    assert len(calls) == 2
    assert sum("No space left" in text for text in said) == 1
    assert list((resources.training or Path()).iterdir()) == []


def test_two_processes_that_learn_the_same_do_not_mix(
    board: Dataset, resources: Resources, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.runs._PATIENCE_SECONDS", 0.0)
    own = (resources.training or Path()) / run_key(TinyRecipe(), board.fingerprint, 0, "cpu")
    with locked(own / "lock"):
        teach(TinyRecipe(), board, resources=resources)
        assert is_locked(own / "lock")
        assert [path.name for path in own.iterdir()] == ["lock"]
