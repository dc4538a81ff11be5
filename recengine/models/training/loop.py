"""The one training loop: every network of the project learns here."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recengine.data import Dataset
from recengine.device import DeviceKind
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.training.curves import Curves, Round
from recengine.models.training.held_out import HeldOut
from recengine.models.training.logs import RoundLog
from recengine.models.training.recipe import TrainedRecipe
from recengine.models.training.runs import RunFolder
from recengine.models.training.task import Task
from recengine.progress import Cancel, Progress, stop_if_asked
from recengine.text.device import device_words, text_device

if TYPE_CHECKING:
    from accelerate import Accelerator
    from torch import Tensor, nn
    from torch.optim import Optimizer

SECONDS_BETWEEN_CHECKPOINTS = 20.0
_ONE_AT_A_TIME = threading.Lock()
"""Accelerate keeps the precision and the device of the process, so two fits would change each other's."""


@dataclass(frozen=True)
class Learnt:
    """A network that has learnt, on the CPU and ready to score; its task holds it. device: in words."""

    curves: Curves
    device: str


def learn(
    recipe: TrainedRecipe,
    make: Callable[[Dataset], Task],
    train: Dataset,
    held_out: HeldOut | None,
    *,
    loss_name: str,
    seed: int,
    resources: Resources,
    progress: Progress,
    cancel: Cancel,
) -> tuple[Task, Learnt]:
    """The task that `make` makes of what is known, its network having learnt it.

    Adam with decoupled weight decay (Loshchilov & Hutter 2019), gradients cut to a length, half precision and data
    parallelism by Accelerate and torch. On the CPU the same seed gives the same numbers to the last bit, whether the
    fit was stopped and went on or not. Where `recipe.patience` is set the best round counts, else the last one.

    Raises `RecipeError` where the loss is not finite or the GPU has no room for a single example, `CancelledError`.
    """
    import torch

    kind = text_device(resources.device)
    made_from = {
        "dataset": train.fingerprint,
        "recipe": getattr(recipe, "name", ""),
        "version": getattr(recipe, "version", 0),
        "settings": recipe.settings(),
        "seed": seed,
        "device": kind,
    }
    shown = {
        "recipe": recipe.name,
        "label": getattr(recipe, "label", recipe.name),
        "dataset": train.name,
        "epochs": recipe.epochs,
        "loss_name": loss_name,
    }
    folder = RunFolder(resources.training, made_from, shown)
    with _alone(cancel), torch.random.fork_rng(devices=range(torch.cuda.device_count()) if kind == "cuda" else []):
        torch.manual_seed(seed)
        task = make(train if held_out is None else held_out.known)
        with RoundLog(resources.logs, made_from, shown) as log:
            school = _School(recipe, task, held_out, kind, seed, folder, log)
            school.attend(progress, cancel)
        task.network.to("cpu").eval()
        folder.end()
        return task, Learnt(Curves.of(school.rounds), device_words(kind))


class _School:
    """One fit, round by round."""

    def __init__(
        self,
        recipe: TrainedRecipe,
        task: Task,
        held_out: HeldOut | None,
        kind: DeviceKind,
        seed: int,
        folder: RunFolder,
        log: RoundLog,
    ) -> None:
        from torch.optim import AdamW

        self._recipe = recipe
        self._task = task
        self._held_out = held_out
        self._seed = seed
        self._folder = folder
        self._log = log
        self._accelerator = _accelerator(kind, recipe.precision)
        self._batch_size = recipe.batch_size
        self._lossy = self._accelerator.prepare_model(_parallel(_with_loss(task), kind))
        parameters = list(task.network.parameters())
        self._optimizer: Optimizer = AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
        self._best: dict[str, Tensor] | None = None
        self.rounds: list[Round] = []

    def attend(self, progress: Progress, cancel: Cancel) -> None:
        """Every round, from where an earlier fit stopped."""
        self._go_on()
        while len(self.rounds) < self._recipe.epochs and not self._had_enough():
            stop_if_asked(cancel)
            number = len(self.rounds) + 1
            started = time.perf_counter()
            loss = self._epoch(number, progress, cancel)
            others = self._task.after_epoch()
            seconds = time.perf_counter() - started
            self.rounds.append(Round(number, loss, self._measure(), seconds, dict(others)))
            self._remember_best()
            self._log.write(self.rounds[-1])
            self._folder.tell(self.rounds)
            if number < self._recipe.epochs:
                self._folder.keep(self._state(), self.rounds, every=SECONDS_BETWEEN_CHECKPOINTS)
            progress(number / self._recipe.epochs, self._words())
        if self._best is not None:
            self._task.network.load_state_dict(self._best)

    def _epoch(self, number: int, progress: Progress, cancel: Cancel) -> float:
        """The mean loss of one round; begun anew with half the batch where the GPU has no room."""
        from accelerate.utils.memory import clear_device_cache, should_reduce_batch_size

        while True:
            try:
                return self._pass(number, progress, cancel)
            except RuntimeError as error:
                if not should_reduce_batch_size(error):
                    raise
                self._optimizer.zero_grad()
            clear_device_cache(garbage_collection=True)
            if self._batch_size == 1:
                raise RecipeError(
                    f"{self._recipe.name}: the GPU has no room for a single example. Make the vectors or the histories "
                    "shorter, free the GPU, or set RECENGINE_DEVICE=cpu."
                )
            self._batch_size //= 2
            progress((number - 1) / self._recipe.epochs, f"No room on the GPU: batches of {self._batch_size:,} now")

    def _pass(self, number: int, progress: Progress, cancel: Cancel) -> float:
        import torch

        # of its own for each round, so that a fit that goes on draws what it would have drawn
        torch.manual_seed(_seed_of(self._seed, number))
        rng = np.random.default_rng([self._seed, number])
        self._lossy.train()
        total, seen = torch.zeros((), dtype=torch.float64), 0
        told = time.monotonic()
        for batch in self._task.batches(rng, self._batch_size):
            if time.monotonic() - told > 0.5:
                stop_if_asked(cancel)
                told = time.monotonic()
                share = min(1.0, seen / max(1, self._task.n_examples))
                progress((number - 1 + share) / self._recipe.epochs, self._words())
            self._optimizer.zero_grad(set_to_none=True)
            moved = tuple(one.to(self._accelerator.device, non_blocking=True) for one in batch)
            loss = self._lossy(*moved).mean()
            self._accelerator.backward(loss)
            if self._recipe.gradient_clip:
                self._accelerator.clip_grad_norm_(self._task.network.parameters(), self._recipe.gradient_clip)
            self._optimizer.step()
            size = len(batch[0])
            total += size * loss.detach().to("cpu", torch.float64)
            seen += size
        mean = float(total) / max(1, seen)
        if not math.isfinite(mean):
            raise RecipeError(
                f'{self._recipe.name}: the fit ran off to infinity. Lower "learning_rate" or raise "weight_decay".'
            )
        return mean

    def _measure(self) -> float:
        if self._held_out is None:
            return math.nan
        import torch

        self._lossy.eval()
        with torch.inference_mode():
            return self._held_out.ndcg(self._task.scores(self._held_out.users))

    def _had_enough(self) -> bool:
        if not self._recipe.patience or not self.rounds or math.isnan(self.rounds[-1].ndcg):
            return False
        best = max(self.rounds, key=lambda one: one.ndcg)
        return self.rounds[-1].number - best.number >= self._recipe.patience

    def _remember_best(self) -> None:
        last = self.rounds[-1]
        if self._recipe.patience and last.ndcg > max((one.ndcg for one in self.rounds[:-1]), default=-1.0):
            state = self._task.network.state_dict()
            self._best = {name: value.detach().cpu().clone() for name, value in state.items()}

    def _words(self) -> str:
        if not self.rounds:
            return f"Round 1 of {self._recipe.epochs:,}"
        last = self.rounds[-1]
        measured = "" if math.isnan(last.ndcg) else f", NDCG {last.ndcg:.3f}"
        return f"Round {last.number:,} of {self._recipe.epochs:,}: loss {last.loss:.4g}{measured}"

    def _state(self) -> dict[str, Any]:
        """Arrays that going on needs, by name: weights, what the optimiser remembers, and the best weights."""
        network = {f"network.{name}": value for name, value in self._task.network.state_dict().items()}
        best = {f"best.{name}": value for name, value in (self._best or {}).items()}
        steps = {
            f"optimizer.{place}.{name}": value
            for place, state in self._optimizer.state_dict()["state"].items()
            for name, value in state.items()
        }
        every = {name: value.detach().cpu().numpy() for name, value in (network | best | steps).items()}
        return every | {"batch_size": np.array([self._batch_size])}

    def _go_on(self) -> None:
        kept = self._folder.kept()
        if kept is None:
            return
        import torch

        arrays, rounds = kept
        tensors = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
        self._task.network.load_state_dict(_part(tensors, "network."))
        remembered: dict[int, dict[str, Any]] = {}
        for name, value in _part(tensors, "optimizer.").items():
            place, _, what = name.partition(".")
            remembered.setdefault(int(place), {})[what] = value
        self._optimizer.load_state_dict(
            {"state": remembered, "param_groups": self._optimizer.state_dict()["param_groups"]}
        )
        self._best = _part(tensors, "best.") or None
        self._batch_size = int(tensors["batch_size"][0])
        self.rounds = rounds


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _seed_of(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0] >> 1)


def _with_loss(task: Task) -> nn.Module:
    """The network whose forward pass is its loss, so that it can be copied to several GPUs whole."""
    from recengine.models.networks.lossy import Lossy

    return Lossy(task)


def _parallel(module: nn.Module, kind: DeviceKind) -> nn.Module:
    """On every GPU of the machine a share of each batch."""
    import torch

    if kind == "cuda" and torch.cuda.device_count() > 1:
        return torch.nn.DataParallel(module.to("cuda"))
    return module


def _accelerator(kind: DeviceKind, precision: str) -> Accelerator:
    import torch
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState, GradientState

    if precision == "auto":
        half = "bf16" if kind == "cuda" and torch.cuda.is_bf16_supported() else "fp16"
        mixed = "no" if kind == "cpu" else half
    else:
        mixed = {"float32": "no", "bfloat16": "bf16", "float16": "fp16"}[precision]
    if kind == "cpu" and mixed == "fp16":
        raise RecipeError('precision: "float16" needs a GPU. Choose "auto", "float32" or "bfloat16".')
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()
    return Accelerator(cpu=kind == "cpu", mixed_precision=mixed)


@contextmanager
def _alone(cancel: Cancel) -> Iterator[None]:
    """Wait until no other thread of this process learns."""
    while not _ONE_AT_A_TIME.acquire(timeout=0.2):
        stop_if_asked(cancel)
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()
