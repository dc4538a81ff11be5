import json

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.errors import RecipeError, ScenarioError
from recengine.fusion import Fusion, account, build_pool, fuse, fuse_row
from recengine.fusion.strategies import Stacking, Taught
from tests.fusion.strategies.lessons import N_ITEMS, N_USERS, catalogue, knowing_of, lesson

SMALL = Stacking(trees=20, leaf=20)
EQUAL = Fusion((1.0, 1.0))
FUSION = Fusion((1.0, 1.0), strategy=SMALL)


@pytest.fixture(scope="module")
def taught() -> Taught:
    return SMALL.teach(lesson(*catalogue()))


def _hits(items: np.ndarray, relevant: csr_matrix) -> float:
    return float(np.take_along_axis(relevant.toarray(), items, axis=1).mean())


def test_it_learns_whom_to_believe(taught: Taught) -> None:
    source, relevant = catalogue(seed=1)  # other scores than it was taught with, under the same law
    pool = build_pool(source)
    plain = fuse(pool, source, EQUAL, 5).rankings
    stacked = fuse(pool, knowing_of(source, SMALL, taught), FUSION, 5).rankings
    assert _hits(plain.items, relevant) < 0.8
    assert _hits(stacked.items, relevant) > 0.95
    shares = taught.by_feature
    assert shares["right score"] + shares["right rank"] > 0.8
    assert sum(shares.values()) == pytest.approx(1)
    assert (taught.n_users, taught.n_relevant) == (N_USERS, 5 * N_USERS)


def test_the_same_lesson_gives_the_same_trees(taught: Taught) -> None:
    again = SMALL.teach(lesson(*catalogue()))
    assert again.models[0].text == taught.models[0].text


def test_it_is_stored_as_text_and_numbers(taught: Taught) -> None:
    settings, arrays = SMALL.state_of(taught)
    assert all(array.dtype != object for array in arrays.values())
    restored = SMALL.taught_from(json.loads(json.dumps(settings)), arrays)
    assert restored.columns == taught.columns
    assert restored.by_feature == taught.by_feature
    source, _ = catalogue()
    pool = build_pool(source)
    one, other = (fuse(pool, knowing_of(source, SMALL, which), FUSION, 9).rankings for which in (taught, restored))
    np.testing.assert_array_equal(one.items, other.items)
    np.testing.assert_array_equal(one.scores, other.scores)
    with pytest.raises(ValueError, match="gains"):
        SMALL.restore({"text": np.zeros(1, dtype=np.uint8), "gains": np.zeros(1)}, taught.columns)


def test_what_the_features_add_sums_to_the_score(taught: Taught) -> None:
    generator = np.random.default_rng(0)
    table = generator.random((50, len(taught.columns)), dtype=np.float32)
    table[generator.random(table.shape) < 0.2] = np.nan
    forest = taught.models[0]
    parts = forest.contributions(table)
    assert parts.shape == (50, len(taught.columns) + 1)
    np.testing.assert_allclose(parts.sum(axis=1), forest.predict(table, np.zeros(50)), atol=1e-9)
    # the base is the same for all
    assert np.ptp(parts[:, -1]) == 0


def test_a_better_opinion_never_lowers_an_item(taught: Taught) -> None:
    generator = np.random.default_rng(0)
    table = generator.random((200, len(taught.columns)), dtype=np.float32) * 40
    forest, zeros = taught.models[0], np.zeros(200)
    before = forest.predict(table, zeros)
    for column, feature in enumerate(taught.columns):
        if feature.about:
            better = table.copy()
            better[:, column] += np.float32(5 if feature.kind == "score" else -5)
            assert (forest.predict(better, zeros) >= before).all()


def test_each_user_is_scored_by_what_the_others_taught() -> None:
    source, relevant = catalogue()
    first = SMALL.teach(lesson(source, relevant, folds=3))
    assert sorted(np.bincount(first.fold)) == [N_USERS // 3] * 3
    # whatever the users of part 0 like, the model that scores them stays as it is, and the others do not
    changed = relevant.toarray()
    changed[first.fold == 0] = changed[first.fold == 0][:, ::-1]
    second = SMALL.teach(lesson(source, csr_matrix(changed), folds=3))
    assert [a.text == b.text for a, b in zip(first.models, second.models, strict=True)] == [True, False, False]
    known = knowing_of(source, SMALL, first)
    pool = build_pool(source)
    everybody = fuse(pool, known, FUSION, 5).rankings
    for part in range(3):
        alone = Taught(first.columns, first.shares, (first.models[part],), np.zeros(N_USERS, dtype=np.int32), 0, 0)
        mine = first.fold == part
        lists = fuse(pool, knowing_of(source, SMALL, alone), FUSION, 5).rankings
        np.testing.assert_array_equal(lists.items[mine], everybody.items[mine])


def test_a_list_is_proven_where_the_pool_leaves_nothing_out(taught: Taught) -> None:
    source, _ = catalogue()
    known = knowing_of(source, SMALL, taught)
    for depth, proven in ((N_ITEMS, True), (3, False)):
        pool = build_pool(source, depth=depth)
        lists = fuse(pool, known, FUSION, 5)
        assert lists.certified.all() == proven
        assert lists.unproven == (0 if proven else N_USERS)
        for user in (0, 7):
            row = fuse_row(pool, known, FUSION, user)
            assert row.rank[lists.rankings.items[user]].tolist() == [1, 2, 3, 4, 5]
            assert np.isnan(row.parts).all()


def test_why_an_item_has_its_place(taught: Taught) -> None:
    source, _ = catalogue()
    known = knowing_of(source, SMALL, taught)
    pool = build_pool(source)
    item = int(fuse(pool, known, FUSION, 1).rankings.items[3, 0])
    sums, most = (
        remark.text([""] * N_ITEMS, {"right": "The right one"}) for remark in account(pool, known, FUSION, 3, item)
    )
    assert "The right one +" in sums
    assert "wrong" in sums
    assert most.startswith("What counted most: right ")


def test_the_weights_do_not_count(taught: Taught) -> None:
    source, _ = catalogue()
    known = knowing_of(source, SMALL, taught)
    pool = build_pool(source)
    one = fuse(pool, known, Fusion((1.0, 0.0), "min-max", strategy=SMALL), 5).rankings
    other = fuse(pool, known, Fusion((0.2, 0.8), "rank", strategy=SMALL), 5).rankings
    np.testing.assert_array_equal(one.items, other.items)
    assert not SMALL.weighs


def test_mistakes_are_one_clear_line(taught: Taught) -> None:
    source, relevant = catalogue()
    pool = build_pool(source)
    with pytest.raises(ScenarioError, match="there is nothing to learn from"):
        SMALL.teach(lesson(source, csr_matrix(np.zeros(relevant.shape))))
    with pytest.raises(ScenarioError, match="there is nothing to learn from"):
        SMALL.teach(lesson(source, csr_matrix(np.ones(relevant.shape, dtype=np.float32))))
    with pytest.raises(ScenarioError, match="has not been taught with these scorers and settings"):
        fuse(pool, source, FUSION, 5)
    other = Stacking(trees=21, leaf=20)
    with pytest.raises(ScenarioError, match="has not been taught"):
        fuse(pool, knowing_of(source, SMALL, taught), Fusion((1.0, 1.0), strategy=other), 5)
    with pytest.raises(RecipeError, match="loss"):
        Stacking(loss="squared")
