"""A docstring in two halves: what stays visible with the first half of its examples, and all examples as tests."""

from __future__ import annotations

import ast
import doctest
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc

from compiler.bench.hidden_tests import Test
from compiler.bench.module_context import scoped_names

_MANY_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_HIDES = "..."


@dataclass(frozen=True, slots=True)
class Halves:
    """The visible docstring, the tests of both halves, and the names that the tests take from the module."""

    docstring: str
    visible: tuple[Test, ...]
    hidden: tuple[Test, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Line:
    """A doctest as statements, without what it imports from its package: ``reads`` and ``binds`` are names."""

    example: doctest.Example
    statements: tuple[ast.stmt, ...]
    reads: frozenset[str]
    binds: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        return self.reads | self.binds

    @property
    def imports_alone(self) -> bool:
        """Whether it does nothing but import from its package."""
        return not self.statements and "import" in self.example.source


def halves(docstring: str, function: str, known: Callable[[str], bool]) -> Halves | None:
    """The halves of a function's docstring; ``None`` where fewer than two examples call the function.

    An example is one expression whose value or exception is shown whole; it comes with the earlier lines that
    mention its names. ``known`` says whether the module has a name. Raises ``ValueError`` for malformed doctests.
    """
    text = cleandoc(docstring)
    lines = [_line(example) for example in doctest.DocTestParser().get_examples(text)]
    found = [
        (number, test, names)
        for number in range(len(lines))
        for test, names in _tests(lines, number, function)
        if all(map(known, names))
    ]
    if len(found) < 2:
        return None
    shown = (len(found) + 1) // 2
    tests = [test for _, test, _ in found]
    names = frozenset[str]().union(*(names for _, _, names in found)) - {function}
    last = found[shown - 1][0]
    removed = [line for number, line in enumerate(lines) if number > last or line.imports_alone]
    kept = _without(text, [line.example for line in removed])
    return Halves(kept, tuple(tests[:shown]), tuple(tests[shown:]), names)


def _line(example: doctest.Example) -> _Line:
    try:
        statements = tuple(item for item in ast.parse(example.source).body if not _is_of_package(item))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    return _Line(example, statements, *scoped_names("\n".join(map(ast.unparse, statements))))


def _is_of_package(statement: ast.stmt) -> bool:
    """Whether a statement imports names from elsewhere than the standard library, as they are."""
    match statement:
        case ast.ImportFrom(module=module, names=names):
            outside = (module or "").partition(".")[0] not in sys.stdlib_module_names
            return outside and not any(item.asname for item in names)
    return False


def _tests(lines: Sequence[_Line], number: int, function: str) -> Iterator[tuple[Test, frozenset[str]]]:
    """The test that a line is, if it is one, with the names that it takes from the module."""
    test = _shown(lines[number])
    if test is None:
        return
    before = [*_needed(lines[:number], lines[number], function), lines[number]]
    statements = [item for line in before for item in line.statements]
    calls = [item for statement in statements for item in ast.walk(statement) if isinstance(item, ast.Call)]
    if any(isinstance(call.func, ast.Name) and call.func.id == function for call in calls):
        setup = "\n".join(ast.unparse(item) for item in statements[:-1])
        named = {test["raises"]} if "raises" in test else set()
        bound = {name for line in before for name in line.binds}
        names = frozenset(named).union(*(line.reads for line in before)) - bound
        yield ({"before": setup, **test} if setup else test), names


def _needed(earlier: Sequence[_Line], line: _Line, function: str) -> list[_Line]:
    """The earlier lines that mention a name of ``line`` that such lines bind, or a name of another that is needed."""
    bound = {name for item in earlier for name in item.binds} - {function}
    kept = [item for item in earlier if item.example.exc_msg is None]
    needed: frozenset[str] = frozenset()
    wider = line.names & bound
    while wider != needed:
        needed = wider
        wider = needed.union(*(item.names & bound for item in kept if item.names & needed))
    return [item for item in kept if item.names & needed]


def _shown(line: _Line) -> Test | None:
    """A line's last expression with what is shown of it; ``None`` where that is not one expression, or not whole."""
    example, options = line.example, line.example.options
    if len(line.statements) != 1 or options.get(doctest.SKIP):
        return None
    match line.statements[0]:
        case ast.Expr(value=call) if example.exc_msg is not None:
            return {"call": ast.unparse(call), "raises": example.exc_msg.partition(":")[0].strip().rpartition(".")[2]}
        case _ if not example.want.strip() or _HIDES in example.want:
            return None
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[printed], keywords=[])):
            text = example.want.removesuffix("\n").replace(doctest.BLANKLINE_MARKER, "")
            return {"call": f"str({ast.unparse(printed)})", "shows": repr(text)}
        case ast.Expr(value=call):
            return {"call": ast.unparse(call), "shows": " ".join(map(str.strip, example.want.strip().splitlines()))}
    return None


def _without(text: str, removed: Sequence[doctest.Example]) -> str:
    """A docstring without some of its examples."""
    lines = text.split("\n")
    gone = {
        number
        for example in removed
        for number in range(example.lineno, example.lineno + f"{example.source}{example.want}".count("\n"))
    }
    kept = "\n".join(line for number, line in enumerate(lines) if number not in gone)
    return _MANY_BLANK_LINES.sub("\n\n", kept).strip()
