from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.errors import CancelledError, EndpointError
from recengine.progress import Cancel, never
from recengine.text.answers import Answers
from recengine.text.endpoint import (
    KEY,
    MODEL,
    TRIES,
    URL,
    Endpoint,
    Question,
    ask,
    cleaned,
    configured_endpoint,
    open_client,
)
from tests.chat_server import ChatServer, chat_server, completion

SECRET = "sk-very-secret-7"  # noqa: S105
QUESTION = Question("small", "Say who they are.", "Latest items:\n- Fargo")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as served:
        yield served


def endpoint_of(server: ChatServer) -> Endpoint:
    found = configured_endpoint({URL: server.url, MODEL: "small", KEY: SECRET})
    assert found is not None
    return found


def asked(endpoint: Endpoint, *, timeout: float = 5.0, cancel: Cancel = never) -> str:
    with open_client(endpoint) as client:
        return ask(client, endpoint, QUESTION, limit=60, timeout=timeout, cancel=cancel)


def failure(endpoint: Endpoint, *, timeout: float = 5.0) -> str:
    with pytest.raises(EndpointError) as caught:
        asked(endpoint, timeout=timeout)
    said = str(caught.value)
    assert "\n" not in said
    assert SECRET not in said
    # nor in what a log of the error would hold
    assert caught.value.__suppress_context__ or SECRET not in repr(caught.value.__context__)
    return said


def test_what_is_sent_is_the_question_and_nothing_else(server: ChatServer) -> None:
    assert asked(endpoint_of(server)) == "Likes quiet films."
    assert server.bodies == [QUESTION.body]
    assert server.paths == ["/v1/chat/completions"]
    assert server.keys == [f"Bearer {SECRET}"]
    assert [message["content"] for message in QUESTION.body["messages"]] == [QUESTION.system, QUESTION.user]


def test_without_a_key_none_is_sent(server: ChatServer) -> None:
    found = configured_endpoint({URL: f"{server.url}/chat/completions/", MODEL: "small"})
    assert found is not None
    asked(found)
    assert server.keys == [None]
    assert server.paths == ["/v1/chat/completions"]


def test_a_key_shows_nowhere() -> None:
    found = configured_endpoint({URL: "https://models.example/v1", MODEL: "small", KEY: SECRET})
    assert SECRET not in f"{found!r} {found}"
    assert found is not None
    assert SECRET not in json.dumps(QUESTION.body) + QUESTION.key(found.url)
    assert not found.is_local
    assert found.host == "models.example"


def test_a_server_that_is_too_slow_times_out(server: ChatServer) -> None:
    def never_in_time(number: int, body: object) -> tuple[int, dict[str, str], bytes]:
        server.over.wait(10)
        return completion("too late")

    server.reply = never_in_time
    said = failure(endpoint_of(server), timeout=0.2)
    server.over.set()
    assert "did not answer within 0.2 s" in said


def test_a_server_that_asks_to_wait_is_asked_again(server: ChatServer) -> None:
    server.reply = lambda number, body: (429, {"Retry-After": "0"}, b"") if number < TRIES - 1 else completion("Yes.")
    assert asked(endpoint_of(server)) == "Yes."
    assert len(server.bodies) == TRIES


def test_a_server_that_always_asks_to_wait_is_given_up(server: ChatServer) -> None:
    server.reply = lambda number, body: (429, {"Retry-After": "0"}, SECRET.encode())
    assert f"asked to wait {TRIES} times (429)" in failure(endpoint_of(server))
    assert len(server.bodies) == TRIES


@pytest.mark.parametrize("in_words", [False, True])
def test_a_wait_that_is_too_long_is_not_waited_for(server: ChatServer, in_words: bool) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.reply = lambda number, body: (429, {"Retry-After": moment if in_words else "3600"}, b"")
    assert "asks to wait 3," in failure(endpoint_of(server))
    assert len(server.bodies) == 1


def test_a_wait_ends_when_it_is_cancelled(server: ChatServer) -> None:
    server.reply = lambda number, body: (429, {"Retry-After": "20"}, b"")
    started = time.monotonic()
    with pytest.raises(CancelledError):
        asked(endpoint_of(server), cancel=lambda: bool(server.bodies))
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": [{"message": "text"}]}',
        b'{"choices": {"0": 1}}',
        b'{"error": {"message": "sk-very-secret-7"}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_malformed_answer_is_named(server: ChatServer, content: bytes) -> None:
    server.reply = lambda number, body: (200, {}, content)
    assert "no chat completion" in failure(endpoint_of(server))


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        (None, {"refusal": "I will not."}, "refused to answer"),
        ("I'm sorry, but I can't help with that.", {}, "refused to answer"),
        ("I cannot describe people.", {}, "refused to answer"),
        (" \n\x00 ", {}, "empty answer"),
        (None, {}, "empty answer"),
        ("<think>They like</think>", {}, "empty answer"),
    ],
)
def test_a_refusal_is_no_answer(server: ChatServer, text: str | None, more: dict[str, str], said: str) -> None:
    server.reply = lambda number, body: completion(text, **more)
    assert said in failure(endpoint_of(server))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, f"refuses the key (401). Check {KEY}."),
        (404, f"(404). Check {URL} and {MODEL}."),
        (500, "answered with status 500"),
        (302, "answered with status 302"),
    ],
)
def test_a_status_is_told_without_what_the_server_says(server: ChatServer, status: int, said: str) -> None:
    echo = f'{{"error": "bad key {SECRET}"}}'.encode()
    server.reply = lambda number, body: (status, {"Location": f"{server.url}/elsewhere"}, echo)
    assert said in failure(endpoint_of(server))
    # a redirection is not followed: the key goes where it was meant to go
    assert len(server.bodies) == 1


def test_nobody_there_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    found = configured_endpoint({URL: f"http://127.0.0.1:{port}/v1", MODEL: "small", KEY: SECRET})
    assert found is not None
    assert f"127.0.0.1:{port} cannot be reached" in failure(found)


def test_an_endless_answer_is_cut_off(server: ChatServer) -> None:
    server.reply = lambda number, body: completion("x" * 1_100_000)
    assert "more than 1,000,000 bytes" in failure(endpoint_of(server))


def test_an_answer_is_one_short_line(server: ChatServer) -> None:
    long = "<think>hm</think>Likes\n\x1b[31mred\u202e films\x00 " + "and blue ones " * 20
    server.reply = lambda number, body: completion(long)
    said = asked(endpoint_of(server))
    assert said.startswith("Likes [31mred films and blue")
    assert said.endswith("…")
    assert len(said) <= 60


@given(text=st.text(), limit=st.integers(2, 40))
def test_what_is_cleaned_fits_on_a_line(text: str, limit: int) -> None:
    line = cleaned(text, limit)
    assert len(line) <= limit
    assert line.splitlines() in ([], [line])
    assert line.isprintable() or any(letter in line for letter in "\u200c\u200d")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({URL: "http://127.0.0.1/v1"}, f"{MODEL} is not"),
        ({URL: "ftp://127.0.0.1/v1", MODEL: "m"}, "must be a plain http or https address"),
        ({URL: "http://[::1", MODEL: "m"}, "must be a plain http or https address"),
        ({URL: "127.0.0.1:80/v1", MODEL: "m"}, "must be a plain http or https address"),
        ({URL: f"http://me:{SECRET}@127.0.0.1/v1", MODEL: "m"}, "without user, password"),
        ({URL: f"http://127.0.0.1/v1?key={SECRET}", MODEL: "m"}, "without user, password"),
        ({URL: "http://127.0.0.1/v1", MODEL: "m", KEY: "two words"}, "holds a character"),
    ],
)
def test_a_wrong_environment_is_one_line(environment: dict[str, str], said: str) -> None:
    with pytest.raises(EndpointError) as caught:
        configured_endpoint(environment)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "two words" not in str(caught.value)


def test_nothing_is_set_up_unless_an_address_is() -> None:
    assert configured_endpoint({}) is None
    assert configured_endpoint({MODEL: "m", KEY: SECRET}) is None


def test_answers_are_kept_by_what_was_sent_and_where_to(tmp_path: Path) -> None:
    here, there = Endpoint("http://127.0.0.1/a", "m", SECRET), Endpoint("http://127.0.0.1/b", "m")
    answers = Answers(tmp_path / "answers")
    assert answers.find(here, QUESTION) is None
    answers.keep(here, QUESTION, "Likes films.")
    assert answers.find(here, QUESTION) == "Likes films."
    assert answers.find(there, QUESTION) is None
    assert answers.find(here, Question("m", "other", QUESTION.user)) is None
    (file,) = (tmp_path / "answers").iterdir()
    assert SECRET not in file.read_text() + file.name
    file.write_text("{")
    assert answers.find(here, QUESTION) is None
