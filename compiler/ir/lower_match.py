"""``match`` over literals as a chain of ``if``; other patterns are outside the subset."""

from __future__ import annotations

import ast
from collections.abc import Callable

from compiler.ir.surface import Located, LowerError


def match_as_ifs(node: ast.Match, rejection: Callable[[Located, str], LowerError]) -> ast.stmt:
    """The same statement as ``if``, ``elif`` and ``else``.

    The subject must be a name, because it is asked more than once, and the patterns literals, ``|`` and ``_``.
    """
    if not isinstance(node.subject, ast.Name):
        raise rejection(node.subject, "`match` over anything but a name is outside the subset")
    otherwise: list[ast.stmt] = []
    for case in reversed(node.cases):
        test = _test(node.subject, case.pattern, rejection)
        if case.guard is not None:
            test = case.guard if test is None else _placed(ast.BoolOp(ast.And(), [test, case.guard]), case.pattern)
        if test is None:
            otherwise = case.body
        else:
            chain = ast.If(test, case.body, otherwise)
            otherwise = [ast.copy_location(chain, case.pattern)]
            chain.end_lineno, chain.end_col_offset = case.body[-1].end_lineno, case.body[-1].end_col_offset
    if len(otherwise) == 1 and isinstance(otherwise[0], ast.If):
        return otherwise[0]
    return ast.copy_location(ast.If(_placed(ast.Constant(True), node.subject), otherwise, []), node)


def _test(subject: ast.Name, pattern: ast.pattern, rejection: Callable[[Located, str], LowerError]) -> ast.expr | None:
    """The condition of a pattern; ``None`` for ``_``, which always fits."""
    match pattern:
        case ast.MatchAs(pattern=None, name=None):
            return None
        case ast.MatchValue(value=value):
            return _placed(ast.Compare(subject, [ast.Eq()], [value]), pattern)
        case ast.MatchSingleton(value=value):
            return _placed(ast.Compare(subject, [ast.Is()], [_placed(ast.Constant(value), pattern)]), pattern)
        case ast.MatchOr(patterns=patterns):
            tests = [_test(subject, option, rejection) for option in patterns]
            known = [test for test in tests if test is not None]
            return _placed(ast.BoolOp(ast.Or(), known), pattern) if len(known) == len(tests) else None
        case _:
            raise rejection(subject, "`match` patterns other than literals, `|` and `_` are outside the subset")


def _placed(node: ast.expr, place: ast.pattern | ast.expr) -> ast.expr:
    return ast.copy_location(node, place)
