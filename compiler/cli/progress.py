"""What is shown on a terminal while a compile works; in pipes, nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from backends.cascade import Cascade
from backends.protocol import Backend, Proposal, Request

REFRESH_SECONDS = 0.2


@dataclass(slots=True)
class Activity:
    """What a compile is doing, as one line: the step, the model's answers and tokens so far, the time.

    Calling it sets the step. ``watched`` counts what a back end answers.
    """

    step: str = "reading the specification"
    answers: int = 0
    tokens: int = 0
    asking: int = 0
    started: float = field(default_factory=monotonic)

    def __call__(self, step: str) -> None:
        self.step = step

    def __str__(self) -> str:
        parts = [self.step]
        if self.asking:
            parts.append(f"{self.asking} {'answer' if self.asking == 1 else 'answers'} under way")
        if self.answers:
            parts.append(f"{self.answers} had, {self.tokens} tokens")
        parts.append(f"{monotonic() - self.started:.0f} s")
        return " · ".join(parts)


def watched(backend: Backend, activity: Activity) -> Backend:
    """The back end, every model of it, telling an activity what it does."""
    if isinstance(backend, Cascade):
        return Cascade([WatchedBackend(stage, activity) for stage in backend.stages])
    return WatchedBackend(backend, activity)


@dataclass(frozen=True, slots=True)
class WatchedBackend:
    """A back end that tells an activity what it is asked and what it answers."""

    inner: Backend
    activity: Activity

    @property
    def engine(self) -> str:
        return self.inner.engine

    @property
    def model(self) -> str:
        return self.inner.model

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        """Answer all requests, in order. Raises ``BackendError``."""
        self.activity.asking = len(requests)
        try:
            proposals = self.inner.propose(requests)
        finally:
            self.activity.asking = 0
        self.activity.answers += len(proposals)
        self.activity.tokens += sum(proposal.completion_tokens for proposal in proposals)
        return proposals

    def close(self) -> None:
        """Free the engine."""
        self.inner.close()


@contextmanager
def shown(activity: Activity) -> Iterator[None]:
    """Keep the activity's line up to date on stderr while the block runs, if that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    spinner = Spinner("dots", text=str(activity))

    def renew() -> Spinner:
        spinner.update(text=str(activity))
        return spinner

    with Live(
        get_renderable=renew, console=Console(stderr=True), refresh_per_second=1 / REFRESH_SECONDS, transient=True
    ):
        yield


@contextmanager
def transfer_shown() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on stderr for bytes that arrive, if that is a terminal; else one line for each new source."""
    if not sys.stderr.isatty():
        yield _SourceLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("connecting", total=None)
        yield lambda done, total, source: bar.update(task, completed=done, total=total, description=source)


@dataclass(slots=True)
class _SourceLines:
    """Says from where bytes come whenever that changes."""

    source: str = ""

    def __call__(self, done: int, total: int, source: str, /) -> None:
        if source != self.source:
            self.source = source
            print(f"{done >> 20} of {total >> 20} MiB: {source}", file=sys.stderr)
