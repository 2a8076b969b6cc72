"""llama.cpp in this process, through ``xllamacpp``: continuous batching, and grammars by llguidance."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from backends.cores import usable_cores
from backends.gaps import ended, ends_of, gap_text, marks_of
from backends.gguf_file import read_tokens
from backends.masks import NAMED
from backends.models import ModelFile
from backends.protocol import BackendError, Gap, Proposal, Request

_POLL_SECONDS = 0.1
_KEPT_MIB = 512
"""What is remembered of prompts that are not being answered; those of one compile come again within moments."""

_SILENT = -1


class LlamaCpp:
    """A local model. It is loaded at the first request; ``parallel`` requests are decoded at once, each with memory for
    ``context`` tokens.

    ``context`` is the number of tokens that one request's prompt and answer may have together, ``threads`` how many
    threads compute: one for each core that this process may use, unless told otherwise.
    """

    engine = "llama.cpp"

    def __init__(self, model: ModelFile, *, parallel: int = 8, context: int = 2048, threads: int | None = None) -> None:
        self._file = model
        self._parallel = parallel
        self._context = context
        self.threads = threads or usable_cores()
        self._server: Any = None
        self._pool: ThreadPoolExecutor | None = None
        self._loading = threading.Lock()

    @property
    def model(self) -> str:
        return self._file.id

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. An interruption or a failure stops all of them within a token or so.

        Raises ``BackendError`` where the model does not load, a prompt is too long or a grammar is malformed.
        """
        for request in requests:
            if request.grammar is not None:
                _check_grammar(request.grammar)
        if not requests:
            return []
        pool, stop = self._load(), threading.Event()
        groups = alike(requests, self._parallel)
        futures = [pool.submit(self._answers, requests[group[0]], len(group), stop) for group in groups]
        try:
            _wait_for(futures)
            answers = {
                number: answer
                for group, future in zip(groups, futures, strict=True)
                for number, answer in zip(group, future.result(), strict=True)
            }
            return [answers[number] for number in range(len(requests))]
        finally:
            stop.set()
            for future in futures:
                future.cancel()

    def close(self) -> None:
        """Free the model, once what runs has ended."""
        with self._loading:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
            self._pool = self._server = None

    def _load(self) -> ThreadPoolExecutor:
        with self._loading:
            if self._pool is None:
                self._server = _start(self._file, self._parallel, self._context, self.threads)
                self._pool = ThreadPoolExecutor(self._parallel, thread_name_prefix="llama")
            return self._pool

    def _answers(self, request: Request, count: int, stop: threading.Event) -> list[Proposal]:
        """So many samples of one request: the prompt is read once, and each sample goes on from there."""
        answers = _Answers(count)

        def on_chunk(chunk: Mapping[str, Any]) -> bool:
            answers.add(chunk)
            return stop.is_set()

        try:
            if request.gap is None:
                self._server.handle_chat_completions(_body(request) | {"n": count}, on_chunk)
            else:
                self._server.handle_completions(self._gap_body(request, request.gap) | {"n": count}, on_chunk)
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"llama.cpp refused the request: {error}") from error
        if answers.problem is not None:
            raise self._problem(answers.problem)
        return answers.proposals()

    def _gap_body(self, request: Request, gap: Gap) -> dict[str, Any]:
        tokens = _vocabulary(self._file.path)
        body: dict[str, Any] = {"prompt": gap_text(gap, marks_of(tokens, self._file.name)), "logprobs": 1}
        if request.grammar is not None:
            body["grammar"] = NAMED + ended(request.grammar, ends_of(tokens))
        chat = _body(request)
        return {name: value for name, value in chat.items() if name not in ("messages", "top_logprobs")} | body

    def _problem(self, problem: Mapping[str, Any]) -> BackendError:
        if problem.get("type") == "exceed_context_size_error":
            tokens = problem.get("n_prompt_tokens")
            return BackendError(
                f"the prompt has {tokens} tokens, and the context holds {self._context}",
                hint="shorten the specification, or compile its functions apart",
            )
        return BackendError(f"llama.cpp failed: {problem.get('message', problem)}")


def _start(model: ModelFile, parallel: int, context: int, threads: int) -> Any:
    # Long enough for threads that work in step, and no longer: one that search, the judge or another process has
    # displaced is waited for asleep, so that the core is theirs. OpenMP reads this when it is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        import xllamacpp  # type: ignore[import-untyped]
    except ImportError as error:
        raise BackendError(
            f"cannot load llama.cpp: {error}", hint="install `xllamacpp`, or use `--model none`"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(model.path)
    params.n_parallel = parallel
    # One cache for all answers: with one for each, those that are not next to each other any more, because one between
    # them has ended, would be decoded in steps of their own.
    params.kv_unified = True
    params.kv_unified_per_slot = context
    params.n_ctx = parallel * context
    params.cache_ram_mib = _KEPT_MIB
    params.n_threads_http = parallel + 2
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.verbosity = _SILENT
    try:
        return xllamacpp.Server(params)
    except (RuntimeError, ValueError) as error:
        again = f"run `liftc models pull {model.name}`" if model.known else "check that the file is whole"
        raise BackendError(f"llama.cpp cannot load {model.path}: {error}", hint=again) from error


def alike(requests: Sequence[Request], most: int) -> list[list[int]]:
    """The places of requests that differ in nothing but their occurrence, at most so many together.

    Greedy ones stay alone: beside others, their rounding would depend on these.
    """
    groups: dict[Request, list[list[int]]] = {}
    for place, request in enumerate(requests):
        chunks = groups.setdefault(replace(request, occurrence=0), [[]])
        if chunks[-1] and (len(chunks[-1]) == most or request.sampling.temperature <= 0):
            chunks.append([])
        chunks[-1].append(place)
    return [chunk for chunks in groups.values() for chunk in chunks]


def _wait_for(futures: Sequence[Future[list[Proposal]]]) -> None:
    """Wait until all are done or one has failed, in steps short enough for Ctrl-C to come through."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=_POLL_SECONDS)
        if any(future.exception() is not None for future in done):
            return


def _body(request: Request) -> dict[str, Any]:
    sampling = request.sampling
    body: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": request.engine_seed,
        "logprobs": True,
        "top_logprobs": 1,
        "stream": True,
        "stream_options": {"include_usage": True},
        # What an earlier request left in the cache would change the rounding, and a greedy answer with it.
        "cache_prompt": sampling.temperature > 0,
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if request.grammar is not None:
        body["grammar"] = NAMED + request.grammar
    return body


@lru_cache(maxsize=2)
def _vocabulary(path: Path) -> frozenset[str]:
    return frozenset(read_tokens(path))


class _Answers:
    """The answers of one call while their chunks arrive. They arrive in chunks because only so can they be stopped."""

    def __init__(self, count: int) -> None:
        self.problem: Mapping[str, Any] | None = None
        self._answers = [_Answer() for _ in range(count)]
        self._ended = self._answers[0]

    def add(self, chunk: Mapping[str, Any]) -> None:
        self.problem = chunk.get("error", self.problem)
        for choice in chunk.get("choices") or ():
            answer = self._answers[choice["index"]]
            answer.add(choice)
            if choice["finish_reason"]:
                self._ended = answer
        if "usage" in chunk:
            # What an answer has used comes right behind its end, without its number.
            self._ended.spend(chunk["usage"], chunk.get("timings") or {})

    def proposals(self) -> list[Proposal]:
        return [answer.proposal() for answer in self._answers]


class _Answer:
    def __init__(self) -> None:
        self._texts: list[str] = []
        self._logprob = 0.0
        self._finish: Literal["stop", "length"] = "stop"
        self._usage: Mapping[str, int] = {}
        self._milliseconds = 0.0

    def add(self, choice: Mapping[str, Any]) -> None:
        self._texts.append(choice["delta"].get("content") or "" if "delta" in choice else choice["text"])
        self._logprob += sum(token["logprob"] for token in (choice.get("logprobs") or {}).get("content") or ())
        if choice["finish_reason"] == "length":
            self._finish = "length"

    def spend(self, usage: Mapping[str, int], timings: Mapping[str, float]) -> None:
        self._usage = usage
        self._milliseconds = timings.get("prompt_ms", 0.0) + timings.get("predicted_ms", 0.0)

    def proposal(self) -> Proposal:
        return Proposal(
            text="".join(self._texts),
            prompt_tokens=self._usage.get("prompt_tokens", 0),
            completion_tokens=self._usage.get("completion_tokens", 0),
            finish=self._finish,
            logprob=self._logprob,
            seconds=self._milliseconds / 1000,
        )


@lru_cache(maxsize=256)
def _check_grammar(grammar: str) -> None:
    """Refuse a malformed grammar here: llama.cpp would silently decode without it."""
    from lark.exceptions import LarkError
    from lark.load_grammar import load_grammar

    try:
        load_grammar(grammar, "the grammar", [], False)  # type: ignore[no-untyped-call]
    except LarkError as error:
        raise BackendError(f"the request's grammar is malformed: {error}") from error
