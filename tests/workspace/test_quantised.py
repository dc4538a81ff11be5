"""What was measured in eight bits, kept and found again."""

import json
import math
from pathlib import Path

from recengine.evaluation import Change, Figure
from recengine.tuning.quantising import QuantisedMeasure
from recengine.workspace.quantised import save_quantised, stored_quantised

KEY = "0" * 64


def test_what_was_measured_is_found_again(tmp_path: Path) -> None:
    figure, unmeasured = Figure(0.25, 0.2, 0.3, 10, ""), Figure(math.nan, None, None, 0, "")
    measured = QuantisedMeasure((4000, 1000), (2.0, 1.5), (figure, figure), Change(0.0, -0.01, 0.01, 10))
    assert stored_quantised(tmp_path, KEY) is None
    save_quantised(tmp_path, KEY, measured)
    assert stored_quantised(tmp_path, KEY) == measured
    save_quantised(tmp_path, KEY, QuantisedMeasure((4, 1), (2.0, 1.5), (figure, unmeasured), measured.change))
    found = stored_quantised(tmp_path, KEY)
    assert found is not None
    assert math.isnan(found.ndcg[1].mean)


def test_what_was_measured_in_another_way_is_measured_again(tmp_path: Path) -> None:
    figure = Figure(0.25, 0.2, 0.3, 10, "")
    save_quantised(
        tmp_path, KEY, QuantisedMeasure((4000, 1000), (2.0, 1.5), (figure, figure), Change(0.0, 0.0, 0.0, 10))
    )
    path = tmp_path / "quantised" / f"{KEY}.json"
    document = json.loads(path.read_text())
    for other in ({**document, "version": 1}, {name: value for name, value in document.items() if name != "version"}):
        path.write_text(json.dumps(other))
        assert stored_quantised(tmp_path, KEY) is None
