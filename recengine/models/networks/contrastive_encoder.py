"""Contrastive adaptation of a text encoder: two views of one text are to be near, views of others far.

Gao, Yao & Chen 2021, "SimCSE", EMNLP, equation 1; the weights that learn are low-rank adapters (Hu et al. 2022, LoRA).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.errors import EncoderError


class AdaptedEncoder(nn.Module):
    """A text encoder whose linear layers have an adapter of low rank each; only these learn."""

    def __init__(self, encoder: Any, rank: int) -> None:
        """encoder: of the library sentence-transformers. Raises `EncoderError` where it has no transformer."""
        from peft import LoraConfig, get_peft_model

        super().__init__()
        self.encoder = encoder
        config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear")
        try:
            with warnings.catch_warnings():
                # the library looks at names that it will remove
                warnings.simplefilter("ignore", FutureWarning)
                adapters = get_peft_model(encoder[0].auto_model, config)
        except (AttributeError, ValueError) as error:
            raise EncoderError(f"This text model cannot be adapted ({str(error)[:120]}). Choose another.") from error
        # not a part of this module: it holds the same layers again
        self._adapters = (adapters,)

    def forward(self, **tokens: Tensor) -> Tensor:
        """Vectors of unit length, (n, d)."""
        found: Tensor = self.encoder(dict(tokens))["sentence_embedding"]
        return functional.normalize(found.float(), dim=1)

    @property
    def share_learnt(self) -> float:
        """Of all weights."""
        sizes = [(one.numel(), one.requires_grad) for one in self.parameters()]
        return sum(size for size, learns in sizes if learns) / sum(size for size, _ in sizes)

    def save(self, folder: Path) -> None:
        """Write the encoder into `folder`, the adapters added to its own weights. It learns no more then."""
        self._adapters[0].merge_and_unload()
        self.encoder.save_pretrained(str(folder), create_model_card=False, safe_serialization=True)


class ContrastiveTask:
    """Pairs of texts that say the same, each against the second texts of its batch."""

    def __init__(
        self,
        network: AdaptedEncoder,
        pairs: NDArray[np.integer],
        texts: Sequence[str],
        alike: csr_matrix,
        *,
        temperature: float,
        left_out: float,
    ) -> None:
        """pairs (n, 2): items whose texts are to be near. alike (n_items, n_items): what is never to be far.

        left_out: share of the words of each text that is left out at random, anew each time.
        """
        self._network = network
        self._pairs = pairs
        self._texts = texts
        self._alike = alike
        self._temperature = temperature
        self._left_out = left_out
        self._names: tuple[str, ...] = ()

    @property
    def network(self) -> AdaptedEncoder:
        """The encoder."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Texts, two a pair."""
        return 2 * len(self._pairs)

    @property
    def whole_batches(self) -> bool:
        """True: each pair is told from all others of its batch."""
        return True

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Tokens of both texts of each pair one after the other."""
        order = rng.permutation(len(self._pairs))
        for start in range(0, len(order), size):
            items = self._pairs[order[start : start + size]].ravel()
            if len(items) < 4:  # alone there is nothing to tell a pair from
                continue
            views = [_view(self._texts[item], self._left_out, rng) for item in items.tolist()]
            tokens = self._network.encoder.preprocess(views)
            kept = {name: part for name, part in tokens.items() if isinstance(part, Tensor)}
            self._names = tuple(kept)
            yield torch.from_numpy(items), *kept.values()

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Cross entropy of the other view among those of the batch; dropout makes the views differ more."""
        items, *tokens = batch
        vectors = cast(AdaptedEncoder, network)(**dict(zip(self._names, tokens, strict=True)))
        likeness = vectors[::2] @ vectors[1::2].T / self._temperature
        own, others = (side.cpu().numpy() for side in (items[::2], items[1::2]))
        # what is alike too is not to be pushed away, nor is the item itself in another pair
        near = self._alike[own][:, others].toarray() > 0
        near |= own[:, None] == others
        np.fill_diagonal(near, False)
        likeness = likeness.masked_fill(torch.from_numpy(near).to(likeness.device), -torch.inf)
        return functional.cross_entropy(likeness, torch.arange(len(likeness), device=likeness.device))

    def scores(self, users: Positions) -> Scores:
        """None: an encoder ranks nothing."""
        return np.full((len(users), len(self._texts)), np.nan, dtype=np.float32)

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}


def load_encoder(folder: Path) -> Any:
    """The encoder in `folder`, on the CPU in float32. Raises `EncoderError`."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        ).float()
    except Exception as error:  # a broken folder fails in as many ways as it has files
        reason = (str(error).splitlines() or [""])[0]
        raise EncoderError(
            f"{folder}: no text model can be loaded from it ({type(error).__name__}: {reason[:200]}). Choose another."
        ) from error


def _view(text: str, left_out: float, rng: np.random.Generator) -> str:
    words = text.split()
    kept = rng.random(len(words)) >= left_out
    # a text without a word says nothing
    kept[rng.integers(len(words))] = True
    return " ".join(word for word, stays in zip(words, kept.tolist(), strict=True) if stays)
