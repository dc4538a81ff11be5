from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources
from recengine.models.factors.als import SOLVERS, AlsRecipe, AlsScorer
from recengine.models.factors.als_loss import LossSample
from recengine.models.factors.als_users import gram_matrix, solve_users
from recengine.threads import single_threaded_blas
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER

RECIPE = AlsRecipe(factors=6, regularization=0.3, alpha=3.0, iterations=4)
CPU = Resources(device="cpu")
ALL_USERS = np.arange(N_USERS, dtype=np.int32)


def bare(board: Dataset, *, seed: int = 0) -> AlternatingLeastSquares:
    """implicit, called as its own documentation does, with the settings of `RECIPE`."""
    binary = csr_matrix(board.matrix, copy=True)
    binary.data[:] = 1
    with single_threaded_blas():
        model = AlternatingLeastSquares(
            factors=6,
            regularization=RECIPE.penalty(RECIPE.confidences(board.matrix)),
            alpha=3.0,
            iterations=4,
            random_state=seed,
        )
        model.fit(binary, show_progress=False)
    return model


@pytest.fixture(scope="module")
def scorer(board: Dataset) -> AlsScorer:
    return RECIPE.fit(board, resources=CPU)


def test_item_factors_are_those_of_implicit(board: Dataset, scorer: AlsScorer) -> None:
    model = bare(board)
    items = scorer.state()["item_factors"]
    warm = np.arange(N_ITEMS) != COLD_ITEM
    np.testing.assert_array_equal(items[warm], model.item_factors[warm])
    assert np.isnan(items[COLD_ITEM]).all()


def test_scores_and_lists_are_those_that_implicit_recalculates(board: Dataset, scorer: AlsScorer) -> None:
    model = bare(board)
    users = model.recalculate_user(ALL_USERS[:NEWCOMER], ones_of(board)[:NEWCOMER])
    warm = np.arange(N_ITEMS) != COLD_ITEM
    scores = scorer.score(ALL_USERS[:NEWCOMER])
    np.testing.assert_allclose(scores[:, warm], (users @ model.item_factors.T)[:, warm], rtol=2e-4, atol=2e-5)

    listed, _ = model.recommend(
        np.array([5]), ones_of(board)[[5]], N=3, recalculate_user=True, filter_already_liked_items=True
    )
    unseen = np.where(board.seen[5].toarray()[0] > 0, -np.inf, np.nan_to_num(scores[5], nan=-np.inf))
    np.testing.assert_array_equal(listed[0], np.argsort(-unseen)[:3])


def ones_of(board: Dataset) -> csr_matrix:
    ones = csr_matrix(board.matrix, copy=True)
    ones.data[:] = 1
    return ones


def test_shares_are_those_of_implicit(board: Dataset, scorer: AlsScorer) -> None:
    model = bare(board)
    ones = ones_of(board)
    for user, item in ((0, 0), (2, 5), (17, 8)):
        total, contributions, _ = model.explain(user, ones, item, N=N_ITEMS)
        ours = scorer.explain(user, item)
        assert ours.shares.sum() == pytest.approx(total, rel=1e-3)
        expected = {int(other): share for other, share in contributions}
        assert dict(zip(ours.items.tolist(), ours.shares.tolist(), strict=True)) == pytest.approx(expected, rel=1e-3)


def test_a_user_is_the_minimum_of_the_loss() -> None:
    items = np.array([[1, 0], [0.5, 1], [0, 2]], dtype=np.float32)
    histories = csr_matrix(np.array([[3, 0, 0], [0, 0.5, 2]], dtype=np.float32))
    users = solve_users(items, gram_matrix(items), histories, penalty=0.25)
    # A = Y'Y + (c - 1) y y' + penalty; x = A⁻¹ Σ c y. Y'Y = [[1.25, .5], [.5, 5]]
    first = np.linalg.solve([[1.25 + 2 * 1 + 0.25, 0.5], [0.5, 5 + 0.25]], [3, 0])
    second = np.linalg.solve(
        [[1.25 - 0.5 * 0.25 + 0.25, 0.5 - 0.5 * 0.5], [0.5 - 0.5 * 0.5, 5 - 0.5 * 1 + 1 * 4 + 0.25]],
        [0.5 * 0.5, 0.5 * 1 + 2 * 2],
    )
    np.testing.assert_allclose(users, [first, second], rtol=1e-6)


@pytest.mark.parametrize("block_rows", [1, 7, 100_000])
def test_blocks_of_users_change_nothing(monkeypatch: pytest.MonkeyPatch, block_rows: int) -> None:
    rng = np.random.default_rng(1)
    items = rng.normal(size=(30, 5)).astype(np.float32)
    items[[3, 11]] = np.nan
    dense = np.where(rng.random((50, 30)) < rng.random((50, 1)), rng.random((50, 30)) * 4, 0)
    dense[7] = 0
    dense[8] = np.where(np.arange(30) == 3, 2, 0)
    monkeypatch.setattr("recengine.models.factors.als_users.BLOCK_ROWS", block_rows)
    users = solve_users(items, gram_matrix(items), csr_matrix(dense.astype(np.float32)), penalty=0.7)
    known = np.nan_to_num(items.astype(np.float64))
    for user, row in enumerate(dense):
        taken = row > 0
        if user in (7, 8) or not taken.any():  # only an unknown item, or nothing taken
            assert np.isnan(users[user]).all()
            continue
        system = known.T @ known + (known[taken].T * (row[taken] - 1)) @ known[taken] + 0.7 * np.eye(5)
        np.testing.assert_allclose(users[user], np.linalg.solve(system, row @ known), rtol=1e-4, atol=1e-5)


def test_losses_are_those_of_implicit_on_the_sampled_users(board: Dataset) -> None:
    from implicit.cpu.als import calculate_loss

    confidences = RECIPE.confidences(board.matrix)
    rng = np.random.default_rng(1)
    users, items = (rng.normal(size=(size, 6)).astype(np.float32) for size in confidences.shape)
    # the board is small enough for all of its users to be in the sample
    ours = LossSample.draw(confidences, 0.7).loss(users, items)
    # implicit divides by the sum of all confidences
    cells = confidences.shape[0] * confidences.shape[1]
    total = confidences.data.sum() + cells - confidences.nnz
    assert ours == pytest.approx(calculate_loss(confidences, users, items, 0.7) * total / cells, rel=1e-4)


def test_a_sample_of_users_tells_the_loss_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    confidences = csr_matrix(np.where(rng.random((3_000, 40)) < 0.2, 4, 0).astype(np.float32))
    users, items = (rng.normal(size=(size, 3)).astype(np.float32) for size in confidences.shape)
    sampled = LossSample.draw(confidences, 0.7)
    assert 50 < len(sampled.users) < 200
    monkeypatch.setattr("recengine.models.factors.als_loss.SAMPLE", 10**6)
    whole = LossSample.draw(confidences, 0.7)
    assert len(whole.users) == 3_000
    assert sampled.loss(users, items) == pytest.approx(whole.loss(users, items), rel=0.2)


@pytest.mark.parametrize("solver", SOLVERS)
def test_losses_fall(board: Dataset, solver: str) -> None:
    losses = AlsRecipe(factors=6, solver=solver, iterations=8).fit(board, resources=CPU).losses
    assert len(losses) == 8
    assert (np.diff(losses) < 1e-5).all()


def test_many_steps_come_to_what_cholesky_gives(board: Dataset) -> None:
    exact = AlsRecipe(factors=6, iterations=2, solver="cholesky").fit(board, resources=CPU).score(ALL_USERS)
    for steps, close in ((1, False), (30, True)):
        scores = AlsRecipe(factors=6, iterations=2, cg_steps=steps).fit(board, resources=CPU).score(ALL_USERS)
        assert np.allclose(scores, exact, atol=1e-3, equal_nan=True) == close


def test_penalty_is_in_units_of_noise() -> None:
    # 6 interactions of 2 users with 3 items: √(6/2) + √(6/3)
    histories = csr_matrix(np.array([[1, 2, 3], [4, 5, 3], [0, 0, 0]], dtype=np.float32))
    binary = AlsRecipe(regularization=0.5, alpha=4)
    assert binary.penalty(binary.confidences(histories)) == pytest.approx(0.5 * 4 * (3**0.5 + 2**0.5))
    weighted = AlsRecipe(regularization=0.5, alpha=4, confidence="weight")
    assert weighted.confidences(histories).toarray()[1].tolist() == [16, 20, 12]
    assert weighted.penalty(weighted.confidences(histories)) == pytest.approx(0.5 * 4 * 3 * (3**0.5 + 2**0.5))


def test_noise_of_that_density_stays_below_a_penalty_of_one() -> None:
    """The unit itself: the largest singular value of a random matrix, whatever its density, less its mean."""
    rng = np.random.default_rng(0)
    for density in (0.02, 0.1):
        noise = (rng.random((400, 300)) < density).astype(np.float32)
        unit = AlsRecipe(regularization=1.0, alpha=1.0).penalty(csr_matrix(noise))
        assert np.linalg.norm(noise - noise.mean(), ord=2) == pytest.approx(unit, rel=0.15)


def test_seeds_differ(board: Dataset) -> None:
    first, second = (RECIPE.fit(board, seed=seed, resources=CPU).score(ALL_USERS) for seed in (0, 1))
    assert not np.array_equal(first, second, equal_nan=True)


def test_a_fit_that_runs_off_is_an_error(board: Dataset) -> None:
    heavy = board.with_interactions(
        board.interactions.with_columns(weight=board.interactions["weight"] * 1e30), "heavy"
    )
    with pytest.raises(RecipeError, match="ran off to infinity"):
        AlsRecipe(confidence="weight", alpha=1e6).fit(heavy, resources=CPU)


class FakeMatrix:
    """What implicit's GPU matrix shows of itself."""

    def __init__(self, array: NDArray[Any]) -> None:
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        self.array = array

    def to_numpy(self) -> Scores:
        return self.array


class FakeGpu(AlternatingLeastSquares):  # type: ignore[misc]
    """implicit's GPU class as seen from outside, at work on the CPU: no alpha in `fit`, warps, its own matrices."""

    user_factors: Any
    item_factors: Any

    def __init__(self, factors: int, regularization: float, alpha: float, iterations: int) -> None:
        assert factors % 32 == 0
        super().__init__(factors=factors, regularization=regularization, alpha=1.0, iterations=iterations)
        assert alpha == 1.0

    def fit(self, user_items: csr_matrix, show_progress: bool, callback: Any) -> None:
        for name in ("user_factors", "item_factors"):
            setattr(self, name, getattr(self, name).to_numpy())

        def with_matrices(*told: Any) -> None:
            plain = self.user_factors, self.item_factors
            self.user_factors, self.item_factors = map(FakeMatrix, plain)
            callback(*told)
            self.user_factors, self.item_factors = plain

        super().fit(user_items, show_progress=show_progress, callback=with_matrices)
        setattr(self, name, FakeMatrix(getattr(self, name)))


def pretend_cuda(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    import implicit.gpu
    import implicit.gpu.als

    monkeypatch.setattr(implicit.gpu, "HAS_CUDA", True)
    monkeypatch.setattr(implicit.gpu, "Matrix", FakeMatrix, raising=False)
    monkeypatch.setattr(implicit.gpu.als, "AlternatingLeastSquares", model)


def test_the_gpu_gets_the_same_problem(monkeypatch: pytest.MonkeyPatch, board: Dataset, scorer: AlsScorer) -> None:
    pretend_cuda(monkeypatch, FakeGpu)
    on_gpu = RECIPE.fit(board, resources=Resources(device="cuda"))
    assert on_gpu.device.startswith("GPU")
    assert on_gpu.state()["item_factors"].shape == (N_ITEMS, 6)
    # 26 columns of zeros beside the 6 that count change nothing but the order of additions
    np.testing.assert_allclose(on_gpu.score(ALL_USERS), scorer.score(ALL_USERS), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(on_gpu.losses, scorer.losses, rtol=1e-3)
    assert RECIPE.fit(board, resources=CPU).device == "CPU"
    # implicit has no Cholesky for the GPU
    exact = AlsRecipe(factors=6, solver="cholesky")
    assert exact.fit(board, resources=Resources(device="cuda")).device == "CPU"


def test_a_gpu_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch, board: Dataset) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("Cuda Error: out of memory (als.cu:1)\nmore")

    pretend_cuda(monkeypatch, fail)
    with pytest.raises(
        RecipeError, match=r"the GPU failed \(Cuda Error: out of memory \(als.cu:1\)\)\. Fit on the CPU"
    ):
        RECIPE.fit(board, resources=Resources(device="auto"))


def test_without_cuda_the_cpu_fits_and_says_so(board: Dataset) -> None:
    import implicit.gpu

    if implicit.gpu.HAS_CUDA:
        pytest.skip("this machine has CUDA")
    assert RECIPE.fit(board, resources=Resources(device="cuda")).device == "CPU"
