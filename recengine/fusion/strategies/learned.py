"""Strategies that are taught on the validation part: what they are taught from, and by whom a user is then scored."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.errors import ScenarioError
from recengine.fusion.facts import Facts
from recengine.fusion.normalization import ValueMap
from recengine.fusion.pool import Pool
from recengine.fusion.prepared import prepare
from recengine.fusion.strategies.base import Listwise, PoolScores, Rows
from recengine.fusion.strategies.features import Candidates, Feature, feature_table, features_of, spread
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

FOLDS = 5
"""Parts of the users, each scored by what the others taught, where lists are measured on what was taught from."""
MAX_PAIRS = 2_000_000
"""Candidates that are learnt from; of more users than have so many a part is drawn."""
MAX_LIST = 1000
"""Candidates of a user that are learnt from: the relevant ones, and the others by their best rank."""
BLOCK = 256
"""Users whose features are made at once."""


@dataclass(frozen=True)
class Lesson:
    """What a strategy is taught from.

    pool, facts: of the validation part, by scorers that know train without it. relevant (n_users, n_items): the
    validation positives. folds: 1 teaches from everybody; more, so that each user is scored by what the others taught.
    """

    pool: Pool
    facts: Facts
    relevant: csr_matrix
    seed: int = 0
    folds: int = 1


@dataclass(frozen=True, eq=False)
class Pairs:
    """Candidates of some users with their features, (n, F), and whether they are relevant, (n,).

    sizes: candidates of each user, in their order.
    """

    table: Scores
    relevant: Mask
    sizes: NDArray[np.int64]


class Model(Protocol):
    """What one teaching gave."""

    def predict(self, table: Scores, values: Scores) -> Values:
        """Scores (n,) of candidates by features (n, F); values (n,): their weighted sums."""

    def state(self) -> dict[str, NDArray[Any]]:
        """The arrays that `restore` needs."""


@dataclass(frozen=True, eq=False)
class Taught:
    """What a strategy was taught.

    columns: the features. shares (F,) float64: of each feature in what was learnt, at least 0, of sum 1. models: one a
    fold; fold (n_users,) int32: which one scores a user. n_users, n_relevant: how many were learnt from, in all.
    """

    columns: tuple[Feature, ...]
    shares: Values
    models: tuple[Any, ...]
    fold: Positions
    n_users: int
    n_relevant: int

    @property
    def by_feature(self) -> dict[str, float]:
        """The share of each feature, largest first."""
        order = np.argsort(-self.shares, kind="stable")
        return {self.columns[column].name: float(self.shares[column]) for column in order}


@dataclass(frozen=True)
class Learned(Listwise):
    """Base of the strategies that learn: they score a candidate by its features, whoever else is in the pool."""

    learns: ClassVar[bool] = True
    needs_facts: ClassVar[bool] = True
    version: ClassVar[int] = 2
    """Changes whenever the same lesson gives other numbers."""
    reads_scores: ClassVar[bool] = True
    """Whether normalised scores and categories are among the features, beside ranks and numbers."""
    lesson_map: ClassVar[ValueMap] = ValueMap("min-max", "mean")
    """The scores among the features."""

    @abstractmethod
    def learn(self, pairs: Pairs, columns: Sequence[Feature], seed: int, progress: Progress, cancel: Cancel) -> Any:
        """A model of pairs among which at least one is relevant and one is not."""

    @abstractmethod
    def gains(self, model: Any) -> Values:
        """What each feature did for the model, (F,), at least 0."""

    @abstractmethod
    def restore(self, state: Mapping[str, NDArray[Any]], columns: Sequence[Feature]) -> Any:
        """The model with that state. Raises `ValueError` or `KeyError` where it is none."""

    def teach(self, lesson: Lesson, *, progress: Progress = silent, cancel: Cancel = never) -> Taught:
        """Learn from the candidates of users who have a relevant one among them.

        Raises `ScenarioError` where there is nobody, `CancelledError`.
        """
        n_users = lesson.relevant.shape[0]
        columns = tuple(self._columns(lesson.pool.scorers, lesson.facts))
        fold = np.zeros(n_users, dtype=np.int32)
        if lesson.folds > 1:
            fold = (np.random.default_rng(lesson.seed).permutation(n_users) % lesson.folds).astype(np.int32)
        rows = self._rows_to_learn(lesson)
        models = []
        for number in range(lesson.folds):
            stop_if_asked(cancel)
            bar = within(progress, number / lesson.folds, (number + 1) / lesson.folds)
            own = rows if lesson.folds == 1 else rows[fold[lesson.pool.users[rows]] != number]
            pairs = self._pairs(lesson, own, columns)
            if not pairs.relevant.any() or pairs.relevant.all():
                raise ScenarioError(
                    f"{self.name}: no user has a relevant item of the validation part and another one among the "
                    "candidates, so there is nothing to learn from. Use a larger dataset, or another strategy."
                )
            bar(0.0, f"Teaching {self.label} from {len(own):,} users")
            models.append(self.learn(pairs, columns, lesson.seed, bar, cancel))
        gains = np.mean([self.gains(model) for model in models], axis=0)
        shares = gains / gains.sum() if gains.sum() > 0 else gains
        relevant = sum(int(found.sum()) for _, found in self._labels(lesson, rows))
        return Taught(columns, read_only(shares), tuple(models), read_only(fold), len(rows), relevant)

    def state_of(self, taught: Taught) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """What `taught_from` needs: settings of JSON values, and arrays by name."""
        settings: dict[str, Any] = {
            "columns": [vars(column) | {"categories": list(column.categories)} for column in taught.columns],
            "models": len(taught.models),
            "users": taught.n_users,
            "relevant": taught.n_relevant,
        }
        arrays: dict[str, NDArray[Any]] = {"shares": taught.shares, "fold": taught.fold}
        for number, model in enumerate(taught.models):
            arrays |= {f"model{number}_{name}": array for name, array in model.state().items()}
        return settings, arrays

    def taught_from(self, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Taught:
        """What `state_of` gave. Raises `KeyError`, `TypeError` or `ValueError` where it is no such state."""
        columns = tuple(Feature(**one | {"categories": tuple(one["categories"])}) for one in settings["columns"])
        models = []
        for number in range(settings["models"]):
            prefix = f"model{number}_"
            state = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            models.append(self.restore(state, columns))
        shares, fold = arrays["shares"], arrays["fold"]
        if len(shares) != len(columns) or (len(fold) and not 0 <= fold.min() <= fold.max() < len(models)):
            raise ValueError("the parts do not belong together")
        return Taught(columns, shares, tuple(models), fold, settings["users"], settings["relevant"])

    def taught(self, facts: Facts | None) -> Taught:
        """What this was taught. Raises `ScenarioError` where it was not."""
        found = facts.learned.get(self) if facts is not None else None
        if not isinstance(found, Taught):
            raise ScenarioError(
                f"{self.label} has not been taught with these scorers and settings. Fit the scenario with it first."
            )
        return found

    def score(self, rows: Rows, weights: Scores, scorers: Sequence[str], k: int, facts: Facts | None) -> PoolScores:
        """By the model of each user's fold; proven where nothing is left out of the pool."""
        taught = self.taught(facts)
        if facts is None or list(taught.columns) != self._columns(scorers, facts):
            raise ScenarioError(f"{self.label} was taught with other scorers or attributes. Fit the scenario again.")
        scores = np.full(rows.items.shape, -np.inf, dtype=np.float32)
        fold, everything = taught.fold[rows.users], Candidates.of(rows)
        for number in np.unique(fold):
            mine = np.flatnonzero(fold == number)
            part = everything.take(mine)
            chosen = part.there
            sums = self.sums(part, weights)[chosen]
            table = feature_table(part, scorers, facts, chosen, taught.columns)
            scores[mine] = spread(taught.models[number].predict(table, sums), chosen)
        return PoolScores(scores, rows.complete)

    def sums(self, rows: Candidates, weights: Scores) -> Scores:
        """The weighted sums (B, P) that break ties, for those that read them; zeros for the others."""
        return np.zeros(rows.items.shape, dtype=np.float32)

    def one(self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, facts: Facts) -> tuple[Any, Scores]:
        """The model of the one user of `rows`, and the features (1, F) of the candidate in `column`."""
        taught = self.taught(facts)
        chosen = np.zeros(rows.items.shape, dtype=np.bool_)
        chosen[0, column] = True
        table = feature_table(Candidates.of(rows), scorers, facts, chosen, taught.columns)
        return taught.models[taught.fold[rows.users[0]]], table

    def _columns(self, scorers: Sequence[str], facts: Facts) -> list[Feature]:
        return features_of(scorers, facts, scores=self.reads_scores, codes=self.reads_scores)

    def _rows_to_learn(self, lesson: Lesson) -> NDArray[np.intp]:
        """Rows of the pool whose user has a relevant candidate; a part of them, drawn, where they are too many."""
        everybody = np.arange(len(lesson.pool.users))
        found = [rows[relevant.any(axis=1)] for rows, relevant in self._labels(lesson, everybody)]
        rows = np.concatenate(found) if found else everybody[:0]
        most = max(1, MAX_PAIRS // min(lesson.pool.items.shape[1], MAX_LIST))
        if len(rows) > most:
            rows = np.sort(np.random.default_rng(lesson.seed).choice(rows, most, replace=False))
        return rows

    def _labels(self, lesson: Lesson, rows: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], Mask]]:
        """Blocks of rows of the pool with whether each candidate is relevant, (B, P)."""
        for start in range(0, len(rows), BLOCK):
            own = rows[start : start + BLOCK]
            items = lesson.pool.items[own]
            wanted = lesson.relevant[lesson.pool.users[own]].toarray() > 0
            # a place of the padding reads the last item
            yield own, np.take_along_axis(wanted, items.astype(np.intp), axis=1) & (items >= 0)

    def _pairs(self, lesson: Lesson, rows: NDArray[np.intp], columns: Sequence[Feature]) -> Pairs:
        pool, prepared = lesson.pool, prepare(lesson.pool, self.lesson_map)
        tables, labels, sizes = [np.empty((0, len(columns)), dtype=np.float32)], [np.empty(0, dtype=np.bool_)], []
        for own, relevant in self._labels(lesson, rows):
            part = Candidates(pool.users[own], pool.items[own], pool.ranks[:, own], prepared.take(own))
            chosen = _foremost(part, relevant)
            tables.append(feature_table(part, pool.scorers, lesson.facts, chosen, columns))
            labels.append(relevant[chosen])
            sizes.append(chosen.sum(axis=1))
        counts = np.concatenate(sizes) if sizes else np.empty(0)
        return Pairs(np.concatenate(tables), np.concatenate(labels), counts.astype(np.int64))


def _foremost(rows: Candidates, relevant: Mask) -> Mask:
    """The candidates (B, P) that are learnt from: at most `MAX_LIST` a user, the relevant ones before the others."""
    chosen = rows.there
    if chosen.shape[1] <= MAX_LIST:
        return chosen
    best = np.fmin.reduce(rows.ranks, axis=0)
    best = np.where(np.isnan(best), np.inf, best)
    best[relevant] = 0
    best[~chosen] = np.inf
    order = np.argsort(best, axis=1, kind="stable")[:, :MAX_LIST]
    kept = np.zeros_like(chosen)
    np.put_along_axis(kept, order, True, axis=1)
    return kept & chosen
