"""Servers that speak OpenAI's chat completions: OpenAI's own, llama.cpp's, vLLM, Ollama, LM Studio, SGLang and others.

The official SDK carries the requests; attempts and pauses are ours alone, so that one place decides how often a
request may be sent. A grammar goes to the server where it takes one; elsewhere a JSON schema keeps the answer to code,
and the answer is checked against the grammar here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, Literal

from backends.address import Address
from backends.asking import Asker, Manner
from backends.faults import missing_package
from backends.keys import find_key
from backends.protocol import Proposal, Request
from backends.recheck import checked
from backends.streaming import events, gather
from backends.wire import Refused, check_installed, connection, mapping, whole
from grammar.json_schema import answer_of, json_schema
from grammar.scratch import has_scratch

_OPTIONAL = (
    "temperature",
    "top_p",
    "seed",
    "stop",
    "top_logprobs",
    "logprobs",
    "stream_options",
    "response_format",
    "reasoning_effort",
    "structured_outputs",
    "grammar",
)
_PROBE_SECONDS = 5.0


class OpenAICompatible:
    """A model behind an OpenAI-compatible server.

    Raises ``BackendError`` at once where the SDK or the key is missing; nothing is sent before the first request.
    """

    engine = "openai"

    def __init__(self, address: Address, manner: Manner | None = None) -> None:
        check_installed("openai")
        self._address = address
        self._manner = manner or Manner()
        self._key = find_key(address)
        self._sdk: Any = None
        self._client: Any = None
        self._opening = threading.Lock()
        self._refused = Refused(_OPTIONAL, {"reasoning_effort": ("low",)})
        self._server = "other" if address.base_url is None else ""
        self._asker = Asker(address.name, self._answer, self._manner)

    @property
    def model(self) -> str:
        return self._address.id

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. Raises ``BackendError`` with the answers that arrived."""
        self._open()
        return self._asker.ask(requests)

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()
        if self._client is not None:
            self._client.close()

    def _open(self) -> None:
        with self._opening:
            if self._client is not None:
                return
            try:
                import openai
            except ImportError as error:
                raise missing_package("openai") from error
            self._sdk = openai
            self._client = openai.OpenAI(
                api_key=self._key.secret,
                base_url=self._address.url,
                max_retries=0,
                http_client=connection(openai, self._address, self._manner.silent_seconds),
            )

    def _answer(self, request: Request, stop: threading.Event) -> Proposal:
        def send(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
            return events(lambda: self._stream(body), self._address, self._key, self._sdk, stop)

        return self._proposal(request, gather(_Answer, send, self._body(request), self._refused, self._address))

    def _stream(self, body: Mapping[str, Any]) -> Any:
        return self._client.chat.completions.create(
            model=self._address.model, messages=body["messages"], stream=True, extra_body=body
        )

    def _body(self, request: Request) -> dict[str, Any]:
        sampling = request.sampling
        own = self._address.base_url is None
        body: dict[str, Any] = {
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "max_completion_tokens" if own else "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": request.engine_seed,
            "logprobs": True,
            "top_logprobs": 1,
            "stream_options": {"include_usage": True},
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if own:
            # What a model thinks counts as answer; there is no room for much of it.
            body["reasoning_effort"] = "none"
        server = self._kind_of_server()
        if server == "llamacpp":
            body["cache_prompt"] = sampling.temperature > 0
        if request.grammar is not None:
            body |= _constraint(server, request.grammar)
        return body

    def _kind_of_server(self) -> str:
        """Who serves the model, as its list of models tells: that decides how it takes a grammar."""
        if not self._server:
            try:
                models = self._client.with_options(timeout=_PROBE_SECONDS).models.list().to_dict()
            except Exception as error:
                known = isinstance(error, self._sdk.APIStatusError)
                self._server = "other" if known else ""
                return "other"
            listed = mapping(models).get("data") or [{}]
            self._server = str(mapping(listed[0]).get("owned_by") or "other")
        return self._server

    def _proposal(self, request: Request, answer: _Answer) -> Proposal:
        text, conforms = self._key.redact(answer.text), None
        held = self._server == "llamacpp" and self._refused.takes("grammar")
        if request.grammar is not None and not held:
            text, conforms = checked(answer_of(text) or text, request.grammar)
        finish: Literal["stop", "length"] = "length" if answer.finish == "length" else "stop"
        return Proposal(
            text,
            answer.prompt_tokens or _estimate(request),
            answer.completion_tokens,
            finish,
            answer.logprob,
            answer.seconds,
            conforms=conforms,
        )


def _constraint(server: str, grammar: str) -> dict[str, Any]:
    """How a server is held to a grammar, or at least to code."""
    match server:
        case "llamacpp":
            return {"grammar": "%llguidance {}\n" + grammar}
        case "vllm":
            return {"structured_outputs": {"grammar": grammar}}
        case _:
            schema = {"name": "answer", "strict": True, "schema": json_schema(scratch=has_scratch(grammar))}
            return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _estimate(request: Request) -> int:
    """The prompt's tokens where the server does not tell them: about four characters each."""
    return sum(len(message.content) for message in request.messages) // 4


class _Answer:
    """One answer while its chunks arrive."""

    def __init__(self) -> None:
        self.finish = ""
        self._texts: list[str] = []
        self._logprobs: list[float] = []
        self._usage: Mapping[str, Any] = {}
        self._timings: Mapping[str, Any] = {}
        self._begun = monotonic()
        self._ended = self._begun

    def add(self, chunk: Mapping[str, Any]) -> None:
        self._usage = mapping(chunk.get("usage")) or self._usage
        self._timings = mapping(chunk.get("timings")) or self._timings
        self._ended = monotonic()
        for choice in map(mapping, chunk.get("choices") or ()):
            text = mapping(choice.get("delta")).get("content")
            if isinstance(text, str) and text:
                self._texts.append(text)
            tokens = mapping(choice.get("logprobs")).get("content") or ()
            self._logprobs += [float(mapping(token).get("logprob") or 0.0) for token in tokens]
            self.finish = str(choice.get("finish_reason") or self.finish)

    @property
    def text(self) -> str:
        return "".join(self._texts)

    @property
    def logprob(self) -> float | None:
        return sum(self._logprobs) if self._logprobs else None

    @property
    def prompt_tokens(self) -> int:
        return whole(self._usage.get("prompt_tokens"))

    @property
    def completion_tokens(self) -> int:
        return whole(self._usage.get("completion_tokens")) or len(self._logprobs) or len(self._texts)

    @property
    def seconds(self) -> float:
        told = sum(float(self._timings.get(name) or 0.0) for name in ("prompt_ms", "predicted_ms"))
        return told / 1000 or self._ended - self._begun
