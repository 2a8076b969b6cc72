"""vLLM's engine in a thread of its own, which decodes whatever is there: requests join when they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, InvalidStateError, wait
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """One request in vLLM's terms: the prompt's tokens, its parameters, its adapter if any."""

    prompt: Sequence[int]
    parameters: Any
    adapter: Any = None
    answer: Future[Any] = field(default_factory=Future)


class Stepping:
    """An engine that any number of threads may ask at once (continuous batching; Yu et al. 2022, "Orca").

    One thread loads the engine and takes its steps, since the threads that compute for it belong to the one that
    loaded it. ``opened`` makes vLLM's ``LLM``.
    """

    def __init__(self, opened: Callable[[], Any]) -> None:
        self._opened = opened
        self._loaded: Future[Any] = Future()
        self._arrivals: SimpleQueue[Asked | None] = SimpleQueue()
        self._running: dict[str, Asked] = {}
        self._thread = threading.Thread(target=self._run, name="vllm", daemon=True)
        self._thread.start()

    @property
    def works(self) -> bool:
        """Whether it still answers: a step that fails is the last."""
        return self._thread.is_alive()

    def loaded(self) -> Any:
        """The ``LLM``, once it is loaded. Raises what loading it raised."""
        self._wait([self._loaded])
        return self._loaded.result()

    def answers(self, asked: Sequence[Asked]) -> list[Any]:
        """The outputs of requests, in order. Raises what the engine raised; an interruption ends all of them."""
        for one in asked:
            self._arrivals.put(one)
        try:
            self._wait([one.answer for one in asked])
            return [one.answer.result() for one in asked]
        finally:
            for one in asked:
                one.answer.cancel()

    def close(self) -> None:
        """Free the engine, once what runs has ended."""
        self._arrivals.put(None)
        self._thread.join()

    def _wait(self, futures: Sequence[Future[Any]]) -> None:
        """Wait until all are done or one has failed, in steps short enough for Ctrl-C to come through."""
        while True:
            works = self.works
            done, left = wait(futures, _POLL_SECONDS, FIRST_EXCEPTION)
            if not left or any(future.exception() is not None for future in done):
                return
            if not works:
                raise RuntimeError("the engine has ended")

    def _run(self) -> None:
        try:
            llm = self._opened()
        except BaseException as error:
            self._loaded.set_exception(error)
            return
        self._loaded.set_result(llm)
        engine, number, open_ = llm.llm_engine, 0, True
        try:
            while open_ or self._running:
                for one in self._arrived() if open_ else ():
                    number += 1
                    if one is None:
                        open_ = False
                        break
                    self._add(engine, str(number), one)
                self._step(engine)
        except Exception as error:
            for waiting in (*self._running.values(), *self._queued()):
                if waiting is not None:
                    with suppress(InvalidStateError):
                        waiting.answer.set_exception(error)
        engine.engine_core.shutdown()

    def _arrived(self) -> Iterator[Asked | None]:
        """What has come since the last step; waits where nothing runs. ``None`` is to end."""
        if not self._running:
            yield self._arrivals.get()
        yield from self._queued()

    def _queued(self) -> Iterator[Asked | None]:
        while not self._arrivals.empty():
            yield self._arrivals.get()

    def _add(self, engine: Any, number: str, one: Asked) -> None:
        try:
            engine.add_request(number, {"prompt_token_ids": list(one.prompt)}, one.parameters, lora_request=one.adapter)
        except Exception as error:
            with suppress(InvalidStateError):
                one.answer.set_exception(error)
        else:
            self._running[number] = one

    def _step(self, engine: Any) -> None:
        left = [number for number, one in self._running.items() if one.answer.cancelled()]
        if left:
            engine.abort_request(left)
        for number in left:
            del self._running[number]
        if not self._running:
            return
        for output in engine.step():
            if output.finished and (done := self._running.pop(output.request_id, None)) is not None:
                # Whoever asked may have gone.
                with suppress(InvalidStateError):
                    done.answer.set_result(output)
