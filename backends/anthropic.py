"""Models behind Anthropic's Messages API: Anthropic's own, and servers that speak it (llama.cpp's, vLLM's).

The API takes no grammar: an answer that must keep to one is asked for as the call of a strict tool with one field,
``code``, and checked against the grammar here. A model that cannot be made to call a tool is left to choose, and may
answer in text.
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

_TOOL = "answer"
_OPTIONAL = ("temperature", "top_p", "stop_sequences", "tool_choice", "tools", "output_config")
_CUT_SHORT = ("max_tokens", "model_context_window_exceeded")


class Anthropic(Remote["_Answer"]):
    """A model behind a server for Anthropic's Messages API."""

    engine = "anthropic"
    client_class = "Anthropic"

    def __init__(self, address: Address, manner: Manner | None = None) -> None:
        alternatives = {"tool_choice": ({"type": "auto"},), "tools": ([_tool()],)}
        super().__init__(address, manner, Refused(_OPTIONAL, alternatives))

    def _begun(self) -> _Answer:
        return _Answer()

    def _stream(self, body: Mapping[str, Any]) -> Any:
        return self._client.messages.create(
            model=self._address.model,
            max_tokens=body["max_tokens"],
            messages=body["messages"],
            stream=True,
            extra_body=body,
        )

    def _body(self, request: Request) -> dict[str, Any]:
        sampling = request.sampling
        turns = [message for message in request.messages if message.role != "system"]
        system = [message.content for message in request.messages if message.role == "system"]
        body: dict[str, Any] = {
            "messages": [{"role": message.role, "content": message.content} for message in turns],
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
        }
        if system:
            body["system"] = "\n\n".join(system)
        if 0 < sampling.top_p < 1 and sampling.temperature > 0:
            body["top_p"] = sampling.top_p
        if sampling.stop:
            body["stop_sequences"] = list(sampling.stop)
        if self._address.base_url is None:
            # What a model thinks counts as answer; there is no room for much of it.
            body["output_config"] = {"effort": "low"}
        if request.grammar is not None:
            body |= {
                "tools": [_tool(scratch=has_scratch(request.grammar)) | {"strict": True}],
                "tool_choice": {"type": "tool", "name": _TOOL},
            }
        return body

    def _proposal(self, request: Request, answer: _Answer) -> Proposal:
        text, conforms = self._key.redact(answer.text), None
        if request.grammar is not None:
            text, conforms = checked(text, request.grammar)
        finish: Literal["stop", "length"] = "length" if answer.finish in _CUT_SHORT else "stop"
        return Proposal(
            text,
            answer.prompt_tokens,
            answer.completion_tokens,
            finish,
            seconds=answer.seconds,
            conforms=conforms,
        )


def _tool(*, scratch: bool = False) -> dict[str, Any]:
    return {
        "name": _TOOL,
        "description": "Gives the answer: the complete Python code that was asked for.",
        "input_schema": json_schema(scratch=scratch),
    }


class _Answer:
    """One answer while its events arrive."""

    def __init__(self) -> None:
        self.finish = ""
        self._texts: list[str] = []
        self._arguments: list[str] = []
        self._usage: dict[str, Any] = {}
        self._begun = monotonic()
        self._ended = self._begun

    def add(self, event: Mapping[str, Any]) -> None:
        self._ended = monotonic()
        match event.get("type"):
            case "message_start":
                self._usage |= mapping(mapping(event.get("message")).get("usage"))
            case "content_block_delta":
                delta = mapping(event.get("delta"))
                self._texts.append(str(delta.get("text") or ""))
                self._arguments.append(str(delta.get("partial_json") or ""))
            case "message_delta":
                self._usage |= mapping(event.get("usage"))
                self.finish = str(mapping(event.get("delta")).get("stop_reason") or self.finish)

    @property
    def text(self) -> str:
        """The code of the tool's call, as a fenced block, else the text."""
        arguments = "".join(self._arguments)
        return answer_of(arguments) or "".join(self._texts) or arguments

    @property
    def prompt_tokens(self) -> int:
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        return sum(whole(self._usage.get(name)) for name in names)

    @property
    def completion_tokens(self) -> int:
        return whole(self._usage.get("output_tokens")) or sum(map(bool, self._texts + self._arguments))

    @property
    def seconds(self) -> float:
        return self._ended - self._begun
