"""The last verdict: what can be said of each clause once the program's final bytes have run alone in a child."""

from __future__ import annotations

from dataclasses import dataclass, replace

from compiler.evidence import ClauseEvidence, Proved, Shown, Tested, Unchecked, Unknown, Verdict, Violated
from compiler.fill.pool import Pool
from compiler.ir.lower import LowerError, lower_module
from compiler.ir.nodes import Class, Function, Module
from compiler.judge.judge import ExampleVerdict, Judgement, judge
from compiler.proof.prove import prove
from compiler.select import Choice
from compiler.source import Source
from compiler.spec import Contract, FunctionSpec


@dataclass(frozen=True, slots=True)
class Testimony:
    """The evidence for one function; ``sound`` where nothing contradicts the specification."""

    clauses: tuple[ClauseEvidence, ...]

    @property
    def sound(self) -> bool:
        return not any(isinstance(clause.verdict, Violated) for clause in self.clauses)


def is_accepted(choice: Choice, pool: Pool) -> bool:
    """Whether a choice is good enough to be written.

    Whatever the specification can check must hold. Of programs that search alone found, no two may behave differently.
    Where the specification checks nothing, the chosen behaviour must be that of most
    of the model's samples, of which there must be two at least.
    """
    if not choice.candidate.judgement.clean or not choice.candidate.convincing:
        return False
    if not any(candidate.votes for candidate in pool.candidates) and len(choice.groups) > 1:
        return False
    if any(function.examples or _checking(function) for function in pool.unit.functions):
        return True
    votes = sum(candidate.votes for candidate in pool.candidates)
    return votes >= 2 and 2 * choice.groups[0].votes > votes and _runs(choice.candidate.judgement)


def _checking(function: FunctionSpec) -> bool:
    return any(contract.kind != "pre" for contract in function.contracts)


def _runs(judgement: Judgement) -> bool:
    return not judgement.vector or any(entry[:1] not in "!?" for entry in judgement.vector)


def evidence_for(function: FunctionSpec, program: str, pool: Pool) -> Testimony:
    """Run the emitted program on everything that the specification can check, and try to prove its contracts."""
    inputs = {function.outer_name: (pool.inputs or {}).get(function.name, ())}
    judgement = pool.budget.judged(
        "emitted", lambda obeyed: judge(program, (function.finished,), inputs, obeyed=obeyed)
    )
    clauses = [_example_evidence(verdict) for verdict in judgement.examples]
    counts = dict(judgement.checked)
    emitted = _as_ir(program, function)
    for contract in function.contracts:
        verdict = _contract_verdict(function, emitted, contract, judgement, counts.get(contract, 0))
        clauses.append(ClauseEvidence(contract.kind, contract.text, verdict, contract.span))
    if function.prose.strip():
        clauses.append(ClauseEvidence("prose", " ".join(function.prose.split()), Unchecked(), function.span))
    return Testimony(tuple(clauses))


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
    proof = emitted if isinstance(emitted, Unknown) else prove(emitted, function, contract)
    if isinstance(proof, Proved | Violated):
        return proof
    return Tested(count) if count else proof
