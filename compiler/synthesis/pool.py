"""The pool of one unit: what all ways of filling its holes share, and where their programs become candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.acceptance.candidate import Candidate, Provenance
from compiler.acceptance.candidates import Candidates
from compiler.emit.module import emit_module
from compiler.ir.nodes import Module
from compiler.judge.judge import Judgement, judge
from compiler.synthesis.generated_inputs import GeneratedInputs, Inputs
from compiler.synthesis.setbacks import Setbacks
from compiler.task.budget import Budget
from compiler.task.unit import Unit
from compiler.trace import events
from compiler.trace.trace import Trace


@dataclass(slots=True)
class Pool:
    """A unit with its budget and trace, and what came of it so far.

    ``partial`` are the modules that propagation left, one a function. ``associating`` tells whether search costs what
    the words make likely.
    """

    unit: Unit
    trace: Trace
    budget: Budget
    partial: tuple[Module, ...] = ()
    associating: bool = True
    candidates: Candidates = field(default_factory=Candidates)
    setbacks: Setbacks = field(default_factory=Setbacks)
    inputs: GeneratedInputs = field(init=False)

    def __post_init__(self) -> None:
        self.inputs = GeneratedInputs(self.unit.functions)

    def add(self, module: Module, provenance: Provenance) -> Candidate:
        """Judge a program that fills every hole, or find it where it was judged before."""
        program, origin = emit_module(module), provenance.origin
        known = self.candidates.voted(program, provenance)
        if known is not None:
            self.trace.record(events.Candidate(unit=self.unit.name, index=known.index, origin=origin, repeats=True))
            return known
        index, parent = len(self.candidates), provenance.parent
        self.trace.record(
            events.Candidate(unit=self.unit.name, index=index, origin=origin, parent=parent, program=program)
        )
        judgement = _judged(program, self.unit, self.inputs.for_program(module), self.budget)
        candidate = Candidate(index, module, program, judgement, provenance)
        self.candidates.append(candidate)
        self.trace.record(_verdict(self.unit, candidate))
        return candidate


def _judged(program: str, unit: Unit, inputs: Mapping[str, Inputs], budget: Budget) -> Judgement:
    """What a program does, within the budget's limits."""
    with budget.phase("judge"):
        return budget.judged(
            "candidate", lambda replay_log: judge(program, unit.functions, inputs, replay_log=replay_log)
        )


def _verdict(unit: Unit, candidate: Candidate) -> events.Verdict:
    judgement = candidate.judgement
    return events.Verdict(
        unit=unit.name,
        index=candidate.index,
        examples=tuple((item.example.text, item.state, item.got) for item in judgement.examples),
        violations=tuple((item.contract.text, item.call.text, item.got) for item in judgement.violations),
        vector=judgement.vector,
    )
