"""A click model over texts: a BERT encoder reads a history and a candidate side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.device import DeviceKind
from recengine.errors import EncoderError, RecipeError
from recengine.models.base import Resources
from recengine.models.content.vectors import text_obstacle
from recengine.models.learnt_scorer import LearntScorer, restored_network
from recengine.models.profiles.pair_texts import PairTexts
from recengine.models.settings import Among, Choice, Number, Span, Text, Whole, setting
from recengine.models.training import SAMPLINGS, Task, TrainedRecipe, batch_size_setting, epochs_setting
from recengine.models.training.curves import Curves
from recengine.models.training.recipe import TRAINING, learning_rate_setting, weight_decay_setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within
from recengine.text import DEFAULT_MODEL, MULTILINGUAL_MODEL, text_device
from recengine.text.model_files import ModelFiles, find_model

if TYPE_CHECKING:
    from recengine.models.networks.click_bert import ClickBert

LOSS_NAME = "Binary cross entropy of a pair"
_WEIGHTS = 11_000_000
"""Of the layers of the default encoder."""
_WARM_UP = 0.1
"""Share of the fit in which the learning rate rises to its height; from there it falls. Without, the layers forget what
they knew before the head knows anything: the loss stays at chance."""
_LEAST_RATE = 0.05
"""Of the learning rate, at the end."""
_LARGE_PRODUCTS = 5
"""How much more of the speed of the processor its products reach than estimates reckon with: they are large."""


@dataclass(frozen=True, kw_only=True)
class BertClickRecipe(TrainedRecipe):
    """Whether a user takes an item, by an encoder that reads the history and the candidate in one row of tokens.

    Both texts see each other in every layer (a cross-encoder, Nogueira & Cho 2019), which says more than two vectors
    do and has to be computed anew for every pair. So it scores no catalogue: a re-ranker asks it for the best items of
    each list.

    On MovieLens-100K, whose texts are titles and genres, it does not earn its cost. Random 80/20, seed 0, the best 50
    of ALS for 150 users drawn from the validation part: re-ranked by it the NDCG@10 (untruncated) of 0.196 became 0.198
    at strength 0.2 (95 % interval of the difference -0.010 to 0.016), 0.188 at 0.5 and 0.128 at 1. The mean loss of the
    one epoch was 0.679 (chance: 0.693). On one thread of a busy CPU the fit took 426 s, a user 0.8 s.
    """

    name: ClassVar[str] = "bert-click"
    label: ClassVar[str] = "Click model (BERT)"
    family: ClassVar[str] = "Content"
    about: ClassVar[str] = (
        "Reads a history and a candidate side by side. Proposes nothing itself: the re-ranker click-model asks it for "
        "the best of a list."
    )
    lighter: ClassVar[str] = 'Lower "batch_size", "tokens" or "upper", or choose two-tower.'
    version: ClassVar[int] = 2
    proposes: ClassVar[bool] = False

    epochs: int = epochs_setting(1)
    batch_size: int = batch_size_setting(32)
    learning_rate: float = learning_rate_setting(2e-4)
    weight_decay: float = weight_decay_setting(0.01)
    gradient_clip: float = setting(
        1.0, Number(1e6, zero=True), "Length to which a longer gradient is cut; 0 cuts none.", group=TRAINING
    )
    held_out: int = setting(0, Whole(0, 0), "Always 0: to rank the whole catalogue after each round is too dear.")
    patience: int = setting(0, Whole(0, 0), "Always 0, since no NDCG is measured after each round.")
    encoder: str = setting(
        DEFAULT_MODEL,
        Text("the name of a text model or a folder that holds one"),
        "The encoder that is fine-tuned, of the BERT kind.",
    )
    upper: int = setting(
        6, Whole(0, 1000), "Upper layers of the encoder that learn; the others stay.", search=Span(1, 6)
    )
    pairs: int = setting(
        6400, Whole(2, 100_000_000), "Pairs of an epoch, half of them taken, half drawn.", search=Span(1000, 20_000)
    )
    sampling: str = setting(
        "uniform",
        Choice(SAMPLINGS),
        "How items not taken are drawn: all alike, or popular ones more often.",
        search=Among(SAMPLINGS),
    )
    history: int = setting(3, Whole(1, 1000), "Latest items of a history that are read.", search=Span(2, 10))
    words: int = setting(12, Whole(1, 1000), "Words of the text of each item that are read.", search=Span(6, 40))
    tokens: int = setting(64, Whole(8, 512), "Tokens of a pair that are read; the longer text is cut.")

    def obstacle(self, train: Dataset) -> str | None:
        """Without a text there is nothing to read."""
        return text_obstacle(self.name, train)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The encoder with what Adam remembers and the library, one batch in every layer, texts."""
        batch = 150_000 * self.tokens * min(self.batch_size, max(2, n_interactions))
        return 1_500_000_000 + batch + 1_000 * n_items + 64 * n_users + 60 * n_interactions

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """Of a fit: twice a weight and token forwards through all layers, four times backwards where layers learn."""
        tokens = min(self.tokens, 2 * self.words * (1 + self.history))
        a_pair = 2 * _WEIGHTS * tokens * (1 + 2 * min(1.0, self.upper / 6))
        return self.epochs * min(self.pairs, 2 * n_interactions) * a_pair / _LARGE_PRODUCTS

    def learning_rate_at(self, share: float) -> float:
        """Rises for a tenth of the fit, then falls in a line (Devlin et al. 2019, appendix A.2)."""
        falling = (1 - share) / (1 - _WARM_UP)
        return self.learning_rate * (share / _WARM_UP if share < _WARM_UP else max(_LEAST_RATE, falling))

    def texts(self, train: Dataset) -> PairTexts:
        """What is read."""
        return PairTexts(train, history=self.history, words=self.words)

    def files(self) -> ModelFiles:
        """Of the encoder. Raises `EncoderError`."""
        if self.encoder == MULTILINGUAL_MODEL:
            raise EncoderError(f'{self.name}: "{self.encoder}" is no encoder of the BERT kind. Choose another model.')
        return find_model(self.encoder)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> BertClickScorer:
        """Fine-tune the encoder on pairs. Raises `RecipeError`, `EncoderError` or `CancelledError`."""
        stop_if_asked(cancel)
        if obstacle := self.obstacle(train):
            raise RecipeError(obstacle)
        from recengine.models.networks.click_bert import ClickBert, ClickTask
        from recengine.models.training.loop import learn

        files, texts = self.files(), self.texts(train)
        progress(0.0, "Loading the encoder")

        def make(known: Dataset) -> Task:
            taken = csr_matrix(known.matrix @ diags_array(texts.written.astype(np.float32)))
            taken.eliminate_zeros()
            taken.sort_indices()
            network = ClickBert(files.folder, self.upper)
            return ClickTask(network, taken, texts, pairs=self.pairs, sampling=self.sampling, length=self.tokens)

        task, learnt = learn(
            self,
            make,
            train,
            None,
            loss_name=LOSS_NAME,
            seed=seed,
            resources=resources,
            progress=within(progress, 0.0, 1.0),
            cancel=cancel,
        )
        network: Any = task.network
        return BertClickScorer(self, train, files, learnt.curves, learnt.device, network.learnt)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> BertClickScorer:
        """The scorer whose `state` was stored, over the same `train`. Raises `EncoderError` where that changed."""
        files = self.files()
        if np.asarray(state["encoder"]).tobytes().decode() != files.identity:
            raise EncoderError(
                f"{files.folder}: the files of the encoder changed since {self.name} was fitted. Put them back, or fit "
                "again."
            )
        return BertClickScorer(self, train, files, Curves.restore(state), device, restored_network(state))


class BertClickScorer(LearntScorer):
    """No opinion on whole catalogues; `score_pairs` has one on items with a text, for users with a history."""

    def __init__(
        self,
        recipe: BertClickRecipe,
        train: Dataset,
        files: ModelFiles,
        curves: Curves,
        device: str,
        weights: Mapping[str, NDArray[Any]],
    ) -> None:
        """weights: those that were learnt, by name; the others are in the files of the encoder."""
        super().__init__(curves, LOSS_NAME, device, weights)
        self._recipe = recipe
        self._train = train
        self._files = files
        self._texts = recipe.texts(train)
        self._loaded: dict[DeviceKind, ClickBert] = {}

    def score(self, users: Positions) -> Scores:
        """Nothing: a whole catalogue is too dear."""
        return np.full((len(users), self._train.n_items), np.nan, dtype=np.float32)

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        """Logits of the clicks, (U, m) float32; items (U, m), padded with -1. The item itself is read in no history."""
        read = self._train.sequences.lengths[users] > 0
        asked = (items >= 0) & self._texts.written[items] & read[:, None]
        rows, places = np.nonzero(asked)
        out = np.full(items.shape, np.nan, dtype=np.float32)
        if len(rows):
            wanted = items[rows, places]
            histories = self._texts.histories(users[rows], without=wanted)
            candidates = self._texts.candidates(wanted)
            out[rows, places] = self._ready().scores(histories, candidates, self._recipe.tokens)
        return out

    def state(self) -> dict[str, NDArray[Any]]:
        """The weights that were learnt, curves, and which encoder they belong to."""
        encoder = np.frombuffer(self._files.identity.encode(), dtype=np.uint8)
        return {"encoder": encoder, **super().state()}

    def _ready(self) -> ClickBert:
        """The encoder with the weights that were learnt, loaded when first needed."""
        kind = text_device("cpu" if self._device == "CPU" else "auto")
        if kind not in self._loaded:
            from recengine.models.networks.click_bert import ClickBert

            network = ClickBert(self._files.folder, self._recipe.upper)
            network.load_learnt(self._network)
            self._loaded[kind] = network.to(kind)
        return self._loaded[kind]
