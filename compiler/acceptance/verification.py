"""The final verification: what can be said of each clause once the program's final bytes have run alone in a child."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compiler.acceptance.candidate import Candidate
from compiler.acceptance.effects import unsaid_changes
from compiler.acceptance.evidence import ClauseEvidence
from compiler.acceptance.selection import Choice
from compiler.front.spec import Contract, FunctionSpec
from compiler.ir.lower import LowerError, lower_module
from compiler.ir.nodes import Class, Function, Module
from compiler.judge.judge import OUTSIDE, ExampleVerdict, Judgement, describe_outcome, judge
from compiler.judge.outcome import Raised, Stopped
from compiler.judge.sandbox import run_script
from compiler.judge.verdicts import Proved, Shown, Tested, Unchecked, Unknown, Verdict, Violated
from compiler.proof.prove import prove
from compiler.task.budget import Budget
from compiler.text.diagnostics import Diagnostic
from compiler.text.source import Source


@dataclass(frozen=True, slots=True)
class Verification:
    """The evidence for one function, ``warnings`` of what no clause speaks of, and whether the program loads and
    defines the function.
    """

    clauses: tuple[ClauseEvidence, ...]
    loaded: bool = True
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing contradicts the specification, and every example was seen to hold."""
        return self.loaded and not any(_speaks_against(clause) for clause in self.clauses)

    @property
    def against(self) -> tuple[ClauseEvidence, ...]:
        """The clauses for which the program is not sound."""
        return tuple(clause for clause in self.clauses if _speaks_against(clause))


def _speaks_against(clause: ClauseEvidence) -> bool:
    return isinstance(clause.verdict, Violated) or (clause.kind == "example" and clause.verdict != Shown())


def is_accepted(choice: Choice, candidates: Sequence[Candidate], functions: Sequence[FunctionSpec]) -> bool:
    """Whether a choice is good enough to be written.

    Whatever the specification can check must hold. Of programs that search alone found, no two may behave differently.
    Where the specification checks nothing, the chosen behaviour must be that of most of the model's samples, of which
    there must be two at least.
    """
    if not choice.candidate.judgement.clean or not choice.candidate.provenance.mdl_significant:
        return False
    if not any(candidate.provenance.votes for candidate in candidates) and len(choice.groups) > 1:
        return False
    if any(function.examples for function in functions):
        return True
    if not _runs(choice.candidate.judgement):
        return False
    if any(_seen_to_hold(function, choice.candidate) for function in functions):
        return True
    votes = sum(candidate.provenance.votes for candidate in candidates)
    return votes >= 2 and 2 * choice.groups[0].votes > votes


def _seen_to_hold(function: FunctionSpec, candidate: Candidate) -> bool:
    """Whether a contract of a function held on some input, or is proved: one that nothing reached says nothing."""
    contracts = [contract for contract in function.contracts if contract.kind != "pre"]
    counts = dict(candidate.judgement.checked)
    if any(counts.get(contract, 0) for contract in contracts):
        return True
    return any(isinstance(prove(candidate.module, function, contract), Proved) for contract in contracts)


def _runs(judgement: Judgement) -> bool:
    """Whether a program gave a value for some generated input that it must accept, if there are any."""
    inside = [entry for entry in judgement.vector if entry != OUTSIDE]
    return not inside or any(entry[:1] not in "!?" for entry in inside)


def verify_program(
    function: FunctionSpec, program: str, inputs: Sequence[tuple[str, ...]], budget: Budget
) -> Verification:
    """Run the emitted program on everything that the specification can check, and try to prove its contracts."""
    calls = {function.outer_name: inputs}
    judgement = budget.judged(
        "emitted", lambda replay_log: judge(program, (function.finished,), calls, replay_log=replay_log)
    )
    failure = _failure(program, function, judgement)
    if failure is not None:
        return Verification(tuple(_violated(function, failure)), loaded=False)
    clauses = [_example_evidence(verdict) for verdict in judgement.examples]
    counts = dict(judgement.checked)
    emitted = _as_ir(program, function)
    for contract in function.contracts:
        verdict = _contract_verdict(function, emitted, contract, judgement, counts.get(contract, 0))
        clauses.append(ClauseEvidence(contract.kind, contract.text, verdict, contract.span))
    changes = unsaid_changes(function, judgement)
    return Verification((*clauses, *_prose(function, Unchecked())), warnings=changes)


def _failure(program: str, function: FunctionSpec, judgement: Judgement) -> str | None:
    """What keeps the program from being called at all, in words."""
    uncalled = not judgement.examples and not judgement.calls
    outcome = run_script(program) if uncalled else judgement.failure
    if isinstance(outcome, Raised) or (uncalled and isinstance(outcome, Stopped)):
        return describe_outcome(outcome)
    found = {node.name for node in ast.walk(ast.parse(program)) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    missing = [name for name in (function.owner, function.name) if name is not None and name not in found]
    return f"no `{missing[0]}`" if missing else None


def _violated(function: FunctionSpec, failure: str) -> Iterator[ClauseEvidence]:
    """Every clause, of a program that cannot be called."""
    verdict = Violated("loading the program", failure)
    for example in function.finished.examples:
        yield ClauseEvidence("example", example.text, verdict, example.span)
    for contract in function.contracts:
        yield ClauseEvidence(contract.kind, contract.text, verdict, contract.span)
    yield from _prose(function, verdict)


def _prose(function: FunctionSpec, verdict: Verdict) -> Iterator[ClauseEvidence]:
    if function.prose.strip():
        yield ClauseEvidence("prose", " ".join(function.prose.split()), verdict, function.span)


def _example_evidence(verdict: ExampleVerdict) -> ClauseEvidence:
    states: dict[str, Verdict] = {
        "holds": Shown(),
        "fails": Violated(verdict.example.call.text, verdict.got),
        "unknown": Unknown(verdict.got),
    }
    return ClauseEvidence("example", verdict.example.text, states[verdict.state], verdict.example.span)


def _as_ir(program: str, function: FunctionSpec) -> Module | Unknown:
    """The program itself, with a method as a function beside its class."""
    try:
        module = lower_module(Source("program.py", program))
    except LowerError as error:
        return Unknown(f"not proved: {error}")
    methods = [
        item
        for owner in module.body
        if isinstance(owner, Class) and owner.name == function.owner
        for item in owner.body
        if isinstance(item, Function) and item.name == function.name
    ]
    return Module((*module.body, *(replace(method, decorators=()) for method in methods)))


def _contract_verdict(
    function: FunctionSpec, emitted: Module | Unknown, contract: Contract, judgement: Judgement, count: int
) -> Verdict:
    broken = next((item for item in judgement.violations if item.contract == contract), None)
    if broken is not None:
        return Violated(broken.call.text, broken.got)
    if contract.kind == "pre":
        return Unchecked()
    if judgement.failure is not None:
        return Unknown(describe_outcome(judgement.failure))
    proof = emitted if isinstance(emitted, Unknown) else prove(emitted, function, contract)
    if isinstance(proof, Proved | Violated):
        return proof
    if count:
        return Tested(count)
    return Shown() if contract in judgement.exemplified else proof
