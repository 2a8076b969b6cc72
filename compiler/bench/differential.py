"""Hidden tests that compare a program with a reference on given inputs, as EvalPlus does (Liu et al. 2023)."""

from __future__ import annotations

import ast
from collections.abc import Sequence

FLOAT_TOLERANCE = 1e-6
"""EvalPlus compares floats within this where a problem names no tolerance of its own."""

_COMPARE = """\
def _liftc_compare(candidate, reference, inputs, tolerance):
    import copy
    import math

    def holds_floats(value):
        return isinstance(value, float) or (
            isinstance(value, (list, tuple)) and bool(value) and all(isinstance(item, float) for item in value)
        )

    def close(got, wanted, within):
        if isinstance(wanted, (list, tuple)):
            pairs = type(got) is type(wanted) and len(got) == len(wanted)
            return pairs and all(close(one, other, within) for one, other in zip(got, wanted))
        if not isinstance(got, (int, float)) or not isinstance(wanted, (int, float)):
            return got == wanted
        if math.isnan(wanted):
            return math.isnan(got)
        return got == wanted or abs(got - wanted) <= within + 1e-7 * abs(wanted)

    for arguments in inputs:
        wanted = reference(*copy.deepcopy(arguments))
        got = candidate(*copy.deepcopy(arguments))
        within = tolerance or (default if holds_floats(wanted) else 0.0)
        same = got == wanted or (within and close(got, wanted, within))
        assert same, f"{repr(arguments)[:200]} gives {repr(got)[:200]}, not {repr(wanted)[:200]}"
"""


def comparison_script(reference: str, entry: str, inputs: Sequence[Sequence[object]], tolerance: float) -> str:
    """Code that, run after a program, fails unless ``entry`` does what the reference does on every input.

    The reference stands in a function of its own, so that no name of the program changes it. Raises ``SyntaxError``
    for a reference that does not parse.
    """
    compare = _COMPARE.replace("default if", f"{FLOAT_TOLERANCE!r} if")
    shown = f"(lambda inf, nan: {list(inputs)!r})(float('inf'), float('nan'))"
    call = f"_liftc_compare({entry}, _liftc_reference(), {shown}, {tolerance!r})"
    return f"{_enclosed(reference, entry)}\n\n{compare}\n\n{call}\n"


def _enclosed(reference: str, entry: str) -> str:
    enclosing = ast.parse("def _liftc_reference():\n    pass")
    function = enclosing.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = [*ast.parse(reference).body, ast.Return(ast.Name(entry))]
    return ast.unparse(ast.fix_missing_locations(enclosing))
