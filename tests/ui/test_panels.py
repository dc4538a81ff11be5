from dataclasses import replace

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.evaluation import change
from recengine.fusion import fuse_row
from recengine.models import make_recipe
from recengine.reports.words import UNDEFINED
from recengine.scenario import Outcome, Workbench, build_workbench, default_scenario, run_scenario
from ui import panels, users
from ui.metric_panel import STRIP_METRICS, metrics_panel
from ui.view import View, default_view


@pytest.fixture(scope="module")
def workbench(synthetic_dataset: Dataset) -> Workbench:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    return build_workbench(synthetic_dataset, default_scenario(synthetic_dataset, recipes=recipes, k=5))


@pytest.fixture(scope="module")
def view(synthetic_dataset: Dataset) -> View:
    recipes = {name: make_recipe(name) for name in ("als", "popularity")}
    scenario = default_scenario(synthetic_dataset, recipes=recipes, k=5).with_weights({"als": 0.6, "popularity": 0.4})
    start = default_view(synthetic_dataset, scenario.only("als"))
    return replace(start.moved(scenario), user=synthetic_dataset.user_ids[3])


@pytest.fixture(scope="module")
def outcome(workbench: Workbench, view: View) -> Outcome:
    return run_scenario(workbench, view.scenario, fairness=False)


@pytest.fixture(scope="module")
def baseline(workbench: Workbench, view: View) -> Outcome:
    return run_scenario(workbench, view.baseline, fairness=False)


def test_the_parts_of_every_row_sum_to_its_score(workbench: Workbench, view: View, outcome: Outcome) -> None:
    row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, 3)
    before = fuse_row(workbench.pool, workbench.source, view.baseline.fusion, 3)
    rows = panels.list_panel(workbench, view, outcome, row, before)["rows"]
    assert [one["rank"] for one in rows] == [1, 2, 3, 4, 5]
    for one in rows:
        total = sum(part["value"] for part in one["parts"])
        assert total == pytest.approx(float(one["score"]), abs=0.0006)


def test_a_row_says_how_it_moved_against_the_baseline(workbench: Workbench, view: View, outcome: Outcome) -> None:
    row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, 3)
    before = fuse_row(workbench.pool, workbench.source, view.baseline.fusion, 3)
    for one in panels.list_panel(workbench, view, outcome, row, before)["rows"]:
        was = int(before.rank[workbench.dataset.item_position[one["item"]]])
        kind = "new" if was > 5 else "same" if was == one["rank"] else "up" if was > one["rank"] else "down"
        assert one["move"]["kind"] == kind
        if kind in ("up", "down"):
            assert one["move"]["text"] == str(abs(was - one["rank"]))


def test_held_out_items_are_marked_where_they_are_listed(workbench: Workbench, view: View, outcome: Outcome) -> None:
    row = fuse_row(workbench.pool, workbench.source, view.scenario.fusion, 3)
    listed = panels.list_panel(workbench, view, outcome, row, row)["rows"]
    history = panels.history_panel(workbench, view, row, panels.history_rows(workbench, 3))
    held_out = set(workbench.relevant[3].indices.tolist())
    assert {one["item"] for one in history["held"]} == held_out
    hits = {workbench.dataset.item_position[one["item"]] for one in listed if one["held_out"]}
    assert hits == {one["item"] for one in history["held"] if one["hit"]}
    assert len(history["history"]) == workbench.fitted_on.seen[3].nnz


def test_metrics_say_value_interval_and_change(
    workbench: Workbench, view: View, outcome: Outcome, baseline: Outcome
) -> None:
    panel = metrics_panel(workbench, view, outcome, baseline)
    everyone = panel["rows"][0]
    assert everyone["label"] == "All items"
    ndcg, coverage = everyone["cells"][0], everyone["cells"][STRIP_METRICS.index("coverage")]
    assert ndcg["value"] == f"{outcome.table['ndcg'].mean:.3f}"
    by = outcome.table["ndcg"].mean - baseline.table["ndcg"].mean
    assert f"{by:+.3f}" in ndcg["change"] or ndcg["change"] == "no change"
    assert coverage["interval"] == ""
    assert f"n = {outcome.table['ndcg'].n:,} users" == everyone["n"]


def test_without_a_difference_no_change_is_shown(workbench: Workbench, view: View, outcome: Outcome) -> None:
    same = replace(view, baseline=view.scenario)
    everyone, *slices = metrics_panel(workbench, same, outcome, outcome)["rows"]
    assert everyone["cells"][0]["change"] == "= baseline"
    assert all("change" not in cell for row in slices for cell in row["cells"])


def test_only_a_change_beyond_chance_is_called_better_or_worse(
    workbench: Workbench, view: View, outcome: Outcome, baseline: Outcome
) -> None:
    moved = change(outcome.per_user, baseline.per_user, workbench.resamples)
    cells = metrics_panel(workbench, view, outcome, baseline)["rows"][0]["cells"]
    for key, cell in zip(STRIP_METRICS, cells, strict=True):
        if cell.get("tone") in ("better", "worse"):
            assert moved[key].low > 0 or moved[key].high < 0
            assert (moved[key].mean > 0) == ("▲" in cell["change"])


def test_the_stamp_names_weights_settings_and_user(view: View) -> None:
    assert panels.stamp(view) == f"als=0.6,popularity=0.4;k=5;norm=min-max;neutral=mean;user={view.user}"


def test_short_lists_hold_whom_they_name(workbench: Workbench, outcome: Outcome, baseline: Outcome) -> None:
    found = {name: users.short_list(name, workbench, outcome, baseline, seed=0) for name in users.SHORT_LISTS}
    ndcg = outcome.per_user["ndcg"]
    worst = ndcg[found[users.WORST]]
    assert worst.max() <= np.nanmin(np.delete(ndcg, found[users.WORST]))
    lengths = users.history_lengths(workbench)
    assert lengths[found[users.SHORTEST]].tolist() == sorted(lengths)[: users.SHORT]
    changed = users.places_changed(outcome, baseline)
    assert changed[found[users.CHANGED]].tolist() == sorted(changed, reverse=True)[: users.SHORT]
    assert len(found[users.EVERYONE]) == workbench.dataset.n_users
    again = users.short_list(users.RANDOM, workbench, outcome, baseline, seed=0)
    assert found[users.RANDOM].tolist() == again.tolist()
    other = users.short_list(users.RANDOM, workbench, outcome, baseline, seed=1)
    assert other.tolist() != again.tolist()


def test_a_scenario_on_all_data_has_lists_and_no_metrics(synthetic_dataset: Dataset, view: View) -> None:
    everything = replace(view, scenario=replace(view.scenario, all_data=True))
    everything = replace(everything, baseline=replace(view.baseline, all_data=True))
    workbench = build_workbench(synthetic_dataset, everything.scenario)
    outcome = run_scenario(workbench, everything.scenario, fairness=False)
    before = run_scenario(workbench, everything.baseline, fairness=False)
    row = fuse_row(workbench.pool, workbench.source, everything.scenario.fusion, 3)
    shown = panels.results_panel(workbench, everything, outcome, before, row, row, panels.history_rows(workbench, 3))
    assert len(shown["list"]["rows"]) == 5
    assert {cell["value"] for cell in shown["metrics"]["rows"][0]["cells"]} == {UNDEFINED}
    assert shown["history"]["held"] == []
    worst = users.short_list(users.WORST, workbench, outcome, before, seed=0)
    assert len(worst) == synthetic_dataset.n_users
