import numpy as np
import pytest
from threadpoolctl import threadpool_info

from recengine.models.products import inner_products


@pytest.mark.parametrize(("n_items", "width"), [(7, 3), (37, 48), (401, 48), (3000, 384)])
def test_a_row_is_the_same_alone_and_among_all(n_items: int, width: int) -> None:
    rng = np.random.default_rng(0)
    users = rng.normal(size=(200, width)).astype(np.float32)
    items = rng.normal(size=(n_items, width)).astype(np.float32)
    together = inner_products(users, items)
    np.testing.assert_allclose(together, users.astype(np.float64) @ items.T.astype(np.float64), rtol=1e-4, atol=1e-4)
    if any(library["internal_api"] == "openblas" for library in threadpool_info()):
        for size in (1, 2, 5, 33):
            np.testing.assert_array_equal(inner_products(users[:size], items), together[:size])


def test_nan_stays_in_its_row_and_column() -> None:
    users = np.array([[1, 2], [np.nan, np.nan]], dtype=np.float32)
    items = np.array([[3, 4], [np.nan, np.nan], [0, 1]], dtype=np.float32)
    np.testing.assert_array_equal(inner_products(users, items), [[11, np.nan, 2], [np.nan, np.nan, np.nan]])
    assert inner_products(users[:0], items).shape == (0, 3)
    assert inner_products(users, items[:0]).shape == (2, 0)
