import pytest

from recengine.workspace import scores_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("run.csv", "run"),
        ("our system (v2).parquet", "our-system--v2"),
        ("../../etc/passwd", "passwd"),
        ("lists\\bm25.trec", "bm25"),
        ("分数.csv", "uploaded"),
        (".csv", "uploaded"),
        ("x" * 90 + ".csv", "x" * 40),
    ],
)
def test_a_file_gives_a_name_that_may_stand(file: str, name: str) -> None:
    assert scores_name(file) == name
