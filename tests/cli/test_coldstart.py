"""New users, new items and edited histories on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from recengine.cli.main import main
from tests.cli.conftest import Command

DATA = ("--dataset", "synthetic")


def parts_sum(items: list[dict[str, Any]]) -> None:
    for entry in items:
        assert sum(entry["parts"].values()) == pytest.approx(entry["score"], abs=1e-6)


def test_a_newcomer_gets_a_list_whose_parts_sum_to_the_scores(command: Command) -> None:
    asked = ("--items", "i00010,i00020:2", "--text", "space ships", "--attributes", "group=coast,age=30")
    document = command("newcomer", *DATA, *asked, "-k", "7")
    assert document["known"] == {
        "items": {"i00010": 4.0, "i00020": 2.0},
        "text": "space ships",
        "attributes": {"group": "coast", "age": "30"},
    }
    assert [entry["rank"] for entry in document["items"]] == list(range(1, 8))
    assert list(document["items"][0]["parts"]) == ["picks", "words", "segment", "everybody"]
    assert not {"i00010", "i00020"} & {entry["item"] for entry in document["items"]}
    parts_sum(document["items"])
    assert sum(document["trust"].values()) == pytest.approx(1)
    # 2 picks, 1 for the words, 2 for the segment, 3 for everybody
    assert document["trust"]["picks"] == pytest.approx(2 / (2 + 1 + 2 + 3))
    assert sum(voice["weight"] for voice in document["voices"]) == pytest.approx(1)


def test_of_whom_nothing_is_known_gets_what_is_popular(command: Command) -> None:
    document = command("newcomer", *DATA)
    assert document["trust"] == {"everybody": 1}
    assert {voice["scorer"] for voice in document["voices"]} == {"popularity"}


def test_what_no_scorer_makes_anything_of_is_said(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("newcomer", *DATA, "--models", "als,popularity", "--text", "space ships")
    document = command(*asked)
    assert (document["trust"], document["unheard"]) == ({"everybody": 1}, ["words"])
    assert main(list(asked)) == 0
    assert "No scorer makes anything of: words." in capsys.readouterr().out
    assert command("newcomer", *DATA, "--text", "space ships")["unheard"] == []


def test_a_new_item_finds_its_audience_and_its_like(command: Command) -> None:
    about = ("--title", "A New One", "--text", "a ship among the stars", "--attributes", "genre=Science fiction")
    document = command("new-item", *DATA, *about, "--weights", "text=1", "--by", "group", "-k", "50")
    assert document["item"]["text"] == "A New One. Science fiction. a ship among the stars"
    groups = document["groups"]["groups"]
    assert {row["group"] for row in groups} == {"coast", "mountain", "valley"}
    assert sum(row["users"] for row in groups) == document["users"] == 600
    assert sum(row["reached"] for row in groups) == document["reached"] > 0
    parts_sum(document["audience"])
    ranks = [entry["rank"] for entry in document["audience"]]
    assert ranks == sorted(ranks)
    assert "genre: Science fiction" in document["similar"][0]["shared"]
    assert document["opinions"] == {"als": False, "text": True, "popularity": True}


def test_an_edit_tells_the_list_before_and_after(command: Command) -> None:
    user = "u00001"
    plain = command("recommend", *DATA, "--user", user)
    best = plain["items"][0]["item"]
    document = command("edit-history", *DATA, "--user", user, "--add", best)
    assert [entry["item"] for entry in document["before"]] == [entry["item"] for entry in plain["items"]]
    assert best not in {entry["item"] for entry in document["after"]}
    assert document["before"][0]["other_rank"] is None
    assert set(document["edited"]) == {*document["history"], best}
    parts_sum(document["after"])
    gone = next(iter(document["history"]))
    less = command("edit-history", *DATA, "--user", user, "--remove", gone)
    assert set(less["edited"]) == set(less["history"]) - {gone}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("newcomer", "--items", "nothing"), "nothing"),
        (("newcomer", "--items", "i00010:x"), "a weight is a number, got 'x'"),
        (("newcomer", "--items", "i00010:0"), "above 0"),
        (("newcomer", "--items", "i00010,i00010"), "given twice"),
        (("newcomer", "--attributes", "coast"), "is not NAME=VALUE"),
        (("newcomer", "--attributes", "group=plain"), "Choose among coast, mountain, valley"),
        (("new-item", "--title", ""), "can tell whom it suits"),
        (("new-item", "--title", "A ship", "--by", "city"), "no groups by 'city'"),
        (("edit-history", "--user", "u00001", "--add", "i00010", "--remove", "i00010"), "is to be added too"),
    ],
)
def test_a_mistake_is_one_line(mistake: Command, arguments: tuple[str, ...], words: str) -> None:
    assert words in mistake(arguments[0], *DATA, *arguments[1:])
