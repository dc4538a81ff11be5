"""A client of language models behind an OpenAI-compatible endpoint: one question, one answer, every failure named.

Ollama, vLLM, llama.cpp and most vendors speak it: POST URL/chat/completions.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from recengine.errors import EndpointError
from recengine.progress import Cancel, never, stop_if_asked
from recengine.storage import digest

if TYPE_CHECKING:
    import httpx

URL = "RECENGINE_LLM_URL"
MODEL = "RECENGINE_LLM_MODEL"
KEY = "RECENGINE_LLM_KEY"
"""Environment variables; the last may be left out."""

TIMEOUT = 60.0
"""Seconds from a question to the last letter of its answer."""
TRIES = 3
"""Of a question that the server asks to put again later."""
LONGEST_WAIT = 30.0
"""Seconds; a server that asks for more is not waited for."""
_PATH = "/chat/completions"
_MAX_BYTES = 1_000_000
_MAX_ANSWER_TOKENS = 300
_KEPT_CONTROLS = "\u200c\u200d"
"""Zero-width joiners, which some scripts and emoji are written with."""
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_REFUSAL = re.compile(
    r"(i'm sorry|i am sorry|sorry,|i cannot\b|i can't\b|i could not\b|i'm not able|i'm unable|i am unable)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Endpoint:
    """url: of the chat completions. model: its name there. key: never shown, stored, logged or part of an error."""

    url: str
    model: str
    key: str = field(default="", repr=False, compare=False)

    @property
    def host(self) -> str:
        """Where it is, for people: host and port."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return _is_loopback(urlsplit(self.url).hostname or "")


def configured_endpoint(environment: Mapping[str, str] | None = None) -> Endpoint | None:
    """The endpoint of the environment; None where `URL` is not set. Raises `EndpointError` where it is no use."""
    found = os.environ if environment is None else environment
    url, model, key = (found.get(name, "").strip() for name in (URL, MODEL, KEY))
    if not url:
        return None
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    # what stands in a wrong address is not repeated, since people put keys there
    if not sound or parts.username or parts.password or parts.query or parts.fragment:
        raise EndpointError(
            f"{URL} must be a plain http or https address without user, password or query, such as "
            f"http://127.0.0.1:11434/v1. Correct it; a key belongs into {KEY}."
        )
    if not model:
        raise EndpointError(f"{URL} is set and {MODEL} is not. Set it to the name of a model that is served there.")
    if not all("!" <= letter <= "~" for letter in key):
        raise EndpointError(f"{KEY} holds a character that no key can have, such as a blank. Set it anew.")
    base = url.rstrip("/").removesuffix(_PATH)
    return Endpoint(base + _PATH, model, key)


@dataclass(frozen=True)
class Question:
    """What is sent: `body` is all of it but the key. system, user: the two messages."""

    model: str
    system: str
    user: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON document of the request."""
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": self.system}, {"role": "user", "content": self.user}],
            "temperature": 0,
            "max_tokens": _MAX_ANSWER_TOKENS,
        }

    def key(self, url: str) -> str:
        """SHA-256 (hex) of what is sent and where to."""
        return digest({"url": url, "body": self.body})


def open_client(endpoint: Endpoint) -> httpx.Client:
    """A client to close after use. A proxy of the environment is passed by where the endpoint is this machine."""
    import httpx

    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    return httpx.Client(headers=headers, follow_redirects=False, trust_env=not endpoint.is_local)


def ask(
    client: httpx.Client,
    endpoint: Endpoint,
    question: Question,
    *,
    limit: int,
    timeout: float = TIMEOUT,
    cancel: Cancel = never,
) -> str:
    """The answer on one line of at most `limit` characters.

    Raises `EndpointError` with the reason where there is none, `CancelledError`.
    """
    for left in range(TRIES - 1, -1, -1):
        stop_if_asked(cancel)
        status, headers, content = _post(client, endpoint, question, timeout)
        if status not in (429, 503):
            return _answer(status, content, endpoint, limit)
        wait = _wait(headers.get("Retry-After", ""))
        if wait > LONGEST_WAIT:
            raise EndpointError(f"{endpoint.host} asks to wait {wait:,.0f} s ({status}). Try again later.")
        if left:
            _sleep(wait, cancel)
    raise EndpointError(f"{endpoint.host} asked to wait {TRIES} times ({status}). Ask for fewer at once, or later.")


def cleaned(text: str, limit: int) -> str:
    """On one line of at most `limit` characters, without control characters and without what a model thought aloud."""
    spaced = (" " if letter.isspace() else letter for letter in _THOUGHTS.sub(" ", text))
    kept = "".join(one for one in spaced if unicodedata.category(one)[0] != "C" or one in _KEPT_CONTROLS)
    line = " ".join(kept.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    # at a blank, where there is one not far back
    at = cut.rfind(" ")
    return (cut[:at] if at > limit // 2 else cut).rstrip(" ,;:") + "…"


def _post(client: httpx.Client, endpoint: Endpoint, question: Question, timeout: float) -> tuple[int, Any, bytes]:
    import httpx

    until = time.monotonic() + timeout
    content = bytearray()
    try:
        with client.stream("POST", endpoint.url, json=question.body, timeout=timeout) as response:
            for part in response.iter_bytes():
                content += part
                if len(content) > _MAX_BYTES:
                    raise EndpointError(f"{endpoint.host} answered with more than {_MAX_BYTES:,} bytes. Check {URL}.")
                # a server that sends a letter now and then would never time out
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("slow")
            return response.status_code, response.headers, bytes(content)
    except httpx.TimeoutException:
        raise EndpointError(f"{endpoint.host} did not answer within {timeout:g} s. Try a smaller model.") from None
    except httpx.ConnectError:
        raise EndpointError(f"{endpoint.host} cannot be reached. Start it, or check {URL}.") from None
    # the words of the library may quote what was sent
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        raise EndpointError(f"{endpoint.host} broke the exchange off ({type(error).__name__}). Try again.") from None


def _answer(status: int, content: bytes, endpoint: Endpoint, limit: int) -> str:
    """What a server says of a failure is not repeated: it may quote the key."""
    if status in (401, 403):
        raise EndpointError(f"{endpoint.host} refuses the key ({status}). Check {KEY}.")
    if status == 404:
        raise EndpointError(f"{endpoint.host} knows no such address or model (404). Check {URL} and {MODEL}.")
    if status != 200:
        raise EndpointError(f"{endpoint.host} answered with status {status}. Check {URL} and {MODEL}.")
    try:
        choice = json.loads(content)["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
        ended = choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise EndpointError(f"{endpoint.host} gave an answer that is no chat completion. Check {URL}.") from None
    if refusal or ended == "content_filter":
        raise EndpointError(f"{endpoint.model[:80]} refused to answer.")
    line = cleaned(text, limit) if isinstance(text, str) else ""
    if not line:
        raise EndpointError(f"{endpoint.model[:80]} gave an empty answer.")
    if _REFUSAL.match(line.replace("\u2019", "'")):
        raise EndpointError(f"{endpoint.model[:80]} refused to answer.")
    return line


def _wait(said: str) -> float:
    """Seconds of a Retry-After header: a number, or a moment (RFC 9110, section 10.2.3); 1 where it says nothing."""
    try:
        return max(0.0, float(int(said)))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 1.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _sleep(seconds: float, cancel: Cancel) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        stop_if_asked(cancel)
        time.sleep(min(0.2, left))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
