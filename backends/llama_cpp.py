"""llama.cpp in this process, through ``xllamacpp``: continuous batching, and grammars by llguidance."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from typing import Any, Literal

from backends.models import ModelFile
from backends.protocol import BackendError, Proposal, Request

_POLL_SECONDS = 0.1
_SILENT = -1


class LlamaCpp:
    """A local model. It is loaded at the first request; ``parallel`` requests are decoded at once.

    ``context`` is the number of tokens that one request's prompt and answer may have together.
    """

    engine = "llama.cpp"

    def __init__(self, model: ModelFile, *, parallel: int = 8, context: int = 2048, threads: int | None = None) -> None:
        self._file = model
        self._parallel = parallel
        self._context = context
        self._threads = threads or os.cpu_count() or 1
        self._server: Any = None
        self._pool: ThreadPoolExecutor | None = None
        self._loading = threading.Lock()

    @property
    def model(self) -> str:
        return self._file.id

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. An interruption leaves what runs to end by itself.

        Raises ``BackendError`` where the model does not load, a prompt is too long or a grammar is malformed.
        """
        for request in requests:
            if request.grammar is not None:
                _check_grammar(request.grammar)
        if not requests:
            return []
        pool = self._load()
        futures = [pool.submit(self._answer, request) for request in requests]
        try:
            _wait_for(futures)
            return [future.result() for future in futures]
        finally:
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
                self._server = _start(self._file, self._parallel, self._context, self._threads)
                self._pool = ThreadPoolExecutor(self._parallel, thread_name_prefix="llama")
            return self._pool

    def _answer(self, request: Request) -> Proposal:
        try:
            reply = self._server.handle_chat_completions(_body(request))
        except (RuntimeError, ValueError) as error:
            raise BackendError(f"llama.cpp refused the request: {error}") from error
        problem = reply.get("error")
        if problem is not None:
            raise self._problem(problem)
        return _proposal(reply)

    def _problem(self, problem: Mapping[str, Any]) -> BackendError:
        if problem.get("type") == "exceed_context_size_error":
            tokens = problem.get("n_prompt_tokens")
            return BackendError(
                f"the prompt has {tokens} tokens, and the context holds {self._context}",
                hint="shorten the specification, or compile its functions apart",
            )
        return BackendError(f"llama.cpp failed: {problem.get('message', problem)}")


def _start(model: ModelFile, parallel: int, context: int, threads: int) -> Any:
    try:
        import xllamacpp  # type: ignore[import-untyped]
    except ImportError as error:
        raise BackendError(
            f"cannot load llama.cpp: {error}", hint="install `xllamacpp`, or use `--model none`"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(model.path)
    params.n_parallel = parallel
    params.n_ctx = parallel * context
    params.n_threads_http = parallel + 2
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.verbosity = _SILENT
    try:
        return xllamacpp.Server(params)
    except (RuntimeError, ValueError) as error:
        again = f"run `liftc models pull {model.name}`" if model.known else "check that the file is whole"
        raise BackendError(f"llama.cpp cannot load {model.path}: {error}", hint=again) from error


def _wait_for(futures: Sequence[Future[Proposal]]) -> None:
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
        "seed": _engine_seed(sampling.seed, request.occurrence),
        "logprobs": True,
        "top_logprobs": 1,
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if request.grammar is not None:
        body["grammar"] = "%llguidance {}\n" + request.grammar
    return body


def _engine_seed(seed: int, occurrence: int) -> int:
    digest = hashlib.sha256(f"{seed}/{occurrence}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


def _proposal(reply: Mapping[str, Any]) -> Proposal:
    choice, usage, timings = reply["choices"][0], reply["usage"], reply.get("timings") or {}
    tokens = (choice.get("logprobs") or {}).get("content")
    finish: Literal["stop", "length"] = "length" if choice["finish_reason"] == "length" else "stop"
    return Proposal(
        text=choice["message"]["content"] or "",
        prompt_tokens=usage["prompt_tokens"],
        completion_tokens=usage["completion_tokens"],
        finish=finish,
        logprob=None if tokens is None else sum(token["logprob"] for token in tokens),
        seconds=(timings.get("prompt_ms", 0.0) + timings.get("predicted_ms", 0.0)) / 1000,
    )


@lru_cache(maxsize=256)
def _check_grammar(grammar: str) -> None:
    """Refuse a malformed grammar here: llama.cpp would silently decode without it."""
    from lark import Lark
    from lark.exceptions import LarkError

    try:
        Lark(grammar, parser="earley", lexer="dynamic")
    except LarkError as error:
        raise BackendError(f"the request's grammar is malformed: {error}") from error
