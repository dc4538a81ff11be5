from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from recengine.data import Dataset
from recengine.models import make_recipe, recipes
from recengine.scenario import Scenario, default_scenario
from recengine.workspace import Workspace
from ui.models import fits, offers


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def scenario_of(dataset: Dataset, weights: dict[str, float], **settings: Mapping[str, object]) -> Scenario:
    chosen = {name: make_recipe(name, settings.get(name)) for name in weights}
    return default_scenario(dataset, recipes=chosen, weights=tuple(weights.items()))


@pytest.fixture
def scenario(synthetic_dataset: Dataset) -> Scenario:
    return scenario_of(synthetic_dataset, {"als": 0.6, "popularity": 0.2})


def test_every_recipe_is_offered_with_what_it_costs(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    offered = offers.offers(workspace, synthetic_dataset, scenario)
    assert set(offered) == set(recipes())
    assert offered["als"].memory > 0
    assert offered["als"].can_be_chosen
    assert offered["als"].fit is None
    assert not workspace.root.exists()  # looking creates nothing


def test_what_has_no_room_says_so_and_what_to_do_instead(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    offer = offers.offers(workspace, synthetic_dataset, scenario, free=1000)["als"]
    assert not offer.can_be_chosen
    assert offer.obstacle is not None
    assert offer.obstacle.startswith("Fitting 120 users and 80 items needs about")
    assert offer.recipe.lighter in offer.obstacle


def test_what_is_fitted_needs_no_room(workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario) -> None:
    workspace.prepare(synthetic_dataset, scenario)
    offered = offers.offers(workspace, synthetic_dataset, scenario, free=0)
    assert offered["als"].fit is not None
    assert offered["als"].can_be_chosen
    assert not offered["ease"].can_be_chosen
    other_seed = offers.offers(workspace, synthetic_dataset, replace(scenario, seed=1))
    assert other_seed["als"].fit is None


def test_saved_variants_stand_behind_their_recipe(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    workspace.save_recipe("als:wide", make_recipe("als:wide", {"factors": 64}))
    names = list(offers.offers(workspace, synthetic_dataset, scenario))
    assert names.index("als:wide") == names.index("als") + 1
    assert offers.offers(workspace, synthetic_dataset, scenario)["als:wide"].saved


def test_settings_of_the_scenario_are_offered_until_the_defaults_are_wanted(
    workspace: Workspace, synthetic_dataset: Dataset
) -> None:
    own = scenario_of(synthetic_dataset, {"als": 1.0}, als={"factors": 7})
    offer = offers.offers(workspace, synthetic_dataset, own)["als"]
    assert offer.own
    assert offers.changed_settings(offer.recipe) == {"factors": 7}
    plain = offers.offers(workspace, synthetic_dataset, own, plain=["als"])["als"]
    assert not plain.own
    assert offers.changed_settings(plain.recipe) == {}


def test_a_new_scorer_starts_at_the_mean_weight_and_a_floor_at_nothing(scenario: Scenario) -> None:
    chosen = {name: make_recipe(name) for name in ("random", "popularity", "ease", "als", "bert-click")}
    made = offers.scenario_with(scenario, chosen)
    # those that were there keep place and weight; (0.6 + 0.2) / 2 for the new one
    assert made.weights == (("als", 0.6), ("popularity", 0.2), ("ease", 0.4), ("bert-click", 0.0), ("random", 0.0))
    assert made.recipes()["ease"] == chosen["ease"]
    assert (made.seed, made.k, made.normalization) == (scenario.seed, scenario.k, scenario.normalization)


def test_without_the_old_scorers_weights_are_the_default_ones(scenario: Scenario) -> None:
    made = offers.scenario_with(scenario, {name: make_recipe(name) for name in ("ease", "bert-click", "random")})
    assert made.weights == (("ease", 1.0), ("bert-click", 0.0), ("random", 0.0))


def test_a_tuned_variant_takes_the_place_of_its_recipe(scenario: Scenario) -> None:
    tuned = make_recipe("als:tuned", {"factors": 8})
    made = offers.with_scorer(scenario, "als:tuned", tuned)
    assert made.weights == (("als:tuned", 0.6), ("popularity", 0.2))
    assert made.recipes()["als:tuned"] == tuned
    again = offers.with_scorer(made, "als:tuned", make_recipe("als:tuned", {"factors": 9}))
    assert again.weights == made.weights
    more = offers.with_scorer(scenario, "ease", make_recipe("ease"))
    assert dict(more.weights)["ease"] == 0.4


def test_the_plan_says_what_is_fitted_and_what_not(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    workspace.prepare(synthetic_dataset, scenario)
    offered = offers.offers(workspace, synthetic_dataset, scenario)
    both = [offered["als"], offered["popularity"]]
    assert offers.plan(both, stored=True) == "2 scorers chosen, all fitted already: nothing is fitted again."
    assert "candidates" in offers.plan(both[:1], stored=False)
    said = offers.plan([*both, offered["ease"]], stored=False)
    assert said.startswith("3 scorers chosen. To fit: EASE; at most ")
    assert said.endswith(" 2 fitted already and not fitted again.")
    assert "at least one" in offers.plan([], stored=False)


@pytest.mark.parametrize(
    ("size", "said"), [(2048, "2 KiB"), (3 * 2**20, "3.0 MiB"), (320 * 2**20, "320 MiB"), (1.5 * 2**30, "1.5 GiB")]
)
def test_memory_in_words(size: float, said: str) -> None:
    assert offers.memory_words(size) == said


def test_settings_in_words() -> None:
    said = offers.settings_words({"n_neighbours": 20, "alpha": 0.123456, "binary": True, "key": "a" * 64})
    assert said == f"n neighbours 20, alpha 0.1235, binary yes, key {'a' * 12}…"


def test_the_table_of_fits_says_which_are_in_use(
    workspace: Workspace, synthetic_dataset: Dataset, scenario: Scenario
) -> None:
    workspace.save_recipe("als:wide", make_recipe("als:wide", {"factors": 64}))
    own = scenario_of(
        synthetic_dataset, {"als": 1.0, "als:wide": 1.0}, als={"factors": 7}, **{"als:wide": {"factors": 64}}
    )
    workspace.prepare(synthetic_dataset, own)
    workspace.prepare(synthetic_dataset, scenario)
    stored = fits.of_scenario(workspace.fits(), scenario)
    table = fits.table(stored, scenario, offers.named_recipes(workspace))
    used = dict(zip(table["Scorer"], table["In the Studio"], strict=True))
    label = make_recipe("als").label
    assert used == {
        label: True,
        f"{label}: wide": False,
        f"{label}, own settings": False,
        make_recipe("popularity").label: True,
    }
    assert fits.of_scenario(workspace.fits(), replace(scenario, seed=1)) == []
    assert fits.table([], scenario, {}).is_empty()
