"""Judging a candidate: what it does on examples, contracts and generated inputs, in a child process.

A candidate is what it does. Its behaviour vector over the generated inputs stands for it: candidates with equal vectors
are one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from compiler.front.spec import Call, Contract, Equals, Example, FunctionSpec, RaisesError, Satisfies
from compiler.judge.outcome import Outcome, Raised, Returned, Stopped, behaviour
from compiler.judge.sandbox import Limits, Probe, ProbeResult, run_probes
from compiler.judge.stops import Stop, run_again, stops_of

CheckState: TypeAlias = Literal["holds", "fails", "unknown"]


@dataclass(frozen=True, slots=True)
class ExampleVerdict:
    """What a candidate did on one example; ``got`` is the value, exception or limit."""

    example: Example
    state: CheckState
    got: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A contract that a candidate breaks on one call."""

    contract: Contract
    call: Call
    got: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that running a candidate told.

    ``vector`` has one entry for each generated input, ``"~"`` where the input breaks a pre-condition. ``checked``
    counts, for each contract, the generated inputs on which it was seen to hold. ``failure`` is what kept the program
    from loading, or a limit where one stopped every call. ``stops`` is what a limit stopped; the calls are
    each function's examples, then its generated inputs. ``changing`` are the calls that gave a value and changed an
    argument besides. ``exemplified`` are the contracts that were seen to hold on an example's call.
    """

    examples: tuple[ExampleVerdict, ...]
    violations: tuple[Violation, ...]
    checked: tuple[tuple[Contract, int], ...]
    calls: tuple[Call, ...]
    vector: tuple[str, ...]
    stops: tuple[Stop, ...] = ()
    failure: Raised | Stopped | None = None
    changing: tuple[Call, ...] = ()
    exemplified: tuple[Contract, ...] = ()

    @property
    def passed(self) -> int:
        """How many examples hold."""
        return sum(verdict.state == "holds" for verdict in self.examples)

    @property
    def clean(self) -> bool:
        """Whether every example holds and no contract is broken."""
        return self.passed == len(self.examples) and not self.violations


OUTSIDE = "~"
LIMITS = Limits()


def judge(
    program: str,
    functions: Sequence[FunctionSpec],
    inputs: Mapping[str, Sequence[tuple[str, ...]]],
    limits: Limits | None = None,
    *,
    replay_log: Sequence[Stop] | None = None,
) -> Judgement:
    """Run a program on its functions' examples and on generated inputs (argument texts by function name).

    ``replay_log`` is what was stopped in the same run before: it is left out, and ``limits`` count for nothing.
    """
    trials = [trial for function in functions for trial in _trials(function, inputs.get(function.name, ()))]
    probes = [trial.probe for trial in trials]
    again = replay_log is not None
    results = run_again(program, probes, replay_log or ()) if again else run_probes(program, probes, limits or LIMITS)
    runs = list(zip(trials, results, strict=True))
    violations, checked, exemplified = _check_contracts(runs)
    generated = [(trial, result) for trial, result in runs if trial.example is None]
    return Judgement(
        tuple(_example_verdict(trial.example, result) for trial, result in runs if trial.example is not None),
        violations,
        checked,
        tuple(trial.call for trial, _ in generated),
        tuple(OUTSIDE if _outside(trial, result) else behaviour(result.outcome) for trial, result in generated),
        stops_of(results),
        _failure(results),
        tuple(trial.call for trial, result in runs if _changes(result) and not _outside(trial, result)),
        exemplified,
    )


def _failure(results: Sequence[ProbeResult]) -> Raised | Stopped | None:
    for result in results:
        if isinstance(result.outcome, Raised) and not result.made:
            return result.outcome
    stopped = [result.outcome for result in results if isinstance(result.outcome, Stopped)]
    return stopped[0] if stopped and len(stopped) == len(results) else None


@dataclass(frozen=True, slots=True)
class _Trial:
    """One call with all that is checked of it: first the example's own check, then one check a contract."""

    call: Call
    contracts: tuple[Contract, ...]
    example: Example | None = None

    @property
    def own_checks(self) -> tuple[str, ...]:
        match self.example:
            case Example(_, Equals(value)):
                return (f"result == ({value})",)
            case Example(_, Satisfies(condition)):
                return (condition,)
            case _:
                return ()

    @property
    def probe(self) -> Probe:
        conditions = tuple(contract.condition for contract in self.contracts)
        checks = (*self.own_checks, *conditions)
        return Probe(self.call.function, self.call.arguments, self.call.keywords, checks, self.example is not None)

    def contract_checks(self, result: ProbeResult) -> tuple[tuple[Contract, bool | None], ...]:
        return tuple(zip(self.contracts, result.checks[len(self.own_checks) :], strict=True))


def _trials(function: FunctionSpec, inputs: Sequence[tuple[str, ...]]) -> list[_Trial]:
    shown = [_Trial(example.call, function.contracts, example) for example in function.examples]
    return shown + [_Trial(Call(function.name, arguments), function.contracts) for arguments in inputs]


def _example_verdict(example: Example, result: ProbeResult) -> ExampleVerdict:
    outcome = result.outcome
    got = describe_outcome(outcome)
    state: CheckState = "fails"
    match example.expected, outcome:
        case _, Stopped():
            state = "unknown"
        case RaisesError(exception), Raised(name, _, lineage) if exception == name or exception in lineage:
            state = "holds"
        case ((Equals() | Satisfies()), Returned()):
            state = _state_of(result.checks[0])
        case _:
            pass
    return ExampleVerdict(example, state, got)


def _state_of(held: bool | None) -> CheckState:
    return "unknown" if held is None else "holds" if held else "fails"


def describe_outcome(outcome: Outcome) -> str:
    """The outcome in a few words, for people."""
    match outcome:
        case Returned(value):
            return value
        case Raised(exception, message):
            return f"{exception}: {message}" if message else exception
        case Stopped(reason):
            return f"no answer within the {reason} limit"


def _outside(trial: _Trial, result: ProbeResult) -> bool:
    return any(contract.kind == "pre" and held is not True for contract, held in trial.contract_checks(result))


def _changes(result: ProbeResult) -> bool:
    return result.mutated and isinstance(result.outcome, Returned) and result.outcome.value != "None"


def _check_contracts(
    runs: Sequence[tuple[_Trial, ProbeResult]],
) -> tuple[tuple[Violation, ...], tuple[tuple[Contract, int], ...], tuple[Contract, ...]]:
    violations: list[Violation] = []
    exemplified: dict[Contract, None] = {}
    counts: dict[Contract, int] = {}
    for trial, result in runs:
        for contract in trial.contracts:
            counts.setdefault(contract, 0)
        if _outside(trial, result):
            continue
        for contract, state in _contract_states(trial, result):
            if state == "holds":
                counts[contract] += trial.example is None
                if trial.example is not None:
                    exemplified[contract] = None
            elif state == "fails":
                violations.append(Violation(contract, trial.call, describe_outcome(result.outcome)))
    return tuple(violations), tuple(counts.items()), tuple(exemplified)


def _contract_states(trial: _Trial, result: ProbeResult) -> list[tuple[Contract, CheckState]]:
    checks = trial.contract_checks(result)
    demanded = any(contract.kind == "raises" and held is True for contract, held in checks)
    # Only a written pre-condition tells that a generated input is one that the function must accept.
    bounded = trial.example is not None or any(contract.kind == "pre" for contract, _ in checks)
    return [(contract, _contract_state(contract, held, result.outcome, demanded, bounded)) for contract, held in checks]


def _contract_state(
    contract: Contract, held: bool | None, outcome: Outcome, demanded: bool, bounded: bool
) -> CheckState:
    match contract.kind, outcome:
        case _, Stopped():
            return "unknown"
        case "pre", _:
            return "holds"
        case "raises", _ if held is not True:
            return "unknown"
        case "raises", Raised(name, _, lineage):
            return "holds" if contract.raises == name or contract.raises in lineage else "fails"
        case "raises", _:
            return "fails"
        case "post", Raised():
            return "fails" if bounded and not demanded else "unknown"
        case _:
            return "unknown" if demanded else _state_of(held)
