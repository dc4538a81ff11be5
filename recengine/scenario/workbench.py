"""What no weight changes: all that runs of scenarios over the same fitted scorers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.sparse import csr_matrix

from recengine.arrays import Positions
from recengine.data import Dataset, Split
from recengine.evaluation import Resamples
from recengine.fusion import Pool, Source
from recengine.models import Scorer


@dataclass(frozen=True)
class Workbench:
    """A dataset, its split, the fitted scorers and their pools; held once a process and never written to.

    key: what all of it was made from, SHA-256. fitted_on: the dataset part that the scorers know (their history).
    relevant (n_users, n_items): the test positives; no row has any under `all_data`.
    source and pool: over the whole catalogue. slices["long-tail" | "cold"]: the same over a slice.
    popularity (n_items,): users a training item has. resamples: bootstrap counts, drawn once.
    """

    key: str
    dataset: Dataset
    split: Split
    fitted_on: Dataset
    scorers: Mapping[str, Scorer]
    source: Source
    pool: Pool
    slices: Mapping[str, tuple[Source, Pool]]
    relevant: csr_matrix
    popularity: Positions
    resamples: Resamples
    fit_seconds: Mapping[str, float]
