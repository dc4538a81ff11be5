"""What it costs to edit a user's history: both lists, whole and with their parts, and nothing is fitted.

MovieLens-100K, the three scorers of a first look, fitted once. An edit adds an item, takes one away and weighs another
anew, for another user in every round; `edit_history` folds the history before and after in, pools, fuses and ranks all
1,682 items for both, with every scorer's part. In the same run: what the engine would do without folding in, which is
to fit ALS anew and score that user; and, as a floor, `implicit` solving the one user and listing 10 items by ALS alone.

Two claims: the edit against the 50 ms that feel instant, and against fitting ALS anew (the text vectors are there).

Run: python -m benchmarks.history_edit
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks._report import race, report
from recengine.arrays import Positions, Scores
from recengine.coldstart import edit_history, history_of
from recengine.data import default_cache, load_sample, split_dataset
from recengine.models import Resources, default_recipes, make_recipe
from recengine.scenario import default_scenario
from recengine.threads import single_threaded_blas

ROUNDS = 40
REFITS = 5
BUDGET = 50.0
"""Milliseconds."""
REFIT_TARGET = 0.2


def main() -> None:
    """Measure and print."""
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    train = split_dataset(dataset).full_train
    resources = Resources(vector_cache=default_cache() / "vectors", device="cpu")
    recipes = {recipe.name: recipe for recipe in default_recipes(dataset)}
    scorers = {name: recipe.fit(train, resources=resources) for name, recipe in recipes.items()}
    fusion = default_scenario(dataset).fusion
    item_factors = scorers["als"].state()["item_factors"]
    users = np.random.default_rng(0).permutation(dataset.n_users)[: ROUNDS + REFITS + 1].astype(np.int32)

    def edit(number: int) -> object:
        user = int(users[number])
        history = list(history_of(train, user))
        new = next(item for item in range(dataset.n_items) if item not in set(history))
        changes: dict[int, float | None] = {new: 5.0, history[0]: None, history[-1]: 2.0}
        return edit_history(scorers, train, fusion, user, changes)

    def refit(number: int) -> object:
        scorer = make_recipe("als").fit(train, seed=number, resources=resources)
        return scorer.score(np.array([users[number]], dtype=np.int32))

    floor = implicit_floor(np.nan_to_num(item_factors), train.matrix, users)
    for work in (edit, floor):  # libraries are loaded, matrices of the scorers made
        work(ROUNDS)
    edit_time, floor_time = race(edit, floor, rounds=ROUNDS)
    refit_time = race(refit, rounds=REFITS)[0]
    print(json.dumps({"name": "implicit, one user by ALS alone", "ours": round(floor_time, 3), "unit": "ms"}))
    lengths = [len(history_of(train, int(user))) for user in users[:ROUNDS]]
    print(json.dumps({"name": "length of the histories, median", "ours": statistics.median(lengths), "unit": "items"}))
    report("history edit, within 50 ms", ours=edit_time, peer=BUDGET, target=1.0, unit="ms")
    report("history edit, against fitting anew", ours=edit_time, peer=refit_time, target=REFIT_TARGET, unit="ms")


def implicit_floor(item_factors: Scores, matrix: csr_matrix, users: Positions) -> Callable[[int], object]:
    """A function of the round's number: the user's vector solved and 10 items listed by `implicit`."""
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=item_factors.shape[1], num_threads=1)
    model.item_factors = np.ascontiguousarray(item_factors, dtype=np.float32)
    model.user_factors = np.zeros((matrix.shape[0], item_factors.shape[1]), dtype=np.float32)

    def floor(number: int) -> object:
        user = int(users[number])
        with single_threaded_blas():
            return model.recommend(user, matrix[user], N=10, recalculate_user=True)

    return floor


if __name__ == "__main__":
    main()
