import os
from pathlib import Path

import pytest

from recengine.errors import StoreError
from recengine.jobs.queue import queue_folder


def test_the_queue_is_the_users_own(queue: Path) -> None:
    assert queue_folder() == queue
    assert queue.stat().st_mode & 0o777 == 0o700


def test_without_a_wish_it_is_among_the_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECENGINE_QUEUE")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert queue_folder() == tmp_path / f"recengine-{os.getuid()}"


@pytest.mark.parametrize("trap", ["link", "open", "file"])
def test_a_place_that_others_can_write_to_is_refused(queue: Path, tmp_path: Path, trap: str) -> None:
    if trap == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        queue.symlink_to(tmp_path / "elsewhere")
    elif trap == "open":
        queue.mkdir()
        queue.chmod(0o777)
    else:
        queue.write_text("")
    with pytest.raises(StoreError, match="RECENGINE_QUEUE"):
        queue_folder()
