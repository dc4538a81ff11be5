import math
import os
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState, GradientState, PartialState

from recengine.data import Dataset
from recengine.errors import CancelledError, RecipeError
from recengine.models import Resources
from recengine.models.training.loop import _seed_of
from tests.models.training.tiny import N_EXAMPLES, TRUTH, TinyRecipe, TinyTask, teach, weights

CPU = Resources(device="cpu")


def test_it_learns_and_tells_how(board: Dataset) -> None:
    said: list[tuple[float, str]] = []
    task, learnt = teach(TinyRecipe(epochs=40), board, progress=lambda share, text: said.append((share, text)))
    assert weights(task) == pytest.approx(TRUTH, abs=0.4)
    curves = learnt.curves
    assert len(curves.losses) == 40
    assert curves.losses[-1] < curves.losses[0] / 4
    assert np.isnan(curves.ndcg).all()
    assert [curve.name for curve in curves.shown] == ["rounds of the network"]
    assert curves.others["rounds of the network"].tolist() == list(range(1, 41))
    assert learnt.device == "CPU"
    assert said[-1] == (1.0, f"Round 40 of 40: loss {curves.losses[-1]:.4g}")
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert not task.network.training


def test_the_same_seed_gives_the_same_bits_and_another_does_not(board: Dataset) -> None:
    first, again, other = (weights(teach(TinyRecipe(), board, seed=seed)[0]) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_many_threads_add_gradients_up_in_one_order(board: Dataset) -> None:
    """Adding to the same rows from several threads would round differently each time."""

    def learnt() -> list[float]:
        task = TinyTask()
        places = torch.arange(2**17) % 3
        plain = task.loss

        def loss(network: Any, batch: Any) -> Any:
            # as the loss of items drawn: many rows of few vectors
            return plain(network, batch) + (network.weights[places] * torch.linspace(0.1, 1.7, 2**17)).sin().mean()

        task.loss = loss  # type: ignore[method-assign]
        return weights(teach(TinyRecipe(epochs=2), board, task)[0])

    threads = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        assert learnt() == learnt()
    finally:
        torch.set_num_threads(threads)


def test_nothing_of_the_process_is_another_afterwards(board: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "4")
    monkeypatch.setenv("WORLD_SIZE", "2")  # as under a launcher of many processes
    monkeypatch.setitem(PartialState._shared_state, "another's", 1)

    def process() -> dict[str, Any]:
        return {
            "random": torch.random.get_rng_state().tolist(),
            "threads": torch.get_num_threads(),
            "strict": torch.are_deterministic_algorithms_enabled(),
            "environment": dict(os.environ),
            "states": [dict(state._shared_state) for state in (PartialState, AcceleratorState, GradientState)],
            "gradients": torch.is_grad_enabled(),
        }

    def failing(size: int) -> None:
        raise ValueError("a defect")

    before = process()
    plain = weights(teach(TinyRecipe(), board)[0])
    assert process() == before
    with pytest.raises(ValueError, match="a defect"):
        teach(TinyRecipe(), board, TinyTask(fail=failing))
    assert process() == before
    assert weights(teach(TinyRecipe(precision="bfloat16"), board)[0]) != plain
    assert process() == before
    assert weights(teach(TinyRecipe(), board)[0]) == plain


def test_fits_of_two_threads_do_not_mix(board: Dataset) -> None:
    alone = {seed: weights(teach(TinyRecipe(), board, seed=seed)[0]) for seed in (1, 2)}
    found: dict[int, list[float]] = {}

    def fit(seed: int) -> None:
        found[seed] = weights(teach(TinyRecipe(), board, seed=seed)[0])

    threads = [threading.Thread(target=fit, args=(seed,)) for seed in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def test_who_waits_for_another_fit_can_be_stopped(board: Dataset) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hold(share: float, text: str) -> None:
        began.set()
        go_on.wait()

    thread = threading.Thread(target=teach, args=(TinyRecipe(epochs=1), board), kwargs={"progress": hold})
    thread.start()
    began.wait()
    try:
        with pytest.raises(CancelledError):
            teach(TinyRecipe(), board, cancel=lambda: True)
    finally:
        go_on.set()
        thread.join()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."),
    ],
    ids=["torch", "cublas", "machine"],
)
def test_a_batch_without_room_is_halved(board: Dataset, error: RuntimeError) -> None:
    def fail(size: int) -> None:
        if size > 4:
            raise error

    said: list[str] = []
    task, learnt = teach(
        TinyRecipe(epochs=3), board, TinyTask(fail=fail), progress=lambda share, text: said.append(text)
    )
    # 16, then 8, then 4, which stays
    assert task.sizes == [16, 8, *[4] * (3 * N_EXAMPLES // 4)]
    assert len(learnt.curves.losses) == 3
    assert [text for text in said if "No room" in text] == [f"No room: batches of {size} now" for size in (8, 4)]


def test_no_room_for_one_example_is_one_line(board: Dataset) -> None:
    def fail(size: int) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    task = TinyTask(fail=fail)
    with pytest.raises(RecipeError, match="tiny: no memory for a single example") as caught:
        teach(TinyRecipe(), board, task)
    assert "\n" not in str(caught.value)
    assert task.sizes == [16, 8, 4, 2, 1]


def test_no_room_for_measuring_is_one_line_too(board: Dataset) -> None:
    task = TinyTask()

    def scores(users: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    task.scores = scores  # type: ignore[method-assign]
    with pytest.raises(RecipeError, match="tiny: no memory"):
        teach(TinyRecipe(), board, task, held_out=held_out_of(board))


def test_another_error_of_torch_stays_what_it_is(board: Dataset) -> None:
    def fail(size: int) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        teach(TinyRecipe(), board, TinyTask(fail=fail))


def test_a_loss_that_is_not_finite_is_one_line(board: Dataset) -> None:
    # float32 ends near 3.4e38
    with pytest.raises(RecipeError, match="ran off to infinity") as caught:
        teach(TinyRecipe(learning_rate=10.0, epochs=200, gradient_clip=0.0), board, Exploding())
    assert "\n" not in str(caught.value)


def test_float16_on_a_cpu_is_refused_before_anything_is_made(board: Dataset) -> None:
    task = TinyTask()
    with pytest.raises(RecipeError, match='"float16" needs a GPU'):
        teach(TinyRecipe(precision="float16"), board, task)
    assert task.known is None


def test_gradients_are_cut_to_a_length(board: Dataset) -> None:
    lengths: list[float] = []

    class Looking(TinyTask):
        def loss(self, network: Any, batch: Any) -> Any:
            if network.weights.grad is None:
                network.weights.register_post_accumulate_grad_hook(lambda one: lengths.append(float(one.grad.norm())))
            return 1000 * super().loss(network, batch)

    cut, whole = (weights(teach(TinyRecipe(epochs=1, gradient_clip=clip), board, Looking())[0]) for clip in (1e-9, 0.0))
    assert min(lengths) > 1
    # Adam divides by the length, but for its epsilon of 1e-8, which is ten times the cut gradient
    start = weights(teach(TinyRecipe(epochs=1, learning_rate=1e-12), board)[0])
    moved = [max(abs(a - b) for a, b in zip(start, end, strict=True)) for end in (cut, whole)]
    assert moved[0] < moved[1] / 3


def test_the_learning_rate_goes_by_the_share_of_the_fit_that_is_done(board: Dataset) -> None:
    asked: list[float] = []

    class Stopping(TinyRecipe):
        def learning_rate_at(self, share: float) -> float:
            asked.append(share)
            return self.learning_rate if share < 0.5 else 0.0

    stopped, _ = teach(Stopping(epochs=2, batch_size=32), board)
    # two rounds of two batches
    assert asked == [0.0, 0.25, 0.5, 0.75]
    one_round, _ = teach(TinyRecipe(epochs=1, batch_size=32), board)
    assert weights(stopped) == weights(one_round)


@dataclass(frozen=True)
class Ranked:
    """Users held out whose NDCG is what is said, a round each."""

    known: Dataset
    values: list[float]
    users: Any = ()

    def ndcg(self, score: Any) -> float:
        score(self.users)
        return self.values.pop(0)


def held_out_of(known: Dataset, *values: float) -> Any:
    return Ranked(known, list(values) or [0.1] * 100, np.zeros(1, dtype=np.int32))


def test_it_stops_early_and_takes_the_best_round(board: Dataset) -> None:
    ndcg = (0.1, 0.3, 0.2, 0.3, 0.29, 0.5)
    task, learnt = teach(TinyRecipe(epochs=50, patience=3), board, held_out=held_out_of(board, *ndcg))
    # the best is round 2; an equal one is not better; rounds 3, 4 and 5 are three without a better one
    assert learnt.curves.ndcg.tolist() == [0.1, 0.3, 0.2, 0.3, 0.29]
    assert weights(task) == weights(teach(TinyRecipe(epochs=2), board)[0])
    assert int(task.network.epochs) == 2


def test_without_patience_the_last_round_counts(board: Dataset) -> None:
    task, learnt = teach(TinyRecipe(epochs=3), board, held_out=held_out_of(board, 0.3, 0.2, 0.1))
    assert learnt.curves.shown[0].values.tolist() == [0.3, 0.2, 0.1]
    assert weights(task) == weights(teach(TinyRecipe(epochs=3), board)[0])


def test_it_learns_from_what_is_known_of_those_held_out(board: Dataset) -> None:
    known = board.with_interactions(board.interactions.head(50), "fewer")
    task, _ = teach(TinyRecipe(epochs=1), board, held_out=held_out_of(known))
    assert task.known is known


class Exploding(TinyTask):
    def loss(self, network: Any, batch: Any) -> Any:
        return super().loss(network, batch).square().square().square() * 1e30


@pytest.mark.parametrize("seed", [0, 2**31 - 1])
def test_seeds_of_rounds_differ_and_are_what_torch_takes(seed: int) -> None:
    seeds = {_seed_of(seed, number) for number in range(1, 100)}
    assert len(seeds) == 99
    assert all(0 <= one < 2**63 for one in seeds)
    assert not math.isnan(sum(seeds))
