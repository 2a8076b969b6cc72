"""Several files as one specification: each is read knowing what the others specify; examples go to their functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compiler.front import python_file, text_file
from compiler.front.clauses import check_examples, settled
from compiler.front.expressions import Names
from compiler.front.file_part import FilePart
from compiler.front.order import in_dependency_order
from compiler.front.signatures import guess_signature, with_positional_calls
from compiler.front.spec import Example, FunctionSpec, Spec
from compiler.text.diagnostics import Diagnostic, Label, LiftcError
from compiler.text.source import Source, Span


def read_files(sources: Sequence[Source]) -> Spec:
    """The specification that the files make together; at most one is a Python file. Raises ``LiftcError``."""
    python = [source for source in sources if is_python(source)]
    if len(python) > 1:
        label = Label(python[1].span(0, 0), f"the holes of {python[0].name} are filled in place already")
        raise LiftcError(
            [Diagnostic("L0125", "only one file of a specification may be a Python file", (label,), help=(_TEXTS,))]
        )
    specified = [(source, _functions_in(source)) for source in sources]
    _refuse_twice([item for _, found in specified for item in found.items()])
    functions = frozenset(name for _, found in specified for name in found)
    module = python_file.names_around(python[0]) if python else frozenset[str]()
    methods = python_file.methods_in(python[0]) if python else {}
    parts: list[FilePart] = []
    errors: list[Diagnostic] = []
    for source, _ in specified:
        try:
            parts.append(_read(source, Names(functions, module, methods)))
        except LiftcError as error:
            errors += error.diagnostics
    if errors:
        raise LiftcError(errors)
    return _joined(sources, python, parts)


_TEXTS = "describe the functions of the others in words, in .txt or .md files"


def is_python(source: Source) -> bool:
    """Whether a file is read as Python with holes."""
    return source.name.endswith(".py")


def _functions_in(source: Source) -> dict[str, Span]:
    return python_file.specified_in(source) if is_python(source) else text_file.specified_in(source)


def _read(source: Source, names: Names) -> FilePart:
    return python_file.read_part(source, names) if is_python(source) else text_file.read_part(source, names)


def _refuse_twice(specified: Sequence[tuple[str, Span]]) -> None:
    seen: dict[str, Span] = {}
    errors: list[Diagnostic] = []
    for name, span in specified:
        if name in seen:
            labels = (Label(span, "specified again here"), Label(seen[name], "specified here"))
            errors.append(Diagnostic("L0109", f"`{name}` is specified twice", labels))
        seen.setdefault(name, span)
    if errors:
        raise LiftcError(errors)


def _joined(sources: Sequence[Source], python: Sequence[Source], parts: Sequence[FilePart]) -> Spec:
    foreign = [example for part in parts for example in part.foreign]
    functions: list[FunctionSpec] = []
    problems: list[Diagnostic] = []
    for function in (function for part in parts for function in part.functions):
        given = [example for example in foreign if example.call.function == function.name]
        functions.append(_with_examples(function, given))
        if function.signature.written:
            problems += check_examples(given, function.signature)
    if problems:
        raise LiftcError(problems)
    first = (*python, *sources)[0]
    context = "".join(part.context for part in parts)
    warnings = tuple(warning for part in parts for warning in part.warnings)
    more = tuple(source for source in sources if source is not first)
    return Spec(first, "python" if python else "text", in_dependency_order(functions), context, warnings, more)


def _with_examples(function: FunctionSpec, given: Sequence[Example]) -> FunctionSpec:
    if not given:
        return function
    signature, examples = function.signature, [*function.examples, *given]
    if not signature.written:
        signature = guess_signature(signature.name, function.prose, examples, function.contracts)
        examples = with_positional_calls(examples, signature)
    return replace(function, signature=signature, examples=settled(examples, signature))
