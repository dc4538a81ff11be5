"""The check of a statement, before any database gets it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data.databases import checked
from recengine.errors import DataError

READING = (
    "SELECT * FROM ratings",
    "SELECT user_id, sum(value) AS total FROM ratings GROUP BY user_id HAVING count(*) > 3 ORDER BY 2 DESC LIMIT 10",
    "WITH recent AS (SELECT * FROM ratings WHERE value > 3) SELECT * FROM recent JOIN items USING (item_id)",
    "SELECT user_id FROM a UNION ALL SELECT user_id FROM b EXCEPT SELECT user_id FROM c",
    "SELECT CASE WHEN event = 'buy' THEN 5 WHEN event = 'view' THEN 1 END AS value, coalesce(title, '') FROM events",
    "SELECT row_number() OVER (PARTITION BY user_id ORDER BY at) AS n, lower(trim(user_id)) FROM ratings",
    "SELECT length(title), substr(title, 1, 3), replace(title, 'a', 'b'), abs(value), round(value, 1) FROM items",
    "(SELECT 1 AS one)",
)


@pytest.mark.parametrize(
    "scheme", ["postgresql", "sqlite", "duckdb", "mysql+pymysql", "oracle", "mssql+pyodbc", "nobody"]
)
@pytest.mark.parametrize("statement", READING)
def test_a_reading_statement_passes_as_it_is_written(statement: str, scheme: str) -> None:
    assert checked(f"  {statement} ;\n", scheme) == statement


@pytest.mark.parametrize(
    ("statement", "scheme"),
    [
        ("SELECT date_trunc('day', at)::date, payload->>'a', tags[1] FROM t -- why", "postgresql"),
        (
            "SELECT string_agg(name, '|' ORDER BY name) FILTER (WHERE name ~ '^\\d+$') FROM t /* /* why */ */",
            "postgresql",
        ),
        ("SELECT extract(epoch FROM at), at AT TIME ZONE 'Europe/Berlin', interval '1 day' + at FROM t", "postgresql"),
        ("SELECT DISTINCT ON (user_id) * FROM t TABLESAMPLE BERNOULLI (10)", "postgresql"),
        ("SELECT jsonb_array_elements_text(tags), unnest(ARRAY[1, 2]), generate_series(1, 3) FROM t", "postgresql"),
        ("SELECT unixepoch(at), strftime('%Y', at), group_concat(name, '|'), json_extract(a, '$.b') FROM t", "sqlite"),
        ('SELECT "delete", \'DROP TABLE ratings; --\' AS text FROM "insert into"', "sqlite"),
        ("VALUES (1, 'a'), (2, 'b')", "sqlite"),
        ("FROM t SELECT a", "duckdb"),
        (
            "SELECT * EXCLUDE (a), list_transform(l, x -> x + 1), epoch_ms(at) FROM t QUALIFY rank() OVER () = 1",
            "duckdb",
        ),
        ("SELECT `user id`, FROM_UNIXTIME(at), IFNULL(a, 0) FROM t", "mysql"),
        ("SELECT TOP 10 [user id] FROM t", "mssql+pyodbc"),
    ],
)
def test_each_database_is_asked_in_its_own_words(statement: str, scheme: str) -> None:
    assert checked(statement, scheme) == statement


@pytest.mark.parametrize(
    ("statement", "scheme", "told"),
    [
        ("INSERT INTO t VALUES (1)", "mysql", 'does not read: "INSERT"'),
        ("REPLACE INTO t VALUES (1)", "mysql", "does not read"),
        ("SELECT 1 INTO OUTFILE 'stolen'", "mysql", "SQL statement"),
        ("SELECT load_file('stolen')", "mysql", '"load_file"'),
        ("SELECT sleep(60), benchmark(1000000000, 1)", "mysql", '"sleep"'),
        ("SELECT * FROM mysql.user", "mysql", "server's own"),
        ("SELECT 1 /*!50000 + sleep(60) */ AS a", "mysql", "comment"),
        ("SELECT 1 --1, load_file('stolen')", "mysql", "load_file"),
        ("SELECT 1 -- 1", "mysql", "comment"),
        ("SELECT 'a\\' , load_file(0x61) , ' '", "mysql", "SQL statement"),
        ("SELECT 1 # 2", "mysql", "comment"),
        ("EXEC xp_cmdshell 'dir'", "mssql+pyodbc", "SQL statement"),
        ("SELECT * FROM OPENROWSET('a', 'b', 'c')", "mssql+pyodbc", "SQL statement"),
        ("SELECT * INTO copied FROM t", "mssql+pyodbc", "writes"),
        ("SELECT utl_http.request('elsewhere') FROM dual", "oracle", "SQL statement"),
        ("BEGIN NULL; END", "oracle", "SQL statement"),
        ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", "postgresql", "does not read"),
        ("TABLE pg_authid", "postgresql", "server's own"),
        ("SELECT $1", "postgresql", "placeholder"),
        ("SELECT a FROM t WHERE b = :b", "oracle", "placeholder"),
        ("SELECT * FROM t FOR SHARE", "postgresql", "locks"),
        ("SELECT 'a\0b'", "sqlite", "NUL"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "sqlite", "too deep"),
        ("SELECT '" + "a" * 100_000 + "'", "sqlite", "letters"),
        ("SELECT 1;;; SELECT 2", "sqlite", "is 2 statements"),
        ("SELECT 'a", "sqlite", "cannot be read"),
    ],
)
def test_everything_else_is_refused_in_one_line(statement: str, scheme: str, told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        checked(statement, scheme)
    assert str(caught.value).startswith("SQL statement: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


_WORDS = "SELECT * FROM t WHERE a = 1 ; -- /* */ ' \" ( ) INSERT DELETE UNION WITH AS pg_sleep 60 $$ \\ , INTO COPY"
_PIECES = st.sampled_from(_WORDS.split(" "))


@given(
    st.lists(_PIECES, max_size=25).map(" ".join) | st.text(max_size=60),
    st.sampled_from(["postgresql", "sqlite", "mysql"]),
)
def test_any_text_is_a_statement_or_one_line_of_refusal(text: str, scheme: str) -> None:
    told = ""
    statement = None
    try:
        statement = checked(text, scheme)
    except DataError as error:
        told = str(error)
    assert "\n" not in told
    assert statement is None or checked(statement, scheme) == statement
