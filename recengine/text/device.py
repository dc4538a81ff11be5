"""Which device encodes text."""

from __future__ import annotations

from recengine.device import DeviceKind, device_kind, gpu_words


def text_device(device: str) -> DeviceKind:
    """ "cuda" where `device` ("cpu", "cuda" or "auto") allows it and torch can use it, else "cpu"."""
    # without a driver there is no CUDA, and no need to load torch to learn that
    if device == "cpu" or (device == "auto" and device_kind() == "cpu"):
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def device_words(kind: DeviceKind) -> str:
    """ "CPU", or "GPU" with its name where that is known."""
    return "CPU" if kind == "cpu" else gpu_words()
