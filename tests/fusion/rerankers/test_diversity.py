from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import issparse

from recengine.errors import ScenarioError
from recengine.fusion import Facts, Fusion, build_pool, fuse
from recengine.fusion.rerankers import Diversity
from recengine.fusion.rerankers import likeness as engine
from recengine.ranking import Rankings
from tests.fusion.catalogues import Table
from tests.fusion.rerankers.shelves import Reader, Shelf, dataset_of, lists_of, shelves

ROUNDING = 1e-5


def cosines(shelf: Shelf, over: str) -> np.ndarray:
    """Of every pair of items, one pair after the other; 0 where one of them is not known."""
    n_items = shelf.dataset.n_items
    found = np.zeros((n_items, n_items))
    if over == "text":
        vectors = shelf.facts.item_vectors
        assert vectors is not None
        rows = [dict(enumerate(row)) for row in np.nan_to_num(vectors).astype(float).tolist()]
    else:
        genres = shelf.dataset.items["genre"].to_list()
        with_genre = sum(bool(each) for each in genres)
        counts = {genre: sum(genre in each for each in genres) for each in genres for genre in each}
        # the inverse document frequency of scikit-learn
        weight = {genre: np.log((1 + with_genre) / (1 + count)) + 1 for genre, count in counts.items()}
        rows = [{genre: weight[genre] for genre in each} for each in genres]
    for one, a in enumerate(rows):
        for other, b in enumerate(rows):
            lengths = sqrt(sum(x * x for x in a.values())) * sqrt(sum(x * x for x in b.values()))
            found[one, other] = sum(a[key] * b[key] for key in a if key in b) / lengths if lengths else 0
    return found


def worth_of(scores: list[float]) -> list[float]:
    low, high = min(scores), max(scores)
    return [(score - low) / (high - low) if high > low else 0.0 for score in scores]


@settings(max_examples=80)
@given(shelves(), st.sampled_from(["text", "category"]), st.sampled_from([0.1, 0.5, 0.8, 1.0]), st.integers(1, 5))
def test_every_choice_is_the_one_of_the_definition(shelf: Shelf, over: str, strength: float, k: int) -> None:
    """Maximal marginal relevance by its definition, one user and one item after the other."""
    k = min(k, shelf.dataset.n_items)
    pool = build_pool(shelf.source)
    everything = fuse(pool, shelf.source, Fusion((1.0,)), shelf.dataset.n_items).rankings
    found = fuse(pool, shelf.source, Fusion((1.0,), rerankers=(Diversity(strength, over),)), k).rankings
    alike = cosines(shelf, over)
    for user in range(len(found.users)):
        left = [item for item in everything.items[user].tolist() if item >= 0]
        worth = dict(zip(left, worth_of(everything.scores[user][: len(left)].tolist() or [0.0]), strict=False))
        chosen: list[int] = []
        for item in found.items[user][found.items[user] >= 0].tolist():
            values = {
                candidate: (1 - strength) * worth[candidate]
                - strength * max((alike[candidate, other] for other in chosen), default=0)
                for candidate in left
            }
            assert values[item] >= max(values.values()) - ROUNDING
            left.remove(item)
            chosen.append(item)


def test_the_second_place_goes_to_another_kind() -> None:
    # text vectors: items 0 and 1 alike, 2 at a right angle; worth 1, 0.5, 0
    dataset = dataset_of([[], [], []])
    facts = Facts(
        dataset, {"reader": Reader(np.zeros((2, 3), np.float32), np.array([[1, 0], [1, 0], [0, 1]], np.float32))}
    )
    lists = lists_of([[0, 1, 2]], [[3, 2, 1]])
    # (1 - s) 0.5 - s against 0: item 2 wins from s = 1/3 on
    assert Diversity(0.3, "text").rerank(lists, 2, facts).items.tolist() == [[0, 1, 2]]
    assert Diversity(0.4, "text").rerank(lists, 2, facts).items.tolist() == [[0, 2, 1]]
    measured = Diversity(0.4, "text").measure(rankings([[0, 1, 2], [0, 2, -1], [0, -1, -1]]), facts)
    # pairs 0-1, 0-2, 1-2 are 0, 1, 1 apart
    np.testing.assert_allclose(measured, [2 / 3, 1, np.nan])


def rankings(items: list[list[int]]) -> Rankings:
    array = np.array(items, dtype=np.int32)
    return Rankings(np.arange(len(items), dtype=np.int32), array, np.zeros(array.shape, dtype=np.float32))


def test_without_texts_it_says_what_to_do() -> None:
    dataset = dataset_of([["War"], ["Drama"]])
    facts = Facts(dataset, {"table": Table(np.zeros((2, 2), np.float32))})
    with pytest.raises(ScenarioError, match="Add the model text, or compare items by category"):
        Diversity(over="text").rerank(lists_of([[0, 1]], [[2, 1]]), 2, facts)
    with pytest.raises(ScenarioError, match=r"no attribute 'year' with categories\. Choose among genre"):
        Diversity(attribute="year").check(dataset, 2)


def test_a_large_catalogue_is_compared_pair_by_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((30, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    items, one = rng.integers(0, 30, (5, 7)).astype(np.int32), rng.integers(0, 30, 5).astype(np.int32)
    small = engine.Likeness(vectors, np.ones(30, np.bool_)).to_one(items, one)
    monkeypatch.setattr(engine, "SMALL_CATALOGUE", 10)
    large = engine.Likeness(vectors, np.ones(30, np.bool_))
    np.testing.assert_allclose(large.to_one(items, one), small, atol=1e-6)
    for row in range(5):
        np.testing.assert_array_equal(large.to_one(items[[row]], one[[row]])[0], large.to_one(items, one)[row])
    # two users at once
    monkeypatch.setattr(engine, "GATHERED_BYTES", 2 * 4 * 7 * 8)
    np.testing.assert_array_equal(engine.Likeness(vectors, large.known).to_one(items, one), large.to_one(items, one))


def test_an_author_an_item_takes_no_square_of_the_catalogue() -> None:
    # 6,000 items by 6,000 authors with their zeros would be 144 MB
    shelf = dataset_of([[f"author {item // 2}", f"author {6000 - item}"] for item in range(6000)])
    likeness = engine.category_likeness(Facts(shelf), "genre", "diversity")
    assert issparse(likeness.vectors)
    # items 0 and 1 share author 0, who has these two; their other authors, 6000 and 5999, have one each
    shared, own = (np.log((1 + 6000) / (1 + n_items)) + 1 for n_items in (2, 1))
    found = likeness.to_one(np.array([[1, 2, 0]], dtype=np.int32), np.array([0], dtype=np.int32))
    np.testing.assert_allclose(found, [[shared**2 / (shared**2 + own**2), 0, 1]], atol=1e-6)


@settings(max_examples=40)
@given(shelves(), st.sampled_from([0.3, 0.8]))
def test_sparse_categories_are_as_good_as_dense_ones(shelf: Shelf, strength: float) -> None:
    pool = build_pool(shelf.source)
    fusion = Fusion((1.0,), rerankers=(Diversity(strength),))
    dense = category_cosines(shelf.facts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "DENSE_BYTES", -1)
        patch.setattr(engine, "SMALL_CATALOGUE", 0)
        patch.setattr(engine, "GATHERED_BYTES", 1)
        fresh = replace(shelf.facts)
        np.testing.assert_allclose(category_cosines(fresh), dense, atol=1e-6)
        lists = fuse(pool, replace(shelf.source, facts=fresh), fusion, 2).rankings
    assert lists.items.shape == (shelf.dataset.n_users, 2)


def category_cosines(facts: Facts) -> np.ndarray:
    """Of every pair of items."""
    every = np.arange(facts.train.n_items, dtype=np.int32)
    return engine.category_likeness(facts, "genre", "diversity").to_one(np.tile(every, (len(every), 1)), every)
