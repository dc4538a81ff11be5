from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from recengine.data import Dataset, ScoreTable, Source, measure_coverage, read_scores, store_scores, stored_scores
from recengine.errors import DataError, StoreError


def scores_of(text: str, **columns: str) -> ScoreTable:
    return read_scores(Source.memory("scores.csv", text.encode()), columns)


def rows(table: ScoreTable) -> list[tuple[str, str, float]]:
    return [tuple(row) for row in table.frame.iter_rows()]


def test_the_usual_columns_are_found() -> None:
    table = scores_of("Item_ID:token,user id,Prediction\n07,b,0.5\n7,a,-2\n")
    # ids verbatim, by user, then item
    assert rows(table) == [("a", "7", -2.0), ("b", "07", 0.5)]
    assert table.rows_read == 2
    assert table.frame.dtypes == [pl.String, pl.String, pl.Float32]


def test_a_column_can_be_named() -> None:
    text = "who\twhat\tscore\tbetter\na\tx\t1\t3\n"
    assert rows(scores_of(text, user="who", item="what", score="better")) == [("a", "x", 3.0)]


def test_a_rank_is_a_score_turned_round() -> None:
    table = scores_of("user,item,rank\na,x,1\na,y,2\n")
    assert rows(table) == [("a", "x", -1.0), ("a", "y", -2.0)]
    assert table.from_ranks
    both = scores_of("user,item,rank,score\na,x,1,0.25\n")
    assert rows(both) == [("a", "x", 0.25)]
    assert not both.from_ranks
    assert rows(scores_of("user,item,rank,score\na,x,1,0.25\n", rank="rank")) == [("a", "x", -1.0)]


def test_a_trec_run_is_read_as_it_is() -> None:
    table = scores_of("u1 Q0 d2 1 12.5 mine\nu1\tQ0  d1 2 -3e1 mine\n\nu2 0 d1 1 0 mine")
    assert rows(table) == [("u1", "d1", -30.0), ("u1", "d2", 12.5), ("u2", "d1", 0.0)]


def test_a_csv_of_six_columns_is_no_trec_run() -> None:
    table = scores_of("user\titem\trank\tscore\tmodel\tday\na\tx\t1\t0.5\tm\t3\n")
    assert rows(table) == [("a", "x", 0.5)]


def test_parquet_and_gzip(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    pl.DataFrame({"user_id": [7, 8], "item_id": ["x", "y"], "score": [0.5, None]}).write_parquet(path)
    table = read_scores(Source.file(path))
    assert rows(table) == [("7", "x", 0.5)]
    assert table.dropped == {"no score": 1}
    packed = Source.memory("run.gz", gzip.compress(b"u1 Q0 d2 1 12.5 mine\n"))
    assert rows(read_scores(packed)) == [("u1", "d2", 12.5)]


def test_what_is_left_out_is_counted() -> None:
    table = scores_of("user,item,score\n,x,1\na, ,1\na,x,\na,x,NaN\na,y,1\na,y,2\na,y,3\nb,y,1\n")
    assert table.rows_read == 8
    assert table.dropped == {"no user": 1, "no item": 1, "no score": 2}
    # of a pair that comes again, the later row counts
    assert table.repeats == 2
    assert rows(table) == [("a", "y", 3.0), ("b", "y", 1.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user,item,score\na,x,1\na,y,high\n", 'scores.csv, row 3: "score" must be a number, got "high".'),
        ("user,item,score\na,x,inf\n", '"score" must be a number, got "inf"'),
        ("user,item,score\n,x,1\na,x,1e39\n", 'row 3: "score" must be a number that single precision can hold'),
        ("user,item,rank\na,x,-1\n", '"rank" must be a number from 0 to 1e+09, got "-1"'),
        ("user,item,mark\na,x,1\n", 'no column of scores or ranks; the columns are "user", "item", "mark". Say which'),
        ("who,item,score\na,x,1\n", "no column for the role user"),
        ("user,item,score\n,x,1\n", "no row has a user, an item and a score"),
        ("user,item,score\n", "no rows below the header"),
        ("u Q0 d 1 1.0 t\nu Q0 d 1 1.0\n", "scores.csv, row 2: has 5 fields where a TREC run has 6, user Q0 item rank"),
        ("u Q0 d 1 1.0 t\nu Q0 e 1 good t\n", 'row 2: "score" must be a number, got "good"'),
    ],
)
def test_what_cannot_be_read_is_one_line(text: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        scores_of(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"user": "name"}, 'no column "name" for the role user; the columns are "user", "item", "score"'),
        ({"weight": "score"}, 'there is no role "weight". Use user, item, score, rank.'),
    ],
)
def test_a_wrong_mapping_is_one_line(columns: dict[str, str], message: str) -> None:
    with pytest.raises(DataError) as caught:
        scores_of("user,item,score\na,x,1\n", **columns)
    assert message in str(caught.value)


def test_no_mapping_for_a_run_and_no_fractions_for_ids(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a TREC run has no header, so no column can be mapped"):
        scores_of("u Q0 d 1 1.0 t\n", user="u")
    path = tmp_path / "scores.parquet"
    pl.DataFrame({"user": [1.0], "item": ["x"], "score": [1.0]}).write_parquet(path)
    with pytest.raises(DataError, match='"user" holds numbers with a fraction'):
        read_scores(Source.file(path))
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"scores\.parquet: no whole Parquet file"):
        read_scores(Source.file(path))
    with pytest.raises(DataError, match="cannot be read"):
        read_scores(Source.file(tmp_path / "none.csv"))


def test_coverage_counts_what_can_be_used(synthetic_dataset: Dataset) -> None:
    users, items = synthetic_dataset.user_ids, synthetic_dataset.item_ids
    pairs = [(users[0], items[0]), (users[0], items[1]), (users[5], items[0]), (users[5], "x"), ("y", items[2])]
    text = "user,item,score\n" + "\n".join(f"{user},{item},1" for user, item in pairs)
    coverage = measure_coverage(scores_of(text), synthetic_dataset)
    assert (coverage.pairs, coverage.users, coverage.items) == (3, 2, 2)
    assert coverage.share_of_users == 2 / 120
    assert coverage.share_of_catalogue == 2 / 80
    assert coverage.items_a_user == 3 / 2
    assert (coverage.unknown_users, coverage.unknown_items, coverage.unknown_pairs) == (1, 1, 2)


def test_scores_of_other_ids_are_refused(synthetic_dataset: Dataset) -> None:
    with pytest.raises(DataError, match=r'no row has a user and an item of "synthetic".* has the user "me"'):
        measure_coverage(scores_of("user,item,score\nme,x,1\n"), synthetic_dataset)


def test_stored_scores_come_back(tmp_path: Path) -> None:
    table = scores_of("user,item,score\na,x,1\na,x,0.1\n,y,2\n")
    store_scores(tmp_path / "one", table)
    again = stored_scores(tmp_path / "one")
    assert again == replace(table, frame=again.frame)
    assert again.frame.equals(table.frame)
    (tmp_path / "one" / "scores.parquet").write_bytes(b"")
    with pytest.raises(StoreError, match="Import the scores again"):
        stored_scores(tmp_path / "one")


def test_the_fingerprint_is_of_pairs_and_scores() -> None:
    one = scores_of("user,item,score\na,x,1\nb,y,2\n")
    assert scores_of("item;score;user\ny;2.0;b\nx;1;a\n").fingerprint == one.fingerprint
    assert scores_of("user,item,score\na,x,1\nb,y,2.5\n").fingerprint != one.fingerprint
    assert scores_of("user,item,score\na,x,1\nb,z,2\n").fingerprint != one.fingerprint
