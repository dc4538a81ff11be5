"""The JSON shapes that others build on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recengine.cli.output import also_told

Command = Callable[..., Any]
SCORERS = ["als", "text", "popularity"]


def _is_table(table: dict[str, Any]) -> None:
    for metric, figure in table.items():
        assert set(figure) == {"mean", "low", "high", "n", "variant"}, metric
        if figure["low"] is not None:
            assert figure["low"] <= figure["mean"] <= figure["high"]
    for whole in ("coverage", "gini"):
        assert table[whole]["low"] is None
        assert table[whole]["high"] is None


def test_every_document_carries_device_and_versions(command: Command) -> None:
    for document in (command("samples"), command("datasets"), command("fit", "--dataset", "synthetic")):
        assert document["device"]
        assert document["versions"]["recengine"]
        assert document["versions"]["torch"].startswith("2.13.0")


def test_samples_lists_both(command: Command) -> None:
    assert {sample["name"] for sample in command("samples")["samples"]} == {"movielens-100k", "synthetic"}


def test_import_prints_fingerprint_and_counts(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = command("import", "--sample", "synthetic", "--name", "again")
    assert len(first["fingerprint"]) == 64
    all_positive = command("import", "--sample", "synthetic", "--name", "again", "--positive-from", "1")
    assert all_positive["fingerprint"] != first["fingerprint"]


def test_models_tells_what_each_is_for_and_may_be_set(command: Command) -> None:
    models = command("models")["models"]
    assert {"als", "popularity"} <= set(models)
    assert models["als"]["family"] == "Factor models"
    factors = models["als"]["settings"]["factors"]
    assert factors["default"] == 32
    assert factors["may_be"] == "a whole number from 1 to 1,024"
    assert factors["tuned"] is True


def test_settings_are_set_one_by_one(command: Command) -> None:
    asked = ("--dataset", "synthetic", "--models", "als,popularity", "--set", "als.factors=4", "als.iterations=2")
    settings = command("fit", *asked)["scorers"]["als"]["settings"]
    assert (settings["factors"], settings["iterations"], settings["alpha"]) == (4, 2, 5.0)


def test_evaluate(command: Command) -> None:
    document = command("evaluate", "--dataset", "synthetic", "-k", "5")
    assert {"dataset", "split", "k", "users", "exact_users", "scorers", "fusion"} <= set(document)
    assert document["k"] == 5
    assert document["users"] == document["exact_users"] > 0
    assert list(document["scorers"]) == SCORERS
    for table in [*document["scorers"].values(), document["fusion"]]:
        _is_table(table)
        assert table["ndcg"]["n"] == document["users"]
    assert {"ndcg", "recall", "precision", "map", "mrr", "hit_rate", "novelty", "arp"} <= set(document["fusion"])
    assert {"long-tail"} <= set(document["slices"])


def test_weights_on_one_scorer_give_that_scorer(command: Command) -> None:
    document = command("evaluate", "--dataset", "synthetic", "--weights", "text=3")
    assert document["weights"]["text"] == {"raw": 3.0, "effective": 1.0}
    assert document["fusion"] == document["scorers"]["text"]


def test_recommend_parts_sum_to_the_score(command: Command) -> None:
    arguments = ("--dataset", "synthetic", "--user", _user(command), "--weights", "als=0.5,text=0.3,popularity=0.2")
    document = command("recommend", *arguments, "-k", "7")
    assert {"user", "k", "weights", "items"} <= set(document)
    assert len(document["items"]) == document["k"] == 7
    for place, entry in enumerate(document["items"], start=1):
        assert set(entry) >= {"item", "title", "rank", "score", "parts"}
        assert entry["rank"] == place
        assert sum(entry["parts"].values()) == pytest.approx(entry["score"], abs=1e-6)
    scores = [entry["score"] for entry in document["items"]]
    assert scores == sorted(scores, reverse=True)


def test_explain_agrees_with_recommend_and_sums(command: Command) -> None:
    user = _user(command)
    top = command("recommend", "--dataset", "synthetic", "--user", user)["items"][2]
    document = command("explain", "--dataset", "synthetic", "--user", user, "--item", top["item"])
    assert document["rank"] == 3
    assert document["score"] == pytest.approx(top["score"], abs=1e-6)
    assert sum(part["contribution"] for part in document["parts"]) == pytest.approx(document["score"], abs=1e-6)
    for part in document["parts"]:
        assert set(part) >= {"scorer", "weight", "contribution", "exact", "history", "rest"}
        shares = sum(entry["share"] for entry in part["history"])
        assert shares + part["rest"] == pytest.approx(part["contribution"], abs=1e-6)
        assert part["contribution"] == pytest.approx(top["parts"][part["scorer"]], abs=1e-6)
    assert any(part["history"] for part in document["parts"])


def test_fairness(command: Command) -> None:
    document = command("fairness", "--dataset", "synthetic")
    assert {"k", "users", "items", "gini", "coverage"} <= set(document)
    for metrics in document["users"].values():
        for gap in metrics.values():
            assert {"groups", "gap", "ratio", "p_value"} <= set(gap)
            for figure in gap["groups"].values():
                assert set(figure) == {"mean", "low", "high", "n"}
    for attribute in document["items"].values():
        groups = attribute["groups"].values()
        assert all({"catalogue", "interactions", "exposure"} <= set(group) for group in groups)
        for share in ("catalogue", "interactions", "exposure"):
            assert sum(group[share] for group in groups) == pytest.approx(1)
    one = command("fairness", "--dataset", "synthetic", "--user-attribute", "activity", "--item-attribute", "genre")
    assert list(one["users"]) == ["activity"]
    assert list(one["items"]) == ["genre"]


@pytest.mark.parametrize("form", ["csv", "trec", "parquet"])
def test_export_gives_back_the_figures(command: Command, tmp_path: Path, form: str) -> None:
    """NDCG computed from the exported files alone is the NDCG that `evaluate` prints."""
    from ranx import Qrels, Run, evaluate

    lists, qrels = tmp_path / f"lists.{form}", tmp_path / f"qrels.{form}"
    arguments = ("--dataset", "synthetic", "--format", form, "--out", str(lists), "--qrels", str(qrels))
    document = command("export", *arguments)
    figures = command("evaluate", "--dataset", "synthetic")
    assert document["users"] == figures["users"]
    run, relevant = _read_run(lists, form), _read_qrels(qrels, form)
    measured = evaluate(Qrels(relevant), Run(run), ["ndcg@10", "recall@10", "mrr@10"], make_comparable=True)
    assert measured["ndcg@10"] == pytest.approx(figures["fusion"]["ndcg"]["mean"], abs=1e-6)
    assert measured["recall@10"] == pytest.approx(figures["fusion"]["recall"]["mean"], abs=1e-6)
    assert measured["mrr@10"] == pytest.approx(figures["fusion"]["mrr"]["mean"], abs=1e-6)


def test_a_scenario_file_gives_the_same_in_both_ways(command: Command, tmp_path: Path) -> None:
    import json

    from recengine.scenario import default_scenario
    from recengine.workspace import Workspace

    dataset = Workspace.open().load_dataset("synthetic")
    scenario = default_scenario(dataset, k=4, normalization="rank").with_weights({"als": 1, "text": 2})
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(scenario.to_json()))
    by_file = command("evaluate", "--dataset", "synthetic", "--scenario", str(path))
    by_options = command(
        "evaluate", "--dataset", "synthetic", "-k", "4", "--normalization", "rank", "--weights", "als=1,text=2"
    )
    assert by_file == by_options


def test_report_is_one_file(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    document = command("report", "--dataset", "synthetic", "--out", str(path))
    assert document["out"] == str(path)
    assert document["bytes"] == path.stat().st_size
    assert path.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_leaves_the_one_before_whole(
    command: Command, mistake: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    ask = ("report", "--dataset", "synthetic", "--sections", "method", "--out", str(path))
    command(*ask)
    before = path.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left" in mistake(*ask)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert path.read_bytes() == before


def test_a_report_tells_how_far_it_is(command: Command, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    with also_told(lambda share, text: told.append((share, text))):
        command("report", "--dataset", "synthetic", "--sections", "method", "--out", str(tmp_path / "report.html"))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    steps = ["Measuring the lists", "Measuring Popularity alone", "Writing the report", "Written"]
    assert [text for _, text in told if text in steps] == steps


def test_text_for_people(stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from recengine.cli.main import main

    monkeypatch.setenv("RECENGINE_WORKSPACE", str(stored))
    for verb in (["evaluate"], ["fairness"], ["fit"]):
        assert main([*verb, "--dataset", "synthetic"]) == 0
        assert "synthetic" in capsys.readouterr().out or verb != ["evaluate"]


def _user(command: Command) -> str:
    from recengine.workspace import Workspace

    return Workspace.open().load_dataset("synthetic").user_ids[7]


def _read_run(path: Path, form: str) -> dict[str, dict[str, float]]:
    run: dict[str, dict[str, float]] = {}
    if form == "trec":
        rows = [line.split(" ") for line in path.read_text().splitlines()]
        triples = [(row[0], row[2], int(row[3])) for row in rows]
    else:
        table = (
            pl.read_parquet(path)
            if form == "parquet"
            else pl.read_csv(path, schema_overrides={"user_id": pl.String, "item_id": pl.String})
        )
        triples = list(table.select("user_id", "item_id", "rank").iter_rows())
    for user, item, rank in triples:
        # by rank: two items may have the same score
        run.setdefault(user, {})[item] = 1.0 / rank
    return run


def _read_qrels(path: Path, form: str) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    if form == "trec":
        pairs = [(line.split(" ")[0], line.split(" ")[2]) for line in path.read_text().splitlines()]
    else:
        table = (
            pl.read_parquet(path)
            if form == "parquet"
            else pl.read_csv(path, schema_overrides={"user_id": pl.String, "item_id": pl.String})
        )
        pairs = list(table.select("user_id", "item_id").iter_rows())
    for user, item in pairs:
        relevant.setdefault(user, {})[item] = 1
    return relevant
