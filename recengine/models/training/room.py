"""What to do where a batch has no room."""

from __future__ import annotations

from recengine.device import DeviceKind

_MORE = "CUBLAS_STATUS_ALLOC_FAILED"
"""Said by a library that gets no room from the GPU; torch does not call it out of memory."""


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether the device, or the machine, had no room."""
    import torch
    from accelerate.utils.memory import should_reduce_batch_size

    return isinstance(error, torch.OutOfMemoryError) or should_reduce_batch_size(error) or _MORE in str(error)


def free_cache(kind: DeviceKind) -> None:
    """Give back what torch holds of the device for later."""
    if kind == "cuda":
        from accelerate.utils.memory import clear_device_cache

        clear_device_cache(garbage_collection=True)


def no_room(name: str, kind: DeviceKind) -> str:
    """What is to be done where not even a batch of one example has room."""
    if kind == "cpu":
        return f"{name}: no memory for a single example. Make the vectors or the histories shorter, or free memory."
    return (
        f"{name}: the GPU has no room for a single example. Make the vectors or the histories shorter, free the GPU, "
        "or set RECENGINE_DEVICE=cpu."
    )
