"""Which kind of device the machine offers, found without loading a library for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from recengine.errors import RecipeError

DeviceKind = Literal["cpu", "cuda"]
VARIABLE = "RECENGINE_DEVICE"


def device_kind() -> DeviceKind:
    """ "cuda" where an NVIDIA driver is loaded, else "cpu"; the environment variable RECENGINE_DEVICE overrules.

    Each recipe still checks that its own library can use the device and says what it was fitted on.
    """
    wish = os.environ.get(VARIABLE, "auto")
    if wish == "cpu":
        return "cpu"
    if wish == "cuda":
        return "cuda"
    if wish != "auto":
        raise RecipeError(f'{VARIABLE} must be "auto", "cpu" or "cuda", got {wish!r}. Unset it for "auto".')
    return "cuda" if Path("/proc/driver/nvidia/version").exists() else "cpu"


def gpu_words() -> str:
    """ "GPU" with its name in brackets where the driver tells one name."""
    names = set()
    for path in Path("/proc/driver/nvidia/gpus").glob("*/information"):
        lines = path.read_text(errors="replace").splitlines()
        names |= {line.partition(":")[2].strip() for line in lines if line.startswith("Model:")}
    return f"GPU ({names.pop()})" if len(names) == 1 else "GPU"
