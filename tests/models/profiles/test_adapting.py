from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.errors import CancelledError, EncoderError, RecipeError
from recengine.models import Resources
from recengine.models.profiles import similar_items
from recengine.models.profiles.adapted import MADE
from recengine.models.profiles.adapting import HELD_OUT, Adaptation, adapt_encoder
from recengine.models.profiles.similar_items import alike, similar_item_ndcg
from recengine.ranking import top_k
from recengine.text import MULTILINGUAL_MODEL, TextEncoder
from tests.models.checkerboard import COLD_ITEM, N_ITEMS

ON_CPU = Resources(device="cpu")


def test_items_that_the_same_people_took_are_alike(board: Dataset) -> None:
    relevant = alike(board)
    one, other = relevant.nonzero()
    assert len(one)
    # nobody takes items of both kinds
    assert (one % 2 == other % 2).all()
    assert (one != other).all()
    assert COLD_ITEM not in one


def test_where_nobody_took_anything_categories_tell(board: Dataset) -> None:
    empty = board.with_interactions(board.interactions.clear(), "empty")
    one, other = alike(empty).nonzero()
    assert COLD_ITEM in one
    assert (one % 2 == other % 2).all()


def test_the_figure_is_the_ndcg_of_the_nearest() -> None:
    angles = np.array([0.0, 0.1, 0.3, 1.0])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    relevant = csr_matrix(([1.0, 1.0, 1.0], ([0, 0, 3], [1, 3, 2])), shape=(4, 4))
    found = similar_item_ndcg(vectors, relevant, np.array([0, 3, 2], dtype=np.int32))
    # nearest to 0: 1, 2, 3, of which the first and the third are alike; nearest to 3: 2; none is alike to 2
    ideal = 1 / np.log2(2) + 1 / np.log2(3)
    assert found[:2] == pytest.approx([(1 / np.log2(2) + 1 / np.log2(4)) / ideal, 1.0])
    assert np.isnan(found[2])


def test_products_of_items_are_held_block_by_block(board: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(N_ITEMS, 5)).astype(np.float32)
    queries = np.arange(N_ITEMS, dtype=np.int32)
    whole = alike(board)
    figures = similar_item_ndcg(vectors, whole, queries)
    held: list[int] = []

    def ranked(scores: Scores, k: int) -> Positions:
        held.append(scores.size)
        return top_k(scores, k)

    monkeypatch.setattr(similar_items, "CELLS_AT_ONCE", 5 * N_ITEMS)
    monkeypatch.setattr(similar_items, "top_k", ranked)
    np.testing.assert_array_equal(alike(board).toarray(), whole.toarray())
    assert similar_item_ndcg(vectors, whole, queries) == pytest.approx(figures, nan_ok=True)
    # 24 items in blocks of 5: four whole ones and four items
    assert held == [5 * N_ITEMS] * 4 + [4 * N_ITEMS]


def test_an_encoder_is_adapted_and_can_be_chosen(board: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "adapted"
    settings = Adaptation(pairing="histories", epochs=2, batch_size=16, rank=2, learning_rate=1e-3)
    adapted = adapt_encoder(board, folder, settings, resources=ON_CPU)
    assert 0 < adapted.share < 0.02
    assert adapted.losses[-1] < adapted.losses[0]
    assert 0 < adapted.n <= N_ITEMS * (HELD_OUT + 0.2)
    assert 0 <= adapted.before <= 1
    assert 0 <= adapted.after <= 1
    model = TextEncoder(str(folder))
    texts = [text for text in board.items["text"] if text.strip()]
    even = np.array([place % 2 == 0 for place, text in enumerate(board.items["text"]) if text.strip()])

    def apart(encoder: TextEncoder) -> float:
        """How much likelier two texts of one taste are to be near than two of different tastes."""
        vectors = encoder.encode(texts, device="cpu")
        likeness, same = vectors @ vectors.T, even[:, None] == even
        return float(likeness[same].mean() - likeness[~same].mean())

    assert apart(model) > apart(TextEncoder()) + 0.05
    assert model.identity != TextEncoder().identity


def test_the_same_seed_gives_the_same_encoder(board: Dataset, tmp_path: Path) -> None:
    settings = Adaptation(epochs=1, batch_size=8, rank=2)
    one, other = (adapt_encoder(board, tmp_path / name, settings, seed=5, resources=ON_CPU) for name in "ab")
    assert TextEncoder(str(one.folder)).identity == TextEncoder(str(other.folder)).identity
    assert (one.before, one.after) == (other.before, other.after)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_adapted_is_taken_again_and_never_replaced(board: Dataset, tmp_path: Path) -> None:
    folder, settings = tmp_path / "adapted", Adaptation(epochs=1, batch_size=8, rank=2)
    first = adapt_encoder(board, folder, settings, resources=ON_CPU)
    before = files(folder)
    said: list[str] = []
    again = adapt_encoder(board, folder, settings, resources=ON_CPU, progress=lambda share, text: said.append(text))
    assert again.reused
    assert not first.reused
    assert said == []
    assert replace(again, reused=False, losses=first.losses) == first
    assert again.losses.tolist() == first.losses.tolist()
    retold = replace(board, items=board.items.with_columns(text=pl.lit("other words")), fingerprint="retold")
    for train, other, seed, said_so in (
        (board, replace(settings, rank=3), 0, "(rank 2, not 3)"),
        (board, settings, 4, "(seed 0, not 4)"),
        (retold, settings, 0, "not retold"),
    ):
        with pytest.raises(EncoderError) as no:
            adapt_encoder(train, folder, other, seed=seed, resources=ON_CPU)
        assert str(no.value).startswith(f"{folder}: holds an encoder that was adapted from something else")
        assert said_so in str(no.value)
        assert str(no.value).endswith("Choose another --name, or delete it.")
        assert "\n" not in str(no.value)
    assert files(folder) == before


def test_one_whose_weights_are_gone_or_others_is_not_taken_again(board: Dataset, tmp_path: Path) -> None:
    folder, settings = tmp_path / "adapted", Adaptation(epochs=1, batch_size=8, rank=2)
    adapt_encoder(board, folder, settings, resources=ON_CPU)
    (weights,) = folder.rglob("*.safetensors")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    for _ in range(2):
        with pytest.raises(EncoderError) as no:
            adapt_encoder(board, folder, settings, resources=ON_CPU)
        assert str(no.value).startswith(f"{folder}: the weights that were adapted are gone, or others stand in their")
        assert str(no.value).endswith("Choose another --name, or delete it.")
        assert "\n" not in str(no.value)
        weights.unlink(missing_ok=True)


@pytest.mark.parametrize("found", [None, b"{}", b"no JSON", b'{"made_from": [1], "figures": 3, "losses": 1}'])
def test_a_folder_that_does_not_say_what_it_is_stays(board: Dataset, tmp_path: Path, found: bytes | None) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"precious")
    if found is not None:
        (folder / MADE).write_bytes(found)
    before = files(folder)
    with pytest.raises(EncoderError, match="is there already, and does not say from what it was adapted"):
        adapt_encoder(board, folder, resources=ON_CPU)
    assert files(folder) == before


def test_one_that_is_stopped_while_it_is_measured_leaves_nothing(board: Dataset, tmp_path: Path) -> None:
    measuring = False

    def progress(share: float, text: str) -> None:
        nonlocal measuring
        measuring = measuring or share > 0.9

    with pytest.raises(CancelledError):
        adapt_encoder(
            board,
            tmp_path / "adapted",
            Adaptation(epochs=1, batch_size=8, rank=2),
            resources=ON_CPU,
            progress=progress,
            cancel=lambda: measuring,
        )
    assert measuring
    assert [path.name for path in tmp_path.iterdir() if path.name != ".adapted.lock"] == []


def test_what_cannot_be_adapted_is_one_clear_line(board: Dataset, tmp_path: Path) -> None:
    wordless = replace(board, items=board.items.with_columns(text=pl.lit(" ")))
    with pytest.raises(RecipeError, match="has 0 pairs of texts to learn from"):
        adapt_encoder(wordless, tmp_path / "none", resources=ON_CPU)
    with pytest.raises(EncoderError, match="is no transformer"):
        adapt_encoder(board, tmp_path / "none", Adaptation(encoder=MULTILINGUAL_MODEL), resources=ON_CPU)
    assert not (tmp_path / "none").exists()
