"""Candidate code run in a child process with little time, for the tests that look at what becomes of it."""

from __future__ import annotations

from compiler.judge.outcome import Outcome, Returned
from compiler.judge.sandbox import Limits, Probe, ProbeResult, run_probes

QUICK = Limits(cpu_seconds=0.2, wall_seconds=3.0)

OS_WALK = """
def inner():
    for kind in object.__subclasses__():
        if kind.__name__ == "_wrap_close":
            return kind.__init__.__globals__
"""


def one(program: str, call: str = "f", *arguments: str, checks: tuple[str, ...] = ()) -> ProbeResult:
    return run_probes(program, [Probe(call, arguments, (), checks)], QUICK)[0]


def outcome_of(body: str) -> Outcome:
    """What ``f()`` with this body does; the probe after it must still be answered."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    first, second = run_probes(f"{OS_WALK}\ndef f():\n{lines}\n", [Probe("f", ()), Probe("abs", ("-3",))], QUICK)
    assert second.outcome == Returned("3", "3", "int")
    return first.outcome
