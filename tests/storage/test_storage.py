import hashlib
import json
import os
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.errors import StoreError
from recengine.storage import (
    digest,
    load_entry,
    locked,
    read_document,
    remove_leftovers,
    replace_folder,
    save_entry,
    write_bytes,
)

MEND = "Do this."
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _entry(folder: Path) -> None:
    save_entry(
        folder,
        kind="thing",
        settings={"depth": 3},
        arrays={"scores": np.arange(6, dtype=np.float32).reshape(2, 3)},
        tables={"items": pl.DataFrame({"id": ["a", "b"]})},
    )


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    _entry(tmp_path / "e")
    entry = load_entry(tmp_path / "e", kind="thing", mend=MEND)
    assert entry.arrays["scores"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert not entry.arrays["scores"].flags.writeable
    assert entry.tables["items"]["id"].to_list() == ["a", "b"]
    assert entry.settings == {"depth": 3}


def test_arrays_of_a_group_share_a_file_and_have_any_name(tmp_path: Path) -> None:
    arrays = {
        "network.items.weight": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "network.steps": np.array(7.0, dtype=np.float32),
        "curve.Loss of head 2, in nats": np.array([0.5, np.nan]),
        "seen": np.array([True, False]),
    }
    save_entry(tmp_path / "e", kind="thing", settings={}, arrays=arrays)
    files = {path.name for path in (tmp_path / "e").iterdir()}
    assert files == {"network.safetensors", "curve.safetensors", "seen.npy", "manifest.json"}
    found = load_entry(tmp_path / "e", kind="thing", mend=MEND).arrays
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
        assert not found[name].flags.writeable


def test_a_group_that_is_no_safetensors_is_one_line(tmp_path: Path) -> None:
    save_entry(tmp_path / "e", kind="thing", settings={}, arrays={"network.a": np.zeros(3)})
    path, manifest = tmp_path / "e" / "network.safetensors", tmp_path / "e" / "manifest.json"
    path.write_bytes(b"no tensors")
    facts = json.loads(manifest.read_bytes())
    facts["files"][path.name] = {"bytes": 10, "sha256": hashlib.sha256(b"no tensors").hexdigest()}
    manifest.write_text(json.dumps(facts))
    with pytest.raises(StoreError, match=r"network\.safetensors: cannot be read \(.+\)\. Do this\.") as caught:
        load_entry(tmp_path / "e", kind="thing", mend=MEND)
    assert "\n" not in str(caught.value)


def test_a_small_array_outlives_its_file_and_a_large_one_is_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _entry(tmp_path / "e")
    scores = load_entry(tmp_path / "e", kind="thing", mend=MEND).arrays["scores"]
    (tmp_path / "e" / "scores.npy").write_bytes(b"")
    assert scores.sum() == 0 + 1 + 2 + 3 + 4 + 5
    _entry(tmp_path / "e")
    monkeypatch.setattr("recengine.storage.entries.MAPPED_FROM_BYTES", 0)
    assert isinstance(load_entry(tmp_path / "e", kind="thing", mend=MEND).arrays["scores"], np.memmap)


@pytest.mark.parametrize("name", ["scores.npy", "items.parquet", "manifest.json"])
@pytest.mark.parametrize("harm", ["truncate", "flip", "remove"])
def test_a_damaged_file_is_named_in_one_line(tmp_path: Path, name: str, harm: str) -> None:
    _entry(tmp_path / "e")
    path = tmp_path / "e" / name
    content = bytearray(path.read_bytes())
    if harm == "truncate":
        path.write_bytes(content[:-3])
    elif harm == "flip":
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    else:
        path.unlink()
    with pytest.raises(StoreError) as caught:
        load_entry(tmp_path / "e", kind="thing", mend=MEND)
    assert name in str(caught.value)
    assert str(caught.value).endswith(MEND)
    assert "\n" not in str(caught.value)


def test_an_entry_of_another_kind_or_version_is_refused(tmp_path: Path) -> None:
    _entry(tmp_path / "e")
    with pytest.raises(StoreError, match="not a stored pool"):
        load_entry(tmp_path / "e", kind="pool", mend=MEND)
    manifest = tmp_path / "e" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 9'))
    with pytest.raises(StoreError, match="version 9"):
        load_entry(tmp_path / "e", kind="thing", mend=MEND)


def test_a_manifest_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    _entry(tmp_path / "e")
    manifest = tmp_path / "e" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("scores.npy", "../scores.npy"))
    with pytest.raises(StoreError, match="no file of an entry"):
        load_entry(tmp_path / "e", kind="thing", mend=MEND)


def _half_a_replacement(target: Path) -> None:
    with replace_folder(target) as temporary:
        (temporary / "half").write_text("half")
        raise ValueError("stop")


def test_a_failed_replacement_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "e"
    _entry(target)
    with pytest.raises(ValueError, match="stop"):
        _half_a_replacement(target)
    assert load_entry(target, kind="thing", mend=MEND).settings == {"depth": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["e"]


def test_a_replacement_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    target = tmp_path / "e"
    _entry(target)
    with replace_folder(target) as temporary:
        (temporary / "new").write_text("new")
    assert [path.name for path in target.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["e"]


def test_bytes_replace_bytes(tmp_path: Path) -> None:
    write_bytes(tmp_path / "deep" / "file", b"old")
    write_bytes(tmp_path / "deep" / "file", b"new")
    assert (tmp_path / "deep" / "file").read_bytes() == b"new"
    assert len(list((tmp_path / "deep").iterdir())) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # open for both, so that neither end waits for the other
    end = os.open(pipe, os.O_RDWR)
    try:
        write_bytes(pipe, b"content")
        assert pipe.is_fifo()
        assert os.read(end, 100) == b"content"
    finally:
        os.close(end)


@pytest.mark.parametrize("moves", [True, False], ids=["moved", "copied"])
def test_an_array_that_is_a_file_already_becomes_part_of_the_entry(
    tmp_path: Path, moves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "big.npy", np.arange(5))
    if not moves:
        replace = Path.replace

        def refuse(path: Path, target: Path) -> Path:
            if path.suffix == ".npy":
                raise PermissionError("mapped")
            return replace(path, target)

        monkeypatch.setattr(Path, "replace", refuse)
    save_entry(tmp_path / "entry", kind="k", settings={}, written={"numbers": tmp_path / "big.npy"})
    assert (tmp_path / "big.npy").exists() != moves
    assert load_entry(tmp_path / "entry", kind="k", mend=MEND).arrays["numbers"].tolist() == [0, 1, 2, 3, 4]


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        write_bytes(tmp_path / "file" / "inside", b"x")


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_document_that_is_no_object_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "d.json").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        read_document(tmp_path / "d.json", "the scenario", MEND)
    assert "\n" not in str(caught.value)


@given(JSON_VALUES)
def test_a_digest_does_not_depend_on_the_order_of_keys(value: object) -> None:
    forwards = {"a": value, "b": 1}
    backwards = {"b": 1, "a": value}
    assert digest(forwards) == digest(backwards)
    assert digest(forwards) != digest({"a": value, "b": 2})


def test_a_held_lock_is_said(tmp_path: Path) -> None:
    # a second lock object stands for a second process
    with (
        locked(tmp_path / "l"),
        pytest.raises(StoreError, match="another process"),
        locked(tmp_path / "l", patience=0.01),
    ):
        pass


def test_a_lock_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be locked"), locked(tmp_path / "locks" / "a.lock"):
        pass


def test_leftovers_of_killed_writers_go_and_running_writes_stay(tmp_path: Path) -> None:
    _entry(tmp_path / "entry")
    (tmp_path / ".lock").write_text("")
    (tmp_path / ".hidden.json").write_text("")
    kept = set(tmp_path.iterdir())
    with replace_folder(tmp_path / "other") as half, replace_folder(tmp_path / "third") as written:
        (half / "part.npy").write_bytes(b"half")
        (written / "part.npy").write_bytes(b"half")
        two_hours_ago = time.time() - 7200
        for path in (*tmp_path.rglob("*"), *tmp_path.iterdir()):
            os.utime(path, (two_hours_ago, two_hours_ago))
        # one file grows for hours, which its folder's time does not tell
        os.utime(written / "part.npy")
        remove_leftovers(tmp_path, older_than=3600)
        assert not half.exists()
        assert written.exists()
        assert kept <= set(tmp_path.iterdir())
        half.mkdir()
