"""What reaches the terminal, and what happens where nothing can."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from recengine.cli.output import MAX_CELL, emit, table
from recengine.cli.terminal import MAX_LINE, mistake_line
from recengine.errors import StoreError

ROOT = Path(__file__).parents[2]
EMOJI = "\U0001f600"


def _narrow(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Standard output that can write ASCII alone."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    return written


def test_a_cell_is_one_short_line_that_a_terminal_does_not_obey() -> None:
    lines = table(["title", "rank"], [["two\nlines \x1b[2J\u202e", "1"], ["L" * 300, "2"]]).splitlines()
    assert lines[1].split("  ")[0] == "two lines [2J"
    assert len(lines) == 1 + 2
    assert len(lines[2]) == MAX_CELL + len("  ") + len("rank")


def test_text_holds_nothing_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    emit({}, as_json=False, text=lambda: "a\x1b[2J\x9b1m\u202eb\nc\td", device="CPU")
    assert capsys.readouterr().out == "a\ufffd[2J\ufffd1m\ufffdb\nc\td\n"


def test_a_mistake_is_one_line_of_bounded_length() -> None:
    assert mistake_line("x: no\ncolumn \x1b[31m.") == "x: no column \ufffd[31m."
    long = mistake_line(f"x: {'y' * 100_000}. Mend it.")
    assert len(long) == MAX_LINE + 1
    assert long.endswith(" Mend it.")


def test_a_narrow_terminal_gets_json_that_reads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    written = _narrow(monkeypatch)
    emit({"title": EMOJI}, as_json=True, text=str, device="CPU")
    assert json.loads(written.getvalue())["title"] == EMOJI


def test_a_narrow_terminal_gets_text_with_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    written = _narrow(monkeypatch)
    emit({}, as_json=False, text=lambda: f"a {EMOJI}", device="CPU")
    assert written.getvalue() == b"a \\U0001f600\n"


def test_a_closed_output_is_a_mistake_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(StoreError, match="stdout: is closed"):
        emit({}, as_json=True, text=str, device="CPU")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk without room")
def test_an_output_without_room_is_one_line_and_exit_code_2() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "recengine", "samples", "--json"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "recengine samples: stdout: cannot be written (No space left on device). Send the answer elsewhere."
    ]
