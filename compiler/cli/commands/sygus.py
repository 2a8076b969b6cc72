"""``liftc problem.sl``: the answer as ``define-fun`` or Python, once it has been judged."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from time import monotonic

from compiler.cli.ending import tell
from compiler.runs.engine import AUTOMATIC, NO_MODEL, opened_engine
from compiler.sygus.answer import Answer, Limits
from compiler.sygus.examples import examples_of
from compiler.sygus.guided import guidance_for, solve_guided
from compiler.sygus.judging import Judgement, judge_answer
from compiler.sygus.problem import Problem, definitions_of
from compiler.sygus.reader import read_problem
from compiler.sygus.solve import solve
from compiler.sygus.text import print_definition
from compiler.text.diagnostics import Diagnostic, ExitCode, Label, LiftcError
from compiler.text.output import STANDARD, write_whole
from compiler.text.source import Source

SUFFIX = ".sl"


def run(arguments: Namespace, source: Source) -> int:
    """Solve and write what was asked for; the exit code. Raises ``LiftcError``."""
    for option in ("tests", "trace", "best_effort"):
        if getattr(arguments, option):
            name = f"--{option.replace('_', '-')}"
            raise LiftcError([Diagnostic("L0703", f"{name} is not for SyGuS problems ({SUFFIX})")])
    problem = read_problem(source)
    answer = _answered(arguments, problem)
    if not answer.terms:
        raise _unsolved(problem, "L0507", f"no answer found for {_targets(problem)}", answer)
    judgement = judge_answer(problem, answer.terms)
    if not judgement.accepted:
        message = f"the answer found for {_targets(problem)} is not accepted"
        raise _unsolved(problem, "L0508", message, answer, judgement)
    _write(arguments, problem, answer, judgement)
    return ExitCode.ACCEPTED


def _answered(arguments: Namespace, problem: Problem) -> Answer:
    """The search's answer; where a model is named it guides a first half."""
    limits = Limits(arguments.budget_seconds)
    if arguments.model in (AUTOMATIC, NO_MODEL):
        return solve(problem, limits)
    if examples_of(problem) is None:
        told = f"--model is for SyGuS problems ({SUFFIX}) that are given by examples: search alone answers this one"
        raise LiftcError([Diagnostic("L0703", told)])
    begun = monotonic()
    with opened_engine(arguments.model, offline=arguments.offline) as engine:
        tell(*engine.notes)
        assert engine.backend is not None
        costs = guidance_for(problem, engine.backend).costs
    left = max(0.1, limits.seconds - (monotonic() - begun))
    return solve_guided(problem, Limits(left), costs)


def _write(arguments: Namespace, problem: Problem, answer: Answer, judgement: Judgement) -> None:
    definitions = [print_definition(definition) for definition in definitions_of(problem, answer.terms)]
    wants_python = arguments.output is not None and arguments.output.endswith(".py")
    if arguments.output is not None or not arguments.json:
        text = judgement.program if wants_python else "\n".join(definitions) + "\n"
        write_whole(arguments.output or STANDARD, text)
    if arguments.json:
        data = {
            "status": "accepted",
            "definitions": definitions,
            "program": judgement.program,
            "evidence": _evidence(problem, judgement, shows_python=True),
            "expansions": answer.expansions,
        }
        print(json.dumps(data), file=sys.stderr if arguments.output == STANDARD else sys.stdout)
    else:
        print(f"accepted {_targets(problem)}: {_evidence(problem, judgement, wants_python)}", file=sys.stderr)


def _evidence(problem: Problem, judgement: Judgement, shows_python: bool) -> str:
    """How the answer was found to be right; what is proved of a term is only seen of its Python."""
    grammars = all(target.grammar is not None for target in problem.targets)
    allowed = "derivable from the grammar" if grammars else f"a term of {problem.logic}"
    python = f"; its Python gave the same on {judgement.compared} inputs" if shows_python else ""
    return f"{judgement.verdict.reason}; {allowed}{python}"


def _unsolved(
    problem: Problem, code: str, message: str, answer: Answer, judgement: Judgement | None = None
) -> LiftcError:
    span = problem.targets[0].span
    labels = () if span is None else (Label(span, "to be synthesised"),)
    notes = [note for note in (answer.reason, judgement.reason if judgement else "") if note]
    notes.append(f"{answer.expansions} expansions")
    return LiftcError([Diagnostic(code, message, labels, tuple(notes))], ExitCode.NOT_ACCEPTED)


def _targets(problem: Problem) -> str:
    return ", ".join(f"`{target.name}`" for target in problem.targets)
