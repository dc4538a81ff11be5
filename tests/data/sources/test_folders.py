from __future__ import annotations

import os
from pathlib import Path

import pytest

from recengine.data import read_found
from recengine.data.sources import allowed_folders, find_table, folder_files, folder_source
from recengine.errors import DataError

PLAIN = b"user_id,item_id\nu1,007\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "data"
    (top / "in").mkdir(parents=True)
    (top / "in" / "log.csv").write_bytes(PLAIN)
    (top / "b.csv").write_bytes(PLAIN * 2)
    (top / ".hidden").write_bytes(PLAIN)
    (top / ".git").mkdir()
    (top / ".git" / "x.csv").write_bytes(PLAIN)
    (tmp_path / "secret.csv").write_bytes(PLAIN)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.csv").write_bytes(PLAIN)
    (top / "link.csv").symlink_to(tmp_path / "secret.csv")
    (top / "out").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(top / "pipe")
    return top.resolve()


def test_folders_come_from_the_configuration(folder: Path, tmp_path: Path) -> None:
    value = os.pathsep.join([str(folder), "", str(tmp_path / "gone"), str(folder / "in" / ".."), str(folder / "b.csv")])
    assert allowed_folders({"RECENGINE_FOLDERS": value}) == (folder,)
    assert allowed_folders({}) == ()


def test_files_are_listed_without_what_is_hidden_or_leads_out(folder: Path) -> None:
    listed = folder_files((folder,))
    assert [(one.name, one.size) for one in listed] == [("b.csv", 2 * len(PLAIN)), ("in/log.csv", len(PLAIN))]
    assert listed[1].path == folder / "in" / "log.csv"
    assert folder_files(()) == ()


def test_a_listed_file_is_read_in_place(folder: Path) -> None:
    for path in ("in/log.csv", str(folder / "in" / "log.csv")):
        source = folder_source(path, (folder,))
        assert source.path == folder / "in" / "log.csv"
        assert read_found(find_table(source)).frame.rows() == [("u1", "007")]


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "in/../../secret.csv",
        "{top}/../secret.csv",
        "{top}2/x.csv",
        "{out}/secret.csv",
        "link.csv",
        "out/x.csv",
        ".hidden",
        ".git/x.csv",
        "pipe",
        "in",
        "gone.csv",
        "",
        ".",
        "a\0b",
        "a\nb",
    ],
)
def test_a_path_that_leads_out_is_refused_in_one_line(folder: Path, path: str) -> None:
    asked = path.format(top=folder, out=folder.parent) if "{" in path else path
    with pytest.raises(DataError) as caught:
        folder_source(asked, (folder,))
    assert "\n" not in str(caught.value)
    assert "Choose a file that is listed" in str(caught.value)


def test_without_folders_nothing_is_read_in_place(folder: Path) -> None:
    with pytest.raises(DataError, match=r"no folder is allowed to be read in place\. Name some in RECENGINE_FOLDERS"):
        folder_source(str(folder / "b.csv"), ())


@pytest.mark.parametrize("asked", ["x" * 9000, f"in/{'x' * 300}/y.csv", "a\ud800.csv"])
def test_a_name_that_no_file_can_have_is_one_line(folder: Path, asked: str) -> None:
    with pytest.raises(DataError, match="is no file in the allowed folders"):
        folder_source(asked, (folder,))
