"""Text to vectors, by whichever model and on whichever device."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recengine.arrays import Scores, read_only
from recengine.device import DeviceKind
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.text.backend import Backend, Sizes, batches
from recengine.text.device import Precision, text_device, text_precision
from recengine.text.model_files import find_model
from recengine.text.model_names import DEFAULT_MODEL, MULTILINGUAL_MODEL

_MEASURED_AT_ONCE = 512
"""Texts between two looks at `cancel` while their sizes are found."""


class TextEncoder:
    """A text model that is on this machine; loaded when the first text is encoded and kept from then on.

    Equal identities give equal vectors on the same device in the same precision, to the tolerance of `encode`.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Find the model and check its weights. Raises `EncoderError`."""
        self._files = find_model(model)
        self._loaded: dict[DeviceKind, Backend] = {}

    @property
    def name(self) -> str:
        """Of the model, for people."""
        return self._files.name

    @property
    def identity(self) -> str:
        """SHA-256 (hex) over every file that a vector depends on."""
        return self._files.identity

    def device(self, device: str = "auto") -> DeviceKind:
        """Where `encode` computes when it is asked for `device` ("cpu", "cuda" or "auto")."""
        return "cpu" if self.name == MULTILINGUAL_MODEL else text_device(device)

    def precision(self, device: str = "auto") -> Precision:
        """What `encode` computes in when it is asked for `device`."""
        return "float32" if self.name == MULTILINGUAL_MODEL else text_precision(self.device(device))

    def encode(
        self,
        texts: Sequence[str],
        *,
        device: str = "auto",
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Scores:
        """Vectors of unit length, (len(texts), dimension) float32; NaN rows where a text is empty or blank.

        A text longer than the model's window is cut there. The vector of a text depends on the texts it is encoded
        with only by rounding: among other texts it has a cosine with itself of at least 1 - 1e-6 in float32, and of
        at least 0.999 in bfloat16 and float16. Against float32 half precision has a cosine of at least 0.995.

        Raises `EncoderError` or `CancelledError`.
        """
        progress(0.0, "Loading the text model")
        backend = self._backend(self.device(device))
        stop_if_asked(cancel)
        distinct = list({text: None for text in texts if text.strip()})
        # texts of one size share a batch, so that next to nothing is computed on padding
        clean = [_without_lone_surrogates(text) for text in distinct]
        sizes = _sizes(backend, clean, cancel)
        order = sorted(range(len(distinct)), key=lambda place: (sizes[place], clean[place]))
        rising = sizes[order]
        done = np.concatenate([[0], np.cumsum(rising)])
        encoded = np.empty((len(distinct), backend.dimension), dtype=np.float32)
        for batch in batches(rising, backend.batch_size, backend.batch_cost):
            stop_if_asked(cancel)
            progress(done[batch.start] / done[-1], f"Encoding texts: {batch.start:,} of {len(distinct):,}")
            encoded[order[batch]] = backend.vectors([clean[place] for place in order[batch]])
        vectors = np.full((len(texts), backend.dimension), np.nan, dtype=np.float32)
        row = {text: position for position, text in enumerate(distinct)}
        written = [position for position, text in enumerate(texts) if text in row]
        vectors[written] = encoded[[row[texts[position]] for position in written]]
        progress(1.0, f"Encoded {len(distinct):,} texts")
        return read_only(vectors)

    def _backend(self, kind: DeviceKind) -> Backend:
        if kind not in self._loaded:
            self._loaded[kind] = self._load(kind)
        return self._loaded[kind]

    def _load(self, kind: DeviceKind) -> Backend:
        if self.name == MULTILINGUAL_MODEL:
            from recengine.text.universal import UniversalBackend

            return UniversalBackend()
        from recengine.text.sentence_transformer import SentenceTransformerBackend

        return SentenceTransformerBackend(self._files, kind, self.precision(kind))


def _sizes(backend: Backend, texts: Sequence[str], cancel: Cancel) -> Sizes:
    # by length, since a library may pad what it measures
    by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    sizes = np.empty(len(texts), dtype=np.int64)
    for start in range(0, len(texts), _MEASURED_AT_ONCE):
        stop_if_asked(cancel)
        places = by_length[start : start + _MEASURED_AT_ONCE]
        sizes[places] = backend.sizes([texts[place] for place in places])
    return sizes


def _without_lone_surrogates(text: str) -> str:
    """Half a character, which no UTF-8 can hold and no tokeniser takes, becomes the mark for what is unknown."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
