"""A fitted model in eight bits, in memory and in a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import RecipeError, StoreError
from recengine.models import FoldsInOrder, Resources, make_recipe
from recengine.models.sequence.quantised import Quantised, load_quantised, quantise
from tests.models.checkerboard import COLD_ITEM

SETTINGS = {"epochs": 2, "factors": 8, "max_length": 8, "batch_size": 64}


@pytest.fixture(scope="module", params=["sasrec", "gru4rec", "narm", "bert4rec"])
def made(request: pytest.FixtureRequest, board: Dataset) -> Quantised:
    scorer = make_recipe(request.param, SETTINGS).fit(board, resources=Resources(device="cpu"))
    return quantise(scorer, request.param)


def test_no_opinion_stays_none_and_scores_are_near(made: Quantised, board: Dataset) -> None:
    before = made.plain.fold_in_order(board.sequences)
    after = made.scorer.fold_in_order(board.sequences)
    assert isinstance(made.scorer, FoldsInOrder)
    np.testing.assert_array_equal(np.isnan(before), np.isnan(after))
    assert np.isnan(after[:, COLD_ITEM]).all()
    assert np.nanmax(np.abs(after - before)) < 0.1 * np.nanstd(before)
    assert not np.array_equal(before, after, equal_nan=True)
    # the one that was given scores as before
    np.testing.assert_array_equal(made.plain.fold_in_order(board.sequences), before)


def test_the_size_is_that_of_the_file(made: Quantised, board: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    made.save(folder, board.item_ids, {"dataset": board.name})
    assert (folder / "network.safetensors").stat().st_size == made.bytes_after
    # as float32: four bytes a weight, and a head of a few hundred for each name
    weights = sum(value.numel() for value in made.plain.network.state_dict().values())
    assert 4 * weights < made.bytes_before < 4 * weights + 10_000


def test_what_is_read_again_scores_to_the_last_bit(made: Quantised, board: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    made.save(folder, board.item_ids, {"dataset": board.name})
    loaded = load_quantised(folder)
    assert (list(loaded.item_ids), loaded.about) == (board.item_ids, {"dataset": board.name})
    np.testing.assert_array_equal(
        loaded.scorer.fold_in_order(loaded.scorer.histories(board)), made.scorer.fold_in_order(board.sequences)
    )
    with pytest.raises(StoreError, match="is there already") as caught:
        made.save(folder, board.item_ids, {})
    assert "\n" not in str(caught.value)


def test_blocks_of_items_give_the_same(made: Quantised, board: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made.scorer.fold_in_order(board.sequences)
    monkeypatch.setattr("recengine.models.sequence.quantised.ITEMS_AT_ONCE", 5)
    np.testing.assert_allclose(made.scorer.fold_in_order(board.sequences), whole, rtol=1e-5, atol=1e-6)


def _change(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = folder / "manifest.json"
    document = json.loads(manifest.read_text())
    change(document)
    manifest.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document["settings"].update(version=99), "written by another version"),
        (lambda document: document["settings"]["settings"].update(factors=16), "of another network"),
        (lambda document: document["settings"].update(recipe="popularity", settings={}), "another version"),
        (lambda document: document["settings"].pop("recipe"), "not a whole network"),
        (lambda document: document.update(kind="scorer"), "not a stored network in eight bits"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    board: Dataset, tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    scorer = make_recipe("gru4rec", {**SETTINGS, "epochs": 1}).fit(board, resources=Resources(device="cpu"))
    folder = tmp_path / "small"
    quantise(scorer, "gru4rec").save(folder, board.item_ids, {})
    _change(folder, change)
    with pytest.raises(StoreError, match=said) as caught:
        load_quantised(folder)
    assert "\n" not in str(caught.value)


def test_a_scorer_without_such_a_network_is_one_line(board: Dataset) -> None:
    scorer = make_recipe("popularity").fit(board)
    with pytest.raises(RecipeError, match=r"popularity: has no network that reads histories. Choose") as caught:
        quantise(scorer, "popularity")
    assert "\n" not in str(caught.value)


def test_a_processor_without_such_numbers_is_one_line(board: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> object:
        raise RuntimeError("Didn't find engine for operation quantized::linear_prepack\nmore")

    scorer = make_recipe("gru4rec", {**SETTINGS, "epochs": 1}).fit(board, resources=Resources(device="cpu"))
    monkeypatch.setattr("recengine.models.networks.quantised.eight_bit_network", refuse)
    with pytest.raises(RecipeError, match="not possible on this processor") as caught:
        quantise(scorer, "gru4rec")
    assert "\n" not in str(caught.value)
