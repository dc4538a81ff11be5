"""Rounds as TensorBoard files, read back."""

import math
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources
from recengine.models.training.logs import VARIABLE, log_folder
from tests.models.training.test_loop import held_out_of
from tests.models.training.tiny import TinyRecipe, teach, weights


@pytest.mark.parametrize(("said", "folder"), [(None, None), ("", None), (" ", None), ("runs/mine", Path("runs/mine"))])
def test_the_environment_switches_it_on(said: str | None, folder: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if said is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, said)
    assert log_folder() == folder


def test_every_round_of_every_fit_can_be_read_back(board: Dataset, tmp_path: Path) -> None:
    resources = Resources(device="cpu", logs=tmp_path)
    held_out = held_out_of(board, 0.25, math.nan, 0.5)
    task, learnt = teach(TinyRecipe(epochs=3), board, held_out=held_out, resources=resources)
    teach(TinyRecipe(epochs=1), board, resources=resources)
    folders = sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime)
    assert len(folders) == 2
    assert all(folder.name.startswith("tiny-20") for folder in folders)
    log = EventAccumulator(str(folders[0]))
    log.Reload()
    losses = [(event.step, event.value) for event in log.Scalars("loss")]
    assert losses == [(number, pytest.approx(loss)) for number, loss in enumerate(learnt.curves.losses, start=1)]
    # what is not measured is left out
    assert [(event.step, event.value) for event in log.Scalars("ndcg of users held out")] == [(1, 0.25), (3, 0.5)]
    assert [event.value for event in log.Scalars("rounds of the network")] == [1, 2, 3]
    assert all(event.value > 0 for event in log.Scalars("seconds"))
    (text,) = log.Tensors("settings/text_summary")
    assert b"learning_rate = 0.1" in text.tensor_proto.string_val[0]
    assert weights(task) == weights(teach(TinyRecipe(epochs=3), board)[0])


def test_a_folder_that_cannot_be_written_is_one_line(board: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecipeError, match=f"cannot be written .*{VARIABLE}, or unset it") as caught:
        teach(TinyRecipe(), board, resources=Resources(device="cpu", logs=tmp_path / "file"))
    assert "\n" not in str(caught.value)
