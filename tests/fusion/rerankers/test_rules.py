"""Business rules: what lists they make, and which cannot be."""

import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recengine.errors import RecipeError, ScenarioError
from recengine.fusion import Facts, Fusion, Source, build_pool, fuse, fuse_row, make_reranker
from recengine.fusion.rerankers import Rules
from recengine.fusion.rerankers.rules import MOST_TAKEN
from tests.fusion.rerankers.shelves import GENRES, Reader, Shelf, dataset_of, lists_of, shelves
from tests.fusion.rerankers.test_diversity import rankings

# items 0 to 7
SHELF = [["Drama"], ["Drama"], ["Drama"], ["Comedy"], ["Comedy", "War"], ["War"], ["Drama"], []]


def rules(**given_settings: Any) -> Rules:
    made = make_reranker("rules", given_settings)
    assert isinstance(made, Rules)
    return made


def first(made: Rules, items: list[int], k: int, reserve: list[int] | None = None) -> list[int]:
    """The first k of one user whose shortlist is `items`."""
    lists = lists_of([items], [[float(len(items) - place) for place in range(len(items))]], [reserve or []])
    found: list[int] = made.rerank(lists, k, Facts(dataset_of(SHELF))).items[0, :k].tolist()
    return found


def test_pinned_items_stand_at_their_places() -> None:
    made = rules(pin=[["i5", 1], ["i0", 3]])
    assert first(made, [0, 1, 2, 5], 3) == [5, 1, 0]
    # an item from beyond the shortlist
    assert first(made, [0, 1, 2], 3, reserve=[5, 3]) == [5, 1, 0]
    # seen: neither in the shortlist nor behind it
    assert first(made, [0, 1, 2], 3, reserve=[3]) == [1, 2, 0]
    # a list that is shorter than the place holds it last
    assert first(rules(pin=[["i1", 3]]), [0, 1], 3) == [0, 1, -1]


def test_blocked_items_are_nowhere() -> None:
    assert first(rules(block=["i0", ["genre", "Comedy"]]), [0, 3, 4, 1], 4) == [1, -1, -1, -1]
    assert first(rules(block=["i0"]), [0, 3], 2, reserve=[0, 5]) == [3, 5]


def test_boosts_multiply_worth() -> None:
    # worth 1, 2/3, 1/3, 0
    items = [0, 3, 5, 1]
    assert first(rules(boost=[["i3", 2]]), items, 4) == [3, 0, 5, 1]  # 4/3
    assert first(rules(boost=[["genre", "War", 2]]), items, 4) == [0, 3, 5, 1]  # 2/3 is not above 2/3
    assert first(rules(boost=[["genre", "War", 2.1]]), items, 4) == [0, 5, 3, 1]
    assert first(rules(boost=[["genre", "Drama", 0.5]]), items, 4) == [3, 0, 5, 1]
    # twice boosted: 2 * 2
    assert first(rules(boost=[["genre", "War", 2], ["i5", 2]]), items, 4) == [5, 0, 3, 1]
    # at half the strength the root of the factor
    assert first(rules(strength=0.5, boost=[["i3", 2.2]]), items, 4) == [0, 3, 5, 1]  # 0.99
    assert first(rules(strength=0.5, boost=[["i3", 2.3]]), items, 4) == [3, 0, 5, 1]  # 1.01


def test_at_least_takes_the_best_there_are() -> None:
    made = rules(at_least=[["genre", "War", 2]])
    assert first(made, [0, 1, 2, 6, 4, 5], 3) == [0, 4, 5]
    # from the pool behind the shortlist
    assert first(made, [0, 1, 2, 6], 3, reserve=[3, 5, 4]) == [0, 5, 4]
    # one item helps with two rules where places are few
    both = rules(at_least=[["genre", "War", 1], ["genre", "Comedy", 1]])
    assert first(both, [0, 5, 3, 4], 2) == [5, 3]
    assert first(both, [0, 5, 3, 4], 1) == [4]


def test_at_most_leaves_out_the_others() -> None:
    made = rules(at_most=[["genre", "Drama", 1]])
    assert first(made, [0, 1, 2, 3, 4], 3) == [0, 3, 4]
    # rather a short list than a broken rule
    assert first(made, [0, 1, 2, 3], 3) == [0, 3, -1]
    assert first(made, [0, 1, 2, 3], 3, reserve=[6, 5]) == [0, 3, 5]


QUOTAS = st.lists(st.tuples(st.just("genre"), st.sampled_from(GENRES), st.integers(1, 2)), max_size=2)


@settings(max_examples=120)
@given(shelves(), QUOTAS, QUOTAS, st.integers(1, 4))
def test_rules_hold_wherever_they_can(
    shelf: Shelf, at_least: list[tuple[str, str, int]], at_most: list[tuple[str, str, int]], k: int
) -> None:
    """At most always holds; at least of one category wherever some k items of the user's could keep it."""
    k = min(k, shelf.dataset.n_items)
    made = rules(at_least=at_least, at_most=at_most)
    try:
        made.check(shelf.dataset, k)
    except ScenarioError:
        assume(False)
    genres = shelf.dataset.items["genre"].to_list()

    def count(items: tuple[int, ...] | list[int], genre: str) -> int:
        return sum(genre in genres[item] for item in items)

    def kept(items: tuple[int, ...] | list[int], quotas: list[tuple[str, str, int]], sign: int) -> bool:
        return all(sign * count(items, genre) >= sign * number for _, genre, number in quotas)

    pool = build_pool(shelf.source, depth=1)
    found = fuse(pool, shelf.source, Fusion((1.0,), rerankers=(made,)), k)
    for user, row in enumerate(found.rankings.items):
        listed = row[row >= 0].tolist()
        unseen = sorted(set(range(len(genres))) - set(shelf.source.seen[[user]].indices.tolist()))
        assert kept(listed, at_most, -1)
        if len(at_least) == 1 and not at_most:
            size = min(k, len(unseen))
            possible = any(kept(some, at_least, 1) for some in combinations(unseen, size))
            assert kept(listed, at_least, 1) == possible
    broken = sum(
        not kept([item for item in row.tolist() if item >= 0], [quota], 1)
        for quota in set(at_least)
        for row in found.rankings.items
    )
    told = [users for rule, users in found.unmet.items() if rule.startswith("at least")]
    assert sum(told) == broken


def test_what_cannot_be_is_counted() -> None:
    # user 0 has seen both war films, user 1 one of them and the pinned item
    dataset = dataset_of(SHELF, [(0, 4, 1.0), (0, 5, 1.0), (1, 4, 1.0), (1, 7, 1.0)])
    scorers = {"reader": Reader(np.tile(np.arange(8, 0, -1, dtype=np.float32), (2, 1)), np.eye(8, dtype=np.float32))}
    source = Source(scorers, csr_matrix(dataset.seen), facts=Facts(dataset, scorers))
    made = rules(at_least=[["genre", "War", 1]], pin=[["i7", 2]], block=["i0"])
    pool = build_pool(source, depth=2)
    fusion = Fusion((1.0,), rerankers=(made,))
    found = fuse(pool, source, fusion, 3)
    assert found.rankings.items.tolist() == [[1, 7, 2], [1, 2, 5]]
    assert dict(found.unmet) == {"'i7' at place 2": 1, "blocked items": 0, "at least 1 of genre 'War'": 1}
    # each keeps two of three: blocked items, and one of the others
    np.testing.assert_allclose(made.measure(found.rankings, source.known("")), [2 / 3, 2 / 3])
    assert fuse_row(pool, source, fusion, 1, 3).rank[0] == 0
    # whatever re-ranks after the rules may break them, and that is told
    later = fuse(pool, source, replace(fusion, rerankers=(made, rules(block=["i7"]))), 3)
    assert later.unmet["'i7' at place 2"] == 2


def test_a_list_with_an_item_that_the_shortlist_lacks_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.fusion.reranking.SHORTLIST", 3)
    dataset = dataset_of(SHELF, [], n_users=2)
    table = np.tile(np.arange(8, 0, -1, dtype=np.float32), (2, 1))
    table[1] = table[1, ::-1]
    scorers = {"reader": Reader(table, np.eye(8, dtype=np.float32))}
    source = Source(scorers, csr_matrix(dataset.seen), facts=Facts(dataset, scorers))
    found = fuse(build_pool(source, depth=3), source, Fusion((1.0,), rerankers=(rules(pin=[["i7", 1]]),)), 2)
    # item 7 is the best of user 1, and the last of user 0, whose score the pool does not hold
    assert found.rankings.items.tolist() == [[7, 0], [7, 6]]
    assert found.beyond == 1
    assert np.isnan(found.rankings.scores).tolist() == [[True, False], [False, False]]
    assert found.fused is not None
    assert found.fused.items.tolist() == [[0, 1], [7, 6]]


def test_a_slice_gets_no_item_from_outside() -> None:
    dataset = dataset_of(SHELF, [], n_users=1)
    scorers = {"reader": Reader(np.arange(8, dtype=np.float32)[None], np.eye(8, dtype=np.float32))}
    eligible = np.array([True] * 6 + [False] * 2)
    source = Source(scorers, csr_matrix(dataset.seen), eligible, Facts(dataset, scorers))
    found = fuse(build_pool(source), source, Fusion((1.0,), rerankers=(rules(pin=[["i7", 1]]),)), 2)
    assert found.rankings.items.tolist() == [[5, 4]]


@pytest.mark.parametrize(
    ("given_settings", "told"),
    [
        ({"pin": [["i1", 1]], "block": ["i1"]}, "item 'i1' is both pinned and blocked"),
        ({"pin": [["i5", 1]], "block": [["genre", "War"]]}, "item 'i5' is both pinned and blocked"),
        ({"pin": [["i1", 1], ["i2", 1]]}, "items 'i1' and 'i2' are both pinned to place 1"),
        ({"pin": [["i1", 1], ["i2", 2], ["i1", 3]]}, "item 'i1' is pinned to two places"),
        ({"pin": [["i1", 5]]}, "pinned to place 5 of a list of 4"),
        ({"pin": [["i99", 1]]}, "there is no item 'i99'"),
        ({"block": [["genre", "Western"]]}, "no item has the genre 'Western'"),
        ({"boost": [["mood", "sad", 2]]}, "no attribute 'mood' with categories"),
        ({"at_least": [["genre", "War", 3]]}, "there are only 2. Ask for fewer"),
        ({"at_least": [["genre", "War", 2]], "block": ["i4"]}, "there are only 1 that are not blocked"),
        ({"at_least": [["genre", "Drama", 5]]}, "cannot be in a list of 4"),
        (
            {"at_least": [["genre", "Drama", 2]], "at_most": [["genre", "Drama", 1]]},
            "at least 2 of genre 'Drama' and at most 1 of genre 'Drama' cannot both be",
        ),
        (
            # of the two comedies one is a war film too
            {"at_least": [["genre", "Comedy", 2]], "at_most": [["genre", "War", 0]]},
            "cannot both be",
        ),
        ({"at_least": [["genre", "Drama", 3], ["genre", "Comedy", 2]]}, "do not fit into a list of 4. Ask"),
        (
            {"at_least": [["genre", "Drama", 3]], "pin": [["i3", 1], ["i5", 2]]},
            "do not fit into a list of 4 beside 2 pinned",
        ),
        ({"at_most": [["genre", "Drama", 1]], "pin": [["i0", 1], ["i1", 2]]}, "but 2 of them are pinned"),
    ],
)
def test_contradictions_are_one_clear_line(given_settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        rules(**given_settings).check(dataset_of(SHELF), 4)
    assert told in str(caught.value)
    assert str(caught.value).startswith("rules: ")
    assert "\n" not in str(caught.value)
    rules(**given_settings, strength=0.0).check(dataset_of(SHELF), 4)


def test_rules_that_only_look_like_a_contradiction() -> None:
    dataset = dataset_of(SHELF)
    # item 4 is both: three dramas and one item for the two others
    rules(at_least=[["genre", "Drama", 3], ["genre", "Comedy", 1], ["genre", "War", 1]]).check(dataset, 4)
    rules(at_least=[["genre", "Drama", 3]], pin=[["i0", 1], ["i3", 2]]).check(dataset, 4)
    rules(at_least=[["genre", "Comedy", 1]], at_most=[["genre", "War", 0]]).check(dataset, 4)


@pytest.mark.parametrize(
    "given_settings",
    [
        {"pin": [["50"]]},
        {"pin": [["50", 0]]},
        {"pin": [["50", True]]},
        {"pin": "50"},
        {"block": [["a", "b", "c"]]},
        {"block": [None]},
        {"block": [""]},
        {"boost": [["50", 0]]},
        {"boost": [["50", float("nan")]]},
        {"boost": [[]]},
        {"boost": [2]},
        {"at_least": [["genre", "War", 0]]},
        {"at_most": [["genre", "War"]]},
        {"at_most": {"genre": 1}},
    ],
)
def test_rules_of_another_form_are_refused(given_settings: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match=r'rules: ".*" must be a list of'):
        rules(**given_settings)


def test_rules_survive_json() -> None:
    made = rules(
        pin=[["50", 1]],
        block=[50, ["genre", "War"]],
        boost=[["50", 2], ["genre", "War", 1.5]],
        at_least=[["genre", "War", 1]],
        at_most=[["genre", "Drama", 0]],
    )
    assert made.block == (("50",), ("genre", "War"))
    assert made.boost == (("50", 2.0), ("genre", "War", 1.5))
    again = make_reranker("rules", json.loads(json.dumps(made.settings())))
    assert (again, hash(again)) == (made, hash(made))
    assert rules(block="50") == rules(block=[["50"]])


def test_a_category_is_found_beyond_the_pool_by_how_many_took_it() -> None:
    dataset = dataset_of(SHELF, [(1, 5, 1.0)])
    made = rules(pin=[["i7", 1]], at_least=[["genre", "War", 1]])
    assert made.wanted(Facts(dataset)).tolist() == [7, 5, 4]
    assert MOST_TAKEN >= 2
    assert rules(boost=[["i1", 2.0]]).reaches is False
    listed = rankings([[1, 0], [2, -1]])
    np.testing.assert_allclose(rules(boost=[["i1", 2.0]]).measure(listed, Facts(dataset)), [(2 + 1) / 2, 1])
