"""Several compiles at once over one model: while the answers of one are decoded, others search and judge."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Condition, Lock
from time import monotonic
from typing import Self

from backends.cascade import stages_of
from backends.cores import usable_cores
from backends.protocol import Backend, BackendError, Proposal
from compiler.pipeline.driver import compile_source
from compiler.pipeline.result import Result
from compiler.runs.worker import Answers, Broken, Job, Message, Question
from compiler.task.options import Options
from compiler.text.diagnostics import Diagnostic, ExitCode, LiftcError
from compiler.text.source import Source

AT_ONCE = 8
_START = "import sys; sys.path.insert(0, {root!r}); from compiler.runs.worker import main; main({pipe})"


def compile_together(
    sources: Sequence[Source], options: Options, backend: Backend | None = None, *, at_once: int = AT_ONCE
) -> list[Result | LiftcError]:
    """Compile each specification by itself, ``at_once`` so many at a time; what became of each, in order.

    Each compile has a process of its own, and asks the one engine of this process, which batches what it is asked at
    the same time. All else the compiles do in turns, as many at a time as there are cores, one of which is the engine's
    while it is asked something. A budget's seconds do not count while a compile waits for its turn.
    """
    width = min(at_once, len(sources))
    if width < 2:
        return [_alone(source, options, backend) for source in sources]
    stages = () if backend is None else stages_of(backend)
    jobs = [Job(source, options, tuple((stage.engine, stage.model) for stage in stages)) for source in sources]
    with Workers() as workers, ThreadPoolExecutor(width, thread_name_prefix="compile") as threads:
        turns = _Turns(usable_cores())
        try:
            return list(threads.map(lambda job: _compiled(job, stages, workers, turns), jobs))
        except BaseException:
            # Threads that wait for a process are released by its end.
            workers.end()
            threads.shutdown(cancel_futures=True)
            raise


def _alone(source: Source, options: Options, backend: Backend | None) -> Result | LiftcError:
    try:
        return compile_source(source, options, backend)
    except LiftcError as error:
        return error


def _compiled(job: Job, stages: Sequence[Backend], workers: Workers, turns: _Turns) -> Result | LiftcError:
    with turns.one(), workers.one() as worker:
        told = worker.tell(job)
        while isinstance(told, Question):
            told = worker.tell(turns.left_for(stages[told.stage], told))
    if isinstance(told, Broken):
        raise RuntimeError(told.text)
    return told


class _Turns:
    """Who may compute: one compile for each core, but that one core is the engine's while it is asked something."""

    def __init__(self, cores: int) -> None:
        self._changed = Condition()
        self._cores = cores
        self._computing = 0
        self._asking = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn, once there is one."""
        self._take()
        try:
            yield
        finally:
            self._leave()

    def left_for(self, backend: Backend, question: Question) -> Answers:
        """What the back end answers, while the turn is another's."""
        self._leave(asking=1)
        try:
            outcome: list[Proposal] | BackendError = backend.propose(question.requests)
        except BackendError as error:
            outcome = error
        finally:
            waited = self._take(asking=1)
        return Answers(outcome, waited)

    def _take(self, asking: int = 0) -> float:
        """Wait for a turn; for how many seconds."""
        begun = monotonic()
        with self._changed:
            self._asking -= asking
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._computing < max(1, self._cores - bool(self._asking)))
            self._computing += 1
        return monotonic() - begun

    def _leave(self, asking: int = 0) -> None:
        with self._changed:
            self._computing -= 1
            self._asking += asking
            self._changed.notify_all()


class Workers:
    """The processes begun so far, each for one compile at a time."""

    def __init__(self) -> None:
        self._all: list[Worker] = []
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._ended = False
        self._beginning = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @contextmanager
    def one(self) -> Iterator[Worker]:
        """One that nobody else talks to. What ends amid a talk is not talked to again.

        Raises ``CancelledError`` once all have been ended.
        """
        try:
            worker = self._idle.get_nowait()
        except Empty:
            worker = self._begun()
        yield worker
        if worker.lives:
            self._idle.put(worker)

    def end(self) -> None:
        """End all, whatever they do, and begin no others."""
        with self._beginning:
            self._ended = True
        for worker in self._all:
            worker.end()

    def _begun(self) -> Worker:
        with self._beginning:
            if self._ended:
                raise CancelledError
            self._all.append(Worker())
            return self._all[-1]


class Worker:
    """A process that compiles."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        with theirs:
            start = _START.format(root=str(Path(__file__).resolve().parents[2]), pipe=theirs.fileno())
            # In a session of its own, Ctrl-C reaches this process alone, which ends the others.
            self._process = subprocess.Popen(
                [sys.executable, "-c", start],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._pipe = ours
        self.lives = True

    def tell(self, something: Job | Answers) -> Message:
        """What the process says next."""
        try:
            self._pipe.send(something)
            message: Message = self._pipe.recv()
        except (EOFError, OSError):
            self.end()
            message = LiftcError([Diagnostic("L0408", "the process of this compile was ended")], ExitCode.NOT_ACCEPTED)
        return message

    def end(self) -> None:
        """End the process, whatever it does."""
        self.lives = False
        self._process.kill()
        self._process.wait()
