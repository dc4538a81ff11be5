"""The Models page without a browser; tests that only look at what is fitted use the small workspace."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from recengine.data.splits.split import part_fingerprint
from recengine.device import device_kind
from recengine.errors import StoreError
from recengine.jobs import Job, Jobs
from recengine.models import make_recipe, recipes
from recengine.models.sequence import SasRecRecipe
from recengine.models.training import Round, TrainedRecipe
from recengine.models.training.runs import RunFolder, run_facts
from recengine.scenario import Scenario, default_scenario
from recengine.tuning import Budget, ask
from recengine.workspace import Workspace
from tests.pages.conftest import OpenPage, run_until
from ui.models.fits import of_scenario

MODELS = "pages/models.py"


@pytest.fixture
def workspace(small_workspace: Path, tmp_path: Path) -> Workspace:
    """A copy of the small workspace, fitted, to be written to."""
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy)
    return Workspace(copy)


def texts(app: AppTest) -> str:
    every = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(element.value.replace("\\", "") for element in every)


def click(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_every_recipe_has_a_card(open_page: OpenPage) -> None:
    app = open_page(MODELS)
    assert not app.exception
    picked = {str(box.key).removeprefix("pick_"): box for box in app.checkbox}
    assert set(picked) >= set(recipes())
    assert {name for name, box in picked.items() if box.value} == {"als", "text", "popularity"}
    # nobody has brought scores of another system, and the card says so
    assert picked["external"].disabled
    assert "No scores are chosen" in texts(app)
    assert make_recipe("als").about in texts(app)
    assert "3 scorers chosen, all fitted already" in texts(app)
    assert app.button(key="fit and use").disabled


def test_cards_of_one_kind_are_shown_and_what_is_ticked_on_others_stays(open_page: OpenPage) -> None:
    app = open_page(MODELS)
    before = {box.label for box in app.checkbox if box.value}
    app.pills(key="kind of scorer").set_value("Linear").run()
    assert [box.label for box in app.checkbox] == ["**EASE**", "**SLIM**"]
    app.checkbox(key="pick_ease").check().run()
    app.pills(key="kind of scorer").set_value("Ticked").run()
    assert {box.label for box in app.checkbox} == before | {"**EASE**"}


def test_a_choice_is_fitted_by_a_job_and_then_used(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(MODELS, workspace=workspace.root)
    app.checkbox(key="pick_item-knn").check().run()
    assert "To fit: Item-KNN" in texts(app)
    app.button(key="fit and use").click().run()
    assert not app.exception
    assert "These scorers are being fitted" in texts(app)
    (job,) = workspace.jobs.list()
    assert job.verb == "fit"
    assert app.query_params["job"] == job.id
    # a reload is another session with the same link
    again = open_page(MODELS, dict(app.query_params), workspace=workspace.root)
    run_until(again, lambda app: "4 scorers chosen, all fitted already" in texts(app))
    assert "job" not in again.query_params
    assert again.query_params["w_item-knn"] == "0.33"  # (0.7 + 0.2 + 0.1) / 3
    assert len(workspace.jobs.list()) == 1
    # the session that waited goes on too
    app.run()
    assert app.query_params["scenario"] == again.query_params["scenario"]


def test_a_cancelled_fit_leaves_the_scorers_that_were_there(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(MODELS, workspace=workspace.root)
    app.checkbox(key="pick_item-knn").check().run()
    app.button(key="fit and use").click().run()
    click(app, "Cancel")
    assert "These scorers are not fitted" in texts(app)
    click(app, "Close")
    assert not app.exception
    assert "job" not in app.query_params
    assert "w_item-knn" not in app.query_params


def test_a_refused_job_is_one_clear_notice(
    open_page: OpenPage, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> Job:
        raise StoreError("jobs: cannot be written (Read-only file system). Make the workspace writable.")

    monkeypatch.setattr(Jobs, "submit", refuse)
    app = open_page(MODELS, workspace=workspace.root)
    app.checkbox(key="pick_item-knn").check().run()
    app.button(key="fit and use").click().run()
    assert not app.exception
    (error,) = app.error
    assert "Read\\-only" in error.value


def test_nothing_chosen_cannot_be_fitted(open_page: OpenPage) -> None:
    app = open_page(MODELS)
    for name in ("als", "text", "popularity"):
        app.checkbox(key=f"pick_{name}").uncheck().run()
    assert "Choose at least one scorer" in texts(app)
    assert app.button(key="fit and use").disabled


def test_saved_variants_can_be_chosen_and_forgotten(open_page: OpenPage, workspace: Workspace) -> None:
    workspace.save_recipe("als:wide", make_recipe("als:wide", {"factors": 64}))
    app = open_page(MODELS, workspace=workspace.root)
    assert "factors 64" in texts(app)
    app.button(key="forget als:wide").click().run()
    assert not app.exception
    assert workspace.saved_recipes() == {}
    assert "pick_als:wide" not in [box.key for box in app.checkbox]


def test_fits_are_listed_and_deleted(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(MODELS, {"part": "fitted"}, workspace=workspace.root)
    table = app.dataframe[0].value
    assert table["In the Studio"].all()
    assert set(table["Fitted on"]) == {"CPU"}
    n = len(workspace.fits())
    app.button(key="delete fit now").click().run()
    assert not app.exception
    assert len(workspace.fits()) == n - 1


def test_without_a_fit_the_part_says_so(open_page: OpenPage, unfitted_workspace: Path) -> None:
    app = open_page(MODELS, {"part": "fitted"}, workspace=unfitted_workspace)
    assert "Nothing is fitted" in texts(app)
    assert Workspace(unfitted_workspace).jobs.list() == []  # this page fits nothing unasked


def test_scorers_are_compared_with_the_floors(open_page: OpenPage, workspace: Workspace) -> None:
    dataset = workspace.load_dataset("shop")
    for name in ("als", "popularity"):
        workspace.validate(dataset, make_recipe(name))
    app = open_page(MODELS, {"part": "compare"}, workspace=workspace.root)
    assert not app.exception
    assert "Not measured yet: Text profile, Random" in texts(app)
    app.multiselect(key="scorers compared").set_value(["als"]).run()
    assert "is best with NDCG@10" in texts(app)
    app.button(key="measure").click().run()
    run_until(app, lambda app: "Not measured yet" not in texts(app))
    assert not app.exception
    assert set(app.dataframe[0].value["Scorer"]) == {
        make_recipe(name).label for name in ("als", "popularity", "random")
    }
    app.selectbox(key="compared by").select("coverage").run()
    assert not app.exception


def test_a_search_is_shown_saved_and_used(open_page: OpenPage, workspace: Workspace) -> None:
    dataset, als = workspace.load_dataset("shop"), make_recipe("als")
    workspace.tune(dataset, als, ask(als, dataset), budget=Budget(3))
    app = open_page(MODELS, {"part": "tune"}, workspace=workspace.root)
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Trials"] == "3"
    if "Save" in [button.label for button in app.button]:  # the defaults may be the best of three
        app.button(key="save best").click().run()
        assert list(workspace.saved_recipes()) == ["als:tuned"]
        app.button(key="use best").click().run()
        run_until(app, lambda app: "w_als:tuned" in app.query_params)
    app.button(key="delete study now").click().run()
    assert not app.exception
    assert workspace.studies(dataset) == []


def test_a_search_is_submitted_with_its_budget(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(MODELS, {"part": "tune"}, workspace=workspace.root)
    app.number_input(key="trials wanted").set_value(2).run()
    app.button(key="tune").click().run()
    (job,) = workspace.jobs.list()
    assert job.verb == "tune"
    assert job.arguments[-2:] == ("--trials", "2")
    run_until(
        app, lambda app: app.metric and app.metric[0].value == "2" and "Cancel" not in [b.label for b in app.button]
    )
    assert not app.exception
    # more trials of the same search
    app.number_input(key="more trials").set_value(1).run()
    app.button(key="search on").click().run()
    assert workspace.jobs.list()[0].arguments[-2:] == ("--trials", "3")
    run_until(app, lambda app: app.metric and app.metric[0].value == "3")


def test_jobs_are_listed_with_their_logs(open_page: OpenPage, workspace: Workspace) -> None:
    app = open_page(MODELS, {"part": "jobs"}, workspace=workspace.root)
    assert "No job has run yet" in texts(app)
    workspace.jobs.submit("samples", title="**Samples** $x$")
    run_until(app, lambda app: "Done" in texts(app))
    assert "**\\*\\*Samples\\*\\* \\$x\\$**" in [text.value for text in app.markdown]
    click(app, "Delete")
    assert workspace.jobs.list() == []


def test_a_running_job_is_in_the_header_of_other_pages(
    open_page: OpenPage, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.jobs.submit("samples", title="Samples")
    app = open_page("pages/overview.py", workspace=workspace.root)
    said = texts(app)
    assert "1 job" in said or workspace.jobs.list()[0].is_over
    run_until(app, lambda app: "1 job" not in texts(app))
    assert not app.exception


def run_folder(workspace: Workspace, scenario: Scenario, recipe: TrainedRecipe) -> RunFolder:
    """As a fit of `recipe` for `scenario` has it while it learns."""
    train = part_fingerprint(scenario.dataset, scenario.split, scenario.seed, "full_train")
    shown = {
        "recipe": recipe.name,
        "label": recipe.label,
        "dataset": "shop",
        "fingerprint": scenario.dataset,
        "epochs": recipe.epochs,
        "loss_name": "Mean loss of a next item",
    }
    return RunFolder(workspace.root / "training", run_facts(recipe, train, scenario.seed, device_kind()), shown)


def test_what_learns_is_followed_and_what_stopped_can_be_deleted(open_page: OpenPage, workspace: Workspace) -> None:
    recipe = SasRecRecipe()
    scenario = default_scenario(workspace.load_dataset("shop"))
    rounds = [Round(1, 5.0, 0.1, 2.0), Round(2, 4.0, 0.3, 2.0), Round(3, 3.0, 0.2, 2.0)]
    folder = run_folder(workspace, scenario, recipe).__enter__()
    folder.tell(rounds)
    folder.keep({"network.one": np.zeros(1)}, rounds[:2], 4.0)
    app = open_page(MODELS, workspace=workspace.root)
    assert not app.exception
    assert "Round 3 of at most 100 is done; a round takes 2.0 s." in texts(app)
    assert "NDCG@10 of users held out by round, higher is better" in texts(app)
    assert "Stopped" not in texts(app)
    folder.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    app.run()
    assert "is done; a round takes" not in texts(app)
    said = "Stopped after round 3 of 100; fitting again goes on from round 2."
    assert said in texts(app)
    fitted = open_page(MODELS, {"part": "fitted"}, workspace=workspace.root)
    assert said in texts(fitted)
    app.button(key="delete run sasrec").click().run()
    assert not app.exception
    assert said not in texts(app)
    assert workspace.training_runs() == []


def test_runs_of_another_dataset_of_the_same_name_are_not_shown(open_page: OpenPage, workspace: Workspace) -> None:
    another = replace(default_scenario(workspace.load_dataset("shop")), dataset="0" * 64)
    folder = run_folder(workspace, another, SasRecRecipe()).__enter__()
    folder.tell([Round(1, 5.0, 0.1, 2.0)])
    folder.keep({"network.one": np.zeros(1)}, [Round(1, 5.0, 0.1, 2.0)], 2.0)
    app = open_page(MODELS, workspace=workspace.root)
    assert not app.exception
    assert "is done; a round takes" not in texts(app)
    folder.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    (run,) = workspace.training_runs()
    fitted = open_page(MODELS, {"part": "fitted"}, workspace=workspace.root)
    assert "Stopped" not in texts(fitted)
    # nor one of a program that did not say of which dataset it is
    path = workspace.root / "training" / run.key / "rounds.json"
    document = json.loads(path.read_text())
    del document["fingerprint"]
    path.write_text(json.dumps(document))
    fitted.run()
    assert not fitted.exception
    assert "Stopped" not in texts(fitted)


def test_a_card_tells_roughly_how_long_a_fit_takes(open_page: OpenPage) -> None:
    app = open_page(MODELS)
    takes = [line for line in texts(app).splitlines() if line.startswith("Takes about") or "a few seconds and" in line]
    assert len(takes) > 3
    app.checkbox(key="pick_gmf").check().run()
    assert "To fit: " in texts(app)


def test_a_sequence_model_is_measured_in_eight_bits_by_a_job(open_page: OpenPage, workspace: Workspace) -> None:
    settings = {"epochs": 1, "factors": 8, "max_length": 5, "blocks": 1, "heads": 1, "held_out": 20}
    dataset = workspace.load_dataset("shop")
    scenario = default_scenario(dataset, recipes={"sasrec": make_recipe("sasrec", settings)})
    workspace.prepare(dataset, scenario)
    app = open_page(MODELS, {"part": "fitted"}, workspace=workspace.root)
    assert "In eight bits" in texts(app)
    assert "NDCG@10 of users held out by round, higher is better" in texts(app)
    app.button(key="quantise").click().run()
    assert not app.exception
    run_until(app, lambda app: "times smaller; NDCG" in texts(app))
    (job,) = workspace.jobs.list()
    assert job.verb == "quantise"
    als = next(fit for fit in of_scenario(workspace.fits(), scenario) if fit.recipe == "als")
    app.selectbox(key="fit looked at").set_value(als.key).run()
    assert "In eight bits" not in texts(app)
