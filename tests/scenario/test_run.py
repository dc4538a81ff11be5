from dataclasses import replace

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.models import make_recipe
from recengine.models.interaction import GmfRecipe
from recengine.scenario import (
    Scenario,
    Workbench,
    build_workbench,
    default_scenario,
    run_scenario,
    scorer_outcomes,
    verdicts,
)


@pytest.fixture(scope="module")
def scenario(synthetic_dataset: Dataset) -> Scenario:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return default_scenario(synthetic_dataset, recipes=recipes, pool_depth=30, k=5)


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset, scenario: Scenario) -> Workbench:
    return build_workbench(synthetic_dataset, scenario)


def test_the_same_scenario_gives_the_same_numbers(
    synthetic_dataset: Dataset, scenario: Scenario, workbench: Workbench
) -> None:
    again = build_workbench(synthetic_dataset, scenario)
    assert again.key == workbench.key
    first, second = run_scenario(workbench, scenario), run_scenario(again, scenario)
    assert (first.lists.rankings.items == second.lists.rankings.items).all()
    for key, figure in first.table.items():
        assert second.table[key].mean == pytest.approx(figure.mean, abs=1e-6)
    assert first.fairness == second.fairness


def test_nothing_that_was_seen_is_listed(workbench: Workbench, scenario: Scenario) -> None:
    rankings = run_scenario(workbench, scenario, fairness=False).lists.rankings
    seen = workbench.fitted_on.seen
    for user, items in zip(rankings.users, rankings.items, strict=True):
        assert not set(items.tolist()) & set(seen[user].indices.tolist())


def test_disliked_items_are_neither_listed_nor_relevant(workbench: Workbench) -> None:
    rows = workbench.dataset.interactions.filter(~workbench.dataset.interactions["positive"])
    assert rows.height > 0
    disliked = {(user, item) for user, item in rows.select("user", "item").iter_rows()}
    relevant = set(zip(*(part.tolist() for part in workbench.relevant.nonzero()), strict=True))
    assert not disliked & relevant
    assert workbench.fitted_on.seen[rows["user"].to_numpy(), rows["item"].to_numpy()].all()


def test_one_scorer_alone_is_the_fusion_with_all_weight_on_it(workbench: Workbench, scenario: Scenario) -> None:
    alone = scorer_outcomes(workbench, scenario)["popularity"]
    popularity = workbench.popularity.astype(float)
    seen = workbench.fitted_on.seen
    for user in range(0, workbench.dataset.n_users, 50):
        unseen = np.setdiff1d(np.arange(len(popularity)), seen[user].indices)
        best = unseen[np.lexsort((unseen, -popularity[unseen]))][:5]
        assert alone.lists.rankings.items[user].tolist() == best.tolist()


def test_one_scorer_alone_is_alone_under_every_strategy(workbench: Workbench, scenario: Scenario) -> None:
    plain = scorer_outcomes(workbench, scenario)
    switched = scenario.with_strategy("segment-weights", {"weights": "heavy: equal | warm: equal | cold: equal"})
    for name, outcome in scorer_outcomes(workbench, switched).items():
        assert (outcome.lists.rankings.items == plain[name].lists.rankings.items).all()


def test_slices_rank_their_own_items_only(workbench: Workbench, scenario: Scenario) -> None:
    outcome = run_scenario(workbench, scenario, fairness=False)
    assert set(outcome.slices) == set(workbench.slices) >= {"long-tail"}
    for part in workbench.slices.values():
        listed = part.pool.items[part.pool.items >= 0]
        assert part.source.eligible is not None
        assert part.source.eligible[listed].all()
        assert part.source.eligible[part.relevant.indices].all()


def test_all_data_hides_everything_seen_and_measures_nothing(synthetic_dataset: Dataset, scenario: Scenario) -> None:
    everything = replace(scenario, all_data=True)
    workbench = build_workbench(synthetic_dataset, everything)
    outcome = run_scenario(workbench, everything)
    assert workbench.fitted_on.seen.nnz == synthetic_dataset.seen.nnz
    assert outcome.table["ndcg"].n == 0
    assert [verdict.tone for verdict in verdicts(workbench, outcome, {})][:2] == ["unknown", "unknown"]


def test_a_scenario_of_another_dataset_or_other_scorers_is_refused(
    synthetic_dataset: Dataset, workbench: Workbench, scenario: Scenario
) -> None:
    foreign = replace(scenario, dataset="0" * 64)
    with pytest.raises(ScenarioError, match="dataset"):
        build_workbench(synthetic_dataset, foreign)
    with pytest.raises(ScenarioError, match="dataset"):
        run_scenario(workbench, foreign)
    with pytest.raises(ScenarioError, match="scorers"):
        run_scenario(workbench, replace(scenario, models=scenario.models[:1], weights=scenario.weights[:1]))
    with pytest.raises(ScenarioError, match="k: 100,000"):
        run_scenario(workbench, replace(scenario, k=100_000))


def test_three_verdicts_say_something_with_figures(workbench: Workbench, scenario: Scenario) -> None:
    outcome = run_scenario(workbench, scenario)
    said = verdicts(workbench, outcome, scorer_outcomes(workbench, scenario))
    assert [verdict.question for verdict in said] == [
        "Is it good?",
        "For whom is it not?",
        "What would change it most?",
    ]
    assert f"{outcome.table['ndcg'].mean:.3f}" in said[0].answer
    assert "p = " in said[1].answer
    assert "%" in said[2].answer


def test_a_long_fit_has_a_long_stretch_of_the_bar(synthetic_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    # 5 seconds for any fit, and 95 more for the network: it goes from 0.8 * 5 / 110 to 0.8 * 105 / 110
    monkeypatch.setattr(GmfRecipe, "operations", lambda recipe, users, items, interactions: 95 * 5e9)
    recipes = {"popularity": make_recipe("popularity"), "gmf": make_recipe("gmf", {"epochs": 1, "factors": 2})}
    recipes["als"] = make_recipe("als")
    told: dict[str, float] = {}

    def tell(share: float, text: str) -> None:
        told.setdefault(text, share)

    build_workbench(
        synthetic_dataset, default_scenario(synthetic_dataset, recipes=recipes, pool_depth=30), progress=tell
    )
    begun = {name: told[f"{recipe.label}: Fitting"] for name, recipe in recipes.items()}
    assert begun == pytest.approx({"popularity": 0.0, "gmf": 0.8 * 5 / 110, "als": 0.8 * 105 / 110})
