"""What a compile has to say where it falls short: of engines that failed, of candidates that are not good enough."""

from __future__ import annotations

from collections.abc import Sequence

from backends.protocol import Backend, BackendError
from compiler.acceptance.evidence import questions
from compiler.acceptance.selection import Choice
from compiler.acceptance.verification import Verification
from compiler.front.spec import FunctionSpec
from compiler.judge.verdicts import describe
from compiler.synthesis.pool import Pool
from compiler.task.budget import Budget
from compiler.task.unit import Unit
from compiler.text.diagnostics import Diagnostic, ExitCode, Label, LiftcError
from compiler.trace import events


def backend_failed(error: BackendError) -> LiftcError:
    """That an engine failed and nothing else could be done."""
    hints = (error.hint,) if error.hint else ()
    return LiftcError([Diagnostic(error.code, str(error), help=hints)], ExitCode.BACKEND_FAILED)


def failures(pool: Pool) -> list[Diagnostic]:
    """What engines failed with on the way to a result that others made possible, each thing once."""
    told = {(item.engine, item.model, item.message, item.hint) for item in pool.setbacks.failures}
    return [
        Diagnostic(
            "L0610",
            f"`{pool.unit.name}` is compiled without all answers of {engine}:{model}: {message}",
            help=(hint,) if hint else (),
            severity="warning",
        )
        for engine, model, message, hint in sorted(told)
    ]


def memory_spent(pool: Pool) -> tuple[Diagnostic, ...]:
    """That search stopped because it kept as many terms as it may, if it did."""
    if not pool.setbacks.memory_spent:
        return ()
    unit = pool.unit
    message = f"search for `{unit.name}` ended where it kept as many expressions as memory allows"
    help_ = "shorter examples, or a more exact signature, leave fewer and smaller values to keep"
    return (Diagnostic("L0404", message, _label(unit.functions[0]), help=(help_,), severity="warning"),)


def _label(function: FunctionSpec) -> tuple[Label, ...]:
    return (Label(function.span),) if function.span is not None else ()


def no_candidate(pool: Pool, backend: Backend | None) -> Diagnostic:
    """That there is nothing at all to choose from, and what would help."""
    unit, budget = pool.unit, pool.budget
    reasons = dict.fromkeys(drop.reason for drop in pool.setbacks.drops)
    notes = (*(f"an answer was dropped: {reason}" for reason in reasons), *_ended(budget))
    return Diagnostic(
        "L0401",
        f"nothing fills the holes of `{unit.name}`",
        _label(unit.functions[0]),
        notes,
        _remedies(unit, budget, backend),
    )


def _remedies(unit: Unit, budget: Budget, backend: Backend | None) -> tuple[str, ...]:
    told = any(function.examples or function.contracts for function in unit.functions)
    found: list[str] = []
    if backend is None:
        found += [
            "search works from examples, such as `f(1) == 2`, and contracts: "
            + ("more of them tell it more" if told else "there are none"),
            "a model reads prose: `liftc models pull` fetches one, `--model NAME|PATH` chooses one",
        ]
    elif not told:
        found += ["examples, such as `f(1) == 2`, or a `post:` contract would let search help the model"]
    else:
        found += ["say more in words, or in examples"]
    return (*found, *(f"`--budget-{name} N` allows more" for name in budget.ended))


def _ended(budget: Budget) -> tuple[str, ...]:
    """Which budgets ended before everything was tried."""
    amounts = {
        "seconds": f"{budget.seconds:g} seconds",
        "tokens": f"{budget.tokens} tokens",
        "money": f"{budget.money} dollars",
    }
    return tuple(f"the budget of {amounts[name]} ended before everything was tried" for name in budget.ended)


def not_accepted(unit: Unit, choice: Choice, budget: Budget, *, best_effort: bool) -> Diagnostic:
    """Why the best candidate is not good enough, and what would decide."""
    best = choice.candidate
    failed = [verdict for verdict in best.judgement.examples if verdict.state != "holds"]
    labels = tuple(
        Label(verdict.example.span, f"the best candidate gives {verdict.got}")
        for verdict in failed
        if verdict.example.span is not None
    )
    broken = [f"{item.call.text} breaks {item.contract.text}: {item.got}" for item in best.judgement.violations[:3]]
    written = () if best_effort else ("`--best-effort` writes the best candidate, marked as such",)
    if not best.judgement.clean:
        message = f"no candidate for `{unit.name}` meets the specification"
        return Diagnostic(
            "L0402", message, labels or _label(unit.functions[0]), (*broken, *_ended(budget)), help=written
        )
    asked = questions(choice.ambiguities)[:3]
    differ = [f"candidates differ on `{call}`: {chosen} or {rivals}" for call, chosen, rivals in asked]
    decide = "more examples, or a `post:` contract, would decide"
    if choice.ambiguities:
        decide = f"an example that says what `{choice.ambiguities[0].call}` gives would decide between them"
    message = f"too little speaks for any one candidate for `{unit.name}`"
    return Diagnostic("L0402", message, _label(unit.functions[0]), (*differ, *_ended(budget)), (decide, *written))


def last_verdict_failed(function: FunctionSpec, evidence: Verification) -> Diagnostic:
    """That an accepted candidate does not hold as the text that would be written."""
    notes = tuple(f"{clause.clause}: {describe(clause.verdict)}" for clause in evidence.against[:3])
    message = f"`{function.name}` fails its last verdict, on the text to be written"
    return Diagnostic("L0405", message, _label(function), notes)


def nothing_written(units: Sequence[Unit]) -> Diagnostic:
    """That ``--best-effort`` has nothing to write, and because of which functions."""
    names = ", ".join(f"`{unit.name}`" for unit in units)
    return Diagnostic(
        "L0407", f"`--best-effort` writes nothing, because there is no candidate for {names}", severity="note"
    )


def suspects(pool: Pool) -> list[Diagnostic]:
    """Examples that every candidate fails, where there are enough candidates for that to say something."""
    if len(pool.candidates) < 3 or pool.candidates.clean:
        return []
    failed = [{v.example for v in item.judgement.examples if v.state == "fails"} for item in pool.candidates]
    passed_any = any(item.judgement.passed for item in pool.candidates)
    suspects = set.intersection(*failed) if passed_any else set()
    examples = [verdict.example for verdict in pool.candidates[0].judgement.examples if verdict.example in suspects]
    for example in examples:
        pool.trace.record(events.Suspect(unit=pool.unit.name, example=example.text))
    return [
        Diagnostic(
            "L0403",
            f"every candidate fails `{example.text}`, though some pass the other examples: is it right?",
            (Label(example.span),) if example.span is not None else (),
            severity="warning",
        )
        for example in examples
    ]
