"""Benchmark suites as problems: what a compile sees, and the hidden tests that only score.

The kind of a suite is recognised from its rows, so that each command takes a path. The public suites' data is not part
of liftc: HumanEval (Chen et al. 2021), MBPP (Austin et al. 2021), EvalPlus (Liu et al. 2023).
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias

from compiler.bench.differential import comparison_script
from compiler.bench.hidden_tests import code_of_test
from compiler.front import read_spec
from compiler.ir.surface import plain_lines
from compiler.task.unit import Unit
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source

Form: TypeAlias = Literal["text", "python"]
OWN = "own"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Code to run around a program in one child: a program passes whose run reaches the end."""

    after: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One function to compile. A compile sees ``spec`` and nothing else."""

    id: str
    suite: str
    category: str
    form: Form
    spec: str
    entry_point: str
    hidden: Hidden

    @property
    def source(self) -> Source:
        """The specification under a name that tells its form."""
        return Source(f"{self.id}.{'py' if self.form == 'python' else 'txt'}", self.spec)

    @property
    def preamble(self) -> str:
        """What a Python specification holds besides functions to fill: a raw answer runs behind it."""
        if self.form == "text":
            return ""
        given = [node for node in ast.parse(self.spec).body if not _has_hole(node)]
        return "\n".join(ast.unparse(node) for node in given)

    @property
    def digest(self) -> str:
        """A hex digest of everything that decides the problem's results."""
        data = json.dumps([self.id, self.form, self.spec, self.hidden.before, self.hidden.after])
        return hashlib.sha256(data.encode()).hexdigest()[:16]


def unit_of(problem: Problem) -> Unit | None:
    """The problem's function by itself; ``None`` where its specification has others too, or cannot be read."""
    try:
        spec = read_spec(problem.source)
    except LiftcError:
        return None
    names = [function.name for function in spec.functions]
    return Unit(spec, spec.functions, spec.context) if names == [problem.entry_point] else None


class SuiteError(ValueError):
    """A suite cannot be read or made; the message names the file and the line, or the package."""


def read_suite(suite: str | Path, *, limit: int | None = None, ids: Collection[str] | None = None) -> list[Problem]:
    """The problems of a suite: ``own`` for the one that comes with liftc, else the path of a JSON Lines file.

    ``ids`` keeps the problems so named, then ``limit`` the first of them. Raises ``SuiteError`` for a file that cannot
    be read, for rows of an unknown kind and for ids that are not there.
    """
    return read_suites([suite], limit=limit, ids=ids)


def read_suites(
    suites: Sequence[str | Path], *, limit: int | None = None, ids: Collection[str] | None = None
) -> list[Problem]:
    """The problems of several suites; ``limit`` counts in each, and ``ids`` may stand in any. Raises ``SuiteError``."""
    held = [_read(suite) for suite in suites]
    if ids is not None:
        missing = sorted(set(ids) - {problem.id for problems in held for problem in problems})
        if missing:
            raise SuiteError(f"{', '.join(map(str, suites))}: no problem {', '.join(missing)}")
        held = [[problem for problem in problems if problem.id in ids] for problems in held]
    return [problem for problems in held for problem in problems[:limit]]


def own_suite() -> str:
    """The JSON Lines of liftc's own suite."""
    return (files("compiler.bench") / "suites" / "own.jsonl").read_text(encoding="utf-8")


def _read(suite: str | Path) -> list[Problem]:
    if suite == OWN:
        text, name = own_suite(), OWN
    else:
        try:
            text, name = Path(suite).read_text(encoding="utf-8"), Path(suite).stem
        except (OSError, UnicodeDecodeError) as error:
            raise SuiteError(f"cannot read the suite {suite}: {error}") from error
    return [
        _problem(line, name, f"{suite}, line {number}")
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]


def _problem(line: str, suite: str, place: str) -> Problem:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise SuiteError(f"{place}: not JSON ({error.msg})") from error
    if not isinstance(row, dict):
        raise SuiteError(f"{place}: not an object")
    for keys, read in _KINDS:
        if keys <= row.keys():
            try:
                return read(row, suite)
            except (KeyError, TypeError, AttributeError, IndexError, SyntaxError, ValueError) as error:
                raise SuiteError(f"{place}: malformed ({type(error).__name__}: {error})") from error
    raise SuiteError(f"{place}: neither a row of liftc's own suite nor of HumanEval, MBPP or EvalPlus")


def own_problem(row: Mapping[str, Any], suite: str) -> Problem:
    """The problem of a row of liftc's own form. Raises ``KeyError`` and others for a row that is not."""
    tests = "\n".join(code_of_test(test) for test in (*row.get("visible", ()), *row["hidden"]))
    return Problem(
        row["id"], suite, row["category"], row["form"], row["spec"], row["entry_point"], Hidden(f"{tests}\n")
    )


def _humaneval(row: Mapping[str, Any], suite: str) -> Problem:
    hidden = Hidden(f"{row['test']}\n\ncheck({row['entry_point']})\n")
    return Problem(row["task_id"], suite, suite, "python", _stub(row["prompt"]), row["entry_point"], hidden)


def _stub(prompt: str) -> str:
    return prompt.rstrip() + "\n    ...\n"


def _mbpp(row: Mapping[str, Any], suite: str) -> Problem:
    tests = [_told(test) for test in (*row["test_list"], *(row.get("challenge_test_list") or ()))]
    setup = plain_lines(row.get("test_setup_code") or "")
    spec = plain_lines(row["text"]).strip() + "\n\n" + plain_lines(row["test_list"][0]).strip() + "\n"
    name = _mbpp_name(plain_lines(row["code"]), row["test_list"][0])
    hidden = Hidden("\n".join([*([setup] if setup else []), *tests, ""]))
    return Problem(f"mbpp/{row['task_id']}", suite, suite, "text", spec, name, hidden)


def _told(test: str) -> str:
    """An assertion that says which one failed."""
    tree = ast.parse(plain_lines(test).strip())
    for node in tree.body:
        if isinstance(node, ast.Assert) and node.msg is None:
            node.msg = ast.Constant(ast.unparse(node.test))
    return ast.unparse(tree)


def _mbpp_name(code: str, test: str) -> str:
    defined = re.findall(r"def (\w+)", code)
    return next((name for name in defined if re.search(rf"\b{name}\b", test)), str(defined[0]))


def _evalplus(row: Mapping[str, Any], suite: str) -> Problem:
    entry, prompt, solution = row["entry_point"], plain_lines(row["prompt"]), plain_lines(_reference(row))
    stub = re.search(rf"^def\s+{re.escape(entry)}\b", prompt, re.MULTILINE) is not None
    spec = _stub(prompt) if stub else prompt.strip().strip('"').strip() + "\n"
    whole = re.search(rf"^def\s+{re.escape(entry)}\b", solution, re.MULTILINE) is not None
    reference = solution if whole else f"{prompt}{solution}"
    inputs = [*(row["base_input"] or ()), *(row["plus_input"] or ())]
    after = comparison_script(reference, entry, inputs, float(row.get("atol") or 0))
    return Problem(row["task_id"], suite, suite, "python" if stub else "text", spec, entry, Hidden(after))


def _reference(row: Mapping[str, Any]) -> str:
    return str(row["canonical_solution"] if "canonical_solution" in row else row["reference"])


def _has_hole(node: ast.stmt) -> bool:
    holes = (item for item in ast.walk(node) if isinstance(item, ast.Constant) and item.value is ...)
    return isinstance(node, ast.FunctionDef) and any(holes)


_KINDS: Sequence[tuple[frozenset[str], Callable[[Mapping[str, Any], str], Problem]]] = (
    (frozenset({"id", "spec", "hidden", "entry_point"}), own_problem),
    (frozenset({"plus_input", "base_input", "entry_point", "prompt"}), _evalplus),
    (frozenset({"task_id", "prompt", "test", "entry_point"}), _humaneval),
    (frozenset({"task_id", "text", "code", "test_list"}), _mbpp),
)
