"""Calls that a limit of the machine stopped: noted when they are made, left out when they are repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.judge.outcome import Stopped, StopReason
from compiler.judge.sandbox import Limits, Probe, ProbeResult, run_probes, unmade

PATIENT = Limits(cpu_seconds=60.0, hurried_seconds=60.0, wall_seconds=600.0, memory_bytes=2 << 30, stops=1 << 30)
"""Limits for calls that are known to have ended within the usual ones, perhaps on a faster machine."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A call that a limit stopped, or one check of it; ``call`` and ``check`` count from 0."""

    call: int
    check: int | None
    reason: StopReason


def stops_of(results: Sequence[ProbeResult]) -> tuple[Stop, ...]:
    """What was stopped among the results of one program's calls."""
    return tuple(stop for call, result in enumerate(results) for stop in _stops_of(call, result))


def _stops_of(call: int, result: ProbeResult) -> Iterator[Stop]:
    if isinstance(result.outcome, Stopped):
        yield Stop(call, None, result.outcome.reason)
    for check, reason in result.broken_off:
        yield Stop(call, check, reason)


def run_again(program: str, probes: Sequence[Probe], stops: Sequence[Stop]) -> list[ProbeResult]:
    """Make the calls once more: what was stopped is not run and counts as stopped again, all else gets ample time.

    A child process ends where one ended then, so that earlier calls have left the same in the program's names. Raises
    ``ValueError`` for stops of calls or checks that there are not.
    """
    if any(stop.call >= len(probes) or (stop.check or 0) >= len(probes[stop.call].checks or "-") for stop in stops):
        raise ValueError("it stops calls that are not made")
    results: list[ProbeResult] = []
    begun = 0
    for call in sorted({stop.call for stop in stops}):
        broken_off = tuple((stop.check, stop.reason) for stop in stops if stop.call == call and stop.check is not None)
        whole = next((stop for stop in stops if stop.call == call and stop.check is None), None)
        if whole is not None:
            results += run_probes(program, probes[begun:call], PATIENT)
            results.append(unmade(probes[call], Stopped(whole.reason)))
        else:
            *before, last = run_probes(program, [*probes[begun:call], _without(probes[call], broken_off)], PATIENT)
            results += [*before, _with_gaps(last, broken_off)]
        begun = call + 1
    return results + run_probes(program, probes[begun:], PATIENT)


_Broken = tuple[tuple[int, StopReason], ...]


def _without(probe: Probe, broken_off: _Broken) -> Probe:
    places = {place for place, _ in broken_off}
    return replace(probe, checks=tuple(text for place, text in enumerate(probe.checks) if place not in places))


def _with_gaps(result: ProbeResult, broken_off: _Broken) -> ProbeResult:
    checks = list(result.checks)
    for place, _ in broken_off:
        checks.insert(place, None)
    return replace(result, checks=tuple(checks), broken_off=broken_off)
