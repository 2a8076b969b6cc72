"""What a specification says, as data: functions with signature, prose, examples and contracts.

Every clause keeps its span, so that each later message can point at the user's own words. Values stay source text,
because a value that two runs share could be changed by the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from compiler.text.diagnostics import Diagnostic
from compiler.text.source import Source, Span
from solver.sorts import ANY, Sort

_RELATIONS = {
    "gt": "{0} > {1}",
    "ge": "{0} >= {1}",
    "lt": "{0} < {1}",
    "le": "{0} <= {1}",
    "multiple_of": "{0} % {1} == 0",
    "min_length": "len({0}) >= {1}",
    "max_length": "len({0}) <= {1}",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of an interval or a length limit, from ``Annotated[int, Gt(0)]`` and the like."""

    relation: Literal["gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length"]
    value: str
    span: Span | None = field(default=None, compare=False, repr=False)

    def condition(self, name: str) -> str:
        """The bound as a Python condition over its parameter."""
        return _RELATIONS[self.relation].format(name, self.value)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``annotation`` and ``default`` are source text, ``None`` where there is none."""

    name: str
    kind: Literal["positional", "keyword_only", "star", "double_star"] = "positional"
    sort: Sort = ANY
    annotation: str | None = None
    default: str | None = None
    bounds: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's name, parameters and result; ``written`` is false where liftc guessed it from examples or prose."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: Sort = ANY
    returns_annotation: str | None = None
    written: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the specified function; arguments are source text of expressions."""

    function: str
    arguments: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The call as a Python expression."""
        keywords = [f"{name}={value}" for name, value in self.keywords]
        return f"{self.function}({', '.join([*self.arguments, *keywords])})"


@dataclass(frozen=True, slots=True)
class Equals:
    """The call returns a value equal to this expression."""

    value: str


@dataclass(frozen=True, slots=True)
class RaisesError:
    """The call raises this exception (by its built-in name) or one below it."""

    exception: str


@dataclass(frozen=True, slots=True)
class Satisfies:
    """An expression over ``result`` that is true of what the call returns."""

    condition: str


Expectation: TypeAlias = Equals | RaisesError | Satisfies


@dataclass(frozen=True, slots=True)
class Example:
    """One call with what it must do."""

    call: Call
    expected: Expectation
    span: Span | None = field(default=None, compare=False, repr=False)
    written: str | None = field(default=None, compare=False, repr=False)
    """The example as the user wrote it, where the call is in other words: that of a method."""

    @property
    def text(self) -> str:
        """The example as one line, as the evidence prints it."""
        return line_of(self.call.text, self.expected) if self.written is None else self.written


def line_of(call: str, expected: Expectation) -> str:
    """A call and what is expected of it as one line."""
    match expected:
        case Equals(value):
            return f"{call} == {value}"
        case RaisesError(exception):
            return f"{call} raises {exception}"
        case Satisfies(condition):
            return f"{call} satisfies {condition}"


@dataclass(frozen=True, slots=True)
class Contract:
    """A Python expression over the parameters, and over ``result`` in a post-condition.

    ``raises`` holds the exception's name where the contract is ``raises: ValueError when n < 0``; its condition says
    when. A call whose arguments break a ``pre`` has no specified behaviour.
    """

    kind: Literal["pre", "post", "raises"]
    condition: str
    raises: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The contract as one line, as the evidence prints it."""
        return (
            f"raises: {self.raises} when {self.condition}"
            if self.kind == "raises"
            else f"{self.kind}: {self.condition}"
        )


@dataclass(frozen=True, slots=True)
class Hole:
    """One ``...`` of a Python file that is to be filled.

    The span covers the dots themselves; where a docstring alone stands for a body, it is empty and lies behind the
    docstring. ``body`` holes stand for a whole function's body, ``statement`` holes for a statement list in it,
    ``expression`` holes for one expression.
    """

    name: str
    kind: Literal["body", "statement", "expression"]
    span: Span


MethodKind: TypeAlias = Literal["static", "method", "property", "class"]
_UNBOUND: dict[MethodKind, str] = {"property": ".fget", "class": ".__func__"}


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """All that a specification says about one function.

    ``prose`` is the free text without the clauses that were recognised; ``text`` is the whole text of this function's
    part of the specification, as the user wrote it, for the model to read. ``definition`` is the ``def`` of a Python
    file with its holes (``None`` for a text); ``owner`` is the class whose method the function is, and ``kind`` says of
    what kind. Until it is written into its class, a method is a function whose first parameter is the object or class.
    """

    signature: Signature
    prose: str = ""
    text: str = ""
    examples: tuple[Example, ...] = ()
    contracts: tuple[Contract, ...] = ()
    holes: tuple[Hole, ...] = ()
    definition: Span | None = field(default=None, compare=False, repr=False)
    span: Span | None = field(default=None, compare=False, repr=False)
    owner: str | None = None
    kind: MethodKind = "static"

    @property
    def name(self) -> str:
        """The function's name."""
        return self.signature.name

    @property
    def outer_name(self) -> str:
        """The expression that stands for the function in the finished file."""
        if self.owner is None:
            return self.name
        return f"{self.owner}.{self.name}{_UNBOUND.get(self.kind, '')}"

    @property
    def finished(self) -> FunctionSpec:
        """The function with its examples, under the name that it has in the finished file."""
        name = self.outer_name
        examples = tuple(replace(item, call=replace(item.call, function=name)) for item in self.examples)
        return replace(self, signature=replace(self.signature, name=name), examples=examples, owner=None)


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole specification.

    ``functions`` stand in the order in which they are to be compiled: what a function's text names comes before it.
    ``form`` is ``python`` for a file with holes, whose source is then emitted again around them. ``context`` is module
    text that every function sees: the imports, constants and helper functions of a Python file. ``more`` are the other
    files of a specification that is several. ``warnings`` are what the reader of the specification has to say without
    refusing it.
    """

    source: Source
    form: Literal["text", "python"]
    functions: tuple[FunctionSpec, ...]
    context: str = ""
    warnings: tuple[Diagnostic, ...] = field(default=(), compare=False, repr=False)
    more: tuple[Source, ...] = ()
