from dataclasses import replace

import pytest

from recengine.data import Dataset, Split, parse_split, split_dataset
from recengine.data.quality import quality_report
from tests.data.quality.conftest import NOW, Find, of_pairs

T = 1_600_000_000


def cut(train: Dataset, test: Dataset, method: str = "random") -> Split:
    """A split by hand, without validation."""
    nothing = replace(train, interactions=train.interactions.head(0))
    return Split(spec=parse_split(method), seed=0, train=train, validation=nothing, test=test, full_train=train)


def parts(
    train: list[tuple[int, int, int]], test: list[tuple[int, int, int]], titles: list[str] | None = None
) -> tuple[Dataset, Dataset, Dataset]:
    """The whole, the train and the test of (user, item, seconds after T), over 10 users and 10 items."""
    made = [
        of_pairs([(u, i) for u, i, _ in rows], times=[T + t for *_, t in rows], n_users=10, n_items=10, titles=titles)
        for rows in (train + test, train, test)
    ]
    return made[0], made[1], made[2]


def test_the_same_pair_in_both_parts_is_a_problem(find: Find) -> None:
    whole, train, test = parts([(0, 0, 1), (0, 1, 2), (1, 2, 3)], [(0, 1, 4), (1, 2, 5), (1, 3, 6)])
    finding = find(whole, "same-pair", split=cut(train, test))
    assert (finding.severity, finding.value, finding.n) == ("problem", 2, 3)


def test_cold_users_and_items_of_the_test_are_counted_once(find: Find) -> None:
    whole, train, test = parts([(0, 0, 1), (1, 1, 1)], [(2, 0, 2), (2, 1, 2), (3, 5, 2), (0, 5, 2)])
    users = find(whole, "cold-test-users", split=cut(train, test))
    # users 2 and 3 of 0, 2, 3, with 3 of 4 rows
    assert (users.value, users.n, users.facts["test_rows"], users.severity) == (2, 3, 3, "warning")
    items = find(whole, "cold-test-items", split=cut(train, test))
    assert (items.value, items.n, items.facts["test_rows"]) == (1, 3, 2)
    # a split that asks for cold users has them on purpose
    assert find(whole, "cold-test-users", split=cut(train, test, "cold-users")).severity == "good"


@pytest.mark.parametrize(("method", "severity"), [("random", "note"), ("last", "problem"), ("time", "problem")])
def test_a_test_before_the_training_of_its_user_breaks_the_promise_of_a_split_by_time(
    find: Find, method: str, severity: str
) -> None:
    whole, train, test = parts([(0, 0, 10), (0, 1, 20), (1, 0, 10)], [(0, 2, 15), (0, 3, 20), (1, 1, 11), (2, 0, 0)])
    finding = find(whole, "test-before-train", split=cut(train, test, method))
    # user 0's event at 15 comes before 20; the one at 20 ties; user 2 has no training
    assert (finding.severity, finding.value, finding.n, finding.facts["users"]) == (severity, 1, 3, 1)


def test_training_after_the_test_is_a_mean_share(find: Find) -> None:
    whole, train, test = parts([(0, 0, 10), (1, 1, 20), (2, 2, 30), (3, 3, 40)], [(0, 4, 15), (1, 4, 40)])
    # of four training events three are later than 15, none is later than 40
    assert find(whole, "training-after-test", split=cut(train, test)).value == (3 / 4 + 0) / 2


@pytest.mark.parametrize("split", ["time", "time:0.3"])
def test_a_split_at_one_moment_knows_nothing_of_the_future(clean: Dataset, find: Find, split: str) -> None:
    made = split_dataset(clean, split)
    assert find(clean, "training-after-test", split=made).severity == "good"
    assert find(clean, "test-before-train", split=made).value == 0


def test_a_twin_in_training_is_found(find: Find) -> None:
    titles = ["Quiet River", "quiet river!", *(f"i{item}" for item in range(2, 10))]
    whole, train, test = parts([(0, 0, 1), (1, 5, 1)], [(0, 1, 2), (1, 1, 2)], titles)
    finding = find(whole, "similar-across", split=cut(train, test))
    # user 0 took one twin and is tested on the other; user 1 took none
    assert (finding.value, finding.n, finding.severity) == (1, 2, "warning")


def test_without_a_split_nothing_is_said_of_one(clean: Dataset) -> None:
    families = {one.family for one in quality_report(clean, now=NOW).findings}
    assert "leaks" not in families
