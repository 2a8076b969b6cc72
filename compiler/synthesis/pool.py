"""The pool of one unit: every candidate so far, each judged once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from compiler.acceptance.candidate import Candidate, Origin
from compiler.emit.module import emit_module
from compiler.front.spec import FunctionSpec
from compiler.ir.nodes import Module
from compiler.judge.inputs import generate_inputs
from compiler.judge.judge import judge
from compiler.synthesis.problem.signature import completed
from compiler.task.budget import Budget
from compiler.task.unit import Unit
from compiler.trace.events import Trace

GENERATED_INPUTS = 24


@dataclass(slots=True)
class Pool:
    """Judges candidates as they come and records what they do.

    ``inputs`` are the generated inputs, as argument texts by function; they are made when the first program comes,
    because that may be the first to say what the parameters are. ``partial`` are the modules that propagation left, one
    a function. Equal programs are one candidate with the votes of all. ``associating`` tells whether search costs what
    the words make likely.
    """

    unit: Unit
    trace: Trace
    budget: Budget
    partial: tuple[Module, ...] = ()
    inputs: Mapping[str, Sequence[tuple[str, ...]]] | None = None
    candidates: list[Candidate] = field(default_factory=list)
    associating: bool = True
    _places: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        module: Module,
        origin: Origin,
        *,
        votes: int = 0,
        logprob: float | None = None,
        greedy: bool = False,
        parent: int | None = None,
        mdl_significant: bool = True,
        suggested: bool = False,
    ) -> Candidate:
        """Judge a program that fills every hole, or find it where it was judged before."""
        inputs = self._inputs(module)
        program = emit_module(module)
        place = self._places.get(program)
        if place is not None:
            known = self.candidates[place]
            self.candidates[place] = replace(
                known,
                votes=known.votes + votes,
                greedy=known.greedy or greedy,
                mdl_significant=known.mdl_significant or mdl_significant,
            )
            self.trace.record("candidate", unit=self.unit.name, index=place, origin=origin, repeats=True)
            return self.candidates[place]
        index = len(self.candidates)
        self.trace.record(
            "candidate", unit=self.unit.name, index=index, origin=origin, parent=parent, repeats=False, program=program
        )
        with self.budget.phase("judge"):
            judgement = self.budget.judged(
                "candidate", lambda replay_log: judge(program, self.unit.functions, inputs, replay_log=replay_log)
            )
        candidate = Candidate(
            index, origin, module, program, judgement, votes, logprob, greedy, parent, mdl_significant, suggested
        )
        self.candidates.append(candidate)
        self._places[program] = index
        self.trace.record(
            "verdict",
            unit=self.unit.name,
            index=index,
            examples=[[item.example.text, item.state, item.got] for item in judgement.examples],
            violations=[[item.contract.text, item.call.text, item.got] for item in judgement.violations],
            vector=list(judgement.vector),
        )
        return candidate

    def inputs_of(self, function: FunctionSpec) -> Sequence[tuple[str, ...]]:
        """The generated inputs of one function as far as they are made, as argument texts."""
        return (self.inputs or {}).get(function.name, ())

    def generated(self, function: FunctionSpec, module: Module) -> Sequence[tuple[str, ...]]:
        """The generated inputs of one function, as argument texts; ``module`` completes an open signature."""
        return self._inputs(module)[function.name]

    def _inputs(self, module: Module) -> Mapping[str, Sequence[tuple[str, ...]]]:
        if self.inputs is None:
            self.inputs = {
                function.name: generate_inputs(completed(function, module), GENERATED_INPUTS, 0)
                for function in self.unit.functions
            }
        return self.inputs

    @property
    def clean(self) -> list[Candidate]:
        """The candidates that pass everything visible."""
        return [candidate for candidate in self.candidates if candidate.judgement.clean]

    @property
    def found(self) -> list[Candidate]:
        """The candidates of search that pass everything visible."""
        return [candidate for candidate in self.clean if candidate.origin == "search"]

    @property
    def mdl_significant(self) -> list[Candidate]:
        """The candidates that break nothing and whose description length is significant."""
        return [candidate for candidate in self.clean if candidate.mdl_significant]
