import pytest

from recengine.errors import RecipeError, ScenarioError
from recengine.fusion import Fusion, Source, account, build_pool, fuse, make_strategy
from recengine.fusion.strategies.cascade import Cascade, Stage
from tests.fusion.catalogues import NAN, source_of

SCORERS = ("als", "text", "popularity")
# als: 0 1 2 3 4 5; text: 5 4 3 2 1 0; popularity: 2 0 4 1 5 3, best first
TABLES = {"als": [[6, 5, 4, 3, 2, 1]], "text": [[1, 2, 3, 4, 5, 6]], "popularity": [[5, 3, 6, 1, 4, 2]]}
LABELS = {"als": "ALS", "text": "Text profile"}


def cascade(stages: str) -> Fusion:
    return Fusion((1.0,) * 3, strategy=make_strategy("cascade", {"stages": stages}))


def items_of(source: Source, stages: str, k: int = 6) -> list[int]:
    items: list[int] = fuse(build_pool(source), source, cascade(stages), k).rankings.items[0].tolist()
    return items


def test_one_shortlists_the_next_orders() -> None:
    source = source_of(TABLES)
    # the best 3 of als by text, then the others by als
    assert items_of(source, "als:3,text") == [2, 1, 0, 3, 4, 5]
    assert items_of(source, "als:3,text", k=2) == [2, 1]


def test_three_stages_each_fill_what_is_left_from_the_stage_before() -> None:
    # als keeps 0 1 2 3; popularity has 2 0 1 3 of these and keeps 2 0; text: 2 0; then 1 3 by popularity, 4 5 by als
    assert items_of(source_of(TABLES), "als:4,popularity:2,text") == [2, 0, 1, 3, 4, 5]
    # text keeps 5 4 3 2, als has 2 3 4 5 of these and keeps 2 3, text again: 3 2
    assert items_of(source_of(TABLES), "text:4,als:2,text") == [3, 2, 4, 5, 1, 0]


def test_ties_keep_the_order_of_the_stage_before() -> None:
    source = source_of({**TABLES, "popularity": [[1, 1, 1, 1, 1, 1]]})
    assert items_of(source, "text:4,popularity") == [5, 4, 3, 2, 1, 0]
    assert items_of(source, "popularity:2,text") == [1, 0, 2, 3, 4, 5]


def test_no_opinion_stands_in_the_middle() -> None:
    source = source_of({**TABLES, "text": [[1, 2, NAN, 4, 5, 6]]})
    # of text's opinions 5 4 3 | 1 0, item 2 stands with 3, the middle one; equal, so as als has them: 2 before 3
    assert items_of(source, "als:6,text") == [5, 4, 2, 3, 1, 0]


def test_auto_lets_the_second_shortlist_for_the_first() -> None:
    assert Cascade().plan(SCORERS) == (Stage(1, 200), Stage(0, None))
    assert Cascade().plan(["als"]) == (Stage(0, None),)


def test_stages_are_read_with_blanks_and_variants() -> None:
    scorers = ("als", "als:tuned", "external:2024")
    assert Cascade("als:tuned:20 , als").plan(scorers) == (Stage(1, 20), Stage(0, None))
    assert Cascade("als:20, als:tuned").plan(scorers) == (Stage(0, 20), Stage(1, None))
    assert Cascade("external:2024:7,external:2024").plan(scorers) == (Stage(2, 7), Stage(2, None))


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ("ghost:20,als", "stage 1 names 'ghost', which is no scorer here. Choose among als, text, popularity"),
        ("text:20,als:tuned", "stage 2 names 'als:tuned', which is no scorer"),
        ("text:20,als:30,popularity", "stage 2 keeps 30 items, but stage 1 hands on only 20. Let the numbers fall"),
        ("text,als", "stage 1 (text) does not say how many items it keeps. Write text:200"),
        ("text:0,als", "stage 1 (text) must keep from 1 to 10,000 items, got 0"),
        ("text:-5,als", "must keep from 1 to 10,000 items, got -5"),
        ("text:many,als", "stage 1 names 'text:many', which is no scorer here"),
        ("ghost", "stage 1 names 'ghost', which is no scorer here"),
        ("text:2.5,als", "stage 1 names 'text:2.5', which is no scorer here"),
        ("text:99999999999999999999999,als", "must keep from 1 to 10,000 items"),
        ("text:20,,als", "stage 2 is empty. Write SCORER:N"),
        (":20,als", "stage 1 is empty"),
        ("text:20,", "stage 2 is empty"),
    ],
)
def test_bad_stages_are_one_line_that_says_what_to_do(stages: str, said: str) -> None:
    source = source_of(TABLES)
    with pytest.raises(ScenarioError) as caught:
        fuse(build_pool(source), source, cascade(stages), 3)
    assert said in str(caught.value)
    assert str(caught.value).startswith("cascade: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("stages", ["", "  ", 7, None])
def test_stages_are_text(stages: object) -> None:
    with pytest.raises(RecipeError, match=r'"stages" must be scorers with what they keep'):
        make_strategy("cascade", {"stages": stages})


def test_the_account_follows_the_item_from_stage_to_stage() -> None:
    source = source_of({**TABLES, "text": [[1, 2, NAN, 4, 5, 6]]})
    pool = build_pool(source)

    def said(item: int) -> list[str]:
        return [
            remark.text([], LABELS) for remark in account(pool, source, cascade("als:4,text:2,popularity"), 0, item)
        ]

    assert said(4) == ["stage 1: 5th by ALS, not among the 4 that go on"]
    assert said(1) == [
        "stage 1: 2nd by ALS, among the 4 that go on",
        "stage 2: 3rd of 4 by Text profile, not among the 2 that go on",
    ]
    assert said(2) == [
        "stage 1: 3rd by ALS, among the 4 that go on",
        "stage 2: 1st of 4 by Text profile, which has no opinion on it and counts as neutral, among the 2 that go on",
        "stage 3: 1st of 2 by popularity",
    ]


def test_an_item_outside_the_pool_takes_no_part() -> None:
    source = source_of({name: [table[0] * 3] for name, table in TABLES.items()})
    pool = build_pool(source, depth=1)
    outside = next(item for item in range(18) if item not in pool.items[0])
    (remark,) = account(pool, source, cascade("als"), 0, outside)
    assert remark.text([]) == "not among the 3 candidates of the pool, so it takes no part"
