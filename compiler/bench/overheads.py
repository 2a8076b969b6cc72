"""What liftc costs besides the model: its start, its bookkeeping, and decoding under a grammar."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter

from backends.protocol import Backend, BackendError, Proposal, Request
from compiler.bench.baseline import spec_of
from compiler.bench.rows import Row
from compiler.bench.statistics import bootstrap_interval, median
from compiler.bench.suites import Problem
from compiler.front.spec import Spec
from compiler.synthesis.ask.ask import constrained_request

BUDGETED = frozenset({"load", "model", "search", "repair"})
"""Phases of a compile whose time is the model's, or a budget that search uses up as it may."""

_BEGUN, _DECODED = 16, 64
_DRAWN = 4


@dataclass(frozen=True, slots=True)
class StartUp:
    """Median seconds of ``liftc --version`` and of ``python -c pass``; ``ratio`` is the median over pairs."""

    liftc: float
    python: float
    ratio: float
    runs: int


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """The share of a compile's time that is neither the model's nor a search budget, at the median.

    ``phases`` are the shares of all phases at their medians; ``rest`` is what no phase names. Only compiles that drew
    no answer from the cache count: a cached answer takes no time.
    """

    share: float
    phases: Mapping[str, float]
    compiles: int


@dataclass(frozen=True, slots=True)
class Decoding:
    """Tokens a second with ``batch`` requests at once, free and under a grammar.

    ``ratio`` is the median of the rounds' ratios, ``low`` and ``high`` bound its 95% interval.
    """

    batch: int
    free: float
    constrained: float
    ratio: float
    low: float
    high: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Overheads:
    """All that was measured; ``bookkeeping`` and ``decoding`` are empty without a model."""

    start_up: StartUp
    bookkeeping: Bookkeeping | None = None
    decoding: tuple[Decoding, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The measurements as JSON data."""
        return asdict(self)


def measure_start_up(runs: int = 20) -> StartUp:
    """Start liftc and Python in turns. Raises ``OSError`` where the command cannot be started."""
    command, bare = _command(), [sys.executable, "-c", "pass"]
    # The first of each fills the disk's cache and writes byte code.
    _seconds_of(command)
    _seconds_of(bare)
    pairs = [(_seconds_of(command), _seconds_of(bare)) for _ in range(runs)]
    return StartUp(
        median(ours for ours, _ in pairs),
        median(python for _, python in pairs),
        median(ours / python for ours, python in pairs),
        runs,
    )


def measure_bookkeeping(rows: Sequence[Row]) -> Bookkeeping | None:
    """Where the time of measured compiles went; ``None`` where each was cached, failed or asked no model."""
    live = [row for row in rows if row.requests and not row.cached and not row.error and row.seconds > 0]
    if not live:
        return None
    shares = [_shares(row) for row in live]
    names = sorted({name for share in shares for name in share})
    return Bookkeeping(
        share=median(sum(value for name, value in share.items() if name not in BUDGETED) for share in shares),
        phases={name: median(share.get(name, 0.0) for share in shares) for name in names},
        compiles=len(live),
    )


def measure_decoding(
    problems: Sequence[Problem], backend: Backend, *, batches: Sequence[int] = (1, 8), rounds: int = 6
) -> tuple[Decoding, ...]:
    """Decode answers to the compiler's own requests under its grammar and without it, in turns.

    The engine may have no cache of answers before it. Raises ``BackendError``, also where no answers are long enough.
    """
    bound = _long(
        [_constrained(spec_of(problem), seed) for seed in range(_DRAWN) for problem in problems], backend, max(batches)
    )
    return tuple(_decoding(bound, backend, batch, rounds) for batch in batches)


def render(found: Overheads) -> str:
    """What was measured, a line each."""
    start = found.start_up
    lines = [f"start-up     {start.liftc * 1000:.1f} ms, {start.ratio:.2f} times `python -c pass`"]
    if found.bookkeeping is not None:
        phases = ", ".join(f"{name} {share:.1%}" for name, share in found.bookkeeping.phases.items())
        lines.append(
            f"bookkeeping  {found.bookkeeping.share:.1%} of a compile, of {found.bookkeeping.compiles}: {phases}"
        )
    for item in found.decoding:
        speeds = f"{item.constrained:.1f} tokens a second under the grammar, {item.free:.1f} free"
        lines.append(f"decoding     batch {item.batch}: {speeds}, {item.ratio:.1%} [{item.low:.1%}, {item.high:.1%}]")
    return "\n".join(lines)


def _long(requests: Sequence[Request], backend: Backend, batch: int) -> list[Request]:
    """Those whose answers have as many tokens as they may, on either side.

    An answer that ends leaves fewer to be decoded together, and each of these then takes longer.
    """
    found: list[Request] = []
    for start in range(0, len(requests), batch):
        asked = requests[start : start + batch]
        sides = [_asked(backend, side, _DECODED)[0] for side in (asked, _free(asked))]
        found += [
            request
            for request, *answers in zip(asked, *sides, strict=True)
            if all(answer.completion_tokens == _DECODED for answer in answers)
        ]
        if len(found) >= batch:
            return found
    if not found:
        raise BackendError(f"no answer of {len(requests)} has {_DECODED} tokens, both free and under the grammar")
    return found


def _free(requests: Sequence[Request]) -> list[Request]:
    return [replace(request, grammar=None) for request in requests]


def _decoding(requests: Sequence[Request], backend: Backend, batch: int, rounds: int) -> Decoding:
    free: list[float] = []
    bound: list[float] = []
    # The first round loads the model, compiles the grammars and is not counted.
    for number in range(rounds + 1):
        asked = [requests[(number * batch + place) % len(requests)] for place in range(batch)]
        sides = [(bound, asked), (free, _free(asked))]
        for speeds, side in sides if number % 2 else sides[::-1]:
            speed = _tokens_a_second(backend, side)
            if number:
                speeds.append(speed)
    ratios = [ours / theirs for ours, theirs in zip(bound, free, strict=True)]
    low, high = bootstrap_interval(ratios, median)
    return Decoding(batch, median(free), median(bound), median(ratios), low, high, rounds)


def _constrained(spec: Spec, seed: int) -> Request:
    # A seed of its own for each: an engine may decode samples that differ in nothing else as one request of many.
    return constrained_request(spec, spec.functions, "", seed, 1)


def _tokens_a_second(backend: Backend, requests: Sequence[Request]) -> float:
    """The tokens after the first few, a second: what reads the prompt and the grammar is left out.

    Each count is asked for more than once and the quickest taken: an engine that has put a prompt away reads it again
    now and then, which takes as long as many tokens do, and were there but few tokens, one answer could end before the
    next begins and take the place where that one's prompt is remembered.
    """
    few, before = _quickest(backend, requests, _BEGUN, 3)
    many, after = _quickest(backend, requests, _DECODED, 2)
    return max(1, many - few) / max(1e-9, after - before)


def _quickest(backend: Backend, requests: Sequence[Request], most: int, times: int) -> tuple[int, float]:
    """Tokens and seconds of the quickest of so many times."""
    asked = [_asked(backend, requests, most) for _ in range(times)]
    answers, seconds = min(asked, key=lambda one: one[1])
    return _tokens(answers), seconds


def _asked(backend: Backend, requests: Sequence[Request], most: int) -> tuple[list[Proposal], float]:
    """Answers with at most so many tokens each, and how many seconds they took."""
    asked = [replace(request, sampling=replace(request.sampling, max_tokens=most)) for request in requests]
    begun = perf_counter()
    return backend.propose(asked), perf_counter() - begun


def _tokens(proposals: Sequence[Proposal]) -> int:
    return sum(proposal.completion_tokens for proposal in proposals)


def _shares(row: Row) -> dict[str, float]:
    shares = {name: seconds / row.seconds for name, seconds in row.phases.items()}
    return {**shares, "rest": max(0.0, 1.0 - sum(shares.values()))}


def _command() -> list[str]:
    beside = Path(sys.executable).parent / "liftc"
    script = str(beside) if beside.exists() else shutil.which("liftc")
    root = str(Path(__file__).resolve().parents[2])
    start = f"import sys; sys.path.insert(0, {root!r}); from compiler.cli import main; sys.exit(main(['--version']))"
    return [script, "--version"] if script else [sys.executable, "-c", start]


def _seconds_of(command: Sequence[str]) -> float:
    begun = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - begun
