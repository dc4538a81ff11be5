from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from recengine.data import Dataset, Finding, ImportReport, split_dataset
from recengine.data.profiles import count_everyone, item_profile, user_profile
from recengine.models.profiles import UserTextRecipe
from recengine.models.profiles.describing import SENSITIVE, withheld
from recengine.models.profiles.writing import question_of
from recengine.text.endpoint import KEY, MODEL, URL
from recengine.workspace import Workspace
from tests.chat_server import ChatServer, Reply, chat_server, completion
from tests.pages.conftest import HOSTILE, OpenPage
from ui.profiles import tables
from ui.text import plain

PAGE = "pages/profiles.py"


@pytest.fixture(scope="module")
def shop(small_workspace: Path) -> Dataset:
    return Workspace.open(small_workspace).load_dataset("shop")


def metrics(app: object) -> dict[str, str]:
    return {one.label: one.value for one in app.metric}  # type: ignore[attr-defined]


def test_a_user_is_shown_without_anything_fitted(open_page: OpenPage, unfitted_workspace: Path, shop: Dataset) -> None:
    app = open_page(PAGE, {"user": "u00004"}, unfitted_workspace)
    assert not app.exception
    assert not app.error
    profile = user_profile(shop, shop.user_position["u00004"])
    assert metrics(app)["Interactions"] == f"{profile.interactions:,}"
    assert metrics(app)["Positive"] == f"{profile.positives:,}"
    latest = next(frame.value for frame in app.dataframe if "Item" in frame.value.columns)
    assert len(latest) == min(profile.interactions, 20)


def test_another_user_is_chosen_in_the_box_and_the_link_knows(open_page: OpenPage, shop: Dataset) -> None:
    app = open_page(PAGE)
    (box,) = (one for one in app.selectbox if (one.key or "").startswith("profile User"))
    box.set_value(7).run()
    assert not app.exception
    assert app.query_params["user"] == shop.user_ids[7]
    assert metrics(app)["Interactions"] == f"{user_profile(shop, 7).interactions:,}"


def test_an_item_and_who_takes_it(open_page: OpenPage, shop: Dataset) -> None:
    app = open_page(PAGE, {"profile": "item", "item": shop.item_ids[3]})
    assert not app.exception
    profile = item_profile(shop, 3)
    assert metrics(app)["Positive"] == f"{profile.positives:,}"
    groups = next(frame.value for frame in app.dataframe if "Times as likely" in frame.value.columns)
    assert groups["n"].sum() == profile.positives


def test_the_attribute_is_chosen_and_kept_in_the_link(open_page: OpenPage) -> None:
    app = open_page(PAGE, {"profile": "item", "takers": "age_group"})
    assert not app.exception
    assert not app.warning
    assert any("Age group" in frame.value.columns for frame in app.dataframe)
    assert app.query_params["takers"] == "age_group"


def test_hostile_titles_are_shown_as_they_are(open_page: OpenPage, shop: Dataset) -> None:
    for at in range(len(HOSTILE)):
        app = open_page(PAGE, {"profile": "item", "item": shop.item_ids[at]})
        assert not app.exception
        heading = app.subheader[0].value
        # every sign of mark-up in it is escaped
        assert heading.startswith(plain(HOSTILE[at]))
        assert HOSTILE[at] not in heading


def test_an_item_without_interactions_says_so(open_page: OpenPage, shop: Dataset) -> None:
    cold = int(np.argmin(count_everyone(shop).taken))
    app = open_page(PAGE, {"profile": "item", "item": shop.item_ids[cold]})
    assert not app.exception
    assert any("Nobody has an interaction" in one.value for one in app.info)


def test_a_picture_is_not_loaded_unasked(open_page: OpenPage, tmp_path: Path, shop: Dataset) -> None:
    pictured = replace(
        shop,
        items=shop.items.with_columns(image=pl.lit("http://127.0.0.1:9/picture.png")),
        fingerprint="f" * 64,
    )
    report = ImportReport("shop", "f" * 64, {}, {}, {}, {}, 0, None, (Finding("x", 0.0, "x"),), ())
    workspace = Workspace.open(tmp_path / "pictured")
    workspace.save_dataset(pictured, report, "shop")
    app = open_page(PAGE, {"profile": "item"}, workspace.root)
    assert not app.exception
    (toggle,) = (one for one in app.toggle if "picture" in one.label)
    assert not app.get("image")
    toggle.set_value(True).run()
    assert app.get("image")


def test_nonsense_in_the_link_is_told(open_page: OpenPage) -> None:
    app = open_page(PAGE, {"profile": "nobody", "user": "no such user"})
    assert not app.exception
    assert len(app.warning) == 2


def test_a_percentile_is_never_rounded_up_to_all() -> None:
    assert tables.more_than(0.9994).startswith("99")
    assert tables.more_than(float("nan")) == "\u2013"


def test_means_are_written_with_digits_that_say_something() -> None:
    assert [tables.number(value) for value in (1984.2, 3.527, 415_398.0, 0.0123)] == [
        "1984",
        "3.53",
        "415,398",
        "0.0123",
    ]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with chat_server() as served:
        monkeypatch.setenv(URL, served.url)
        monkeypatch.setenv(MODEL, "small *model*")
        monkeypatch.setenv(KEY, "sk-very-secret-7")
        yield served


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.warning, *app.code, *app.subheader]
    return "\n".join(str(one.value) for one in parts)


def test_a_user_is_put_into_words_by_template(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    app = open_page(PAGE, {"user": "u00004"})
    assert not app.exception
    assert "Lately took" in said(app)
    assert "Source: by template" in said(app)
    assert f"A language model writes it where {plain(URL)}" in said(app)


def test_a_language_model_is_asked_only_after_showing_what_is_sent(
    open_page: OpenPage, unfitted_workspace: Path, model: ChatServer, shop: Dataset
) -> None:
    model.reply = lambda number, body: completion("Likes **quiet** <b>things</b> & [films](http://127.0.0.1/).")
    app = open_page(PAGE, {"user": "u00004"}, unfitted_workspace)
    assert model.bodies == []
    (shown,) = app.code
    sensitive = withheld([one.name for one in shop.user_attributes], SENSITIVE)
    assert "age" in sensitive
    assert plain(f"Never sent, as sensitive: {', '.join(sensitive)}.") in said(app)
    (send,) = (one for one in app.button if "Send it" in one.label)
    send.click().run()
    assert not app.exception
    assert model.bodies == [json.loads(shown.value)]
    assert plain("Likes **quiet** <b>things</b> & [films](http://127.0.0.1/).") in said(app)
    assert plain("Source: written by small *model*") in said(app)
    assert "sk-very-secret" not in said(app)
    # the next reader finds the answer, and nothing is sent again
    again = open_page(PAGE, {"user": "u00004"}, unfitted_workspace)
    assert plain("Source: written by small *model*") in said(again)
    assert len(model.bodies) == 1


def test_what_is_shown_of_a_user_is_what_a_fit_sends(
    open_page: OpenPage, unfitted_workspace: Path, model: ChatServer, shop: Dataset
) -> None:
    recipe, user = UserTextRecipe(), list(shop.users["id"]).index("u00004")

    def question(dataset: Dataset) -> object:
        (told,) = recipe.describer(dataset).describe(dataset.sequences.take(np.array([user])))
        return question_of(told, "small *model*").body

    app = open_page(PAGE, {"user": "u00004"}, unfitted_workspace)
    (shown,) = app.code
    part = split_dataset(shop, "random", seed=0).full_train
    assert json.loads(shown.value) == question(part) != question(shop)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((429, {"Retry-After": "3600"}, b""), "asks to wait 3,600 s (429)"),
        ((200, {}, b"<html>sk-very-secret-7"), "gave an answer that is no chat completion"),
        (completion(None, refusal="no"), "refused to answer"),
        ((500, {}, b"sk-very-secret-7"), "answered with status 500"),
    ],
)
def test_where_the_model_fails_the_template_takes_over_and_the_page_says_so(
    open_page: OpenPage, unfitted_workspace: Path, model: ChatServer, reply: Reply, reason: str
) -> None:
    model.reply = lambda number, body: reply
    app = open_page(PAGE, {"user": "u00004"}, unfitted_workspace)
    next(one for one in app.button if "Send it" in one.label).click().run()
    assert not app.exception
    (warning,) = app.warning
    assert warning.value.startswith("The template takes over")
    assert plain(reason) in warning.value
    assert "Lately took" in said(app)
    assert "Source: by template, since" in said(app)
    assert "sk-very-secret" not in said(app)


def test_an_address_that_is_none_is_told_and_the_template_writes(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, "nonsense")
    app = open_page(PAGE, {"user": "u00004"})
    assert not app.exception
    assert "No language model is asked" in said(app)
    assert "Lately took" in said(app)
