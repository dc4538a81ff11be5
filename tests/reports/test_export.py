import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_array_equal
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.errors import DataError, ScenarioError, StoreError
from recengine.ranking import Rankings
from recengine.reports import EXPORT_FORMATS, export_lists, export_qrels
from recengine.scenario import Workbench


def with_item_id(dataset: Dataset, position: int, identifier: str) -> Dataset:
    ids = list(dataset.item_ids)
    ids[position] = identifier
    return replace(dataset, items=dataset.items.with_columns(id=pl.Series(ids)))


def test_csv_has_a_row_a_place_and_no_row_for_padding(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    export_lists(rankings, dataset, "csv", tmp_path / "lists.csv")
    lines = (tmp_path / "lists.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:4] == ["user_id,item_id,rank,score", "u0,i2,1,0.9", "u0,i3,2,0.5", "u0,i5,3,0.5"]
    # twelve users with three places each, one of which is empty
    assert len(lines) == 1 + 12 * 3 - 1
    assert lines[-1] == "u11,i4,2,0.5"


def test_csv_and_parquet_hold_the_same_rows(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    for file_format in ("csv", "parquet"):
        export_lists(rankings, dataset, file_format, tmp_path / file_format)
    table = pl.read_parquet(tmp_path / "parquet")
    assert table.schema == {"user_id": pl.String, "item_id": pl.String, "rank": pl.Int32, "score": pl.Float32}
    assert pl.read_csv(tmp_path / "csv", schema=table.schema).equals(table)
    assert_array_equal(table["score"].to_numpy(), rankings.scores[rankings.items >= 0])


def test_ids_are_verbatim(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    hostile = '=1+1,"quoted"\nid'
    export_lists(rankings, with_item_id(dataset, 2, hostile), "csv", tmp_path / "lists.csv")
    table = pl.read_csv(tmp_path / "lists.csv", schema_overrides={"user_id": pl.String, "item_id": pl.String})
    assert table["item_id"][0] == hostile


def test_trec_reads_back_in_the_same_order_with_ties_decided(
    rankings: Rankings, dataset: Dataset, tmp_path: Path
) -> None:
    export_lists(rankings, dataset, "trec", tmp_path / "run.txt")
    lines = [line.split(" ") for line in (tmp_path / "run.txt").read_text(encoding="utf-8").splitlines()]
    assert lines[0] == ["u0", "Q0", "i2", "1", "0.9", "recengine"]
    # a tool that sorts by score alone, ties by id, must still find the order of the ranks
    for position, user in enumerate(rankings.users):
        own = [line for line in lines if line[0] == dataset.user_ids[user]]
        by_score = sorted(own, key=lambda line: (-np.float32(line[4]), line[2]))
        assert [line[2] for line in by_score] == [
            dataset.item_ids[item] for item in rankings.items[position] if item >= 0
        ]
        assert [int(line[3]) for line in by_score] == list(range(1, len(own) + 1))
    tied = [np.float32(line[4]) for line in lines[1:3]]
    assert tied == [np.float32(0.5), np.nextafter(np.float32(0.5), np.float32(0))]


def test_trec_of_re_ranked_lists_falls_with_the_places(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    scores = rankings.scores.copy()
    scores[0, :2] = scores[0, 1::-1]  # rises from the first place to the second
    scores[1, 1] = np.nan  # put in by a rule
    export_lists(replace(rankings, scores=scores), dataset, "trec", tmp_path / "run")
    rows = [line.split() for line in (tmp_path / "run").read_text(encoding="utf-8").splitlines()]
    k = rankings.k
    assert [float(score) for *_, score, _ in rows] == [k + 1 - int(rank) for *_, rank, _, _ in rows]
    assert len(rows) == np.count_nonzero(rankings.items >= 0)


def test_an_outside_tool_computes_our_metrics_from_the_files(
    workbench: Workbench, rankings: Rankings, dataset: Dataset, tmp_path: Path
) -> None:
    ranx = pytest.importorskip("ranx")
    export_lists(rankings, dataset, "trec", tmp_path / "run.trec")
    export_qrels(workbench.relevant, dataset, "trec", tmp_path / "qrels.trec")
    qrels = ranx.Qrels.from_file(str(tmp_path / "qrels.trec"), kind="trec")
    run = ranx.Run.from_file(str(tmp_path / "run.trec"), kind="trec")
    measured = ranx.evaluate(qrels, run, ["precision@3", "recall@3", "mrr@3"])
    # each user has two relevant items and is shown one of them, on top
    assert measured["precision@3"] == pytest.approx(1 / 3)
    assert measured["recall@3"] == pytest.approx(1 / 2)
    assert measured["mrr@3"] == pytest.approx(1)


@pytest.mark.parametrize("spoiled", ["a b", "a\tb", "a\u00a0b", "a\x1cb", "a\n", ""])
def test_trec_refuses_an_id_with_white_space(
    rankings: Rankings, dataset: Dataset, workbench: Workbench, tmp_path: Path, spoiled: str
) -> None:
    spoiled_dataset = with_item_id(dataset, 2, spoiled)
    with pytest.raises(DataError, match="trec: item_id must have no white space") as caught:
        export_lists(rankings, spoiled_dataset, "trec", tmp_path / "run.txt")
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError, match="Export as csv or parquet"):
        export_qrels(workbench.relevant, spoiled_dataset, "trec", tmp_path / "qrels.txt")
    assert list(tmp_path.iterdir()) == []


def test_trec_keeps_quotes_and_commas(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    export_lists(rankings, with_item_id(dataset, 2, 'a,"b"'), "trec", tmp_path / "run.txt")
    assert (tmp_path / "run.txt").read_text(encoding="utf-8").startswith('u0 Q0 a,"b" 1 0.9 recengine\n')


def test_qrels_hold_every_relevant_pair_once(dataset: Dataset, tmp_path: Path) -> None:
    relevant = csr_matrix(
        (np.ones(3, dtype=np.float32), ([1, 0, 0], [4, 3, 1])), shape=(dataset.n_users, dataset.n_items)
    )
    export_qrels(relevant, dataset, "trec", tmp_path / "qrels")
    assert (tmp_path / "qrels").read_text(encoding="utf-8") == "u0 0 i1 1\nu0 0 i3 1\nu1 0 i4 1\n"
    export_qrels(relevant, dataset, "csv", tmp_path / "qrels")
    assert (tmp_path / "qrels").read_text(encoding="utf-8") == "user_id,item_id,relevance\nu0,i1,1\nu0,i3,1\nu1,i4,1\n"
    export_qrels(relevant, dataset, "parquet", tmp_path / "qrels")
    assert pl.read_parquet(io.BytesIO((tmp_path / "qrels").read_bytes())).height == 3


def test_an_unknown_format_is_named(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=f"format: 'xml' is unknown. Choose among {', '.join(EXPORT_FORMATS)}"):
        export_lists(rankings, dataset, "xml", tmp_path / "lists")


def test_what_cannot_be_written_leaves_what_was_there(rankings: Rankings, dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("kept", encoding="utf-8")
    with pytest.raises(StoreError, match="taken: cannot be written") as caught:
        export_lists(rankings, dataset, "csv", tmp_path / "taken")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "taken" / "file").read_text(encoding="utf-8") == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
