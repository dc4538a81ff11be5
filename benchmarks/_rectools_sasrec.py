"""SASRec by RecTools on histories that another process wrote down; run by an interpreter of its own.

Imports nothing of the project. Reads `train.npz` (users and items, the rows of a user in order) of the folder it is
given, writes `lists.npy`, (n_users, k) item positions, -1 behind a short list, and prints the seconds it took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel


def main(asked: dict[str, Any]) -> None:
    """Fit and recommend."""
    rows = np.load(Path(asked["folder"], "train.npz"))
    frame = pd.DataFrame(
        {
            Columns.User: rows["users"],
            Columns.Item: rows["items"],
            Columns.Weight: 1.0,
            # the order of the rows is the order of events, ties decided
            Columns.Datetime: pd.Timestamp("2000-01-01") + pd.to_timedelta(np.arange(len(rows["users"])), unit="s"),
        }
    )
    dataset = Dataset.construct(frame)
    seed_everything(asked["seed"], workers=True)
    model = SASRecModel(
        n_factors=asked["factors"],
        n_blocks=asked["blocks"],
        n_heads=asked["heads"],
        dropout_rate=asked["dropout"],
        session_max_len=asked["max_length"],
        batch_size=asked["batch_size"],
        lr=asked["learning_rate"],
        loss="softmax",
        epochs=asked["epochs"],
        deterministic=True,
        get_trainer_func=_trainer,
        get_trainer_func_kwargs={"epochs": asked["epochs"]},
        recommend_torch_device="cpu",
    )
    start = time.perf_counter()
    model.fit(dataset)
    fit_seconds = time.perf_counter() - start
    n_users = int(rows["users"].max()) + 1
    start = time.perf_counter()
    with torch.inference_mode():
        found = model.recommend(np.unique(rows["users"]), dataset, k=asked["k"], filter_viewed=True)
    score_seconds = time.perf_counter() - start
    lists = np.full((n_users, asked["k"]), -1, dtype=np.int32)
    lists[found[Columns.User].to_numpy(), found[Columns.Rank].to_numpy() - 1] = found[Columns.Item].to_numpy()
    np.save(Path(asked["folder"], "lists.npy"), lists)
    print(json.dumps({"fit_seconds": fit_seconds, "score_seconds": score_seconds}))


def _trainer(epochs: int) -> Trainer:
    return Trainer(
        max_epochs=epochs,
        min_epochs=epochs,
        deterministic=True,
        enable_progress_bar=False,
        enable_model_summary=False,
        logger=False,
        enable_checkpointing=False,
        accelerator="cpu",
        devices=1,
    )


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
