"""Accelerate for one fit, without a trace of it afterwards.

It keeps the device and the precision of the process in class attributes, and reads and writes environment variables;
other code of the same process, such as a trainer of text models, must find both as it left them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recengine.device import DeviceKind
from recengine.errors import RecipeError

if TYPE_CHECKING:
    from accelerate import Accelerator

_LAUNCHERS = ("ACCELERATE_", "FSDP_", "OMPI_", "PMI_", "MV2_", "MASTER_")
_RANKS = frozenset({"RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "FORK_LAUNCHED"})
"""What those who launch many processes set: a fit is one process, whoever started it."""
_OTHERS = '"auto" or "float32"'


def mixed_precision(kind: DeviceKind, precision: str) -> str:
    """What Accelerate calls it: "no", "bf16" or "fp16". precision: see `TrainedRecipe`.

    Raises `RecipeError` for one that the device does not compute in.
    """
    if kind == "cpu":
        if precision == "float16":
            raise RecipeError(f'precision: "float16" needs a GPU. Choose {_OTHERS}.')
        return "bf16" if precision == "bfloat16" else "no"
    import torch

    has_bfloat16 = torch.cuda.is_bf16_supported()
    if precision == "bfloat16" and not has_bfloat16:
        raise RecipeError(f'precision: this GPU has no "bfloat16". Choose {_OTHERS}.')
    half = "bf16" if has_bfloat16 else "fp16"
    return {"auto": half, "bfloat16": "bf16", "float16": "fp16"}.get(precision, "no")


@contextmanager
def accelerated(kind: DeviceKind, mixed: str) -> Iterator[Accelerator]:
    """An accelerator of its own inside; afterwards, also after an error, all that it left behind is as it was before.

    mixed: what `mixed_precision` gave. One at a time in a process.
    """
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState, GradientState, PartialState

    kept = [(state, dict(state._shared_state)) for state in (PartialState, AcceleratorState, GradientState)]
    try:
        for state, _ in kept:
            state._shared_state.clear()
        with _plain_environment():
            accelerator = Accelerator(cpu=kind == "cpu", mixed_precision=mixed)
        yield accelerator
    finally:
        for state, before in kept:
            state._shared_state.clear()
            state._shared_state.update(before)


@contextmanager
def _plain_environment() -> Iterator[None]:
    """Without the variables of launchers; what is set inside is taken back."""
    before = dict(os.environ)
    for name in before:
        if name in _RANKS or name.startswith(_LAUNCHERS):
            del os.environ[name]
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
