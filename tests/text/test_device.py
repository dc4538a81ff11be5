from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recengine.text import device, text_device
from recengine.text.device import text_precision


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    device._multiplies_bfloat16.cache_clear()
    yield
    device._multiplies_bfloat16.cache_clear()


def test_the_cpu_is_taken_where_asked() -> None:
    assert text_device("cpu") == "cpu"


@pytest.mark.parametrize(
    ("flags", "precision"),
    [
        ("fpu avx2 avx512f avx512_bf16 avx512_vnni", "bfloat16"),
        ("fpu avx2 amx_bf16 amx_tile", "bfloat16"),
        ("fpu avx2 avx512f avx512_vnni", "float32"),
        ("", "float32"),
    ],
)
def test_bfloat16_is_for_processors_that_multiply_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, precision: str
) -> None:
    about = tmp_path / "cpuinfo"
    about.write_text(f"processor\t: 0\nmodel name\t: avx512_bf16\nflags\t\t: {flags}\nbugs\t: amx_bf16\n")
    monkeypatch.setattr(device, "_PROCESSOR", about)
    assert text_precision("cpu") == precision


def test_other_machines_compute_in_float32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_PROCESSOR", tmp_path / "none")
    assert text_precision("cpu") == "float32"
    assert text_precision("cuda") == "float16"
