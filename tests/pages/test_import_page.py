"""The Import page without a browser: what is brought, mapped, cleaned and stored, and what goes wrong on the way."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recengine.data.cleaning import STEPS
from recengine.workspace import Workspace
from tests.pages.conftest import HOSTILE, OpenPage, run_until

IMPORT = "pages/import_data.py"
USERS, ITEMS = 12, 10
Bring = Callable[..., AppTest]


def ratings(header: str = "who;what;stars;when") -> bytes:
    """Every user has rated every second item; user 1 has rated item 1 twice, which makes one repeat."""
    rows = [
        f"u{user};i{item};{1 + (user + item) % 5};{1_700_000_000 + 86_400 * user + item}"
        for user in range(USERS)
        for item in range(user % 2, ITEMS, 2)
    ]
    rows.append("u1;i1;5;1700090000")
    return "\n".join([header, *rows]).encode()


def films() -> bytes:
    titles = [HOSTILE[at] if at < len(HOSTILE) else f"Film {at}" for at in range(ITEMS)]
    rows = [f'i{at}\t"{title}"\tDrama|Comedy\t{1990 + at}' for at, title in enumerate(titles)]
    return "\n".join(["film_id\ttitle\tgenres\tyear", *rows]).encode("utf-16")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def bring(open_page: OpenPage, root: Path) -> Bring:
    """A page on an empty workspace to which files were brought."""

    def brought(**files: bytes) -> AppTest:
        app = open_page(IMPORT, workspace=root)
        named = [(f"{name.replace('_', '.')}", content, "text/csv") for name, content in files.items()]
        app.file_uploader[0].set_value(named).run()
        assert not app.exception
        return app

    return brought


def texts(app: AppTest) -> str:
    told = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info, *app.subheader]
    return "\n".join(str(element.value).replace("\\", "") for element in told)


def go(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def role(app: AppTest, column: str) -> str:
    box = next(box for box in app.selectbox if box.label.replace("\\", "") == f"Role of {column}")
    return str(box.value)


def choose_role(app: AppTest, column: str, role: str) -> AppTest:
    box = next(box for box in app.selectbox if box.label.replace("\\", "") == f"Role of {column}")
    return box.set_value(role).run()


def test_an_empty_workspace_is_no_obstacle_and_stays_empty(open_page: OpenPage, root: Path) -> None:
    app = open_page(IMPORT, workspace=root)
    assert not app.exception
    assert app.title[0].value == "Import"
    assert not root.exists()


def test_what_was_recognised_is_told_and_can_be_changed(bring: Bring) -> None:
    app = bring(ratings_csv=ratings(), films_tsv=films())
    told = texts(app)
    assert "separator semicolon" in told
    assert "UTF-16" in told
    kinds = [box.value for box in app.selectbox if box.label.startswith("Use ")]
    assert kinds == ["interactions", "items"]
    next(box for box in app.selectbox if box.label.startswith("Use films")).set_value("none").run()
    assert not app.exception
    go(app, "Next: map columns")
    assert role(app, "who") == "user"
    assert not [group for group in app.button_group if group.label == "Table"]  # one table is left


def test_one_bad_file_is_one_line_and_the_rest_goes_on(bring: Bring) -> None:
    app = bring(ratings_csv=ratings(), nothing_csv=b"")
    (error,) = app.error
    assert "nothing.csv" in error.value.replace("\\", "")
    assert not next(button for button in app.button if button.label == "Next: map columns").disabled


def test_a_role_moves_and_the_rows_follow(bring: Bring) -> None:
    app = bring(ratings_csv=ratings())
    go(app, "Next: map columns")
    assert [role(app, column) for column in ("who", "what", "stars", "when")] == ["user", "item", "value", "time"]
    assert app.dataframe[0].value.columns.tolist() == ["user", "item", "value", "weight", "positive", "time"]
    choose_role(app, "stars", "")
    assert not app.exception
    assert app.dataframe[0].value.columns.tolist() == ["user", "item", "time"]
    assert "Guessed was: Value" in texts(app)
    assert "Not used: 1 of 4 columns" in texts(app)
    go(app, "Back to the guesses")
    assert role(app, "stars") == "value"


def test_what_lacks_is_said_and_nobody_gets_past_it(bring: Bring) -> None:
    app = bring(ratings_csv=ratings())
    go(app, "Next: map columns")
    choose_role(app, "who", "")
    assert "No column is the user yet" in texts(app)
    assert next(button for button in app.button if button.label == "Next: clean rows").disabled


def test_settings_of_values_and_times_change_the_rows(bring: Bring) -> None:
    app = bring(ratings_csv=ratings())
    go(app, "Next: map columns")
    next(box for box in app.selectbox if box.label == "Values count").set_value("one").run()
    assert set(app.dataframe[0].value["weight"]) == {"1"}
    next(box for box in app.selectbox if box.label == "Counts as liked").set_value("all").run()
    assert set(app.dataframe[0].value["positive"]) == {"yes"}
    next(box for box in app.selectbox if box.label == "Written as").set_value("ms").run()
    assert app.dataframe[0].value["time"][0].startswith("1970-01-20")


def test_types_of_events_have_weights_that_can_be_changed(bring: Bring) -> None:
    rows = "\n".join(f"u{at % 9},i{at % 7},{'purchase' if at % 5 == 0 else 'view'}" for at in range(60))
    app = bring(events_csv=f"user_id,item_id,event_type\n{rows}".encode())
    go(app, "Next: map columns")
    assert not app.exception
    table = next(one.value for one in app.dataframe if "Weight" in one.value.columns)
    assert table.to_dict("list") == {"Type": ["view", "purchase"], "Rows": [48, 12], "Weight": [1.0, 5.0]}


def test_a_template_makes_the_text_of_an_item(bring: Bring) -> None:
    app = bring(ratings_csv=ratings(), films_tsv=films())
    go(app, "Next: map columns")
    next(group for group in app.button_group if group.label == "Table").set_value("items").run()
    assert not app.exception
    assert role(app, "genres") == "item.categories"
    app.text_area[0].set_value("{title} of {year}").run()
    assert not app.exception
    assert app.dataframe[0].value["text"][ITEMS - 1] == "Film 9 of 1999"
    app.text_area[0].set_value("{nonsense}").run()
    (error,) = app.error
    assert "nonsense" in error.value
    go(app, "Next: clean rows")
    (error,) = app.error
    assert "nonsense" in error.value
    go(app, "Back")
    assert app.text_area[0].value == "{nonsense}"


def test_a_step_is_seen_before_it_is_applied_and_can_be_taken_back(bring: Bring) -> None:
    app = bring(ratings_csv=ratings())
    go(app, "Next: map columns")
    go(app, "Next: clean rows")
    assert not app.exception
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics == {"Users": "12", "Items": "10", "Interactions": "61"}
    merging = next(one for one in app.expander if "Merge repeats" in one.label)
    assert "1 of 61 interactions" in merging.label
    app.session_state["step duplicates is open"] = True  # a click opens it
    app.run()
    sample = next(one.value for one in app.dataframe if "user" in one.value.columns)
    assert sample["user"].tolist() == ["u1"]
    next(button for button in app.button if button.key == "apply duplicates").click().run()
    assert {metric.label: metric.value for metric in app.metric}["Interactions"] == "60"
    assert "1 of 61" in texts(app)
    go(app, "Take back")
    assert {metric.label: metric.value for metric in app.metric}["Interactions"] == "61"


def test_of_two_unlike_tables_one_can_be_used(bring: Bring) -> None:
    app = bring(
        plays_csv=b"user_id,item_id,hours\nu1,a,3\nu2,a,9\nu1,b,1\n",
        buys_csv=b"user_id,item_id,bought\nu1,a,1\nu2,a,1\n",
    )
    assert "bought only in buys.csv; hours only in plays.csv" in texts(app) or (
        "hours only in plays.csv; bought only in buys.csv" in texts(app)
    )
    next(button for button in app.button if button.label.replace("\\", "") == "Only plays.csv").click().run()
    assert not app.exception
    assert "only in" not in texts(app)
    assert [box.value for box in app.selectbox] in (["interactions", "none"], ["none", "interactions"])


def test_what_stops_the_import_is_said_before_it_and_can_be_left_out(bring: Bring) -> None:
    rows = [f"u{at % 5},i{at % 7},{4 + at % 2},2024-01-{1 + at % 28:02}" for at in range(60)]
    app = bring(
        log_csv="\n".join(["user_id,item_id,rating,time", *rows, "u1,i1,5,yesterday", ",i1,5,2024-01-01"]).encode()
    )
    for label in ("Next: map columns", "Next: clean rows"):
        go(app, label)
    assert "Left out: 1 interactions without a user id." in texts(app)
    assert "cannot be read, and an import stops" in texts(app)
    go(app, "Next: import")
    assert next(button for button in app.button if button.key == "import now").disabled
    go(app, "Leave out what cannot be read")
    assert not app.exception
    assert not next(button for button in app.button if button.key == "import now").disabled


@pytest.mark.parametrize("name", list(STEPS))
def test_the_form_of_every_step_opens(bring: Bring, name: str) -> None:
    app = bring(ratings_csv=ratings(), films_tsv=films(), people_csv=b"user_id,age\nu1,30\nu2,40\nu3,50\n")
    go(app, "Next: map columns")
    go(app, "Next: clean rows")
    app.session_state[f"step {name} is open"] = True
    app.run()
    assert not app.exception
    assert not app.error
    assert any(button.key == f"apply {name}" for button in app.button)


def test_it_is_stored_by_a_job_and_can_be_edited_again(bring: Bring, open_page: OpenPage, root: Path) -> None:
    app = bring(ratings_csv=ratings(), films_tsv=films())
    for label in ("Next: map columns", "Next: clean rows", "Next: import"):
        go(app, label)
    app.text_input(key="name of the dataset").set_value("films").run()
    go(app, "Import")
    run_until(app, lambda app: "films is stored" in texts(app), seconds=120)
    assert not app.exception
    entry = Workspace(root).dataset_entry("films")
    assert (entry.n_users, entry.n_items, entry.n_interactions) == (USERS, ITEMS, 60)
    titles = Workspace(root).load_dataset("films").titles
    assert tuple(titles[: len(HOSTILE)]) == HOSTILE
    again = open_page(IMPORT, workspace=root)
    go(again, "Edit")
    assert not again.exception
    assert role(again, "who") == "user"
    go(again, "Next: clean rows")
    go(again, "Next: import")
    assert "There is a dataset 'films' already" in texts(again)


def test_a_draft_is_found_by_its_link_alone(bring: Bring, open_page: OpenPage, root: Path) -> None:
    app = bring(ratings_csv=ratings())
    go(app, "Next: map columns")
    choose_role(app, "when", "session")
    draft = app.query_params["draft"]
    other = open_page(IMPORT, {"draft": draft if isinstance(draft, str) else draft[0]}, workspace=root)
    assert role(other, "when") == "session"
    third = open_page(IMPORT, workspace=root)  # somebody else begins an import of their own
    assert not [box for box in third.selectbox if box.label.startswith("Role of")]
    assert "ratings.csv" in texts(third)  # and may open this one


@pytest.mark.parametrize("link", ["0" * 16, "../../names/x"])
def test_a_link_to_nothing_is_said_in_one_line(open_page: OpenPage, root: Path, link: str) -> None:
    app = open_page(IMPORT, {"draft": link}, workspace=root)
    assert not app.exception
    (warning,) = app.warning
    assert "draft" in warning.value


def test_a_file_that_is_gone_is_told(bring: Bring, root: Path) -> None:
    app = bring(ratings_csv=ratings())
    (path,) = (root / "uploads").glob("*/ratings.csv")
    path.unlink()
    time.sleep(0.01)
    app.run()
    assert not app.exception
    assert "Bring the file again" in texts(app)


def test_a_database_brings_a_table_by_its_name_and_no_password_is_shown(
    open_page: OpenPage, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("create table sales (buyer text, product text, stars int)")
        shop.executemany(
            "insert into sales values (?, ?, ?)", [(f"b{at % 9}", f"p{at % 7}", 1 + at % 5) for at in range(63)]
        )
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", f"sqlite:///{tmp_path / 'shop.db'}")
    app = open_page(IMPORT, workspace=root)
    app.session_state["way in"] = "A database"
    app.run()
    assert not app.exception
    app.text_area[0].set_value("delete from sales").run()
    go(app, "Show the first rows")
    assert len(app.error) == 1  # refused in one line
    app.text_area[0].set_value("select * from sales").run()
    go(app, "Show the first rows")
    assert app.dataframe[0].value.shape == (50, 3)
    go(app, "Add this table")
    assert not app.exception
    assert "shop: sales" in texts(app)
    go(app, "Next: map columns")
    assert app.dataframe[0].value.columns.tolist()[:3] == ["user", "item", "value"]


def test_files_of_an_allowed_folder_are_read_where_they_lie(
    open_page: OpenPage, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = tmp_path / "large"
    allowed.mkdir()
    (allowed / "ratings.csv").write_bytes(ratings())
    monkeypatch.setenv("RECENGINE_FOLDERS", str(allowed))
    app = open_page(IMPORT, workspace=root)
    app.session_state["way in"] = "Files on this machine"
    app.run()
    app.multiselect[0].select(str(allowed / "ratings.csv")).run()
    go(app, "Add these files")
    assert not app.exception
    assert "separator semicolon" in texts(app)
    assert not (root / "uploads").exists()
