import json
from dataclasses import replace

import polars as pl
import pytest

from recengine.data import Attribute, Dataset, load_sample, split_dataset
from recengine.data.quality import FAMILIES, SEVERITIES, quality_report
from tests.data.quality.conftest import NOW, of_pairs


@pytest.mark.parametrize("split", [None, "random", "last", "time:0.2", "cold-users", "cold-items", "fold:1/5"])
def test_a_clean_dataset_has_neither_problem_nor_warning(clean: Dataset, split: str | None) -> None:
    cut = None if split is None else split_dataset(clean, split)
    report = quality_report(clean, split=cut, now=NOW)
    assert [one.name for one in report.findings if one.severity in ("problem", "warning")] == []
    # and it says what was looked at
    assert report.by_severity["good"] >= 15


def test_findings_come_the_worst_first_each_under_one_name(clean: Dataset) -> None:
    late = clean.interactions.with_columns(pl.lit(NOW + 86_400).cast(pl.Int64).alias("time"))
    report = quality_report(replace(clean, interactions=late), split=split_dataset(clean), now=NOW)
    places = [SEVERITIES.index(one.severity) for one in report.findings]
    assert places == sorted(places)
    assert report.findings[0].name == "future-times"
    names = [one.name for one in report.findings]
    assert len(names) == len(set(names))
    assert all(one.family in FAMILIES and one.text.endswith(".") and one.why.endswith(".") for one in report.findings)
    assert "\n" not in "".join(one.text + one.why for one in report.findings)


def test_within_a_severity_what_touches_most_comes_first(clean: Dataset) -> None:
    report = quality_report(clean, now=NOW)
    notes = [one.affected for one in report.findings if one.severity == "note"]
    assert notes == sorted(notes, reverse=True)


def test_the_document_is_json_and_bounded(clean: Dataset) -> None:
    document = quality_report(clean, split=split_dataset(clean), now=NOW).to_json()
    written = json.dumps(document, allow_nan=False)
    assert json.loads(written) == document
    assert len(written) < 100_000
    assert document["counts"]["users"] == 300
    assert document["counts"]["interactions"] == clean.interactions.height
    assert (
        document["counts"]["train"] + document["counts"]["validation"] + document["counts"]["test"]
        == (document["counts"]["interactions"])
    )
    assert (document["split"], document["seed"]) == ("random", 0)
    assert len(document["curves"]["popularity"]["lorenz"]["share"]) <= 200


def test_the_smallest_dataset_has_a_report() -> None:
    report = quality_report(of_pairs([(0, 0)]), now=NOW)
    size = report.finding("size")
    assert size is not None
    assert size.text == "1 interaction of 1 user with 1 item: few, with 1 user, 1 item, 1 interaction."
    assert report.timeline is None
    assert report.finding("no such finding") is None
    json.dumps(report.to_json(), allow_nan=False)


def test_long_and_hostile_names_stay_on_one_short_line(clean: Dataset) -> None:
    names = pl.Series([f"{'long ' * 2_000}\nand <b>broken</b> {place % 3}" for place in range(200)])
    items = clean.items.with_columns(names.alias("title"), names.alias("kind"), (names + "x").alias("id"))
    dataset = replace(clean, items=items, item_attributes=(Attribute("kind", "category"),))
    report = quality_report(dataset, split=split_dataset(dataset), now=NOW)
    for one in report.findings:
        assert "\n" not in one.text
        assert len(one.text) < 500
    assert len(json.dumps(report.to_json())) < 100_000


def test_movielens_has_its_known_twins_and_its_burst() -> None:
    dataset, imported = load_sample("movielens-100k")
    report = quality_report(dataset, split=split_dataset(dataset), plan_report=imported.to_json(), now=NOW)
    assert report.by_severity["problem"] == 0
    twins = report.finding("similar-titles")
    assert twins is not None
    # 1,682 ids are 1,664 films: 18 are in the catalogue twice (Harper & Konstan, 2015, and the lists of its users)
    assert (twins.value, twins.facts["n_groups"]) == (36, 18)
    burst = report.finding("bursts")
    assert burst is not None
    day = pl.from_epoch(dataset.interactions["time"]).dt.date().cast(pl.String)
    assert burst.facts["bursts"] == [{"day": "1998-03-31", "count": int((day == "1998-03-31").sum()), "usual": 177.0}]
