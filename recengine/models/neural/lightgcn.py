"""Vectors that spread over the graph of who took what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Scores, Values, read_only
from recengine.data import Dataset
from recengine.models.base import Resources, ScoreShares
from recengine.models.histories import interaction_weights
from recengine.models.products import inner_products
from recengine.models.settings import Among, Choice, Number, Span, Switch, Whole, setting
from recengine.models.training import (
    SAMPLINGS,
    Curves,
    TrainedRecipe,
    batch_size_setting,
    epochs_setting,
    hold_out,
    learning_rate_setting,
)
from recengine.models.vector_scorer import VectorScorer, restored_vectors
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

LOSS = "Mean log loss of a pair: one item taken, one not"
GIVEN = "given"
"""The name of what items say of who took them, among the arrays of a stored scorer."""


@dataclass(frozen=True, kw_only=True)
class LightGcnRecipe(TrainedRecipe):
    """Graph convolution with nothing but the graph: vectors are summed over neighbours (He et al. 2020, SIGIR).

    Each layer sums the vectors of the neighbours, divided by sqrt(|N_u| |N_i|); what is scored with is the mean over
    the layers, and what was taken is to score above what was not. In the paper a user's own learnt vector is one of the
    layers. Without it a user is a sum over the items taken, so that a new or edited history is scored as one of the
    training data and every score splits exactly into shares of its items; and the fit does not overfit so soon.

    Defaults are tuned on the validation part of MovieLens-100K (`python -m benchmarks.quality --part validation`),
    seed 0, NDCG@10 (untruncated), all ratings positive:

    | layers | learning_rate | regularization | sampling   | own_vectors | NDCG  |
    | 2      | 0.01          | 0.0001         | uniform    | no          | 0.179 |
    | 2      | 0.005         | 0.0001         | uniform    | no          | 0.169 |
    | 2      | 0.02          | 0.0001         | uniform    | no          | 0.175 |
    | 2      | 0.01          | 0.001          | uniform    | no          | 0.171 |
    | 2      | 0.01          | 0.0001         | popularity | no          | 0.166 |
    | 3      | 0.01          | 0.0001         | uniform    | no          | 0.175 |
    | 3      | 0.005         | 0.0001         | uniform    | no          | 0.165 |
    | 1      | 0.02          | 0.0001         | uniform    | no          | 0.168 |
    | 2      | 0.005         | 0.0001         | uniform    | yes         | 0.178 |
    | 2      | 0.01          | 0.0001         | uniform    | yes         | 0.161 |
    | 3      | 0.01          | 0.0001         | uniform    | yes         | 0.177 |

    On the test part, fitted on the whole training part, the defaults have 0.269 (mean of seeds 0 to 2).
    """

    name: ClassVar[str] = "lightgcn"
    label: ClassVar[str] = "Graph convolution (LightGCN)"
    family: ClassVar[str] = "Neural"
    about: ClassVar[str] = "Lets tastes spread from users to items and back. Strong where histories are short."
    lighter: ClassVar[str] = 'Lower "factors" or "layers", or choose bpr.'
    version: ClassVar[int] = 1

    factors: int = setting(
        64, Whole(1, 1024), "Length of the vectors: more can tell more tastes apart.", search=Span(16, 256, log=True)
    )
    layers: int = setting(
        2, Whole(1, 8), "Steps over the graph: how far a taste spreads from who has it.", search=Span(1, 4)
    )
    regularization: float = setting(
        1e-4, Number(10.0, zero=True), "Strength of the penalty on the learnt vectors, a pair.", search=Span(0.0, 0.01)
    )
    sampling: str = setting(
        "uniform",
        Choice(SAMPLINGS),
        "How the items are drawn that a user did not take: all alike, or popular ones oftener.",
        search=Among(SAMPLINGS),
    )
    own_vectors: bool = setting(
        False,
        Switch(),
        "Whether a vector of the user's own counts beside what the items taken say. Then new and edited histories "
        "cannot be scored, nor scores be explained.",
        search=Among((False, True)),
    )
    epochs: int = epochs_setting(60)
    batch_size: int = batch_size_setting(2048)
    learning_rate: float = learning_rate_setting(1e-2)

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """Vectors with gradients and what Adam remembers, every layer with its gradient, the graph both ways."""
        rows = n_users + n_items
        return 300_000_000 + (32 + 12 * (self.layers + 2)) * self.factors * rows + 120 * n_interactions

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """Every layer both ways over the whole graph for each batch, its pairs, and Adam."""
        steps = 1 + n_interactions // self.batch_size
        graph = 8 * self.layers * self.factors * n_interactions
        moved = 20 * self.factors * (n_users + n_items)
        return float(self.epochs * (steps * (graph + moved) + 36 * self.factors * n_interactions))

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> VectorScorer:
        """Fit on the positives of `train`. Raises `RecipeError` or `CancelledError`."""
        from recengine.models.networks.arrays import loaded, network_arrays
        from recengine.models.networks.lightgcn import LightGcn, LightGcnTask
        from recengine.models.training.loop import learn

        stop_if_asked(cancel)
        held_out = hold_out(train, self.held_out, seed)
        task, learnt = learn(
            self,
            lambda known: LightGcnTask(self, known.matrix),
            train,
            held_out,
            loss_name=LOSS,
            seed=seed,
            resources=resources,
            progress=within(progress, 0.0, 0.98),
            cancel=cancel,
        )
        # over the whole graph, with what was held out of the fit
        network = loaded(LightGcn(train.matrix, self.factors, self.layers), network_arrays(task.network))
        users, items = (one.detach().numpy().copy() for one in network.final(own=True))
        items[train.popularity() == 0] = np.nan
        made = (read_only(items), learnt.curves, learnt.device)
        progress(1.0, "Spread over the graph")
        if not self.own_vectors:
            return GraphScorer(train, read_only(_given(network.given().detach().numpy(), train)), *made)
        users[np.diff(train.matrix.indptr) == 0] = np.nan
        return VectorScorer(read_only(users), made[0], learnt.curves, LOSS, learnt.device, {})

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> VectorScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        users, items, curves, network = restored_vectors(state)
        if self.own_vectors:
            return VectorScorer(users, items, curves, LOSS, device, network)
        return GraphScorer(train, network[GIVEN], items, curves, device)


def _given(given: Scores, train: Dataset) -> Scores:
    """Divided by sqrt(|N_i|), so that a user is the sum over the items taken, divided by sqrt(|N_u|)."""
    popularity = train.popularity()
    scaled = (given / np.sqrt(np.maximum(popularity, 1))[:, None]).astype(np.float32)
    scaled[popularity == 0] = 0
    return scaled


class GraphScorer(VectorScorer):
    """`score[u, i]` = Σ_j g_j · v_i / sqrt(|N_u|) over the items j that u took.

    No opinion on an item without training users, nor for a user without a known item.
    """

    def __init__(self, train: Dataset, given: Scores, items: Scores, curves: Curves, device: str) -> None:
        """given (n_items, d) float32: what each item says of who took it, 0 where nobody did; items: NaN there."""
        self._given = given
        self._train = train
        super().__init__(self._vectors(train.matrix), items, curves, LOSS, device, {GIVEN: given})

    def fold_in(self, histories: csr_matrix) -> Scores:
        """As `score`: the graph of all others stays as it was."""
        return inner_products(self._vectors(histories), self._items)

    def explain(self, user: int, item: int) -> ScoreShares:
        """Shares g_j · v_i / sqrt(|N_u|), in float64; what the float32 score differs by is `rest`."""
        history = self._shares(self._train.matrix[[user]])
        given = self._given[history.indices].astype(np.float64)
        shares: Values = history.data.astype(np.float64) * (given @ self._items[item].astype(np.float64))
        score = float(self.score(np.array([user], dtype=np.int32))[0, item])
        return ScoreShares(history.indices.astype(np.int32), shares, score - float(shares.sum()))

    def _vectors(self, histories: csr_matrix) -> Scores:
        shares = self._shares(histories)
        vectors: Scores = shares @ self._given
        vectors[np.diff(shares.indptr) == 0] = np.nan
        return read_only(vectors)

    def _shares(self, histories: csr_matrix) -> csr_matrix:
        """1 / sqrt(|N_u|) of each item of a history that somebody took."""
        shares = interaction_weights(histories, "uniform")
        shares.data *= (self._train.popularity() > 0)[shares.indices]
        shares.eliminate_zeros()
        counts = np.diff(shares.indptr)
        shares.data[:] = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
        return shares
