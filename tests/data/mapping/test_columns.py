from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import AttributeColumn, ColumnMapping, map_columns
from recengine.data.mapping import TIME_UNITS, VALUE_RULES
from recengine.errors import DataError


def test_usual_names_are_guessed() -> None:
    mapping = map_columns(
        {},
        ["userId", "movieId", "rating", "timestamp"],
        ["movieId", "title", "genres", "Year", "color"],
        ["user_id:token", "Age", "gender", "zip"],
    )
    assert mapping == ColumnMapping(
        user="userId",
        item="movieId",
        value="rating",
        time="timestamp",
        item_id="movieId",
        item_title="title",
        item_year="Year",
        item_attributes=(AttributeColumn("genres", "genres", "categories"),),
        user_id="user_id:token",
        user_age="Age",
        user_attributes=(AttributeColumn("gender", "gender", "category"),),
    )


def test_what_is_said_wins_over_a_guess() -> None:
    mapping = map_columns(
        {"user": "who", "item": "what", "value": "", "item.title": "label", "item.category.colour": "color"},
        ["user_id", "who", "what", "rating"],
        ["id", "title", "label", "color", "brand", "genre"],
    )
    assert (mapping.user, mapping.item, mapping.value, mapping.item_title) == ("who", "what", None, "label")
    # a role of attributes that is named is not guessed further, the others are
    assert mapping.item_attributes == (
        AttributeColumn("colour", "color", "category"),
        AttributeColumn("genre", "genre", "categories"),
    )


def test_a_role_of_attributes_is_taken_as_often_as_there_are_names() -> None:
    mapping = map_columns(
        {"item.number.price": "p", "item.number.size.cm": "s", "item.number": "depth"},
        ["user", "item"],
        ["id", "p", "s", "depth"],
    )
    assert [(one.name, one.column) for one in mapping.item_attributes] == [
        ("price", "p"),
        ("size.cm", "s"),
        ("depth", "depth"),
    ]


def test_the_pairs_of_a_mapping_say_the_same_again() -> None:
    columns = (["user", "item", "stars"], ["id", "name", "tags", "year"], ["id", "age", "country"])
    mapping = map_columns({"item.separator": ";"}, *columns)
    assert map_columns(mapping.to_json(), *columns) == mapping


def test_only_the_columns_with_a_role_are_listed() -> None:
    mapping = map_columns({"item.category.kind": "id"}, ["user", "item", "noise"], ["id", "noise", "title"])
    assert mapping.columns("interactions") == ["user", "item"]
    assert mapping.columns("items") == ["id", "title"]
    assert mapping.columns("users") == []


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"usr": "a"}, r'unknown role "usr"\. Use one of: user, item, value'),
        ({"item.titel": "a"}, r'unknown role "item\.titel"'),
        ({"item.title.x": "name"}, r'unknown role "item\.title\.x"'),
        ({"user": "foo"}, r'^log\.csv: no column "foo" for the role user; the columns are "user", "item", "a"\.'),
        ({"user": "a", "item": "a"}, r'user and item are both "a"'),
        ({"user": ""}, r"^log\.csv: no column for the role user"),
        ({"user.age": "age"}, r"user\.age needs a table of users, and none was given"),
        ({"item.category.title": "name"}, r'"title" cannot name one attribute more'),
        ({"item.category.x": "name", "item.number.x": "id"}, r'"x" cannot name one attribute more'),
    ],
)
def test_a_mistake_is_one_clear_line(pairs: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        map_columns(pairs, ["user", "item", "a"], ["id", "name"], names={"interactions": "log.csv"})
    assert "\n" not in str(caught.value)


def test_a_catalogue_without_ids_is_one_clear_line() -> None:
    with pytest.raises(DataError, match=r"^items: no column for the role item\.id"):
        map_columns({}, ["user", "item"], ["title", "year"])


def test_settings_are_read_from_their_text() -> None:
    mapping = map_columns(
        {
            "value.rule": "log",
            "value.clip": "99.5",
            "time.unit": "ms",
            "time.zone": "Asia/Shanghai",
            "event.weight.view": "1",
            "event.weight.加购": "3",
            "item.template": "{name}. {plot}",
            "item.text": "plot",
            "item.text.2": "about",
            "item.separator": "comma",
            "item.separator.tags": "pipe",
            "user.bins.age": "18,30",
            "user.bins.income": "1000,2.5e3",
            "user.number": "income",
        },
        ["user", "item", "rating", "event", "time"],
        ["id", "name", "plot", "about", "tags"],
        ["id", "age", "income"],
    )
    assert (mapping.value_rule, mapping.value_clip) == ("log", 99.5)
    assert (mapping.time_unit, mapping.time_zone) == ("ms", "Asia/Shanghai")
    assert mapping.event_weights == (("view", 1.0), ("加购", 3.0))
    assert mapping.item_texts == ("plot", "about")
    assert mapping.item_template == "{name}. {plot}"
    assert mapping.separator == ","
    assert mapping.item_attributes == (AttributeColumn("tags", "tags", "categories", separator="|"),)
    assert mapping.user_age_bins == (18.0, 30.0)
    assert mapping.user_attributes == (AttributeColumn("income", "income", "number", bins=(1000.0, 2500.0)),)
    assert mapping.columns("items") == ["id", "name", "plot", "about", "tags"]


def test_settings_of_a_role_that_no_column_plays_say_nothing() -> None:
    pairs = {"value": "", "value.rule": "log", "time.zone": "UTC", "event.weight.view": "2"}
    assert map_columns(pairs, ["user", "item", "rating"]) == ColumnMapping("user", "item")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"value.rule": "sqrt"}, r"value\.rule is one of as-is, log, one"),
        ({"value.clip": "0"}, r"value\.clip must be a percentile above 0 and at most 100"),
        ({"value.clip": "nan"}, r"value\.clip must be"),
        ({"event.weight.view": "-1"}, r"event\.weight\.view must be a number from 0 to"),
        ({"event.weight.view": "inf"}, r"event\.weight\.view must be a number"),
        ({"event.weight.": "1"}, r'unknown role "event\.weight\."'),
        ({"event.weight.NAME": "x"}, r"event\.weight\.NAME must be"),
        ({"time.unit": "weeks"}, r"time\.unit is one of auto, s, ms"),
        ({"time.zone": "Mars/Base"}, r'time\.zone "Mars/Base" is no time zone'),
        ({"time.zone": "../../etc/passwd"}, r"is no time zone"),
        ({"item.template": "{nothing}"}, r'no column "nothing" for the role item\.template'),
        ({"item.template": "{"}, r"has a brace that holds no column"),
        ({"item.separator.none": "|"}, r"item\.separator\.none needs item\.categories\.none"),
        ({"user.bins.age": "30,18"}, r"user\.bins\.age must be ascending numbers"),
        ({"user.bins.none": "1"}, r"user\.bins\.none needs user\.number\.none"),
        ({"item.text.0": "name"}, r'unknown role "item\.text\.0"'),
        ({"item.text.x": "name"}, r'unknown role "item\.text\.x"'),
    ],
)
def test_a_setting_that_cannot_be_read_is_one_clear_line(pairs: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        map_columns(pairs, ["user", "item", "rating", "event", "time"], ["id", "name"], ["id", "age"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "role"),
    [
        *(("userID", "user"), ("User Id", "user"), ("用户ID", "user"), ("用户", "user"), ("reviewerID", "user")),
        *(("物品", "item"), ("商品ID", "item"), ("parent_asin", "item"), ("评分", "value"), ("Star Rating", "value")),
        *(("unixReviewTime", "time"), ("时间戳", "time"), ("行为类型", "event"), ("eventType", "event")),
        *(("session_id:token", "session"),),
    ],
)
def test_names_are_known_in_english_and_chinese(column: str, role: str) -> None:
    others = {"user": "user_id", "item": "item_id"}
    others.pop(role, None)
    mapping = map_columns({}, [column, *others.values()])
    assert mapping.to_json()[role] == column


@pytest.mark.parametrize(
    ("column", "role"),
    [
        *(("movieTitle", "item.title"), ("标题", "item.title"), ("book_description", "item.text")),
        *(("描述", "item.text"), ("年份", "item.year"), ("海报", "item.image"), ("imageURL", "item.image")),
        *(("价格", "item.number.价格"), ("类别", "item.categories.类别"), ("类型", "item.category.类型")),
    ],
)
def test_names_of_a_catalogue_are_known(column: str, role: str) -> None:
    assert map_columns({}, ["user", "item"], ["id", column]).to_json()[role] == column


WORDS = st.text(min_size=1, max_size=6).filter(lambda text: text.strip() == text and not set("{}\x00") & set(text))
NAMES = st.lists(WORDS.filter(lambda name: name not in ("id", "title", "text", "image")), unique=True, max_size=3)
NUMBERS = st.floats(0, 1e6, allow_nan=False)


@st.composite
def mappings(draw: st.DrawFn) -> tuple[ColumnMapping, list[str], list[str], list[str]]:
    """A mapping of every kind of role and setting, and the columns of its tables."""
    columns = draw(st.lists(WORDS, unique=True, min_size=6, max_size=6))

    def one_of(choices: list[str]) -> str | None:
        return draw(st.sampled_from([None, *choices]))

    value, time, event = one_of(columns), one_of(columns), one_of(columns)
    item_names = draw(NAMES)
    kinds = [draw(st.sampled_from(["category", "categories", "number"])) for _ in item_names]
    attributes = tuple(
        AttributeColumn(
            name,
            draw(st.sampled_from(columns)),
            kind,  # type: ignore[arg-type]
            separator=draw(st.sampled_from([None, ",", "|", " ", "::"])) if kind == "categories" else None,
        )
        for name, kind in zip(item_names, kinds, strict=True)
    )
    edges = st.lists(NUMBERS, unique=True, min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))
    people = tuple(
        AttributeColumn(name, columns[0], "number", bins=draw(st.one_of(st.just(()), edges)))
        for name in draw(NAMES)
        if name != "age"
    )
    age = one_of(columns)
    mapping = ColumnMapping(
        user=columns[0],
        item=columns[1],
        value=value,
        time=time,
        event=event,
        session=one_of(columns),
        value_rule=draw(st.sampled_from(VALUE_RULES)) if value else "as-is",
        value_clip=draw(st.one_of(st.none(), st.floats(0.001, 100))) if value else None,
        event_weights=tuple(draw(st.dictionaries(WORDS, NUMBERS, max_size=3)).items()) if event else (),
        time_unit=draw(st.sampled_from(TIME_UNITS)) if time else "auto",
        time_zone=draw(st.sampled_from([None, "UTC", "Asia/Shanghai"])) if time else None,
        item_id=columns[0],
        item_title=one_of(columns),
        item_texts=tuple(draw(st.lists(st.sampled_from(columns), unique=True, max_size=3))),
        item_template=draw(st.sampled_from([None, f"{{{columns[2]}}}. {{{columns[3]}}}"])),
        item_year=one_of(columns),
        item_image=one_of(columns),
        item_attributes=attributes,
        separator=draw(st.sampled_from([None, ";", " "])),
        user_id=columns[5],
        user_age=age,
        user_age_bins=draw(edges) if age else (),
        user_attributes=people,
    )
    return mapping, columns, columns, columns


@settings(max_examples=100)
@given(mappings())
def test_a_mapping_is_its_pairs(made: tuple[ColumnMapping, list[str], list[str], list[str]]) -> None:
    mapping, *columns = made
    again = map_columns(mapping.to_json(), *columns, guess=False)
    assert again == mapping
    assert again.to_json() == mapping.to_json()
