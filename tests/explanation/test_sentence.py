import numpy as np
import pytest

from recengine.explanation import Explanation, Part, sentence

NAN = float("nan")
TITLES = ["Alien", "Brazil", "Casablanca", "Dune", "Eraserhead"]
LABELS = {"als": "ALS", "text": "Text profile", "popularity": "Popularity"}


def part(
    scorer: str, contribution: float, shares: dict[int, float] | None = None, *, raw: float = 1.0, exact: bool = True
) -> Part:
    shares = shares or {}
    values = np.array(list(shares.values()), dtype=np.float64)
    items = np.array(list(shares), dtype=np.int32)
    return Part(scorer, 0.5, raw, 2 * contribution, contribution, exact, items, values, contribution - values.sum())


def explanation(*parts: Part, rank: int = 3, item: int = 4) -> Explanation:
    return Explanation(0, item, rank, rank, sum(p.contribution for p in parts), True, parts)


def test_names_the_scorers_by_size_and_the_two_strongest_history_items() -> None:
    said = sentence(
        explanation(
            part("popularity", 0.1),
            part("als", 0.6, {0: 0.3, 2: 0.2, 1: 0.05}),
            part("text", 0.3, {3: 0.2}),
        ),
        TITLES,
        LABELS,
    )
    assert said == (
        '"Eraserhead" ranks 3rd: 60 % of its score comes from ALS, above all because of "Alien" and "Casablanca" in '
        'the history; 30 % from Text profile, above all because of "Dune" in the history; 10 % from Popularity.'
    )


def test_no_opinion_is_said() -> None:
    said = sentence(explanation(part("als", 0.2, raw=NAN), part("text", 0.8, {1: 0.5})), TITLES, LABELS)
    assert said.endswith('"Brazil" in the history; 20 % from ALS, which has no opinion and counts as neutral.')


def test_what_counts_against_it_is_said_in_amounts() -> None:
    said = sentence(
        explanation(part("als", 0.9, {0: 1.2, 1: -0.1}), part("text", -0.25, {2: 0.1, 0: -0.05, 3: -0.4})),
        TITLES,
        LABELS,
    )
    assert said == (
        '"Eraserhead" ranks 3rd: +0.900 comes from ALS, above all because of "Alien" in the history; '
        '-0.250 from Text profile, above all because of "Dune" and "Alien" in the history.'
    )


def test_nothing_for_it() -> None:
    said = sentence(explanation(part("als", -0.5), part("text", -0.25)), TITLES, LABELS)
    assert said == '"Eraserhead" ranks 3rd: -0.500 comes from ALS; -0.250 from Text profile.'
    assert (
        sentence(explanation(part("als", 0.0)), TITLES)
        == '"Eraserhead" ranks 3rd: no scorer adds anything to its score.'
    )


def test_a_scorer_of_no_weight_is_left_out() -> None:
    assert "text" not in sentence(explanation(part("als", 1.0), part("text", 0.0)), TITLES)


def test_approximate_shares_are_called_rough() -> None:
    said = sentence(explanation(part("als", 1.0, {0: 0.5}, exact=False)), TITLES, LABELS)
    assert 'above all (approximately) because of "Alien"' in said


@pytest.mark.parametrize(
    ("rank", "said"),
    [(1, "1st"), (2, "2nd"), (11, "11th"), (13, "13th"), (22, "22nd"), (112, "112th"), (1003, "1,003rd")],
)
def test_ordinals(rank: int, said: str) -> None:
    assert f"ranks {said}:" in sentence(explanation(part("als", 1.0), rank=rank), TITLES)


def test_titles_are_not_touched() -> None:
    titles = ["<script>alert(1)</script>", "$x$ [a](b)", "", "", "=cmd()"]
    said = sentence(explanation(part("als", 1.0, {0: 0.5, 1: 0.2})), titles)
    assert all(title in said for title in titles)
