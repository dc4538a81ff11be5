"""Text to vectors with a sentence-transformers model, on the CPU or with CUDA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from recengine.arrays import Scores, read_only
from recengine.device import DeviceKind
from recengine.errors import EncoderError
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.text.device import text_device
from recengine.text.model_files import find_model
from recengine.text.model_names import DEFAULT_MODEL

BATCH_CHARACTERS: dict[DeviceKind, int] = {"cpu": 2**13, "cuda": 2**18}
"""About how much text is encoded between two looks at `cancel`; a GPU is idle on less."""
MAX_THREADS = 8
"""More threads than this only wait for each other in a model this small."""


class TextEncoder:
    """A text model that is on this machine; loaded when the first text is encoded and kept from then on.

    Equal identities give equal vectors.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Find the model and check its weights. Raises `EncoderError`."""
        self._files = find_model(model)
        self._loaded: dict[DeviceKind, Any] = {}

    @property
    def name(self) -> str:
        """Of the model, for people."""
        return self._files.name

    @property
    def identity(self) -> str:
        """SHA-256 (hex) over every file that a vector depends on."""
        return self._files.identity

    def encode(
        self,
        texts: Sequence[str],
        *,
        device: str = "auto",
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Scores:
        """Vectors of unit length, (len(texts), dimension) float32; NaN rows where a text is empty or blank.

        A text longer than the model's window is cut there. Raises `EncoderError` or `CancelledError`.
        """
        kind = text_device(device)
        progress(0.0, "Loading the text model")
        model = self._model(kind)
        stop_if_asked(cancel)
        # texts of like length share a batch, so that little is computed on padding
        distinct = sorted({text for text in texts if text.strip()}, key=lambda text: (len(text), text))
        encoded = np.empty((len(distinct), model.get_embedding_dimension()), dtype=np.float32)
        start = 0
        with _few_threads():
            while start < len(distinct):
                stop_if_asked(cancel)
                progress(start / len(distinct), f"Encoding texts: {start:,} of {len(distinct):,}")
                size = max(1, BATCH_CHARACTERS[kind] // len(distinct[start]))
                batch = distinct[start : start + size]
                encoded[start : start + size] = model.encode(
                    batch, batch_size=size, show_progress_bar=False, normalize_embeddings=True
                )
                start += size
        vectors = np.full((len(texts), encoded.shape[1]), np.nan, dtype=np.float32)
        row = {text: position for position, text in enumerate(distinct)}
        written = [position for position, text in enumerate(texts) if text in row]
        vectors[written] = encoded[[row[texts[position]] for position in written]]
        progress(1.0, f"Encoded {len(distinct):,} texts")
        return read_only(vectors)

    def _model(self, kind: DeviceKind) -> Any:
        if kind not in self._loaded:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                model = SentenceTransformer(
                    str(self._files.folder),
                    device=kind,
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except Exception as error:  # a broken folder fails in as many ways as it has files
                reason = (str(error).splitlines() or [""])[0]
                raise EncoderError(
                    f"{self._files.folder}: no text model can be loaded from it ({type(error).__name__}: {reason}). "
                    "Choose another model or fetch this one again."
                ) from error
            # some models are stored in half precision, which a CPU computes slowly and both devices differently
            self._loaded[kind] = model.float().eval()
        return self._loaded[kind]


@contextmanager
def _few_threads() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(min(before, MAX_THREADS))
    try:
        yield
    finally:
        torch.set_num_threads(before)
