from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from recengine.data import Dataset
from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.workspace import Workspace
from tests.pages.conftest import OpenPage, run_until
from ui.quality import fixing

PAGE = "pages/data_quality.py"
STEP = "k-core:users=5,items=5"


@pytest.fixture
def planned(tmp_path: Path, synthetic_dataset: Dataset) -> Iterator[Workspace]:
    """A workspace with `shop`, imported by a plan from uploads; some users have fewer than five interactions."""
    workspace = Workspace.open(tmp_path / "planned")
    data = synthetic_dataset
    rows = data.interactions
    pl.DataFrame(
        {
            "user_id": data.users["id"].gather(rows["user"]),
            "item_id": data.items["id"].gather(rows["item"]),
            "rating": rows["weight"],
            "timestamp": rows["time"],
        }
    ).vstack(
        pl.DataFrame(
            {
                "user_id": ["once", "twice", "twice"],
                "item_id": data.item_ids[:1] + data.item_ids[:2],
                "rating": pl.Series([5.0, 4.0, 5.0], dtype=pl.Float32),
                "timestamp": [1_700_000_000] * 3,
            }
        )
    ).write_csv(tmp_path / "interactions.csv")
    with (tmp_path / "interactions.csv").open("rb") as stream:
        path = workspace.keep_upload("interactions.csv", stream)
    workspace.import_plan(ImportPlan("shop", {"interactions": (TableSource(path=path),)}))
    yield workspace
    for job in workspace.jobs.list():
        workspace.jobs.cancel(job.id)


def button(app: AppTest, start: str) -> str:
    """The key of the first button whose key starts so."""
    return next(one.key for one in app.button if one.key is not None and one.key.startswith(start))


def texts(app: AppTest) -> str:
    return " ".join(one.value for one in [*app.markdown, *app.caption, *app.subheader]).replace("\\", "")


def run_until_ended(app: AppTest, workspace: Workspace) -> None:
    """Until the jobs are over: new data are in place a moment before, while the page still takes no click."""
    run_until(app, lambda _: all(job.is_over for job in workspace.jobs.list()))
    app.run()


def test_the_answer_is_one_sentence_with_counts(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert not app.exception
    assert not app.error
    counts = {one.label.split("] ")[1]: int(one.value) for one in app.metric if "] " in one.label}
    assert list(counts) == ["Problems", "Warnings", "Notes", "Fine"]
    assert sum(counts.values()) > 10
    said = texts(app)
    assert any(start in said for start in ("Something is wrong", "Nothing makes", "Nothing is wrong"))


def test_without_a_plan_it_says_so_and_names_what_would_mend(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert "without the plan of its import" in texts(app)
    assert not [one for one in app.button if (one.key or "").startswith("fix ")]


@pytest.mark.parametrize("part", ["charts", "tables", "import"])
def test_every_part_is_shown(open_page: OpenPage, part: str) -> None:
    app = open_page(PAGE, {"quality": part})
    assert not app.exception
    assert not app.error
    if part == "tables":
        columns, groups = (one.value for one in app.dataframe)
        assert {"Column", "Missing", "Different"} <= set(columns.columns)
        assert groups["n"].sum() > 0
    elif part == "charts":
        assert len(app.get("plotly_chart")) >= 4
    else:
        assert "Language of the item texts" in texts(app)


def test_a_fix_shows_what_it_would_touch_before_it_is_done(open_page: OpenPage, planned: Workspace) -> None:
    app = open_page(PAGE, workspace=planned.root)
    before = planned.dataset_entry("shop").fingerprint
    app.button(key=button(app, "fix few-positives")).click().run()
    assert not app.exception
    assert not app.error
    # the two users with one and with two interactions, three rows
    assert "3 of" in texts(app)
    assert "120 of 122 users" in texts(app)
    assert planned.dataset_entry("shop").fingerprint == before
    app.button(key=button(app, "cancel")).click().run()
    assert not [one for one in app.button if (one.key or "").startswith("apply ")]


def test_a_fix_is_applied_as_a_job_and_taken_back(open_page: OpenPage, planned: Workspace) -> None:
    app = open_page(PAGE, workspace=planned.root)
    whole = planned.dataset_entry("shop")
    app.button(key=button(app, "fix few-positives")).click().run()
    app.button(key=button(app, "apply few-positives")).click().run()
    run_until_ended(app, planned)
    assert not app.exception
    cleaned = planned.dataset_entry("shop")
    assert cleaned.n_users == whole.n_users - 2
    plan = planned.dataset_plan("shop")
    assert plan is not None
    assert plan.cleaning == (STEP,)
    # the page shows the new data, and says that fits are gone
    assert f"{cleaned.n_users:,} users" in texts(app)
    assert "fits must be made again" in texts(app)

    app.segmented_control(key="choice_quality").set_value("import").run()
    assert not app.exception
    app.button(key=button(app, "take back step 0")).click().run()
    run_until_ended(app, planned)
    assert planned.dataset_entry("shop").fingerprint == whole.fingerprint
    plan = planned.dataset_plan("shop")
    assert plan is not None
    assert plan.cleaning == ()


def test_a_step_goes_where_it_is_best_applied_and_never_twice() -> None:
    assert fixing.with_steps([STEP], ["times:future=yes"]) == ("times:future=yes", STEP)
    assert fixing.with_steps(["times:future=yes"], [STEP]) == ("times:future=yes", STEP)
    assert fixing.with_steps([STEP], [STEP]) == (STEP,)
    assert fixing.with_steps([], ["k-core:users=2,items=1", STEP]) == ("k-core:users=2,items=1", STEP)


def test_a_fix_whose_files_are_gone_says_so_in_one_line(open_page: OpenPage, planned: Workspace) -> None:
    for upload in (planned.root / "uploads").rglob("*.csv"):
        upload.unlink()
    app = open_page(PAGE, workspace=planned.root)
    app.button(key=button(app, "fix few-positives")).click().run()
    assert not app.exception
    assert "not in the workspace any more" in app.error[0].value.replace("\\", "")
