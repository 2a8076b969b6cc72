"""The local store of accepted compiles, in SQLite: what was asked for, what answered it, and with what evidence.

Several processes may use it at once. A store that cannot be used never fails a compile: it is told as a warning.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from backends.home import home
from compiler.judge.verdicts import describe
from compiler.pipeline.result import FunctionResult, Result
from compiler.text.diagnostics import Diagnostic

_SCHEMA = """
create table if not exists compiled (
    key text primary key,
    name text not null,
    signature text not null,
    specification text not null,
    program text not null,
    evidence text not null,
    model text,
    made real not null
) without rowid
"""
_COLUMNS = "name, signature, specification, program, evidence, model, made"
_BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Stored:
    """One accepted function.

    ``evidence`` counts the clauses by verdict, as JSON; ``model`` is ``None`` where none was asked; ``made`` is the
    time in seconds since the epoch.
    """

    name: str
    signature: str
    specification: str
    program: str
    evidence: str
    model: str | None
    made: float


def store_path() -> Path:
    """Where the store lies unless a path is given."""
    return home() / "store.sqlite"


def remember(result: Result, model: str | None = None, path: Path | None = None) -> tuple[Diagnostic, ...]:
    """Keep the functions of an accepted result; the warning, if that is not possible."""
    target = path or store_path()
    specification = _specification(result)
    rows = [_row(specification, function, model or result.model) for function in result.functions if function.source]
    try:
        with opened(target, _SCHEMA) as database, database:
            database.executemany("insert or replace into compiled values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    except (OSError, sqlite3.Error) as error:
        return (unusable(target, error),)
    return ()


def _specification(result: Result) -> str:
    told = result.trace.start
    return "\n\n".join([told.text, *(text for _, text in told.more)])


def stored(path: Path | None = None) -> list[Stored]:
    """Everything in the store, oldest first. Raises ``sqlite3.Error`` for a store that cannot be read."""
    target = path or store_path()
    if not target.exists():
        return []
    with opened(target, _SCHEMA) as database:
        return [Stored(*row) for row in database.execute(f"select {_COLUMNS} from compiled order by made, key")]


def similar(specification: str, count: int = 3, path: Path | None = None) -> list[Stored]:
    """The stored functions whose specifications share most words with this one, rare words counting more.

    The measure is the cosine of TF-IDF vectors (Salton and Buckley 1988). Nothing that shares no word is given, and
    nothing of the very same specification: to compile it once more asks the model what the first time asked it.
    """
    known = [item for item in stored(path) if item.specification != specification]
    bags = [Counter(_words(f"{item.signature} {item.specification}")) for item in known]
    own = Counter(_words(specification))
    spread = Counter(word for bag in bags for word in bag)
    weight = {word: math.log(1 + len(bags) / number) for word, number in spread.items()}
    scored = [(_cosine(own, bag, weight), -place) for place, bag in enumerate(bags)]
    best = sorted((pair for pair in scored if pair[0] > 0), reverse=True)[:count]
    return [known[-place] for _, place in best]


def _row(specification: str, function: FunctionResult, model: str | None) -> Sequence[object]:
    source = function.source or ""
    verdicts = Counter(describe(clause.verdict) for clause in function.evidence)
    parts = (specification, function.name, source)
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    evidence = json.dumps(verdicts, sort_keys=True)
    return key, function.name, _signature(function.name, source), specification, source, evidence, model, time.time()


def _signature(name: str, program: str) -> str:
    for node in ast.parse(program).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            return f"def {name}({ast.unparse(node.args)}){returns}"
    return name


def opened(path: Path, schema: str) -> closing[sqlite3.Connection]:
    """The file, made where it is missing, with the table of ``schema``. Raises ``OSError`` and ``sqlite3.Error``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    try:
        with database:
            database.execute(schema)
    except sqlite3.Error:
        database.close()
        raise
    return closing(database)


def unusable(path: Path, error: Exception) -> Diagnostic:
    """What to say where the store cannot be used."""
    return Diagnostic(
        "L0702",
        f"the program was not kept in the store {path}: {error}",
        help=("delete the file if it is damaged, or use --no-store",),
        severity="warning",
    )


def _words(text: str) -> Iterator[str]:
    return (match.group().lower() for match in re.finditer(r"[A-Za-z]{2,}", text))


def _cosine(one: Counter[str], other: Counter[str], weight: dict[str, float]) -> float:
    dot = sum(number * other[word] * weight.get(word, 0.0) ** 2 for word, number in one.items() if word in other)
    norms = _norm(one, weight) * _norm(other, weight)
    return dot / norms if norms else 0.0


def _norm(bag: Counter[str], weight: dict[str, float]) -> float:
    return math.sqrt(sum((number * weight.get(word, 1.0)) ** 2 for word, number in bag.items()))
