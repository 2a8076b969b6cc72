"""Terms of SMT-LIB that do about what a Python function does, for counting what they use.

Nobody runs these terms: where Python has no counterpart, what stands below is kept under an operator without a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from compiler.ir.lower import lower_module
from compiler.ir.nodes import (
    Assign,
    Attribute,
    BoolOp,
    Call,
    Const,
    Expr,
    ExprStmt,
    FString,
    Function,
    If,
    Lambda,
    Name,
    Return,
    Slice,
    Stmt,
    Subscript,
    Unary,
)
from compiler.ir.walk import Node, children, walk
from compiler.sygus.forms import PARTS, meaning_of, pattern_of, substitute
from compiler.sygus.operators import ANY, OPERATORS, Operator, operator_for
from compiler.sygus.problem import Apply, Literal, Problem, Term, Variable
from compiler.synthesis.ask.ask import code_in
from compiler.synthesis.problem.template import match_expression
from compiler.text.diagnostics import LiftcError
from compiler.text.source import Source

_Names = Mapping[str, Term]

_ZERO, _ONE = Literal(0), Literal(1)
_SPLITTING = ("split", "rsplit", "partition", "rpartition")
_FARTHEST = 200


def terms_in(answer: str, problem: Problem) -> list[Term]:
    """What the first function in a model's answer does, as terms over the problem's parameters.

    None where the answer is no code; one that breaks off is read as far as it goes.
    """
    lines = code_in(answer, problem.name).splitlines()[:_FARTHEST]
    while lines:
        try:
            module = lower_module(Source("answer", "\n".join(lines)))
            break
        except LiftcError:
            del lines[-1]
    else:
        return []
    for node in walk(module):
        match node:
            case Function(parameters=parameters, body=body):
                return _of_function([param.name for param in parameters.all()], body, problem)
            case Lambda(parameters, body):
                return _of_function([param.name for param in parameters.all()], (Return(body),), problem)
    return _of_function([], module.body, problem)


def _of_function(parameters: Sequence[str], body: Sequence[Stmt], problem: Problem) -> list[Term]:
    own = (Variable(name) for name, _ in problem.parameters)
    reading = _Reading({name for name, sort in problem.parameters if sort == "String"})
    returned = reading.block(body, dict(zip(parameters, own, strict=False)))
    return [term for term in (returned, *reading.loose) if isinstance(term, Apply | Literal)]


class _Reading:
    """``texts`` are the parameters that are strings; ``loose`` are terms that stand outside of what is returned."""

    def __init__(self, texts: set[str]) -> None:
        self._texts = texts
        self.loose: list[Term] = []

    def block(self, body: Sequence[Stmt], names: dict[str, Term]) -> Term | None:
        """What a block returns, as far as that is one term."""
        for place, statement in enumerate(body):
            match statement:
                case Return(value):
                    return None if value is None else self.term(value, names)
                case Assign((Name(name),), value):
                    names[name] = self.term(value, names)
                case If(test, then, otherwise):
                    yes = self.block(then, dict(names))
                    no = self.block((*otherwise, *body[place + 1 :]), dict(names))
                    condition = self.term(test, names)
                    if yes is not None and no is not None:
                        return Apply("ite", (condition, yes, no))
                    self.loose += [condition, *(term for term in (yes, no) if term is not None)]
                    return None
                case ExprStmt(Const()):
                    pass
                case _:
                    self.loose += [self.term(node, names) for node in children(statement) if isinstance(node, Expr)]
                    inner = [node for node in children(statement) if isinstance(node, Stmt)]
                    returned = self.block(inner, names)
                    self.loose += [] if returned is None else [returned]
        return None

    def term(self, expr: Expr, names: _Names) -> Term:
        """A term that does about what an expression does."""

        def of(part: Expr) -> Term:
            return self.term(part, names)

        match expr:
            case Const(bool() | int() | str() as value):
                return Literal(value)
            case Unary("-", Const(int() as value)):
                return Literal(-value)
            case Name(name):
                return names.get(name, Variable(name))
            case BoolOp(operator, (first, second, *rest)) if rest:
                return of(BoolOp(operator, (BoolOp(operator, (first, second)), *rest)))
            case Subscript(value, index):
                return self._part_of(value, index, names)
            case Call(Attribute() as function, arguments, (_, *_)):
                return of(Call(function, arguments))
            case Call(Attribute(value, method), arguments) if method in _SPLITTING:
                return _piece(of(value), tuple(map(of, arguments)), 1)
            case FString(parts):
                pieces = [Literal(part) if isinstance(part, str) else of(part.value) for part in parts]
                return _joined(pieces)
        alike = [
            (candidate, form, found)
            for candidate in chain.from_iterable(OPERATORS.values())
            for form in candidate.about
            if (found := match_expression(pattern_of(form.python), expr)) is not None
        ]
        if alike:
            known = {name: of(part) for name, part in alike[0][2].items()}
            nearest, form, _ = min(alike, key=lambda each: self._misfits(each[0], known))
            return substitute(meaning_of(nearest, form), known)
        match expr:
            case Call(Attribute(value, _), arguments):
                return Apply("", (of(value), *map(of, arguments)))
        return Apply("", tuple(of(child) for child in _expressions_under(expr)))

    def _misfits(self, operator: Operator, parts: _Names) -> int:
        """How many texts stand where an operator takes something else."""
        wanted = zip(PARTS, operator.arguments, strict=False)
        return sum(sort in ("Int", "Bool") and name in parts and self._is_text(parts[name]) for name, sort in wanted)

    def _part_of(self, value: Expr, index: Expr, names: _Names) -> Term:
        match value, index:
            case Call(Attribute(text, "split" | "rsplit"), arguments), Const(int()) | Unary("-", _):
                separators = tuple(self.term(argument, names) for argument in arguments)
                return _piece(self.term(text, names), separators, index.value if isinstance(index, Const) else 1)
        whole = self.term(value, names)
        match index:
            case Slice(lower, upper, _):
                start = _ZERO if lower is None else _from_start(whole, self.term(lower, names))
                end = Apply("str.len", (whole,)) if upper is None else _from_start(whole, self.term(upper, names))
                return Apply("str.substr", (whole, start, end if start == _ZERO else Apply("-", (end, start))))
        return Apply("str.at", (whole, _from_start(whole, self.term(index, names))))

    def _is_text(self, term: Term) -> bool:
        match term:
            case Literal(value):
                return isinstance(value, str)
            case Variable(name):
                return name in self._texts
            case Apply(name, arguments):
                operator = operator_for(name, len(arguments))
                if operator is None or operator.result != ANY:
                    return operator is not None and operator.result == "String"
                alike = zip(operator.arguments, arguments, strict=False)
                return any(sort == ANY and self._is_text(argument) for sort, argument in alike)


def _from_start(text: Term, position: Term) -> Term:
    """A position that may count from the end."""
    match position:
        case Literal(int() as value) if value < 0:
            return Apply("-", (Apply("str.len", (text,)), Literal(-value)))
    return position


def _piece(text: Term, separators: Sequence[Term], number: object) -> Term:
    """The piece of a text before the first separator, or one after it."""
    place = Apply("str.indexof", (text, separators[0] if separators else Literal(" "), _ZERO))
    if number == 0:
        return Apply("str.substr", (text, _ZERO, place))
    return Apply("str.substr", (text, Apply("+", (place, _ONE)), Apply("str.len", (text,))))


def _joined(pieces: Sequence[Term]) -> Term:
    whole = pieces[0] if pieces else Literal("")
    for piece in pieces[1:]:
        whole = Apply("str.++", (whole, piece))
    return whole


def _expressions_under(node: Node) -> list[Expr]:
    found: list[Expr] = []
    for child in children(node):
        found += [child] if isinstance(child, Expr) else _expressions_under(child)
    return found
