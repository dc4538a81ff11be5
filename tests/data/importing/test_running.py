from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recengine.data import Source, Table
from recengine.data.importing.joining import join_tables
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.importing.proposing import propose_plan
from recengine.data.importing.running import open_path, plan_as_run, run_plan
from recengine.errors import CancelledError, DataError

LOG = "user_id,item_id,rating,timestamp\nu,a,5,10\nu,b,2,11\nv,a,4,12\nv,a,1,13\nw,c,3,0\n"
FILMS = "item_id,title,genres\na,Alpha,Drama|Crime\nb,Beta,Comedy\nd,Delta,Drama\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "films.csv").write_text(FILMS)
    return tmp_path


def plan_of(folder: Path, *names: str, cleaning: tuple[str, ...] = (), items: bool = False) -> ImportPlan:
    tables = {"interactions": tuple(TableSource(path=str(folder / name)) for name in names or ("log.csv",))}
    if items:
        tables["items"] = (TableSource(path=str(folder / "films.csv")),)
    return ImportPlan("shop", tables, cleaning=cleaning)  # type: ignore[arg-type]


def test_every_step_is_recorded_and_rows_add_up(folder: Path) -> None:
    plan = plan_of(folder, cleaning=("times", "unused-items"), items=True)
    dataset, report = run_plan(plan, resolve=open_path)
    facts = [
        (one.text.partition(":")[0], one.table, one.touched, one.rows_before, one.rows_after) for one in report.steps
    ]
    # the repeat that no step merges is merged and recorded all the same
    assert facts == [
        ("times", "interactions", 1, 5, 4),
        ("unused-items", "items", 1, 3, 2),
        ("duplicates", "interactions", 1, 4, 3),
    ]
    assert report.merged_repeats == 1
    assert report.rows_read == {"interactions": 5, "items": 3}
    assert dataset.interactions.height == 3
    assert dataset.item_ids == ["a", "b"]
    assert report.to_json()["steps"][0]["says"] == report.steps[0].says


def test_undoing_a_step_gives_the_dataset_without_it(folder: Path) -> None:
    plain, _ = run_plan(plan_of(folder), resolve=open_path)
    cleaned, _ = run_plan(plan_of(folder, cleaning=("k-core:users=2,items=1",)), resolve=open_path)
    again, _ = run_plan(plan_of(folder), resolve=open_path)
    assert again.fingerprint == plain.fingerprint != cleaned.fingerprint


def test_several_files_are_read_as_one_table_and_rows_keep_their_file(folder: Path) -> None:
    (folder / "more.csv").write_text("item_id,user_id,rating\nb,x,4\nb,y,five\n")
    plan = replace(plan_of(folder, "log.csv", "more.csv"), mapping={"value": "rating"})
    with pytest.raises(DataError, match=r'^more\.csv, row 3: "rating" must be a number, got "five"'):
        run_plan(plan, resolve=open_path)
    dataset, report = run_plan(replace(plan, cleaning=("unreadable",)), resolve=open_path)
    assert report.rows_read == {"interactions": 7}
    assert dataset.user_ids == ["u", "v", "w", "x"]
    assert dataset.interactions.filter(pl.col("user") == 3)["time"].to_list() == [None]
    assert [source.name for source in report.sources] == ["log.csv", "more.csv"]


def test_tables_of_other_types_are_one_table_of_texts() -> None:
    first = Table("a.csv", pl.DataFrame({"id": [1, 2], "n": [1, 2]}))
    second = Table("b.csv", pl.DataFrame({"id": ["x"], "tags": [["p", "q"]]}))
    joined = join_tables([first, second], ["id", "n", "tags"])
    assert joined.frame.rows() == [("1", 1, None), ("2", 2, None), ("x", None, ["p", "q"])]
    assert [joined.place(row) for row in range(3)] == ["a.csv, row 1", "a.csv, row 2", "b.csv, row 1"]


def test_a_file_that_shares_no_column_is_one_clear_line(folder: Path) -> None:
    (folder / "odd.csv").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match=r"^odd\.csv: has none of the columns") as caught:
        run_plan(plan_of(folder, "log.csv", "odd.csv"), resolve=open_path)
    assert "\n" not in str(caught.value)


def test_the_plan_as_run_says_all_and_a_changed_file_is_said(folder: Path) -> None:
    _, report = run_plan(plan_of(folder, items=True), resolve=open_path)
    plan = plan_as_run(plan_of(folder, items=True), report)
    content = (folder / "log.csv").read_bytes()
    assert plan.tables["interactions"][0].content == f"{hashlib.sha256(content).hexdigest()}:{len(content)}"
    assert plan.mapping["user"] == "user_id"
    # a role that no column plays is not guessed another time
    assert plan.mapping["session"] == plan.mapping["item.year"] == ""
    assert run_plan(plan, resolve=open_path)[1].mapping == report.mapping
    assert [one.changed for one in run_plan(plan, resolve=open_path)[1].sources] == [False, False]
    (folder / "log.csv").write_text(LOG + "z,a,4,14\n")
    assert [one.changed for one in run_plan(plan, resolve=open_path)[1].sources] == [True, False]


def test_a_statement_is_a_table_like_any_other(folder: Path) -> None:
    asked: list[tuple[TableSource, int | None]] = []

    def query(source: TableSource, rows: int | None) -> Table:
        asked.append((source, rows))
        return Table("shop", pl.DataFrame({"user_id": ["u", "z"], "item_id": ["a", "a"], "rating": [5, 4]}))

    statement = TableSource(connection="shop", statement="SELECT 1")
    made = propose_plan("shop", {"interactions": [statement]}, resolve=open_path, query=query)
    dataset, report = run_plan(made.plan, resolve=open_path, query=query)
    assert dataset.user_ids == ["u", "z"]
    assert report.sources[0].content is None
    assert [rows for _, rows in asked] == [5_000, None]


def test_a_plan_is_proposed_for_files_as_they_are(folder: Path) -> None:
    loose = [TableSource(path=str(folder / name)) for name in ("films.csv", "log.csv")]
    made = propose_plan("shop", {}, loose, resolve=open_path)
    assert {one.found.name: one.kind for one in made.tables} == {"films.csv": "items", "log.csv": "interactions"}
    assert all(one.reason for one in made.tables)
    assert made.plan.mapping["item.categories.genres"] == "genres"
    dataset, _ = run_plan(made.plan, resolve=open_path)
    assert dataset.items["genres"].to_list() == [["Drama", "Crime"], ["Comedy"], ["Drama"], None]
    with pytest.raises(DataError, match="found no table of interactions"):
        propose_plan("shop", {}, loose[:1], resolve=open_path)


def test_two_different_tables_of_interactions_are_not_mixed_unasked(folder: Path) -> None:
    (folder / "buys.csv").write_text("user_id,item_id,bought\nu,a,1\nv,a,1\nv,b,1\nu,b,1\n")
    loose = [TableSource(path=str(folder / name)) for name in ("log.csv", "buys.csv")]
    with pytest.raises(DataError, match=r"log\.csv and buys\.csv both look like interactions"):
        propose_plan("shop", {}, loose, resolve=open_path)


def test_a_run_stops_when_asked(folder: Path) -> None:
    calls = iter([False, False, True, True, True, True])
    with pytest.raises(CancelledError):
        run_plan(plan_of(folder, items=True), resolve=open_path, cancel=lambda: next(calls))


@pytest.mark.parametrize("step", ["polish", "k-core:users=none"])
def test_a_plan_with_a_step_that_is_none_reads_no_file(step: str) -> None:
    def refuse(_: TableSource) -> Source:
        raise AssertionError("read")

    with pytest.raises(DataError, match=r"^cleaning: "):
        run_plan(plan_of(Path("nowhere"), cleaning=(step,)), resolve=refuse)
