"""Hidden tests of rows as code: an expression that is true, a call that raises, a call whose value a doctest shows."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeAlias

Test: TypeAlias = Mapping[str, str]
"""A ``call`` with what it ``shows`` or the exception that it ``raises``, and the lines ``before`` it, if any."""
_TEST = "_liftc_test"
_SHOWN = "_liftc_shown"


def code_of_test(test: str | Test) -> str:
    """Code that fails, when it runs after a program, unless the test holds.

    ``before`` are lines to run first: like the test, in a scope of their own. A value is what ``shows`` says when it
    has the same type and is equal to it, or, where that is no literal, when its ``repr`` is that text. Raises
    ``SyntaxError`` and ``KeyError`` for what is no test.
    """
    if isinstance(test, str):
        return f"assert ({test}) is True, {test!r}"
    call = test["call"]
    code = _raising(call, test["raises"]) if "raises" in test else _showing(call, test["shows"])
    return _enclosed(f"{test['before']}\n{code}") if test.get("before") else code


def literal(text: str) -> object:
    """The value that a literal writes. Raises ``ValueError`` for every other text."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(text) from error


def _raising(call: str, error: str) -> str:
    wanted = f"{call} raises {error}"
    return f"try:\n    {call}\nexcept {error}:\n    pass\nelse:\n    raise AssertionError({wanted!r})"


def _showing(call: str, text: str) -> str:
    try:
        literal(text)
        condition = f"type({_SHOWN}) is type({text}) and {_SHOWN} == {text}"
    except ValueError:
        condition = f"repr({_SHOWN}) == {text!r}"
    return f"{_SHOWN} = {call}\nassert {condition}, {f'{call} shows {text}'!r}"


def _enclosed(code: str) -> str:
    function = ast.parse(f"def {_TEST}():\n    pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = ast.parse(code).body
    return f"{ast.unparse(ast.fix_missing_locations(function))}\n{_TEST}()"
