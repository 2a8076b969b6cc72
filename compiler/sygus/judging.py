"""The verdict on an answer, whoever gave it: derivable, right, and the same in Python."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from compiler.judge.outcome import Returned
from compiler.judge.sandbox import Limits, Probe, run_probes
from compiler.sygus.check import Verdict, check
from compiler.sygus.derivation import conforms
from compiler.sygus.examples import examples_of
from compiler.sygus.names import depth_of
from compiler.sygus.problem import Apply, Literal, Problem, Target, Term, Value, definitions_of
from compiler.sygus.semantics import evaluate
from compiler.sygus.sexpressions import DEEPEST
from compiler.sygus.to_python import emit_python, function_names

INPUTS = 30
"""How many inputs the Python function is compared on where there are no examples."""

LIMITS = Limits(cpu_seconds=5.0, wall_seconds=20.0)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of one answer: ``verdict`` is on the term, and ``compared`` the calls on which Python was run.

    ``disagreement`` is the first call on which the Python function differs.
    """

    derivable: bool
    verdict: Verdict
    program: str
    disagreement: str = ""
    compared: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the answer is derivable, right, and agrees with its Python function on what was run."""
        return self.derivable and self.verdict.status == "right" and not self.disagreement

    @property
    def reason(self) -> str:
        """Why the answer is not accepted, in a few words; empty where it is."""
        if not self.derivable:
            return "not derivable from the grammar"
        if self.verdict.status != "right":
            return f"{self.verdict.status}: {self.verdict.reason}"[:_LONGEST]
        return self.disagreement


def judge_answer(problem: Problem, terms: tuple[Term, ...]) -> Judgement:
    """Judge an answer without anything that the solvers use, and run its Python in a child process."""
    if any(depth_of(term) > DEEPEST for term in terms):
        return Judgement(True, Verdict("unknown", f"nests deeper than {DEEPEST}"), "")
    program = emit_python(problem, terms)
    verdict = check(problem, terms)
    return Judgement(
        conforms(problem, terms), verdict, program, disagreement(problem, terms, program), len(set(_calls(problem)))
    )


def disagreement(problem: Problem, terms: tuple[Term, ...], program: str) -> str:
    """The first call on which the emitted program does not give the term's value; empty where there is none.

    The calls are the examples, or else small inputs, the same ones each time.
    """
    by_name = {function.name: function for function in (*problem.definitions, *definitions_of(problem, terms))}
    names = function_names(problem)
    calls = _calls(problem)
    wanted = [evaluate(Apply(name, tuple(map(Literal, inputs))), {}, by_name) for name, inputs in calls]
    probes = [
        Probe(names[name], tuple(map(repr, inputs)), checks=(f"result == {value!r}",))
        for (name, inputs), value in zip(calls, wanted, strict=True)
    ]
    for probe, value, result in zip(probes, wanted, run_probes(program, probes, LIMITS), strict=True):
        outcome = result.outcome
        agrees = isinstance(outcome, Returned) and outcome.type == type(value).__name__ and result.checks == (True,)
        if not agrees:
            return f"{probe.function}({', '.join(probe.arguments)}) is {value!r}, and not {outcome}"[:_LONGEST]
    return ""


def _calls(problem: Problem) -> list[tuple[str, tuple[Value, ...]]]:
    return [(target.name, inputs) for target in problem.targets for inputs in _inputs(problem, target)]


def _inputs(problem: Problem, target: Target) -> list[tuple[Value, ...]]:
    examples = examples_of(problem)
    if examples is not None:
        return [example.inputs for example in examples]
    random = Random(target.name)
    return [tuple(_value(sort, random) for _, sort in target.parameters) for _ in range(INPUTS)]


def _value(sort: str, random: Random) -> Value:
    match sort:
        case "Int":
            return random.randint(-3, 3) if random.random() < 0.5 else random.randint(-100, 100)
        case "Bool":
            return random.random() < 0.5
    return "".join(random.choices("ab1 -.", k=random.randint(0, 8)))
