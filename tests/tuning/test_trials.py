from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.errors import StoreError
from recengine.tuning import Trial, TrialFile

TRIALS = [
    Trial(0, {"a": 1, "b": "x"}, 0.1 + 0.2, "complete", 1.5, (0.25, 0.1 + 0.2)),
    Trial(1, {"a": 2, "b": "ä\n"}, None, "pruned", 0.5, (0.125,), "worse"),
    Trial(2, {"a": 3, "b": "x"}, None, "failed", 0.0, (), "runs to infinity"),
    Trial(3, {"a": 1, "b": "x"}, 0.1 + 0.2, "complete", 0.0, (0.25, 0.1 + 0.2), "", 0),
]


def _written(path: Path, trials: list[Trial]) -> TrialFile:
    file = TrialFile(path)
    for trial in trials:
        file.append(trial)
    return file


def test_trials_come_back_as_they_were(tmp_path: Path) -> None:
    file = _written(tmp_path / "new" / "trials.jsonl", TRIALS)
    assert file.read() == TRIALS
    assert len(file.path.read_text().splitlines()) == len(TRIALS)


def test_no_file_is_no_trials(tmp_path: Path) -> None:
    assert TrialFile(tmp_path / "trials.jsonl").read() == []


@given(data=st.data())
def test_wherever_a_write_was_cut_off_the_whole_trials_are_there(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = _written(tmp_path_factory.mktemp("cut") / "trials.jsonl", TRIALS)
    content = file.path.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    file.path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n")
    assert file.read() == TRIALS[:whole]
    for trial in TRIALS[whole:]:
        file.append(trial)
    assert file.path.read_bytes() == content


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON",
        b"[]",
        b"{}",
        b'{"number": 5, "settings": {}, "value": 1, "state": "complete", "seconds": 1, "rungs": [], "reason": "", '
        b'"repeats": null}',
        b'{"number": 1, "settings": {}, "value": null, "state": "complete", "seconds": 1, "rungs": [], "reason": "", '
        b'"repeats": null}',
        b'{"number": 1, "settings": {}, "value": NaN, "state": "complete", "seconds": 1, "rungs": [], "reason": "", '
        b'"repeats": null}',
        b'{"number": 1, "settings": {}, "value": null, "state": "odd", "seconds": 1, "rungs": [], "reason": "", '
        b'"repeats": null}',
    ],
)
def test_a_damaged_line_says_where(tmp_path: Path, line: bytes) -> None:
    file = _written(tmp_path / "trials.jsonl", TRIALS[:1])
    with file.path.open("ab") as handle:
        handle.write(line + b"\n")
    with pytest.raises(StoreError, match=r"trials\.jsonl, line 2: not trial 1"):
        file.read()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        TrialFile(tmp_path / "file" / "trials.jsonl").append(TRIALS[0])
