from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recengine.scenario import DEFAULT_WEIGHTS
from tests.pages.conftest import ROOT, OpenPage, run_until
from tests.pages.desk import is_open, weights

PAGES = ("overview", "models", "studio", "explain", "fairness", "report")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens(open_page: OpenPage, name: str) -> None:
    app = open_page(f"pages/{name}.py")
    assert not app.exception
    assert not app.error
    assert app.title[0].value == name.capitalize()


@pytest.mark.parametrize("name", PAGES)
def test_without_data_every_page_says_what_to_do(open_page: OpenPage, tmp_path: Path, name: str) -> None:
    app = open_page(f"pages/{name}.py", workspace=tmp_path / "none yet")
    assert not app.exception
    assert [button.label for button in app.button] == ["Load the synthetic sample", "Fetch MovieLens-100K"]
    assert "python -m recengine import" in app.code[0].value
    assert not (tmp_path / "none yet").exists()


def test_a_foreign_folder_is_one_clear_notice(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    app = open_page("pages/studio.py", workspace=tmp_path)
    assert not app.exception
    (error,) = app.error
    assert "not a workspace" in error.value
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_damaged_dataset_is_one_clear_notice(open_page: OpenPage, small_workspace: Path, tmp_path: Path) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy)
    (name,) = (copy / "names").iterdir()
    name.write_text("{")
    app = open_page("pages/overview.py", workspace=copy)
    assert not app.exception
    assert len(app.error) == 1


def test_a_damaged_dataset_leaves_the_others_to_be_chosen(
    open_page: OpenPage, small_workspace: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy)
    (copy / "names" / "another.json").write_text("{")  # comes before "shop", so it is what a bare link asks for
    app = open_page("pages/overview.py", workspace=copy)
    (error,) = app.error
    assert "Import another again" in error.value
    app.selectbox(key="dataset").select("shop").run()
    assert not app.exception
    assert not app.error


def test_one_click_loads_the_sample(open_page: OpenPage, tmp_path: Path) -> None:
    app = open_page("pages/studio.py", workspace=tmp_path / "fresh")
    app.button(key="load_sample").click().run()
    assert "**Import synthetic**" in [text.value for text in app.markdown]
    assert app.button(key="load_sample").disabled
    run_until(app, is_open, seconds=120)
    assert not app.exception
    assert not app.error
    assert weights(app)["als"] == DEFAULT_WEIGHTS["als"]


def test_a_page_that_starts_without_the_app_comes_back_with_its_link(
    small_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Streamlit does with a deep link on a fresh server: it runs the page's file alone."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(small_workspace))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page("pages/studio.py")
    app.query_params["k"] = "4"
    app.run()
    assert not app.exception
    assert app.query_params["k"] == "4"
    assert app.number_input(key="k").value == 4
