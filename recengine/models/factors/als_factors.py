"""The step that `implicit` does: fitting item factors, on the CPU or with CUDA."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.device import device_kind, gpu_words
from recengine.errors import RecipeError
from recengine.progress import Cancel, Progress, stop_if_asked

WARP = 32
AfterRound: TypeAlias = Callable[[int, float, object], None]
"""Called by `implicit` with the round just finished, its seconds and its loss, which is not computed."""


def fit_item_factors(
    confidences: csr_matrix,
    *,
    factors: int,
    penalty: float,
    iterations: int,
    seed: int,
    device: str,
    progress: Progress,
    cancel: Cancel,
) -> tuple[Scores, str]:
    """Item factors (n_items, factors) float32, and the device in words: the GPU where allowed and possible.

    To be called inside of `single_threaded_blas`, as `implicit` runs one thread a user. The start is drawn here, so
    that both devices descend from the same point. Raises `RecipeError` where the fit fails for its settings or its GPU,
    or `CancelledError`.
    """
    n_users, n_items = confidences.shape
    rng = np.random.default_rng(seed)
    # as implicit draws them on the CPU
    users = rng.random((n_users, factors), dtype=np.float32) * np.float32(0.01)
    items = rng.random((n_items, factors), dtype=np.float32) * np.float32(0.01)
    if confidences.nnz == 0:
        return items, "CPU"

    gpu = device != "cpu" and _has_cuda()
    words = gpu_words() if gpu else "CPU"

    def after_round(finished: int, seconds: float, loss: object) -> None:
        progress((finished + 1) / iterations, f"Round {finished + 1} of {iterations} on {words}")
        stop_if_asked(cancel)

    stop_if_asked(cancel)
    fit = _fit_on_gpu if gpu else _fit_on_cpu
    fitted = fit(confidences, users, items, penalty, iterations, after_round)
    if not np.isfinite(fitted).all():
        raise RecipeError('als: the fit ran off to infinity. Raise "regularization", or use "binary" confidence.')
    return fitted, words


def _fit_on_cpu(
    confidences: csr_matrix, users: Scores, items: Scores, penalty: float, iterations: int, after_round: AfterRound
) -> Scores:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.recommender_base import ModelFitError

    model = AlternatingLeastSquares(
        factors=items.shape[1], regularization=penalty, alpha=1.0, iterations=iterations, num_threads=0
    )
    model.user_factors, model.item_factors = users, items
    # on NaN in the factors, which the caller looks for itself
    with suppress(ModelFitError):
        model.fit(confidences, show_progress=False, callback=after_round)
    fitted: Scores = model.item_factors
    return fitted


def _fit_on_gpu(
    confidences: csr_matrix, users: Scores, items: Scores, penalty: float, iterations: int, after_round: AfterRound
) -> Scores:
    import implicit.gpu
    from implicit.gpu.als import AlternatingLeastSquares

    factors = items.shape[1]
    # the kernels add up by warps of 32 threads; columns that start at zero stay zero and change nothing
    width = -(-factors // WARP) * WARP
    try:
        model = AlternatingLeastSquares(factors=width, regularization=penalty, alpha=1.0, iterations=iterations)
        model.user_factors = implicit.gpu.Matrix(padded(users, width))
        model.item_factors = implicit.gpu.Matrix(padded(items, width))
        model.fit(confidences, show_progress=False, callback=after_round)
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
