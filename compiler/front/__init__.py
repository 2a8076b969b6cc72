"""The front end: from a specification's text to a ``Spec``. The language is described in ``docs/specifications.md``."""

from __future__ import annotations

from compiler.front.reading import check_source, read_source
from compiler.front.several import read_files
from compiler.front.spec import Spec
from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source

__all__ = ["read_source", "read_spec"]


def read_spec(source: Source, *more: Source) -> Spec:
    """What a specification of one or more files says.

    A file is Python with holes if its name ends in ``.py``, free text otherwise. Raises ``LiftcError`` with every
    problem found, and nothing else.
    """
    for file in (source, *more):
        check_source(file)
    try:
        return read_files((source, *more))
    except RecursionError:
        label = Label(source.span(0, 0), "in this file")
        raise LiftcError([Diagnostic("L0102", f"{source.name} is nested too deeply to be read", (label,))]) from None
