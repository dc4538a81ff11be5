"""Fits of recommenders whose weights grow with the square of the catalogue stay below what they say beforehand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRIED = {
    "ease": {},
    # as many weights as there can be
    "slim": {"sparsity": 0.01, "nonnegative": False, "rounds": 3},
    "item-knn": {},
    "user-knn": {},
    "p3alpha": {},
    "rp3beta": {},
}
RESET = Path("/proc/self/clear_refs")
ROOT = Path(__file__).parents[2]

PROBE = """
import ctypes, gc, json, sys, warnings
from pathlib import Path
import numpy as np
import scipy.linalg.lapack
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import irspack.utils
from recengine.data import synthetic
from recengine.models import estimated_memory, make_recipe

def status(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))

train = synthetic(n_users=1500, n_items=2500, seed=0)
train.matrix
found = {}
for name, settings in json.loads(sys.argv[1]).items():
    recipe = make_recipe(name, settings)
    # so that nothing is taken from memory that an earlier fit gave back
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    recipe.fit(train)
    found[name] = [status("VmHWM") - before, estimated_memory(recipe, train)]
print(json.dumps(found))
"""


@pytest.mark.skipif(not RESET.exists(), reason="the peak of a process can be reset on Linux only")
def test_a_fit_stays_below_its_estimate() -> None:
    code = [sys.executable, "-c", PROBE, json.dumps(TRIED)]
    done = subprocess.run(code, capture_output=True, text=True, cwd=ROOT)
    if "PermissionError" in done.stderr:
        pytest.skip("this machine does not let a process reset its peak")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == set(TRIED)
    for name, (peak, estimate) in found.items():
        assert estimate / 20 < peak < estimate, (name, peak, estimate)
