"""The step that `implicit` does: fitting item factors, on the CPU or with CUDA."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Scores, Values
from recengine.device import device_kind, gpu_words
from recengine.errors import RecipeError
from recengine.models.factors.als_loss import LossSample
from recengine.progress import Cancel, Progress, stop_if_asked

WARP = 32
AfterRound: TypeAlias = Callable[[int, Scores, Scores], None]
"""Called with the round just finished, and the user and item factors that it ended with."""


def fit_item_factors(
    confidences: csr_matrix,
    *,
    factors: int,
    penalty: float,
    iterations: int,
    solver: str = "conjugate-gradient",
    cg_steps: int = 3,
    seed: int,
    device: str,
    progress: Progress,
    cancel: Cancel,
) -> tuple[Scores, Values, str]:
    """Item factors (n_items, factors) float32, the loss after each round, and the device in words.

    That is the GPU where allowed and possible; it knows conjugate gradients only. To be called inside of
    `single_threaded_blas`, as `implicit` runs one thread a user. The start is drawn here, so that both devices descend
    from the same point. Raises `RecipeError` where the fit fails for its settings or its GPU, or `CancelledError`.
    """
    n_users, n_items = confidences.shape
    rng = np.random.default_rng(seed)
    # as implicit draws them on the CPU
    users = rng.random((n_users, factors), dtype=np.float32) * np.float32(0.01)
    items = rng.random((n_items, factors), dtype=np.float32) * np.float32(0.01)
    if confidences.nnz == 0:
        return items, np.empty(0), "CPU"

    gpu = device != "cpu" and solver == "conjugate-gradient" and _has_cuda()
    words = gpu_words() if gpu else "CPU"

    sample = LossSample.draw(confidences, penalty)
    losses = np.full(iterations, np.nan)
    problem = _Problem(confidences, users, items, penalty, iterations, solver, cg_steps)

    def after_round(finished: int, users: Scores, items: Scores) -> None:
        losses[finished] = sample.loss(users, items)
        progress((finished + 1) / iterations, f"Round {finished + 1} of {iterations} on {words}")
        stop_if_asked(cancel)

    stop_if_asked(cancel)
    fit = _fit_on_gpu if gpu else _fit_on_cpu
    fitted = fit(problem, after_round)
    if not np.isfinite(fitted).all():
        raise RecipeError('als: the fit ran off to infinity. Raise "regularization", or use "binary" confidence.')
    return fitted, losses, words


@dataclass(frozen=True)
class _Problem:
    """What both devices are given; users and items are where they start."""

    confidences: csr_matrix
    users: Scores
    items: Scores
    penalty: float
    iterations: int
    solver: str
    cg_steps: int


def _fit_on_cpu(problem: _Problem, after_round: AfterRound) -> Scores:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.recommender_base import ModelFitError

    model = AlternatingLeastSquares(
        factors=problem.items.shape[1],
        regularization=problem.penalty,
        alpha=1.0,
        use_cg=problem.solver == "conjugate-gradient",
        iterations=problem.iterations,
        num_threads=0,
    )
    model.cg_steps = problem.cg_steps
    model.user_factors, model.item_factors = problem.users, problem.items

    def callback(finished: int, seconds: float, loss: object) -> None:
        after_round(finished, model.user_factors, model.item_factors)

    # on NaN in the factors, which the caller looks for itself
    with suppress(ModelFitError):
        model.fit(problem.confidences, show_progress=False, callback=callback)
    fitted: Scores = model.item_factors
    return fitted


def _fit_on_gpu(problem: _Problem, after_round: AfterRound) -> Scores:
    import implicit.gpu
    from implicit.gpu.als import AlternatingLeastSquares

    factors = problem.items.shape[1]
    # the kernels add up by warps of 32 threads; columns that start at zero stay zero and change nothing
    width = -(-factors // WARP) * WARP
    try:
        model = AlternatingLeastSquares(
            factors=width, regularization=problem.penalty, alpha=1.0, iterations=problem.iterations
        )
        model.cg_steps = problem.cg_steps
        model.user_factors = implicit.gpu.Matrix(padded(problem.users, width))
        model.item_factors = implicit.gpu.Matrix(padded(problem.items, width))

        def callback(finished: int, seconds: float, loss: object) -> None:
            after_round(finished, model.user_factors.to_numpy(), model.item_factors.to_numpy())

        model.fit(problem.confidences, show_progress=False, callback=callback)
        fitted: Scores = model.item_factors.to_numpy()
    except RuntimeError as error:  # what implicit makes of every CUDA error, out of memory among them
        reason = (str(error).splitlines() or [""])[0]
        raise RecipeError(f"als: the GPU failed ({reason}). Fit on the CPU with RECENGINE_DEVICE=cpu.") from error
    return np.ascontiguousarray(fitted[:, :factors])


def padded(factors: Scores, width: int) -> Scores:
    """`factors` with columns of zeros up to `width`."""
    return np.pad(factors, ((0, 0), (0, width - factors.shape[1])))


def _has_cuda() -> bool:
    if device_kind() == "cuda":
        # brings the CUDA libraries that implicit's build is linked to but does not look for where pip puts them
        import torch  # noqa: F401

    # implicit warns on import where its CUDA build finds no device; the scorer's `device` says it instead
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import implicit.gpu

        return bool(implicit.gpu.HAS_CUDA)
