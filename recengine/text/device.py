"""Which device encodes text, and in which numbers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from recengine.device import DeviceKind, device_kind, gpu_words

Precision = Literal["float32", "bfloat16", "float16"]
"""What a text model computes in; vectors are float32 all the same."""
_PROCESSOR = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def text_device(device: str) -> DeviceKind:
    """ "cuda" where `device` ("cpu", "cuda" or "auto") allows it and torch can use it, else "cpu"."""
    # without a driver there is no CUDA, and no need to load torch to learn that
    if device == "cpu" or (device == "auto" and device_kind() == "cpu"):
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def text_precision(kind: DeviceKind) -> Precision:
    """The fastest that is near enough: half precision with CUDA, and where the processor multiplies bfloat16 itself.

    Found without torch, since it is a part of the key of every stored vector.
    """
    if kind == "cuda":
        return "float16"
    return "bfloat16" if _multiplies_bfloat16() else "float32"


def device_words(kind: DeviceKind) -> str:
    """ "CPU", or "GPU" with its name where that is known."""
    return "CPU" if kind == "cpu" else gpu_words()


@lru_cache(maxsize=1)
def _multiplies_bfloat16() -> bool:
    try:
        lines = _PROCESSOR.read_text(errors="replace").splitlines()
    except OSError:  # not Linux
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return not _BFLOAT16_FLAGS.isdisjoint(flags)
