import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.evaluation import Figure
from recengine.explanation import Explanation
from recengine.reports import SECTIONS, explain_examples, pick_examples
from recengine.reports.examples import listed_by
from recengine.reports.text import one_line
from recengine.scenario import Outcome, Scenario, Workbench, run_scenario
from tests.reports.conftest import make_scenario

Report = Callable[..., str]


@dataclass
class Page(HTMLParser):
    """What a browser would make of the file: its tags with attributes, its words, the content of its scripts."""

    text: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: str = ""
    scripts: list[tuple[dict[str, str | None], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script":
            attributes, content = self.scripts[-1]
            self.scripts[-1] = (attributes, content + data)
        elif self.lasttag != "style":
            self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.lasttag = ""

    def charts(self) -> list[dict[str, Any]]:
        return [json.loads(content) for attributes, content in self.scripts if attributes]


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    return Page(report())


def test_the_same_values_give_the_same_bytes(report: Report) -> None:
    assert report() == report()


def test_every_section_is_there_and_in_the_contents(page: Page) -> None:
    sections = [attributes["id"] for tag, attributes in page.tags if tag == "section"]
    assert sections == list(SECTIONS)
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == [f"#{key}" for key in SECTIONS]


def test_chosen_sections_come_in_the_reports_order(report: Report) -> None:
    page = Page(report(sections=["provenance", "summary"]))
    assert [attributes["id"] for tag, attributes in page.tags if tag == "section"] == ["summary", "provenance"]
    # no chart, so no chart library
    assert len(page.text) < 100_000


@pytest.mark.parametrize("sections", [["nonsense"], []])
def test_unknown_and_no_sections_are_refused(report: Report, sections: list[str]) -> None:
    with pytest.raises(ScenarioError, match=r"sections: .* summary") as caught:
        report(sections=sections)
    assert "\n" not in str(caught.value)


def test_an_example_user_without_a_list_is_refused(report: Report) -> None:
    with pytest.raises(ScenarioError, match="user 99 has no list here"):
        report(example_users=[99])


def test_titles_that_do_harm_are_text(report: Report, dataset: Dataset) -> None:
    page = Page(report(example_users=range(dataset.n_users)))
    for title in dataset.titles:
        assert one_line(title) in page.words
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"img", "u", "i", "b", "link", "iframe", "object", "form"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "alert(1)" not in "".join(content for attributes, content in page.scripts if not attributes)


def test_the_verdicts_are_text(page: Page) -> None:
    assert "above popularity <b>alone</b>." in page.words
    for word in ("Good", "Needs attention", "Mixed"):
        assert word in page.words


def test_only_the_reports_own_scripts_may_run(page: Page) -> None:
    policies = [
        attributes["content"]
        for _, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    policy = policies[0] or ""
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    executed = [content for attributes, content in page.scripts if not attributes]
    assert len(executed) == 2
    for content in executed:
        assert base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() in policy
    script_source = policy.split("script-src")[1].split(";")[0]
    assert script_source.count("sha256-") == 2
    assert "unsafe" not in script_source


def test_nothing_is_loaded_from_anywhere(page: Page) -> None:
    for tag, attributes in page.tags:
        assert "src" not in attributes
        assert tag == "a" or "href" not in attributes


def test_every_chart_has_its_words_and_its_data(page: Page) -> None:
    places = [attributes for _, attributes in page.tags if attributes.get("class") == "chart"]
    blocks = [attributes["id"] for attributes, _ in page.scripts if attributes]
    assert blocks == [f"{place['id']}-data" for place in places]
    assert all(place["role"] == "img" and (place["aria-label"] or "").endswith(".") for place in places)
    assert all(chart["data"] for chart in page.charts())


def test_the_table_shows_each_metric_with_interval_n_variant_and_meaning(page: Page, outcome: Outcome) -> None:
    words = " ".join(page.words.split())
    ndcg = outcome.table["ndcg"]
    assert ndcg.low is not None
    assert ndcg.high is not None
    assert f"{ndcg.mean:.3f}" in words
    assert f"{ndcg.low:.3f} to {ndcg.high:.3f}" in words
    assert f"n = {ndcg.n} users" in words
    assert ndcg.variant in words
    assert "How many relevant items the list holds" in words


def test_the_charts_show_the_outcomes_figures(page: Page, outcome: Outcome, alone: Mapping[str, Outcome]) -> None:
    chart = next(chart for chart in page.charts() if chart["data"][0]["name"] == "Matrix factors")
    by_name = {trace["name"]: trace for trace in chart["data"]}
    metrics = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate")
    assert by_name["Fusion"]["x"] == [outcome.table[metric].mean for metric in metrics]
    assert by_name["Matrix factors"]["x"] == [alone["als"].table[metric].mean for metric in metrics]


def test_all_lists_are_said_to_be_exact(page: Page, outcome: Outcome) -> None:
    words = " ".join(page.words.split())
    certified = int(outcome.lists.certified.sum())
    assert f"Exact for all 12 users: {certified} lists proven from the candidate pool" in words
    if outcome.lists.rescored:
        assert f"{outcome.lists.rescored} re-scored over the whole catalogue" in words


def test_what_is_needed_to_get_the_figures_again_is_there(page: Page, workbench: Workbench, outcome: Outcome) -> None:
    for needed in (
        workbench.dataset.fingerprint,
        workbench.key,
        outcome.scenario.key,
        "random, seed 0",
        "als 3 (effective 0.750)",
        "factors = 48",
        "numpy 2.4.6",
        "2026-01-02 03:04:00",
        "python -m recengine report --dataset hand-made --scenario scenario.json --out report.html",
    ):
        assert needed in page.words
    start = page.words.index('{\n  "format"')
    document, _ = json.JSONDecoder().raw_decode(page.words[start:])
    assert Scenario.from_json(document) == outcome.scenario


def test_explanations_stand_with_their_user(report: Report, explanation: Explanation) -> None:
    page = Page(report(example_users=[3, 0], explanations=[explanation]))
    words = " ".join(page.words.split())
    assert words.index("User u3") < words.index("User u0") < words.index("ranks 1st")
    assert words.count("ranks 1st") == 1
    assert "no opinion" in json.dumps(page.charts())


def test_fitted_on_all_data_gives_lists_but_no_figures(report: Report, workbench: Workbench, outcome: Outcome) -> None:
    nothing = {metric: Figure(float("nan"), None, None, 0, figure.variant) for metric, figure in outcome.table.items()}
    unmeasured = replace(
        outcome,
        scenario=replace(outcome.scenario, all_data=True),
        per_user={metric: np.full(12, np.nan) for metric in outcome.per_user},
        table=nothing,
        slices={},
        fairness=None,
    )
    bench = replace(workbench, relevant=csr_matrix(np.zeros(workbench.relevant.shape, dtype=np.float32)))
    words = " ".join(Page(report(workbench=bench, outcome=unmeasured, alone={}, verdicts=())).words.split())
    assert "Nothing is held out" in words
    assert not re.search(r"\bnan\b", words, re.IGNORECASE)
    assert "none, fitted on all data" in words
    assert "held-out" not in words
    assert "n = 0" not in words


def test_examples_are_the_best_a_typical_and_the_worst_served(workbench: Workbench, outcome: Outcome) -> None:
    ndcg = np.array([0.2, 0.9, 0.4, 0.4, 0.0, 0.9, np.nan, 0.5, 0.6, 0.1, 0.3, 0.0])
    # the history is two items for everybody, so equals go by position; the median of eleven is 0.4
    assert pick_examples(workbench, replace(outcome, per_user={"ndcg": ndcg})) == (1, 2, 4)
    assert pick_examples(workbench, replace(outcome, per_user={"ndcg": np.full(12, np.nan)})) == (0, 11)
    assert pick_examples(workbench, replace(outcome, per_user={"ndcg": np.full(12, 0.5)})) == (0,)


def test_the_first_place_of_each_example_is_explained(workbench: Workbench, outcome: Outcome) -> None:
    rankings = outcome.lists.rankings
    explained = explain_examples(workbench, outcome, [5, 0])
    assert [(one.user, one.item, one.rank) for one in explained] == [
        (5, rankings.items[5, 0], 1),
        (0, rankings.items[0, 0], 1),
    ]


def test_the_parts_of_a_list_sum_to_its_scores(workbench: Workbench, outcome: Outcome) -> None:
    rankings = outcome.lists.rankings
    parts = listed_by(workbench, outcome, 7, rankings.items[7].tolist()).parts
    assert sum(parts.values()) == pytest.approx(rankings.scores[7], abs=1e-6)


@pytest.mark.parametrize("strategy", ["condorcet", "cascade", "interleaving"])
def test_places_that_are_no_sum_are_told_by_ranks_and_in_words(
    report: Report, workbench: Workbench, strategy: str
) -> None:
    told = run_scenario(workbench, make_scenario().with_strategy(strategy))
    explained = explain_examples(workbench, told, [0])
    page = Page(report(outcome=told, example_users=[0], explanations=explained, sections=["examples"]))
    words = " ".join(page.words.split())
    assert not re.search(r"\bnan\b", words, re.IGNORECASE)
    assert "each scorer's own rank of the item" in words
    assert "The scorers' own ranks of it:" in words
    assert page.charts() == []


def test_small_scores_are_told_apart(report: Report, workbench: Workbench) -> None:
    """Reciprocal ranks are all near 1 / 60."""
    told = run_scenario(workbench, make_scenario().with_strategy("reciprocal-rank"))
    assert told.lists.rankings.scores[0, 0] < 0.1
    page = Page(report(outcome=told, example_users=[0], explanations=[], sections=["examples"]))
    first, second = (f"{score:.5f}" for score in told.lists.rankings.scores[0, :2])
    assert first != second
    assert first in page.words
    assert second in page.words
