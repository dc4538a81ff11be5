"""Re-rankers on the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]
ALIKE = ("--dataset", "synthetic")


def test_strategies_list_every_re_ranker_with_its_settings(command: Command) -> None:
    rerankers = command("strategies")["rerankers"]
    names = ["diversity", "calibration", "popularity-penalty", "freshness", "rules", "deduplication", "click-model"]
    assert list(rerankers) == names
    for one in rerankers.values():
        assert "0 changes nothing" in one["settings"]["strength"]["what"]


def test_recommend_tells_the_rank_before(command: Command) -> None:
    user = ("--user", "u00001")
    plain = command("recommend", *ALIKE, *user)["items"]
    assert "fused_rank" not in plain[0]
    pinned = plain[4]["item"]
    rule = f'rules:{{"block": ["{plain[0]["item"]}"], "pin": [["{pinned}", 1]]}}'
    items = command("recommend", *ALIKE, *user, "--rerank", rule)["items"]
    assert [entry["rank"] for entry in items] == list(range(1, 11))
    assert (items[0]["item"], items[0]["fused_rank"]) == (pinned, 5)
    assert [entry["fused_rank"] for entry in items[1:4]] == [2, 3, 4]
    assert items[0]["score"] == plain[4]["score"]


def test_export_in_trec_can_be_sorted_by_score(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "run.trec"
    command("export", *ALIKE, "--format", "trec", "--out", str(out), "--rerank", "diversity:strength=0.8")
    rows = [line.split() for line in out.read_text(encoding="utf-8").splitlines()]
    assert {float(score) for _, _, _, rank, score, _ in rows if rank == "1"} == {10.0}
    assert all(float(score) == 11 - int(rank) for _, _, _, rank, score, _ in rows)


def test_evaluate_measures_the_re_ranked_lists(command: Command) -> None:
    plain = command("evaluate", *ALIKE)["fusion"]
    chained = command("evaluate", *ALIKE, "--rerank", "popularity-penalty:strength=1", "deduplication")
    assert chained["fusion"]["arp"]["mean"] < plain["arp"]["mean"]
    penalty, repeats = chained["prices"]
    assert (penalty["name"], repeats["name"]) == ("popularity-penalty", "deduplication")
    assert penalty["with_it"] < penalty["without"]
    assert set(penalty["cost"]) == {"mean", "low", "high", "n"}


def test_mistakes_are_one_line(mistake: Command) -> None:
    asked = ("recommend", *ALIKE, "--user", "u00001", "--rerank")
    assert "both pinned and blocked" in mistake(*asked, 'rules:{"pin":[["i00001",1]],"block":["i00001"]}')
    assert "there is no item 'x'" in mistake(*asked, "rules:block=x")
    assert "strength" in mistake(*asked, "diversity:strength=7")
    assert "no attribute 'mood'" in mistake(*asked, "calibration:attribute=mood")
    assert "is unknown. Choose among diversity" in mistake(*asked, "variety")
