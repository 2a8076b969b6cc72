"""Servers that speak OpenAI's chat completions: OpenAI's own, llama.cpp's, vLLM, Ollama, LM Studio, SGLang and others.

A grammar goes to the server where it takes one; elsewhere a JSON schema keeps the answer to code, and the answer is
checked against the grammar here.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, Literal

from backends.address import Address
from backends.asking import Manner
from backends.protocol import Proposal, Request
from backends.recheck import checked
from backends.remote import Remote
from backends.wire import Refused, mapping, whole
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


class OpenAICompatible(Remote["_Answer"]):
    """A model behind an OpenAI-compatible server."""

    engine = "openai"
    client_class = "OpenAI"

    def __init__(self, address: Address, manner: Manner | None = None) -> None:
        super().__init__(address, manner, Refused(_OPTIONAL, {"reasoning_effort": ("low",)}))
        self._server = "other" if address.base_url is None else ""

    def _begun(self) -> _Answer:
        return _Answer()

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
