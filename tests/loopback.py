"""Servers on loopback that speak OpenAI's or Anthropic's language and fail as they are told."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Turn = Callable[["Handler"], None]


@dataclass
class Server:
    """What a server is to do at each request, the last turn again and again; and what it was asked."""

    turns: Sequence[Turn]
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    owner: str | None = None
    done: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def openai(self) -> str:
        return f"openai:tiny@{self.url}/v1"

    @property
    def anthropic(self) -> str:
        return f"anthropic:tiny@{self.url}"


class Handler(BaseHTTPRequestHandler):
    script: Server
    body: dict[str, Any]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        if self.script.owner is None:
            status(404)(self)
        else:
            self.whole(200, {"object": "list", "data": [{"id": "tiny", "owned_by": self.script.owner}]})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.body = json.loads(raw)
        with self.script.lock:
            number = len(self.script.bodies)
            self.script.bodies.append(self.body)
            self.script.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.script.paths.append(self.path)
        self.script.turns[min(number, len(self.script.turns) - 1)](self)

    def whole(self, code: int, data: object, headers: Mapping[str, str] | None = None) -> None:
        content = json.dumps(data).encode()
        self.send_response(code)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def events(self, *lines: str) -> None:
        """Server-sent events; the answer's end is the connection's."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for line in lines:
            self.wfile.write(f"{line}\n\n".encode())
            self.wfile.flush()

    def reset(self) -> None:
        """End the connection with a reset instead of a farewell."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()


def openai_lines(text: str, *, finish: str | None = "stop", usage: bool = True) -> list[str]:
    pieces = [text[: len(text) // 2], text[len(text) // 2 :]]
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]} for piece in pieces
    ]
    if finish is not None:
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage:
        chunks.append({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
    return [f"data: {json.dumps({'id': 'x', 'object': 'chat.completion.chunk', **chunk})}" for chunk in chunks]


def anthropic_lines(text: str, *, tool: bool = False, finish: str | None = "end_turn") -> list[str]:
    block = {"type": "tool_use", "id": "t", "name": "answer", "input": {}} if tool else {"type": "text", "text": ""}
    wire = json.dumps({"code": text}) if tool else text
    pieces = [wire[: len(wire) // 2], wire[len(wire) // 2 :]]
    kind, name = ("input_json_delta", "partial_json") if tool else ("text_delta", "text")
    start = {"id": "m", "role": "assistant", "content": [], "model": "tiny", "usage": {"input_tokens": 11}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"type": "message", **start}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": kind, name: piece}} for piece in pieces),
        {"type": "content_block_stop", "index": 0},
    ]
    if finish is not None:
        stop = {"stop_reason": "tool_use" if tool else finish, "stop_sequence": None}
        events += [
            {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 7}},
            {"type": "message_stop"},
        ]
    return [f"event: {event['type']}\ndata: {json.dumps(event)}" for event in events]


def is_anthropic(handler: Handler) -> bool:
    return handler.path.endswith("/messages")


def lines(handler: Handler, text: str, **how: Any) -> list[str]:
    if not is_anthropic(handler):
        return [*openai_lines(text, **how), "data: [DONE]"]
    return anthropic_lines(text, tool="tools" in handler.body, **how)


def says(text: str) -> Turn:
    return lambda handler: handler.events(*lines(handler, text))


def echoes(tell: Callable[[dict[str, Any]], str]) -> Turn:
    return lambda handler: handler.events(*lines(handler, tell(handler.body)))


def status(code: int, message: str = "no", **headers: str) -> Turn:
    error = {"type": "error", "error": {"type": "error", "message": message}}
    return lambda handler: handler.whole(code, error, {name.replace("_", "-"): text for name, text in headers.items()})


def garbage(handler: Handler) -> None:
    handler.events("event: message_start\ndata: ]]<html>not json</html>")


def page(handler: Handler) -> None:
    content = b"<html><body>It works!</body></html>"
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.send_header("content-length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def truncated(handler: Handler) -> None:
    *some, last = lines(handler, "def f(): pass", finish=None)
    handler.events(*some, last[: len(last) // 2])


def unfinished(handler: Handler) -> None:
    handler.events(*lines(handler, "def f(): pass", finish=None))


def resets(handler: Handler) -> None:
    handler.events(*lines(handler, "def f(): pass", finish=None)[:2])
    handler.reset()


def resets_after_the_end(text: str) -> Turn:
    def turn(handler: Handler) -> None:
        sent = anthropic_lines(text)[:-1] if is_anthropic(handler) else openai_lines(text, usage=False)
        handler.events(*sent)
        handler.reset()

    return turn


def hangs(handler: Handler) -> None:
    handler.script.done.wait(30)
    handler.close_connection = True


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def serving(*turns: Turn, owner: str | None = None) -> Iterator[Server]:
    """A server for a block. ``owner`` is who its list of models says serves them."""
    script = Server(turns, owner=owner)
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    server = _Quiet(("127.0.0.1", 0), handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def closed_port() -> str:
    """The URL of a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
