"""Text models of the library sentence-transformers, on the CPU or with CUDA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from recengine.arrays import Scores
from recengine.device import DeviceKind
from recengine.errors import EncoderError
from recengine.text.backend import Sizes
from recengine.text.device import Precision
from recengine.text.model_files import ModelFiles

BATCH_TOKENS: Mapping[DeviceKind, int] = {"cpu": 2**10, "cuda": 2**15}
"""On a CPU more falls out of its caches; a GPU is idle on less."""
BATCH_COST: Mapping[DeviceKind, int] = {"cpu": 2**6, "cuda": 2**12}
"""In tokens. A forward pass takes some time however few there are, on a GPU the time of thousands."""
MAX_THREADS = 8
"""More threads than this only wait for each other in a model this small."""


class SentenceTransformerBackend:
    """Its transformer computes in `precision`; pooling and what comes after it always in float32."""

    def __init__(self, files: ModelFiles, kind: DeviceKind, precision: Precision) -> None:
        """Load the model. Raises `EncoderError`."""
        self._files = files
        self._kind = kind
        self._precision = precision
        self._model = _load(files, kind, precision)
        # a model may want a text before each text, such as "passage: "
        self._prompt = self._model.prompts.get(self._model.default_prompt_name or "") or None

    @property
    def dimension(self) -> int:
        """As the model's configuration has it."""
        return int(self._model.get_embedding_dimension())

    @property
    def batch_size(self) -> int:
        """In tokens."""
        return BATCH_TOKENS[self._kind]

    @property
    def batch_cost(self) -> int:
        """In tokens."""
        return BATCH_COST[self._kind]

    def sizes(self, texts: Sequence[str]) -> Sizes:
        """Tokens, those beyond the model's window not counted."""
        mask = self._model.preprocess(list(texts), prompt=self._prompt).get("attention_mask")
        if mask is None:  # a model without a transformer
            return np.array([len(text) for text in texts], dtype=np.int64)
        tokens: Sizes = mask.sum(dim=1).numpy()
        return tokens

    def vectors(self, texts: Sequence[str]) -> Scores:
        """As `SentenceTransformer.encode(texts, normalize_embeddings=True)`, to rounding."""
        import torch

        with _few_threads(), torch.inference_mode():
            features = self._model.preprocess(list(texts), prompt=self._prompt)
            features = {name: _moved(value, self._kind) for name, value in features.items()}
            pooled = self._model(features)["sentence_embedding"].float()[:, : self.dimension]
            found: Scores = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        if not np.isfinite(found).all():
            raise EncoderError(
                f"{self._files.folder}: the text model gives numbers that are not finite in {self._precision}. "
                "Choose another model."
            )
        return found


def _load(files: ModelFiles, kind: DeviceKind, precision: Precision) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Transformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(
            str(files.folder),
            device=kind,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # a broken folder fails in as many ways as it has files
        reason = (str(error).splitlines() or [""])[0]
        raise EncoderError(
            f"{files.folder}: no text model can be loaded from it ({type(error).__name__}: {reason}). "
            "Choose another model or fetch this one again."
        ) from error
    # some models are stored in half precision: only the transformer gains from it
    model = model.float().eval()
    if precision != "float32" and isinstance(model[0], Transformer):
        model[0].to(getattr(torch, precision))
        model[0].register_forward_hook(_in_float32)
    return model


def _in_float32(_module: Any, _inputs: Any, features: dict[str, Any]) -> dict[str, Any]:
    import torch

    def single(value: Any) -> Any:
        return value.float() if isinstance(value, torch.Tensor) and value.is_floating_point() else value

    return {name: single(value) for name, value in features.items()}


def _moved(value: Any, kind: DeviceKind) -> Any:
    return value.to(kind) if hasattr(value, "to") else value


@contextmanager
def _few_threads() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(min(before, MAX_THREADS))
    try:
        yield
    finally:
        torch.set_num_threads(before)
