"""What every layer stands on: progress, devices, versions, read-only arrays."""

import numpy as np
import pytest

from recengine.arrays import read_only
from recengine.device import device_kind
from recengine.errors import CancelledError, RecipeError
from recengine.progress import stop_if_asked, within
from recengine.versions import versions


def test_a_part_of_the_work_moves_its_part_of_the_bar() -> None:
    said: list[tuple[float, str]] = []
    part = within(lambda share, text: said.append((share, text)), 0.5, 0.7)
    part(0.0, "begins")
    part(0.25, "goes on")
    part(1.0, "ends")
    assert said == [(0.5, "begins"), (pytest.approx(0.5 + 0.25 * 0.2), "goes on"), (pytest.approx(0.7), "ends")]


def test_work_stops_when_asked_and_only_then() -> None:
    stop_if_asked(lambda: False)
    with pytest.raises(CancelledError):
        stop_if_asked(lambda: True)


@pytest.mark.parametrize("wish", ["cpu", "cuda"])
def test_a_wish_for_a_device_is_heard(wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECENGINE_DEVICE", wish)
    assert device_kind() == wish


def test_a_device_that_does_not_exist_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECENGINE_DEVICE", "abacus")
    with pytest.raises(RecipeError, match="abacus"):
        device_kind()


def test_versions_name_what_the_numbers_depend_on() -> None:
    assert {"recengine", "python", "numpy", "implicit", "torch", "polars"} <= set(versions())


def test_a_read_only_array_refuses_to_be_written() -> None:
    array = read_only(np.zeros(2))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
