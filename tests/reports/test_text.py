import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.reports.text import MAX_LABEL, chart_text, one_line, shorten

texts = st.text(st.characters(exclude_categories=["Cs"]))


def test_mark_up_is_escaped() -> None:
    assert chart_text("<b>A</b> & B") == "&lt;b&gt;A&lt;/b&gt; &amp; B"


def test_dollars_make_no_formula() -> None:
    # Plotly looks for a second "$" before it decodes entities
    assert chart_text("$9 & $10", None) == "&#36;9 &amp; &#36;10"


def test_brackets_and_braces_stay_as_they_are() -> None:
    assert chart_text("[x](http://y) :smile: %{x}", None) == "[x](http://y) :smile: %{x}"


def test_white_space_and_control_characters_become_one_space() -> None:
    assert one_line(" two\r\nlines\x00\tand\u2028more ") == "two lines and more"


def test_direction_overrides_are_dropped_and_right_to_left_text_is_isolated() -> None:
    assert one_line("a\u202eb\u202c") == "ab"
    assert chart_text("\u05e9\u05dc") == "\u2068\u05e9\u05dc\u2069"
    assert chart_text("hello") == "hello"


def test_long_text_is_cut_before_it_is_escaped() -> None:
    # an entity cut in half would show as "&am"
    assert chart_text("&" * 50, limit=5) == "&amp;&amp;&amp;&amp;…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ab\U0001f469\u200d\U0001f680cdef", "ab…"),  # an emoji of two parts, of which one would fit
        ("abce\u0301xyzq", "abc…"),  # an e with its accent apart
    ],
)
def test_a_cut_leaves_no_half_letter(text: str, shown: str) -> None:
    assert shorten(text, 5) == shown


@given(texts)
def test_a_label_is_one_short_line_without_mark_up(text: str) -> None:
    label = chart_text(text)
    assert "<" not in label
    assert ">" not in label
    plain = html.unescape(label).strip("\u2068\u2069")
    assert len(plain) <= MAX_LABEL
    assert not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in plain)


@given(texts)
def test_nothing_but_escaping_happens_to_a_short_plain_line(text: str) -> None:
    line = one_line(text)
    assert html.unescape(chart_text(line, None)).strip("\u2068\u2069") == line.strip("\u2068\u2069")
    assert one_line(line) == line
