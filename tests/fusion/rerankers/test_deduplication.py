import numpy as np
import pytest

from recengine.fusion import Facts
from recengine.fusion.rerankers import Deduplication
from recengine.fusion.rerankers.deduplication import normalised_title, title_keys
from tests.fusion.rerankers.shelves import Reader, dataset_of, lists_of
from tests.fusion.rerankers.test_diversity import rankings


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("The Lion King", "Lion King, The"),
        ("Amélie", "AMELIE!"),
        ("Ulee's  Gold", "ulee s gold"),
        ("The", "the"),
        ("東京物語", "東京物語"),
    ],
)
def test_titles_that_are_the_same(title: str, same: str) -> None:
    assert normalised_title(title) == normalised_title(same) != ""


def test_titles_that_are_not() -> None:
    assert normalised_title("Heat") != normalised_title("Heat 2")
    keys = title_keys(dataset_of([[]] * 5, titles=["???", "!!!", "Heat", "heat.", "Heat 2"]))
    assert len({keys[0], keys[1], keys[2], keys[4]}) == 4
    assert keys[2] == keys[3]
    # a remake is another film
    keys = title_keys(dataset_of([[]] * 3, titles=["Sabrina"] * 3, years=[1954.0, 1995.0, 1995.0]))
    assert keys[0] != keys[1] == keys[2]


def test_only_the_best_placed_stays() -> None:
    dataset = dataset_of([[]] * 5, titles=["A b", "A, B", "C", "a B", "D"])
    lists = lists_of([[0, 1, 2, 3, 4]], [[5, 4, 3, 2, 1]])
    facts = Facts(dataset)
    assert Deduplication().rerank(lists, 3, facts).items.tolist() == [[0, 2, 4, 1, 3]]
    assert Deduplication().rerank(lists, 2, facts).items.tolist() == [[0, 2, 4, 1, 3]]
    # with three titles for four places the list becomes shorter
    assert Deduplication().rerank(lists, 4, facts).items.tolist() == [[0, 2, 4, -1, -1]]
    np.testing.assert_array_equal(
        Deduplication().measure(rankings([[0, 1, 2, 3], [0, 2, 4, -1], [-1] * 4]), facts), [2, 0, np.nan]
    )


def test_texts_are_the_same_from_the_threshold_on() -> None:
    # cosines with item 0: 1, 0.8, 0, unknown
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1], [np.nan, np.nan]], dtype=np.float32)
    dataset = dataset_of([[]] * 4)
    facts = Facts(dataset, {"reader": Reader(np.zeros((2, 4), np.float32), vectors)})
    lists = lists_of([[0, 1, 2, 3]], [[4, 3, 2, 1]])
    assert Deduplication(by="text", threshold=0.8).rerank(lists, 2, facts).items.tolist() == [[0, 2, 3, 1]]
    assert Deduplication(by="text", threshold=0.81).rerank(lists, 2, facts).items.tolist() == [[0, 1, 2, 3]]
    # at half the strength 1 - 1/2 * (1 - 0.6) = 0.8 is needed
    assert Deduplication(0.5, "text", 0.6).rerank(lists, 2, facts).items.tolist() == [[0, 2, 3, 1]]
    assert Deduplication(0.4, "text", 0.6).rerank(lists, 2, facts).items.tolist() == [[0, 1, 2, 3]]
