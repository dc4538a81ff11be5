import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.text import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, really", "plain words, really"),
        ("**bold** _it_", r"\*\*bold\*\* \_it\_"),
        ("$9 & $10", r"\$9 \& \$10"),
        ("[x](y)", r"\[x\]\(y\)"),
        ("<script>", r"\<script\>"),
        ("a: b :smile:", "a: b :\u2060smile:"),
        ("http://a.b", "http\u2060://a\\.b"),
        ("www.a.b", "www\u2060\\.a\\.b"),
        ("me@a.b", "me@\u2060a\\.b"),
        ("NDCG@10 is 1.5", "NDCG@10 is 1\\.5"),
        ("two\nlines", "two lines"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_but_white_space_and_joiners_is_lost(text: str) -> None:
    letters = "".join(character for character in text if character.isalnum())
    assert letters == "".join(character for character in plain(text) if character.isalnum())
    assert "\n" not in plain(text)
