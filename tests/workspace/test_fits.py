import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import StoreError
from recengine.models import make_recipe
from recengine.scenario import Scenario, default_scenario, fit_key
from recengine.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def scenario_of(dataset: Dataset, *names: str) -> Scenario:
    return default_scenario(dataset, recipes={name: make_recipe(name) for name in names}, pool_depth=20, k=5)


def test_a_fit_tells_what_it_was_made_from(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    assert workspace.fits() == []
    scenario = scenario_of(synthetic_dataset, "als", "popularity")
    workspace.prepare(synthetic_dataset, scenario)
    by_recipe = {entry.recipe: entry for entry in workspace.fits()}
    assert set(by_recipe) == {"als", "popularity"}
    als = by_recipe["als"]
    assert als.dataset == synthetic_dataset.fingerprint
    assert (als.split, als.seed, als.part, als.version) == ("random", 0, "train", make_recipe("als").version)
    assert als.settings == make_recipe("als").settings()
    files = (workspace.root / "scorers" / als.key).glob("*.npy")
    assert als.size == sum(path.stat().st_size for path in files)
    assert als.seconds > 0


def test_two_names_of_one_recipe_share_the_fit(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    workbench = workspace.prepare(synthetic_dataset, scenario_of(synthetic_dataset, "popularity", "popularity:again"))
    assert len(workspace.fits()) == 1
    assert [fitted.label for fitted in workbench.fitted.values()] == ["Popularity", "Popularity: again"]
    assert workbench.pool.scorers == ("popularity", "popularity:again")


def test_what_is_stored_is_known_without_loading_it(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    scenario = scenario_of(synthetic_dataset, "als", "popularity")
    assert not workspace.is_stored(scenario)
    workspace.prepare(synthetic_dataset, scenario)
    assert workspace.is_stored(scenario)
    # weights need no other part, another scorer does
    assert workspace.is_stored(scenario.with_weights({"als": 1.0}))
    assert not workspace.is_stored(scenario_of(synthetic_dataset, "popularity"))


def test_a_deleted_fit_is_gone_and_is_fitted_again_when_asked_for(
    workspace: Workspace, synthetic_dataset: Dataset
) -> None:
    scenario = scenario_of(synthetic_dataset, "popularity")
    workspace.prepare(synthetic_dataset, scenario)
    (entry,) = workspace.fits()
    workspace.delete_fit(entry.key)
    assert workspace.fits() == []
    assert not workspace.is_stored(scenario)
    assert not [path for path in (workspace.root / "scorers").iterdir() if path.is_dir()]
    with pytest.raises(StoreError, match="may have been deleted already"):
        workspace.delete_fit(entry.key)
    workspace.prepare(synthetic_dataset, scenario)
    assert [again.key for again in workspace.fits()] == [entry.key]


@pytest.mark.parametrize("key", ["..", "../names", "0" * 63, ""])
def test_only_a_key_names_a_fit(workspace: Workspace, synthetic_dataset: Dataset, key: str) -> None:
    workspace.prepare(synthetic_dataset, scenario_of(synthetic_dataset, "popularity"))
    with pytest.raises(StoreError):
        workspace.delete_fit(key)
    assert len(workspace.fits()) == 1


def test_damaged_fits_and_lists_are_no_fits(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    scenario = scenario_of(synthetic_dataset, "popularity")
    workspace.prepare(synthetic_dataset, scenario)
    (entry,) = workspace.fits()
    manifest = workspace.root / "scorers" / entry.key / "manifest.json"
    document = json.loads(manifest.read_bytes())
    del document["settings"]["made_from"]
    manifest.write_text(json.dumps(document))
    assert workspace.fits() == []
    for path in (workspace.root / "workbenches").glob("*.json"):
        path.write_text('{"parts": 3}')
    assert not workspace.is_stored(scenario)
    shutil.rmtree(workspace.root / "workbenches")
    assert not workspace.is_stored(scenario)


def test_a_fit_is_found_by_what_it_would_be_made_from(workspace: Workspace, synthetic_dataset: Dataset) -> None:
    scenario = scenario_of(synthetic_dataset, "als", "popularity")
    recipes = scenario.recipes()
    workspace.prepare(synthetic_dataset, scenario)
    keys = {entry.recipe: entry.key for entry in workspace.fits()}
    assert keys == {name: fit_key(scenario, recipe, device_kind()) for name, recipe in recipes.items()}
    assert fit_key(replace(scenario, seed=1), recipes["als"], device_kind()) != keys["als"]
