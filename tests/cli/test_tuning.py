from collections.abc import Callable
from typing import Any

import pytest

from recengine.models import make_recipe
from recengine.workspace import Workspace

Command = Callable[..., Any]


def test_tune_keeps_every_trial_and_saves_the_best(command: Command) -> None:
    arguments = ("tune", "--dataset", "synthetic", "--model", "als", "--save", "mine", "-k", "5")
    document = command(*arguments, "--trials", "3")
    assert {"model", "objective", "trials", "best", "default", "saved"} <= set(document)
    assert document["objective"] == "ndcg"
    assert document["saved"] == "als:mine"
    values = [trial["value"] for trial in document["trials"]]
    assert len(values) == 3
    assert document["best"]["value"] == max(value for value in values if value is not None)
    assert document["best"]["settings"] == document["trials"][document["best"]["trial"]]["settings"]
    assert document["default"] == {
        "settings": document["trials"][0]["settings"],
        "value": values[0],
        "trial": 0,
    }
    assert command("models")["saved"]["als:mine"] == document["best"]["settings"]
    # all trials are there, so this fits nothing
    assert command(*arguments, "--trials", "3")["trials"] == document["trials"]


def test_compare_has_the_floors_and_differences_to_the_best(command: Command) -> None:
    document = command("compare", "--dataset", "synthetic", "--models", "als,text")
    assert {"als", "text", "popularity", "random"} == set(document["models"])
    best = document["best"]
    means = [model["table"]["ndcg"]["mean"] for model in document["models"].values()]
    assert means == sorted(means, reverse=True)
    assert next(iter(document["models"])) == best
    for name, model in document["models"].items():
        difference = model["difference"]["ndcg"]
        expected = model["table"]["ndcg"]["mean"] - document["models"][best]["table"]["ndcg"]["mean"]
        assert difference["mean"] == pytest.approx(expected, abs=1e-9)
        assert (difference["mean"] == 0) is (name == best)
        assert model["fit_seconds"] >= 0
        assert model["memory"] > 0
    assert document["problems"] == {}


def test_text_for_people(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    from recengine.cli.main import main

    assert main(["compare", "--dataset", "synthetic", "--models", "als,popularity"]) == 0
    assert "against the best" in capsys.readouterr().out
    assert main(["tune", "--dataset", "synthetic", "--model", "als", "--trials", "2", "-k", "5"]) == 0
    said = capsys.readouterr().out
    assert "Saved as als:tuned" in said
    assert "test part tells" in said


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("tune", "--model", "popularity"), "no setting to search"),
        (("tune", "--model", "nope"), 'no model "nope"'),
        (("tune", "--model", "als", "--objective", "novelty"), "novelty"),
        (("tune", "--model", "als", "--trials", "0"), "trials must be"),
        (("tune", "--model", "als", "--minutes", "-1"), "minutes must be"),
        (("tune", "--model", "als", "--save", "a b"), "cannot name a variant"),
        (("tune", "--model", "als", "--split", "last", "--folds", "3"), "folds"),
        (("compare", "--models", "als,nope"), 'no model "nope"'),
        (("compare", "--models", "als", "--objective", "arp"), "arp"),
        (("compare", "--models", "als", "-k", "100000"), "k must be"),
    ],
)
def test_mistakes(mistake: Callable[..., str], arguments: tuple[str, ...], word: str) -> None:
    assert word in mistake(arguments[0], "--dataset", "synthetic", *arguments[1:])


def test_a_variant_that_takes_up_a_finished_study_gets_its_best(command: Command) -> None:
    asked = ("tune", "--dataset", "synthetic", "--trials", "2")
    first = command(*asked, "--model", "rp3beta")
    assert first["default"]["trial"] == 0
    Workspace.open().save_recipe("rp3beta:other", make_recipe("rp3beta:other", {"beta": 0.123}))
    again = command(*asked, "--model", "rp3beta:other")
    # the same question, so the same study, whose two trials the budget allows are done; none had these settings
    assert again["study"] == first["study"]
    assert again["trials"] == first["trials"]
    assert again["default"] is None
    assert again["best"] == first["best"]
