"""A small real server that speaks as an OpenAI-compatible endpoint does, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


def completion(text: str | None, **more: Any) -> Reply:
    """A chat completion that says `text`; `more` goes into its message."""
    message = {"role": "assistant", "content": text, **more}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


@dataclass
class ChatServer:
    """url: base of the endpoint. reply: called with the number of the request, from 0, and its body.

    bodies, keys: of every request so far. late: closed by an event, for replies that must not come.
    """

    url: str
    reply: Callable[[int, dict[str, Any]], Reply] = field(default=lambda number, body: completion("Likes quiet films."))
    bodies: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A server on a free port of this machine until the block ends."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                number = len(served.bodies)
                served.bodies.append(body)
                served.paths.append(self.path)
                served.keys.append(self.headers["Authorization"])
            status, headers, content = served.reply(number, body)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:  # who asked has gone
                pass

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = ChatServer(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
