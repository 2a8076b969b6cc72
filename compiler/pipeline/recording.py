"""What the pipeline decides, as the trace tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from backends.cascade import Cascade
from backends.protocol import Backend
from compiler.acceptance.evidence import ClauseEvidence
from compiler.acceptance.selection import Choice
from compiler.front.spec import FunctionSpec
from compiler.judge.verdicts import describe
from compiler.pipeline.result import Result
from compiler.task.few_shot import FewShotExample
from compiler.task.options import Options
from compiler.task.unit import Unit
from compiler.text.source import Source
from compiler.trace import events


def begun(
    sources: Sequence[Source], options: Options, backend: Backend | None, few_shot: Sequence[FewShotExample]
) -> events.Compile:
    """What is compiled, how, and with which models."""
    stages = backend.stages if isinstance(backend, Cascade) else ()
    return events.Compile(
        name=sources[0].name,
        text=sources[0].text,
        more=tuple((source.name, source.text) for source in sources[1:]),
        options=events.Settings(**{**asdict(options), "without": tuple(sorted(options.without))}),
        few_shot=tuple((example.specification, example.program) for example in few_shot),
        engine=backend.engine if backend else None,
        model=backend.model if backend else None,
        stages=tuple((stage.engine, stage.model) for stage in stages),
    )


def chosen(unit: Unit, choice: Choice) -> events.Choice:
    """Which candidate is chosen for a unit, and from which groups."""
    return events.Choice(
        unit=unit.name,
        index=choice.candidate.index,
        groups=tuple(tuple(member.index for member in group.members) for group in choice.groups),
        votes=tuple(group.votes for group in choice.groups),
        ambiguities=tuple((item.call, item.chosen, item.rival) for item in choice.ambiguities),
    )


def verified(function: FunctionSpec, clause: ClauseEvidence) -> events.Evidence:
    """The verdict on one clause of a function."""
    verdict = describe(clause.verdict)
    return events.Evidence(function=function.name, kind=clause.kind, clause=clause.clause, verdict=verdict)


def ended(result: Result, budgets_ended: tuple[str, ...]) -> events.Result:
    """How a compile ends."""
    return events.Result(
        status=result.status,
        program=result.program,
        prompt_tokens=result.usage.prompt_tokens,
        completion_tokens=result.usage.completion_tokens,
        budgets_ended=budgets_ended,
        seconds=result.usage.seconds,
        phases=dict(result.usage.phases),
    )
