"""A click model: a BERT encoder reads a history and a candidate side by side and says how likely the click is.

Nogueira & Cho 2019, "Passage re-ranking with BERT", section 3, with a history in place of the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.errors import EncoderError
from recengine.models.training.sampling import Negatives
from recengine.progress import Cancel, never, stop_if_asked

PAIRS_AT_ONCE = 64
"""Pairs of a batch while they are scored; of like length, since all are padded to the longest."""


class PairTexts(Protocol):
    """What is read of users and items."""

    def histories(self, users: Positions, without: Positions) -> list[str]:
        """Of each user what was taken last, but one item."""

    def candidates(self, items: Positions) -> list[str]:
        """Of each item its text."""


class ClickBert(nn.Module):
    """The encoder with one logit on top. Only the upper layers and what is above them learn."""

    def __init__(self, folder: Path, upper: int) -> None:
        """Read the encoder in `folder`. upper: layers that learn. Raises `EncoderError`."""
        super().__init__()
        self.model, self.tokenizer = _load(folder)
        self.model.requires_grad_(False)
        layers = _layers(self.model)
        for part in (*layers[max(0, len(layers) - upper) :], *_heads(self.model)):
            part.requires_grad_(True)

    def tokens(self, histories: Sequence[str], candidates: Sequence[str], length: int) -> dict[str, Tensor]:
        """Both texts of each pair in one row of at most `length` tokens; what is too long is cut, the longer first."""
        made = self.tokenizer(
            list(histories), list(candidates), truncation=True, max_length=length, padding=True, return_tensors="pt"
        )
        return dict(made)

    def forward(self, **tokens: Tensor) -> Tensor:
        """Logits (n,)."""
        logits: Tensor = self.model(**tokens).logits[:, 0]
        return logits

    @property
    def learnt(self) -> dict[str, NDArray[Any]]:
        """The weights that learn, by name; the others are those of the encoder."""
        every = self.named_parameters()
        return {name: one.detach().float().cpu().numpy().copy() for name, one in every if one.requires_grad}

    def load_learnt(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put them back. Raises `ValueError` where they are of another encoder."""
        own = {name: one for name, one in self.named_parameters() if one.requires_grad}
        if {name: tuple(one.shape) for name, one in own.items()} != {name: arrays[name].shape for name in arrays}:
            raise ValueError("weights of another encoder")
        with torch.no_grad():
            for name, one in own.items():
                one.copy_(torch.from_numpy(np.array(arrays[name])))
        self.eval()

    def scores(
        self, histories: Sequence[str], candidates: Sequence[str], length: int, *, cancel: Cancel = never
    ) -> Scores:
        """Logits (n,) float32 of pairs of texts."""
        order = sorted(range(len(histories)), key=lambda place: len(histories[place]) + len(candidates[place]))
        out = np.empty(len(histories), dtype=np.float32)
        device = next(self.parameters()).device
        with torch.inference_mode():
            for start in range(0, len(order), PAIRS_AT_ONCE):
                stop_if_asked(cancel)
                rows = order[start : start + PAIRS_AT_ONCE]
                tokens = self.tokens([histories[row] for row in rows], [candidates[row] for row in rows], length)
                logits = self(**{name: part.to(device) for name, part in tokens.items()})
                out[rows] = logits.float().cpu().numpy()
        return out


class ClickTask:
    """Pairs that were clicked against as many that were not, by binary cross entropy."""

    def __init__(
        self,
        network: ClickBert,
        taken: csr_matrix,
        texts: PairTexts,
        *,
        pairs: int,
        sampling: str,
        length: int,
    ) -> None:
        """taken (n_users, n_items): the positives of which the candidate has a text. pairs: of an epoch."""
        self._network = network
        self._texts = texts
        self._users = np.repeat(np.arange(taken.shape[0], dtype=np.int32), np.diff(taken.indptr))
        self._items: Positions = np.asarray(taken.indices, dtype=np.int32)
        self._n_items = taken.shape[1]
        self._negatives = Negatives(taken, sampling)
        self._pairs = pairs
        self._length = length
        self._names: tuple[str, ...] = ()

    @property
    def network(self) -> ClickBert:
        """The encoder and its head."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Pairs, clicked and not."""
        return 2 * min(self._pairs // 2, len(self._users))

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Positives drawn anew each epoch, each with an item that its user did not take, in one batch."""
        drawn = rng.choice(len(self._users), self.n_examples // 2, replace=False)
        half = max(1, size // 2)
        for start in range(0, len(drawn), half):
            rows = drawn[start : start + half]
            users, items = self._users[rows], self._items[rows]
            others = self._negatives.draw(rng, users, 1)[:, 0]
            # the item to be told is no part of the history that is read with it, nor with the other one
            histories = self._texts.histories(users, without=items)
            candidates = [*self._texts.candidates(items), *self._texts.candidates(others)]
            tokens = self._network.tokens([*histories, *histories], candidates, self._length)
            clicked = torch.cat([torch.ones(len(rows)), torch.zeros(len(rows))])
            self._names = tuple(tokens)
            yield clicked, *tokens.values()

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the pairs."""
        clicked, *tokens = batch
        logits = cast(ClickBert, network)(**dict(zip(self._names, tokens, strict=True)))
        return functional.binary_cross_entropy_with_logits(logits.float(), clicked)

    def scores(self, users: Positions) -> Scores:
        """None: a whole catalogue is too dear."""
        return np.full((len(users), self._n_items), np.nan, dtype=np.float32)

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}


def _load(folder: Path) -> tuple[Any, Any]:
    """The encoder with a new head of one number, and its tokeniser."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    before = logging.get_verbosity()
    # that the head is new is no news
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    only_here = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), **only_here)
        model = AutoModelForSequenceClassification.from_pretrained(
            str(folder), num_labels=1, use_safetensors=True, dtype=torch.float32, **only_here
        )
        _layers(model)
    except Exception as error:  # a folder that holds something else fails in as many ways as there are kinds
        reason = (str(error).splitlines() or [""])[0]
        raise EncoderError(
            f"{folder}: no encoder of the BERT kind can be loaded from it ({type(error).__name__}: {reason[:200]}). "
            "Choose another model."
        ) from error
    finally:
        logging.set_verbosity(before)
    return model, tokenizer


def _layers(model: Any) -> list[nn.Module]:
    """The layers of the encoder, the first one first."""
    stacks = [part for part in model.base_model.modules() if isinstance(part, nn.ModuleList)]
    if not stacks:
        raise ValueError("it has no layers")
    return list(max(stacks, key=lambda stack: len(list(stack))))


def _heads(model: Any) -> list[nn.Module]:
    """What stands above the layers: the pooler, if there is one, and the new head."""
    pooler = getattr(model.base_model, "pooler", None)
    heads = [part for part in model.children() if part is not model.base_model]
    return heads if pooler is None else [pooler, *heads]
