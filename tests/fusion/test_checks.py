import pytest

from recengine.errors import ScenarioError
from recengine.fusion import Fusion, build_pool, check_k, check_weights, fuse, fuse_row
from tests.fusion.catalogues import source_of

SOURCE = source_of({"als": [[1, 2, 3]], "text": [[3, 2, 1]]})
POOL = build_pool(SOURCE)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ((1.0, -0.5), 'Weight of "text" must be a number of 0 or more, got -0.5'),
        ((float("nan"), 1.0), 'Weight of "als" must be a number of 0 or more, got nan'),
        ((float("inf"), 1.0), 'Weight of "als" must be a number of 0 or more, got inf'),
        ((0.0, 0.0), "Weights of als, text are all 0"),
        ((1.0,), r"one is needed for each of 2 scorers \(als, text\), got 1"),
        ((1.0, 1.0, 1.0), r"one is needed for each of 2 scorers \(als, text\), got 3"),
        ((1e308, 1e308), "too large to add up"),
    ],
)
def test_impossible_weights_are_named(weights: tuple[float, ...], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        check_weights(weights, ("als", "text"))
    with pytest.raises(ScenarioError, match=message):
        fuse(POOL, SOURCE, Fusion(weights), 2)
    with pytest.raises(ScenarioError, match=message):
        fuse_row(POOL, SOURCE, Fusion(weights), 0)


@pytest.mark.parametrize("k", [0, -1, 4])
def test_k_is_within_the_catalogue(k: int) -> None:
    with pytest.raises(ScenarioError, match=rf"k must be from 1 to 3 \(the catalogue\), got {k}"):
        check_k(k, 3)
    with pytest.raises(ScenarioError, match=f"got {k}"):
        fuse(POOL, SOURCE, Fusion((1.0, 1.0)), k)


def test_unknown_choices() -> None:
    with pytest.raises(ScenarioError, match='one of min-max, z-score, rank, softmax, got "percentile"'):
        fuse(POOL, SOURCE, Fusion((1.0, 1.0), "percentile"), 2)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match='Neutral value must be one of mean, floor, got "zero"'):
        fuse(POOL, SOURCE, Fusion((1.0, 1.0), neutral="zero"), 2)  # type: ignore[arg-type]


def test_a_user_that_the_pool_has_not() -> None:
    with pytest.raises(ScenarioError, match="User 7 has no candidates"):
        fuse_row(POOL, SOURCE, Fusion((1.0, 1.0)), 7)


def test_effective_weights_add_up_to_1() -> None:
    assert Fusion((3.0, 1.0)).effective == (3 / 4, 1 / 4)
