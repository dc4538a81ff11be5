from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset, Sequences
from recengine.errors import CancelledError, RecipeError, SendingError, StoreError
from recengine.models import Resources, make_recipe
from recengine.models.profiles.describing import Described
from recengine.models.profiles.user_text import UserTextRecipe, UserTextScorer
from recengine.models.profiles.writing import GIVE_UP, Written, by_model, question_of, sentences
from recengine.outgoing import Outgoing, told_to
from recengine.text.answers import Answers
from recengine.text.endpoint import KEY, MODEL, URL, Endpoint
from tests.chat_server import ChatServer, chat_server, completion
from tests.models.checkerboard import N_ITEMS, NEWCOMER

SECRET = "sk-very-secret-7"  # noqa: S105
ENDPOINT = {"writer": "endpoint", "language_model": "small"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with chat_server() as served:
        monkeypatch.setenv(URL, served.url)
        monkeypatch.setenv(MODEL, "small")
        monkeypatch.setenv(KEY, SECRET)
        yield served


def told(n: int) -> list[Described]:
    return [Described(latest=(f"film {place}",)) for place in range(n)]


def written(server: ChatServer, described: list[Described], folder: Path | None = None, **more: Any) -> list[Written]:
    return by_model(described, Endpoint(f"{server.url}/chat/completions", "small", SECRET), Answers(folder), **more)


def fit(dataset: Dataset, settings: dict[str, Any], resources: Resources) -> UserTextScorer:
    with told_to(lambda outgoing: None):
        scorer = make_recipe("user-text", settings).fit(dataset, resources=resources)
    assert isinstance(scorer, UserTextScorer)
    return scorer


def test_a_model_writes_and_says_so(server: ChatServer) -> None:
    assert written(server, told(2)) == [Written("Likes quiet films.", by="small")] * 2
    assert Written("x", by="small").source == "written by small"


def test_what_was_answered_is_not_sent_again(server: ChatServer, tmp_path: Path) -> None:
    # the third is told as the first is
    first = written(server, [*told(2), *told(1)], tmp_path)
    assert len(server.bodies) == 2
    assert written(server, told(2), tmp_path) == first[:2]
    assert len(server.bodies) == 2


def test_nobody_of_whom_nothing_is_told_is_sent(server: ChatServer) -> None:
    assert written(server, [Described()]) == [Written("")]
    assert server.bodies == []


def test_where_one_is_not_answered_the_template_takes_over(server: ChatServer) -> None:
    server.reply = lambda number, body: completion(None, refusal="no") if number == 1 else completion("Likes films.")
    first, second, third = written(server, told(3))
    assert [first.by, second.by, third.by] == ["small", "", "small"]
    assert second.text == "Lately took film 1."
    assert second.source == "by template, since small refused to answer."


def test_a_server_that_is_down_is_not_asked_for_everybody(server: ChatServer) -> None:
    server.reply = lambda number, body: (500, {}, b"")
    found = written(server, told(10))
    assert len(server.bodies) == GIVE_UP
    assert {one.by for one in found} == {""}
    assert "status 500" in found[0].note
    assert found[-1].note == f"{GIVE_UP} questions in a row failed before it."


def test_as_many_are_sent_at_once_as_is_asked_for(server: ChatServer) -> None:
    found = written(server, told(12), at_once=4)
    assert sorted(body["messages"][1]["content"] for body in server.bodies) == sorted(
        question_of(one, "small").user for one in told(12)
    )
    assert {one.by for one in found} == {"small"}


def test_asking_stops_when_it_is_cancelled(server: ChatServer) -> None:
    with pytest.raises(CancelledError):
        written(server, told(50), cancel=lambda: len(server.bodies) >= 2)
    assert len(server.bodies) < 50


def test_neither_ids_nor_sensitive_attributes_nor_the_key_are_sent(
    server: ChatServer, board: Dataset, resources: Resources, tmp_path: Path
) -> None:
    ids = [f"person-{user:02}" for user in range(board.n_users)]
    named = replace(board, users=board.users.with_columns(id=pl.Series(ids), gender=pl.lit("unspeakable")))
    kinds = (*board.user_attributes, type(board.user_attributes[0])("gender", "category"))
    own = replace(resources, vector_cache=tmp_path)
    settings = ENDPOINT | {"attributes": True}
    server.reply = lambda number, body: completion("Likes space war.")
    scorer = fit(replace(named, user_attributes=kinds), settings, own)
    assert server.bodies
    sent = str(server.bodies)
    assert "dancers" in sent
    for word in ("person-", "unspeakable", "gender:", "age:", SECRET):
        assert word not in sent
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert SECRET.encode() not in stored
    assert SECRET.encode() not in b"".join(array.tobytes() for array in scorer.state().values())


def test_what_is_sent_is_told_before_the_first_of_it(
    server: ChatServer, board: Dataset, resources: Resources, tmp_path: Path
) -> None:
    own, said = replace(resources, vector_cache=tmp_path), list[tuple[str, ...]]()

    def hear(outgoing: Outgoing) -> None:
        assert server.bodies == []
        said.append(outgoing.lines)

    recipe = UserTextRecipe(writer="endpoint", language_model="small", sent=5, at_once=1, attributes=True)
    # a part of what is stored: what is told of a user must be what the fit knows
    part = board.with_interactions(board.interactions.gather_every(2), "half")
    before = recipe.sending(part, own)
    assert before is not None
    assert before.example is not None
    with told_to(hear):
        recipe.fit(part, resources=own)
    assert said == [before.lines]
    assert (before.users, before.messages, before.answered) == (5, len(server.bodies), 0)
    assert server.bodies[0] == before.example.body
    whole = recipe.sending(board, own)
    assert whole is not None
    assert whole.example != before.example
    assert before.withheld == ("age",)
    assert before.told == ("club",)
    sends, what, example = before.lines
    host = server.url.split("/")[2]
    n = f"{before.messages} messages about 5 users of the part that is learnt"
    assert sends == f"Sends {n} to small at {host}, on this machine."
    assert what.endswith("user attributes club, and no id. Withheld as sensitive: age.")
    assert json.loads(example.removeprefix("The first, word for word: ")) == server.bodies[0]
    assert SECRET not in repr(before)
    # all is answered now
    again = recipe.sending(part, own)
    assert again is not None
    assert (again.messages, again.answered) == (0, before.messages)
    assert again.lines[0].startswith(f"Nothing is sent to small at {host}, on this machine: ")
    assert UserTextRecipe().sending(part, own) is None
    assert "no user attribute" in (replace(recipe, attributes=False).sending(part, own) or before).what


def test_nothing_is_sent_where_nobody_hears_of_it(
    server: ChatServer, board: Dataset, resources: Resources, tmp_path: Path
) -> None:
    own = replace(resources, vector_cache=tmp_path)
    recipe = UserTextRecipe(writer="endpoint", language_model="small", sent=2)
    with pytest.raises(SendingError, match=r"^Nobody has agreed to what would be sent, so nothing was: 2 messages "):
        recipe.fit(board, resources=own)
    assert server.bodies == []
    with told_to(lambda outgoing: None):
        recipe.fit(board, resources=own)
    # all is answered, so there is nothing to agree to
    recipe.fit(board, resources=own)
    assert len(server.bodies) == 2


def test_what_is_agreed_to_is_known_by_its_words_and_by_where_it_goes(
    server: ChatServer, board: Dataset, resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(resources, vector_cache=tmp_path)

    first = UserTextRecipe(writer="endpoint", language_model="small", sent=5)

    def key(dataset: Dataset = board, **settings: Any) -> str:
        sending = replace(first, **settings).sending(dataset, own)
        assert sending is not None
        return sending.key

    here = key()
    assert key(at_once=2, preparation="centred") == here
    part = board.with_interactions(board.interactions.gather_every(2), "half")
    others = [key(part), key(sent=4), key(attributes=True), key(items=3), key(language_model="large")]
    monkeypatch.setenv(URL, "http://127.0.0.2:1/v1")
    assert len({here, key(), *others}) == 2 + len(others)


def test_the_texts_of_the_model_decide(server: ChatServer, board: Dataset, resources: Resources) -> None:
    server.reply = lambda number, body: completion("They love alien invasions and space war.")
    scorer = fit(board, ENDPOINT | {"sent": 1, "preparation": "centred"}, resources)
    busiest = int(np.argmax(board.sequences.lengths))
    assert len(server.bodies) == 1
    assert scorer.written(busiest) == Written("They love alien invasions and space war.", by="small")
    other = (busiest + 1) % NEWCOMER
    assert scorer.written(other).source == "by template, since only 1 user is sent."
    scores = scorer.score(np.array([busiest], dtype=np.int32))[0]
    assert np.nanmean(scores[1::2]) > np.nanmean(scores[::2]) + 0.1
    restored = make_recipe("user-text", ENDPOINT | {"sent": 1, "preparation": "centred"}).restore(
        scorer.state(), board, "CPU"
    )
    assert isinstance(restored, UserTextScorer)
    assert [restored.written(user) for user in range(3)] == [scorer.written(user) for user in range(3)]


def test_a_text_is_encoded_sentence_by_sentence() -> None:
    assert sentences("Likes Alien (1979). Rarely comedy; never drama! 喜欢。安静") == [
        "Likes Alien (1979).",
        "Rarely comedy;",
        "never drama!",
        "喜欢。",
        "安静",
    ]
    assert sentences(" ") == []


def test_who_writes_is_a_setting_so_that_fits_are_kept_apart() -> None:
    by_small, by_large = (make_recipe("user-text", ENDPOINT | {"language_model": name}) for name in ("small", "large"))
    assert by_small.settings() != by_large.settings() != make_recipe("user-text").settings()
    # the host is none of them, and the setting says so
    (fact,) = (fact for fact in UserTextRecipe.facts() if fact.name == "language_model")
    assert "Which host serves it is not told apart" in fact.description


def test_which_model_writes_has_to_be_said(server: ChatServer, board: Dataset) -> None:
    said = make_recipe("user-text", {"writer": "endpoint"}).obstacle(board) or ""
    assert f'Set "language_model" to "small", which {MODEL} names' in said
    assert make_recipe("user-text", ENDPOINT).obstacle(board) is None
    with pytest.raises(RecipeError, match="which language model writes is not said"):
        make_recipe("user-text", {"writer": "endpoint"}).fit(board)
    assert server.bodies == []


def test_where_nobody_is_answered_there_is_no_fit(server: ChatServer, board: Dataset, resources: Resources) -> None:
    server.reply = lambda number, body: (500, {}, b"")
    with pytest.raises(
        RecipeError, match=r"^user-text: small answered for none of [0-9]+ users: .* status 500.*"
    ) as no:
        fit(board, ENDPOINT | {"at_once": 1}, resources)
    assert 'Fit again when it answers, or set "writer" to "template".' in str(no.value)
    assert "\n" not in str(no.value)


def test_where_some_are_answered_the_fit_says_for_how_many(
    server: ChatServer, board: Dataset, resources: Resources
) -> None:
    server.reply = lambda number, body: completion("Likes films.") if number == 0 else completion(None, refusal="no")
    said: list[str] = []
    recipe = make_recipe("user-text", ENDPOINT | {"sent": 3, "at_once": 1})
    with told_to(lambda outgoing: None):
        scorer = recipe.fit(board, resources=resources, progress=lambda share, text: said.append(text))
    assert isinstance(scorer, UserTextScorer)
    assert (scorer.by_model, scorer.failed) == (1, 2)
    assert said[-1].endswith("2 of them by template for want of an answer")
    restored = recipe.restore(scorer.state(), board, "CPU")
    assert isinstance(restored, UserTextScorer)
    assert (restored.by_model, restored.failed) == (1, 2)


def test_an_answer_that_cannot_be_kept_is_an_answer(server: ChatServer, tmp_path: Path) -> None:
    taken = tmp_path / "answers"
    taken.write_text("a file where a folder is wanted")
    question, endpoint = question_of(told(1)[0], "small"), Endpoint(f"{server.url}/chat/completions", "small")
    with pytest.raises(StoreError):
        Answers(taken).keep(endpoint, question, "x")
    assert written(server, told(2), taken) == [Written("Likes quiet films.", by="small")] * 2


def test_without_an_endpoint_a_model_cannot_write(board: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    with pytest.raises(RecipeError, match=f'no language model is set up. Set {URL} and {MODEL}, or "writer" to'):
        make_recipe("user-text", {"writer": "endpoint"}).fit(board)
    monkeypatch.setenv(URL, "nonsense")
    assert "must be a plain http" in (make_recipe("user-text", {"writer": "endpoint"}).obstacle(board) or "")


def test_without_item_texts_there_is_one_clear_line(board: Dataset) -> None:
    wordless = replace(board, items=board.items.with_columns(text=pl.lit(" ")))
    with pytest.raises(RecipeError, match=r"no item of .* has a text\. Map a text column"):
        make_recipe("user-text").fit(wordless)


def test_a_new_history_is_written_down_anew(board: Dataset, resources: Resources) -> None:
    scorer = fit(board, {}, resources)
    histories = Sequences.of_weights([{1: 1.0, 3: 1.0}, {}, {0: 1.0, 2: 1.0}], N_ITEMS)
    space, nothing, romance = scorer.fold_in_order(histories)
    assert np.isnan(nothing).all()
    assert np.nanmean(space[5::2]) > np.nanmean(space[4::2])
    assert np.nanmean(romance[4::2]) > np.nanmean(romance[5::2])
    np.testing.assert_array_equal(scorer.fold_in_order(histories), [space, nothing, romance])


def test_attributes_alone_say_something(board: Dataset, resources: Resources) -> None:
    scorer = fit(board, {"attributes": True}, resources)
    assert scorer.written(NEWCOMER).text == "Club: pilots."
    assert np.isfinite(scorer.score(np.array([NEWCOMER], dtype=np.int32))).any()
