"""Reference solutions with their tests, as ``liftc bench ir`` measures the IR on them."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.bench.hidden_tests import code_of_test
from compiler.bench.suites import OWN, own_suite


@dataclass(frozen=True, slots=True)
class Reference:
    """A program, and scripts that call its function ``entry``. A plain ``.py`` file has neither entry nor tests."""

    id: str
    program: str
    entry: str | None = None
    tests: tuple[str, ...] = ()


def read_references(paths: Sequence[Path]) -> list[Reference]:
    """The references in JSONL files (HumanEval, MBPP, our own suite) and in ``.py`` files, folders included.

    ``own`` is liftc's own suite. Raises ``OSError`` for what cannot be read and ``ValueError`` for a row of another
    form.
    """
    with warnings.catch_warnings():
        # Old escapes in references are none of the reader's business.
        warnings.simplefilter("ignore")
        return [reference for path in paths for reference in _read(path)]


def _read(path: Path) -> Iterator[Reference]:
    if str(path) == OWN:
        yield from _rows(own_suite(), OWN)
    elif path.is_dir():
        for file in sorted([*path.rglob("*.py"), *path.rglob("*.jsonl")]):
            yield from _read(file)
    elif path.suffix == ".py":
        yield Reference(str(path), path.read_text(encoding="utf-8"))
    else:
        yield from _rows(path.read_text(encoding="utf-8"), path.name)


def _rows(text: str, name: str) -> Iterator[Reference]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield _from_row(json.loads(line), f"{name}:{number}")


def _from_row(row: Mapping[str, Any], place: str) -> Reference:
    match row:
        case {"prompt": prompt, "canonical_solution": solution, "test": test, "entry_point": entry}:
            return Reference(str(row["task_id"]), prompt + solution, entry, (f"{test}\ncheck({entry})\n",))
        case {"code": code, "test_list": tests}:
            setup = row.get("test_setup_code", "")
            every = tuple(f"{setup}\n{test}" for test in (*tests, *row.get("challenge_test_list", ())))
            return Reference(f"MBPP/{row['task_id']}", code, _tested_function(code, every), every)
        case {"reference": program, "hidden": hidden, "entry_point": entry}:
            return Reference(str(row["id"]), program, entry, tuple(map(code_of_test, hidden)))
        case _:
            raise ValueError(f"{place}: neither a HumanEval, an MBPP nor an own row")


def _tested_function(code: str, tests: Sequence[str]) -> str | None:
    """The first function of the program that its tests call."""
    defined = {
        name
        for node in ast.parse(code).body
        for name in (
            [node.name]
            if isinstance(node, ast.FunctionDef)
            else [target.id for target in node.targets if isinstance(target, ast.Name)]
            if isinstance(node, ast.Assign)
            else []
        )
    }
    for test in tests:
        for node in ast.walk(ast.parse(test)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in defined:
                return node.func.id
    return None
