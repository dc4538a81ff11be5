import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from tests.sharing import made_once

Command = Callable[..., Any]


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the synthetic sample, every default scorer fitted; tests only read it."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RECENGINE_WORKSPACE", str(folder))
            assert main(["import", "--sample", "synthetic"]) == 0
            assert main(["fit", "--dataset", "synthetic"]) == 0

    return made_once(tmp_path_factory, "command-line", make)


@pytest.fixture
def command(stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a verb on the stored workspace and gives its JSON document; fails unless it exits with 0."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(stored))

    def run(*arguments: str) -> Any:
        capsys.readouterr()
        code = main([*arguments, "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))

    return run


@pytest.fixture
def mistake(stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a verb that must exit with 2 and gives its one line."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(stored))

    def run(*arguments: str) -> str:
        capsys.readouterr()
        try:
            code = main(list(arguments))
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else -1
        said = capsys.readouterr()
        assert code == 2, said.err
        assert said.out == ""
        lines = [line for line in said.err.splitlines() if not line.startswith("[")]
        assert len(lines) == 1, said.err
        assert "Traceback" not in said.err
        return lines[0]

    return run
