"""Peak memory of a fit, measured in a process of its own; Linux only, elsewhere nothing is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from recengine.data import load_sample, split_dataset, synthetic
from recengine.models import Recipe, Resources, make_recipe

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


def peak_mebibytes(recipe: Recipe, positive_from: float, resources: Resources) -> float | None:
    """MiB that fitting `recipe` on MovieLens-100K added at its peak to what dataset and libraries took."""
    if not _RESET.exists():
        return None
    asked = {
        "name": recipe.name,
        "settings": recipe.settings(),
        "positive_from": positive_from,
        "vectors": str(resources.vector_cache),
        "device": resources.device,
    }
    command = [sys.executable, "-m", "benchmarks._peak", json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _measure(asked: dict[str, Any]) -> float:
    recipe = make_recipe(asked["name"], asked["settings"])
    resources = Resources(vector_cache=Path(asked["vectors"]), device=asked["device"])
    dataset, _ = load_sample("movielens-100k", positive_from=asked["positive_from"])
    train = split_dataset(dataset).full_train
    recipe.fit(synthetic(n_users=60, n_items=40), resources=Resources(device=asked["device"]))  # loads the libraries
    assert train.matrix.nnz
    before = psutil.Process().memory_info().rss
    _RESET.write_text("5")  # the peak counts from here
    recipe.fit(train, resources=resources)
    peak = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return max(0.0, int(peak.split()[1]) / 1024 - before / 2**20)


if __name__ == "__main__":
    print(round(_measure(json.loads(sys.argv[1])), 1))
