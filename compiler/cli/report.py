"""A compile's result for readers: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from compiler.acceptance.evidence import ClauseEvidence, questions
from compiler.judge.verdicts import Proved, Shown, Tested, Unchecked, Unknown, Verdict, Violated, describe
from compiler.pipeline.result import FunctionResult, Result
from compiler.task.usage import EngineUsage, Usage
from compiler.text.diagnostics import Diagnostic
from compiler.text.paint import Paint, painter
from compiler.trace.events import Combination

_LONGEST_CLAUSE = 60
_ORIGINS = {
    "model": "written by the model",
    "search": "found by search",
    "repair": "repaired from the model's answer",
    "forced": "forced by the specification",
}


def report_text(result: Result, *, model: str | None = None, colour: bool = False) -> str:
    """The evidence of every function as a table, what is ambiguous, and what it cost; without a trailing newline."""
    paint = painter(colour)
    lines = [line for function in result.functions for line in _function_lines(function, paint)]
    return "\n".join([*lines, _cost(result, model), *_engine_lines(result.usage)])


def _function_lines(function: FunctionResult, paint: Paint) -> list[str]:
    state = paint("accepted", "1;32") if function.accepted else paint("not accepted", "1;31")
    origin = _ORIGINS.get(function.origin, function.origin)
    lines = [f"{paint(function.name, '1')}: {state}{f', {origin}' if origin else ''}"]
    rows = [(item.kind, _clause_text(item), item.verdict, _line_of(item)) for item in function.evidence]
    kind_width = max((len(kind) for kind, *_ in rows), default=0)
    clause_width = max((len(text) for _, text, *_ in rows), default=0)
    verdict_width = max((len(describe(verdict)) for _, _, verdict, _ in rows), default=0)
    for kind, text, verdict, place in rows:
        told = paint(describe(verdict), _colour_of(verdict))
        gap = " " * (verdict_width - len(describe(verdict)) + 2) if place else ""
        lines.append(f"  {kind.ljust(kind_width)}  {text.ljust(clause_width)}  {told}{gap}{place}")
    for call, chosen, rivals in questions(function.ambiguities):
        question = paint("which is right?", "1;33")
        lines.append(f"  {question} {call} gives {chosen} here and {rivals} in a rival")
    return lines


def _cost(result: Result, model: str | None) -> str:
    usage = result.usage
    if result.model is None:
        return f"no model, {usage.seconds:.1f} s"
    tokens = f"{usage.prompt_tokens} tokens read, {usage.completion_tokens} written"
    return f"model {model or result.model}, {tokens}, {usage.seconds:.1f} s"


def _engine_lines(usage: Usage) -> list[str]:
    """What each model was asked for, where there were several, or one that costs or failed."""
    engines = usage.engines
    if len(engines) < 2 and not any(item.money != 0 or item.failures for item in engines):
        return []
    return [f"  {item.engine}:{item.model}: {', '.join(_account(item))}" for item in engines]


def _account(item: EngineUsage) -> list[str]:
    parts = [f"{item.requests} {'answer' if item.requests == 1 else 'answers'}"]
    if item.cached:
        parts[0] += f" ({item.cached} from the cache)"
    parts.append(f"{item.prompt_tokens} tokens read, {item.completion_tokens} written")
    if item.failures:
        parts.append(f"{item.failures} {'failure' if item.failures == 1 else 'failures'}")
    parts.append("price unknown" if item.money is None else f"${item.money:.4f}" if item.money else "free")
    return parts


def _line_of(clause: ClauseEvidence) -> str:
    return f"line {clause.span.line}" if clause.span is not None else ""


def _clause_text(clause: ClauseEvidence) -> str:
    """The clause in one line, without the kind that stands before it."""
    words = " ".join(clause.clause.removeprefix(f"{clause.kind}: ").split())
    return words if len(words) <= _LONGEST_CLAUSE else f"{words[: _LONGEST_CLAUSE - 3]}..."


def _colour_of(verdict: Verdict) -> str:
    match verdict:
        case Proved() | Tested() | Shown():
            return "32"
        case Violated():
            return "31"
        case Unknown() | Unchecked():
            return "33"


def result_data(
    result: Result, *, diagnostics: Sequence[Diagnostic] = (), trace: str | None = None
) -> dict[str, object]:
    """The object that ``--json`` prints. ``diagnostics`` come before the result's; ``trace`` is the trace's file."""
    return {
        "status": result.status,
        "program": result.program,
        "functions": [_function_data(function) for function in result.functions],
        "evidence": [_clause_data(item.name, clause) for item in result.functions for clause in item.evidence],
        "ambiguities": [
            {"function": item.name, "call": found.call, "chosen": found.chosen, "rival": found.rival}
            for item in result.functions
            for found in item.ambiguities
        ],
        "combinations": [_combination_data(event) for event in result.trace.select(Combination)],
        "diagnostics": [item.to_json() for item in (*diagnostics, *result.diagnostics)],
        "usage": _usage_data(result.usage),
        "model": result.model,
        "trace": trace,
    }


def _combination_data(event: Combination) -> dict[str, object]:
    """How many combinations of several holes' fills were run, of how many."""
    return {name: getattr(event, name) for name in ("unit", "run", "possible", "nogoods", "found")}


def failure_data(diagnostics: Sequence[Diagnostic]) -> dict[str, object]:
    """The object that ``--json`` prints where there is no result: the same keys, with ``error`` as the status."""
    return {
        "status": "error",
        "program": None,
        "functions": [],
        "evidence": [],
        "ambiguities": [],
        "combinations": [],
        "diagnostics": [item.to_json() for item in diagnostics],
        "usage": _usage_data(Usage()),
        "model": None,
        "trace": None,
    }


def _usage_data(usage: Usage) -> dict[str, object]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "requests": usage.requests,
        "seconds": round(usage.seconds, 4),
        "phases": {name: round(seconds, 4) for name, seconds in usage.phases},
        "engines": [_engine_data(item) for item in usage.engines],
    }


def _engine_data(item: EngineUsage) -> dict[str, object]:
    data = asdict(item)
    money = None if item.money is None else round(item.money, 6)
    return {**data, "seconds": round(item.seconds, 4), "money": money}


def _function_data(function: FunctionResult) -> dict[str, object]:
    return {
        "name": function.name,
        "accepted": function.accepted,
        "source": function.source,
        "origin": function.origin or None,
    }


def _clause_data(function: str, clause: ClauseEvidence) -> dict[str, object]:
    place = None
    if clause.span is not None:
        line, column = clause.span.source.position(clause.span.start)
        place = {"file": clause.span.source.name, "line": line, "column": column}
    return {
        "function": function,
        "kind": clause.kind,
        "clause": clause.clause,
        "verdict": _word(clause.verdict),
        "detail": describe(clause.verdict),
        "span": place,
    }


def _word(verdict: Verdict) -> str:
    match verdict:
        case Shown():
            return "example"
        case _:
            return type(verdict).__name__.lower()
