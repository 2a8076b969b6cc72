"""Writes the part of the grammar that follows from what the subset allows: ``python -m compiler.ir.grammar_file``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from compiler.ir.subset import ALLOWED_ATTRIBUTES, ALLOWED_MODULES
from grammar.specialise import python_grammar
from grammar.unroll import Allowed, unrolled

_MODULES = """
    base64 bisect cmath collections collections.abc copy datetime decimal fractions functools hashlib heapq itertools
    json math operator random re statistics string sys typing
"""
"""Those that models use. The others may still stand in an answer that no grammar holds."""

_ONLY_CALLED = ("getattr", "hasattr", "setattr", "type")

_REFUSED = """
    BaseExceptionGroup Ellipsis ExceptionGroup PythonFinalizationError aiter anext breakpoint compile copyright credits
    delattr dir eval exec exit globals help input license locals memoryview open quit vars
"""
"""The built-ins of any Python that liftc runs on and that the subset does not allow."""

REFUSED: frozenset[str] = frozenset(_REFUSED.split())

ALLOWED = Allowed(
    modules={module: ALLOWED_MODULES[module] for module in _MODULES.split()},
    attributes=ALLOWED_ATTRIBUTES,
    refused=REFUSED.union(_ONLY_CALLED),
    variables=("datetime", "string"),
)


if __name__ == "__main__":
    Path(str(files("grammar") / "python.lark")).write_text(unrolled(python_grammar(), ALLOWED), encoding="utf-8")
