"""The one training loop: every network of the project learns here."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recengine.data import Dataset
from recengine.device import DeviceKind
from recengine.errors import RecipeError
from recengine.models.base import Resources
from recengine.models.training.accelerating import accelerated, mixed_precision
from recengine.models.training.checkpoint import Position, Weights
from recengine.models.training.curves import Curves, Round
from recengine.models.training.held_out import HeldOut
from recengine.models.training.logs import RoundLog
from recengine.models.training.recipe import TrainedRecipe
from recengine.models.training.room import free_cache, is_out_of_memory, no_room
from recengine.models.training.runs import RunFolder, run_facts
from recengine.models.training.stopwatch import spent_before
from recengine.models.training.task import KeepsBatchesWhole, Task
from recengine.progress import Cancel, Progress, stop_if_asked
from recengine.text.device import device_words, text_device

if TYPE_CHECKING:
    from accelerate import Accelerator
    from torch import nn
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
    kind = text_device(resources.device)
    mixed = mixed_precision(kind, recipe.precision)
    made_from = run_facts(recipe, train.fingerprint, seed, kind)
    shown = {
        "recipe": recipe.name,
        "label": recipe.label,
        "dataset": train.name,
        "fingerprint": train.whole,
        "epochs": recipe.epochs,
        "loss_name": loss_name,
    }
    with _alone(cancel), _undisturbed(kind), RunFolder(resources.training, made_from, shown) as folder:
        import torch

        torch.manual_seed(seed)
        task = make(train if held_out is None else held_out.known)
        try:
            with RoundLog(resources.logs, made_from, shown) as log, accelerated(kind, mixed) as accelerator:
                school = _School(recipe, task, held_out, accelerator, seed, folder, log)
                school.attend(progress, cancel)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            raise RecipeError(no_room(recipe.name, kind)) from None
        task.network.to("cpu").eval()
        return task, Learnt(Curves.of(school.rounds), device_words(kind))


class _School:
    """One fit, round by round."""

    def __init__(
        self,
        recipe: TrainedRecipe,
        task: Task,
        held_out: HeldOut | None,
        accelerator: Accelerator,
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
        self._accelerator = accelerator
        self._kind: DeviceKind = "cpu" if accelerator.device.type == "cpu" else "cuda"
        self._batch_size = recipe.batch_size
        self._lossy = _with_loss(task, accelerator)
        parameters = list(task.network.parameters())
        adam = AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
        # looks for libraries at every step, so only where there is something to scale
        self._optimizer: Optimizer = accelerator.prepare_optimizer(adam) if accelerator.scaler else adam
        self._position = Position(task.network, self._optimizer, accelerator.scaler)
        self._best: Weights | None = None
        self._told = False
        self._started = time.perf_counter()
        self._earlier = 0.0
        self.rounds: list[Round] = []

    def attend(self, progress: Progress, cancel: Cancel) -> None:
        """Every round, from where an earlier fit stopped."""
        self._go_on()
        try:
            while len(self.rounds) < self._recipe.epochs and not self._had_enough():
                stop_if_asked(cancel)
                self._round(progress, cancel)
        finally:
            # those that were too short to be told, so that what a stopped fit says is right
            self._folder.tell(self.rounds, at_once=True)
        if self._best is not None:
            self._task.network.load_state_dict(self._best)

    def _round(self, progress: Progress, cancel: Cancel) -> None:
        number = len(self.rounds) + 1
        started = time.perf_counter()
        loss = self._epoch(number, progress, cancel)
        others = self._task.after_epoch()
        seconds = time.perf_counter() - started
        self.rounds.append(Round(number, loss, self._measure(), seconds, dict(others)))
        self._remember_best()
        self._log.write(self.rounds[-1])
        self._folder.tell(self.rounds)
        if number < self._recipe.epochs and self._folder.is_due(SECONDS_BETWEEN_CHECKPOINTS):
            so_far = self._earlier + time.perf_counter() - self._started
            self._folder.keep(self._position.arrays(self._best, self._batch_size), self.rounds, so_far)
        progress(number / self._recipe.epochs, self._words() + self._trouble())

    def _epoch(self, number: int, progress: Progress, cancel: Cancel) -> float:
        """The mean loss of one round; its examples are begun anew with half the batch where there is no room.

        What the batches before taught stays learnt; what is told of the round is of the examples begun anew.
        """
        while True:
            try:
                return self._pass(number, progress, cancel)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
            # only now is what the error held on to let go
            self._optimizer.zero_grad()
            free_cache(self._kind)
            if self._batch_size == 1:
                raise RecipeError(no_room(self._recipe.name, self._kind))
            self._batch_size //= 2
            progress((number - 1) / self._recipe.epochs, f"No room: batches of {self._batch_size:,} now")

    def _pass(self, number: int, progress: Progress, cancel: Cancel) -> float:
        import torch

        # of its own for each round, so that a fit that goes on draws what it would have drawn
        torch.manual_seed(_seed_of(self._seed, number))
        rng = np.random.default_rng([self._seed, number])
        self._lossy.train()
        device = self._accelerator.device
        # added up on the device: asking for each would wait for it
        total, seen = torch.zeros((), dtype=torch.float64, device=device), 0
        told = time.monotonic()
        for batch in self._task.batches(rng, self._batch_size):
            share = (number - 1 + min(1.0, seen / max(1, self._task.n_examples))) / self._recipe.epochs
            if time.monotonic() - told > 0.5:
                stop_if_asked(cancel)
                told = time.monotonic()
                progress(share, self._words())
            for group in self._optimizer.param_groups:
                group["lr"] = self._recipe.learning_rate_at(share)
            self._optimizer.zero_grad(set_to_none=True)
            moved = tuple(one.to(device, non_blocking=True) for one in batch)
            loss = self._lossy(*moved).mean()
            self._accelerator.backward(loss)
            if self._recipe.gradient_clip:
                self._accelerator.clip_grad_norm_(self._task.network.parameters(), self._recipe.gradient_clip)
            self._optimizer.step()
            size = len(batch[0])
            total += size * loss.detach().double()
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
            return self._held_out.ndcg(self._task.scores)

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

    def _trouble(self) -> str:
        """Why this fit cannot go on after a stop, said once."""
        if self._told or not self._folder.trouble:
            return ""
        self._told = True
        return f". It cannot go on after a stop: {self._folder.trouble}"

    def _words(self) -> str:
        if not self.rounds:
            return f"Round 1 of {self._recipe.epochs:,}"
        last = self.rounds[-1]
        measured = "" if math.isnan(last.ndcg) else f", NDCG {last.ndcg:.3f}"
        return f"Round {last.number:,} of {self._recipe.epochs:,}: loss {last.loss:.4g}{measured}"

    def _go_on(self) -> None:
        kept = self._folder.kept()
        if kept is None:
            return
        arrays, rounds, seconds = kept
        found = self._position.go_to(arrays)
        if found is not None:
            self._best, self._batch_size = found
            self.rounds = rounds
            self._earlier = seconds
            spent_before(seconds)


def _seed_of(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0] >> 1)


def _with_loss(task: Task, accelerator: Accelerator) -> nn.Module:
    """The network whose forward pass is its loss; on every GPU of the machine a share of each batch, if that may be."""
    import torch

    from recengine.models.networks.lossy import Lossy

    module = Lossy(task, accelerator.autocast).to(accelerator.device)
    whole = isinstance(task, KeepsBatchesWhole) and task.whole_batches
    if accelerator.device.type == "cuda" and torch.cuda.device_count() > 1 and not whole:
        return torch.nn.DataParallel(module)
    return module


@contextmanager
def _alone(cancel: Cancel) -> Iterator[None]:
    """Wait until no other thread of this process learns."""
    while not _ONE_AT_A_TIME.acquire(timeout=0.2):
        stop_if_asked(cancel)
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


@contextmanager
def _undisturbed(kind: DeviceKind) -> Iterator[None]:
    """Draw and compute reproducibly inside; afterwards torch draws and computes as if nothing had been."""
    import torch

    deterministic: Any = torch.utils.deterministic
    strict, warns = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    filled = deterministic.fill_uninitialized_memory
    with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if kind == "cuda" else []):
        try:
            if kind == "cpu":
                # several threads would add gradients up in any order
                torch.use_deterministic_algorithms(True)
                deterministic.fill_uninitialized_memory = False
            yield
        finally:
            torch.use_deterministic_algorithms(strict, warn_only=warns)
            deterministic.fill_uninitialized_memory = filled
