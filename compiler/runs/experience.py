"""What compiles have taught of models: how often each solved what it was asked, at what cost, and the order to ask in.

Costs count in dollars; a second of waiting is worth ``SECOND``. The order that costs least until the first success is
that of rising cost divided by the chance of success (Mitten 1960, "An Analytic Solution to the Least Cost Testing
Sequence Problem").
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backends.prices import price_of
from backends.protocol import Backend
from compiler.pipeline.result import Result
from compiler.runs.store import opened, store_path, unusable
from compiler.text.diagnostics import Diagnostic
from compiler.trace.events import Failure, Proposal
from compiler.trace.trace import Trace

SECOND = 0.0002
ENOUGH = 5
_SCHEMA = """
create table if not exists outcome (
    engine text not null,
    model text not null,
    solved integer not null,
    tokens integer not null,
    seconds real not null,
    money real not null,
    made real not null
)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of asking one model for one unit. ``money`` is 0 where no price is known."""

    engine: str
    model: str
    solved: bool
    tokens: int
    seconds: float
    money: float


@dataclass(frozen=True, slots=True)
class Experience:
    """One model's record. ``seconds`` and ``money`` are means over the units that it was asked for."""

    tried: int
    solved: int
    seconds: float
    money: float

    @property
    def cost_of_success(self) -> float:
        """The dollars that a solved unit is expected to cost, with one success and one failure to begin with."""
        chance = (self.solved + 1) / (self.tried + 2)
        return (self.money + SECOND * self.seconds) / chance


def outcomes(result: Result) -> list[Outcome]:
    """What each model did for each unit of a compile; the one asked last solved it, if it was accepted.

    A model whose answers all came from the cache teaches nothing new.
    """
    accepted = {function.name for function in result.functions if function.accepted}
    found: list[Outcome] = []
    for unit, asked in _asked(result.trace).items():
        solved = all(name in accepted for name in unit.split("+"))
        last = list(asked)[-1]
        for (engine, model), answers in asked.items():
            paid = [answer for answer in answers if not answer.cached]
            if paid or not answers:
                found.append(_outcome(engine, model, solved and (engine, model) == last, paid))
    return found


def _asked(trace: Trace) -> dict[str, dict[tuple[str, str], list[Proposal]]]:
    """The answers of each model for each unit, in the order of asking; none where it only failed."""
    asked: dict[str, dict[tuple[str, str], list[Proposal]]] = {}
    for event in trace.events:
        if isinstance(event, (Proposal, Failure)):
            answers = asked.setdefault(event.unit, {}).setdefault((event.engine, event.model), [])
            answers += [event] if isinstance(event, Proposal) else []
    return asked


def _outcome(engine: str, model: str, solved: bool, paid: Sequence[Proposal]) -> Outcome:
    price = price_of(engine, model)
    read = sum(answer.prompt_tokens for answer in paid)
    written = sum(answer.completion_tokens for answer in paid)
    seconds = sum(answer.seconds for answer in paid)
    money = price.of(read, written) if price is not None else 0.0
    return Outcome(engine, model, solved, written, seconds, money)


def learn(result: Result, path: Path | None = None) -> tuple[Diagnostic, ...]:
    """Keep the outcomes of a compile beside the accepted programs; the warning, if that is not possible."""
    target = path or store_path()
    now = time.time()
    rows = [
        (item.engine, item.model, item.solved, item.tokens, item.seconds, item.money, now) for item in outcomes(result)
    ]
    try:
        if rows:
            with opened(target, _SCHEMA) as database, database:
                database.executemany("insert into outcome values (?, ?, ?, ?, ?, ?, ?)", rows)
    except (OSError, sqlite3.Error) as error:
        return (unusable(target, error),)
    return ()


def experience(path: Path | None = None) -> dict[tuple[str, str], Experience]:
    """The record of each model, by engine and id. Raises ``sqlite3.Error``."""
    target = path or store_path()
    if not target.exists():
        return {}
    query = "select engine, model, count(*), sum(solved), avg(seconds), avg(money) from outcome group by engine, model"
    with opened(target, _SCHEMA) as database:
        return {(row[0], row[1]): Experience(*row[2:]) for row in database.execute(query)}


def in_learned_order(stages: Sequence[Backend], known: dict[tuple[str, str], Experience]) -> list[Backend]:
    """The models by what a success costs; as they are while one of them has been tried fewer than ``ENOUGH`` times."""
    records = [known.get((stage.engine, stage.model)) for stage in stages]
    if any(record is None or record.tried < ENOUGH for record in records):
        return list(stages)
    return sorted(stages, key=lambda stage: known[stage.engine, stage.model].cost_of_success)
