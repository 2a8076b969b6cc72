"""Reads problems in SyGuS-IF 2.1 (Padhi, Polgreen, Raghothaman, Reynolds and Udupa 2023), as far as integers, truth
values and strings go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from compiler.sygus.errors import problem_error
from compiler.sygus.operators import OPERATORS
from compiler.sygus.problem import Definition, Problem, Target, Term
from compiler.sygus.read_grammars import read_grammar
from compiler.sygus.read_terms import Scope, Signature, expect_sort, read_sort, read_term, symbol
from compiler.sygus.sexpressions import Atom, Group, Node, read_sexpressions
from compiler.text.source import Source, Span

LOGICS = ("LIA", "NIA", "SLIA", "SNIA", "S", "QF_LIA", "QF_NIA", "QF_SLIA", "QF_S", "ALL")
IGNORED = ("set-option", "set-info", "set-feature", "exit")
RESERVED = ("true", "false", "let", "forall", "exists", "_", "!", "as", "par")
UNSUPPORTED = {
    "inv-constraint": "write the invariant's three implications, each as a `constraint`",
    "synth-inv": "write `(synth-fun NAME (...) Bool)`",
    "assume": "write each constraint as an implication",
}


def read_problem(source: Source) -> Problem:
    """The problem that a ``.sl`` file states. Raises ``LiftcError``, codes L0501 to L0506."""
    reading = _Reading()
    nodes = read_sexpressions(source)
    for node in nodes:
        _command(node, reading)
    end = source.span(len(source.text), len(source.text))
    if not reading.targets:
        raise problem_error("L0502", "the problem has no function to synthesise", end, "", "write a `synth-fun`")
    if not reading.checked:
        raise problem_error("L0502", "the problem does not end in (check-synth)", end)
    return Problem(
        reading.logic,
        tuple(reading.targets),
        tuple(reading.variables.items()),
        tuple(reading.definitions),
        tuple(reading.constraints),
        tuple(reading.spans),
    )


def read_answer(source: Source, problem: Problem) -> tuple[Term, ...]:
    """The targets' terms from the ``define-fun`` of an answer, one beside the other or in one list.

    Raises ``LiftcError``, also where a target has no definition or one of other parameters.
    """
    nodes = read_sexpressions(source)
    if len(nodes) == 1 and isinstance(nodes[0], Group) and nodes[0].items and isinstance(nodes[0].items[0], Group):
        nodes = nodes[0].items
    reading = _Reading()
    for definition in problem.definitions:
        reading.functions[definition.name] = _signature(definition)
    for node in nodes:
        match node:
            case Group((Atom("symbol", "define-fun"), *arguments)):
                _define(node, arguments, reading)
            case _:
                raise problem_error("L0502", "expected a `define-fun`", node.span, "not a definition")
    answers = {definition.name: definition for definition in reading.definitions}
    for target in problem.targets:
        answer = answers.get(target.name)
        if answer is None or (answer.parameters, answer.result) != (target.parameters, target.result):
            end = source.span(len(source.text), len(source.text))
            raise problem_error("L0502", f"the answer does not define `{target.name}` as the problem declares it", end)
    return tuple(answers[target.name].body for target in problem.targets)


@dataclass(slots=True)
class _Reading:
    """What the commands so far have said."""

    logic: str = "ALL"
    targets: list[Target] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    constraints: list[Term] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    functions: dict[str, Signature] = field(default_factory=dict)
    checked: bool = False


def _command(node: Node, reading: _Reading) -> None:
    match node:
        case Group((Atom("symbol", name, span), *arguments)):
            pass
        case _:
            raise problem_error("L0502", "expected a command such as (check-synth)", node.span, "not a command")
    if name in IGNORED:
        return
    if name not in _COMMANDS:
        help_ = UNSUPPORTED.get(name)
        message = f"the command `{name}` is not supported"
        raise problem_error("L0503", message, span, "not understood", *([] if help_ is None else [help_]))
    if reading.checked and name != "check-synth":
        raise problem_error("L0503", "a command after (check-synth) is not supported", span, "comes too late")
    _COMMANDS[name](node, arguments, reading)


def _set_logic(node: Group, arguments: list[Node], reading: _Reading) -> None:
    match arguments:
        case [Atom("symbol", logic, span)]:
            if logic not in LOGICS:
                message = f"the logic {logic} is not supported"
                raise problem_error("L0503", message, span, f"expected one of {', '.join(LOGICS)}")
            reading.logic = logic
        case _:
            raise _malformed(node, "(set-logic NAME)")


def _synth_fun(node: Group, arguments: list[Node], reading: _Reading) -> None:
    match arguments:
        case [name_node, Group(listed), sort, *grammar] if len(grammar) <= 2:
            parameters = _parameters(listed)
            name, result = symbol(name_node, "the function's name"), read_sort(sort)
            defined = {definition.name: _signature(definition) for definition in reading.definitions}
            rules = read_grammar(grammar, parameters, defined) if grammar else None
            if rules is not None and rules.sorts[rules.start] != result:
                start = rules.sorts[rules.start]
                raise problem_error("L0505", f"the grammar starts with sort {start}, not {result}", grammar[0].span)
            _declare(name, name_node.span, reading)
            reading.targets.append(Target(name, parameters, result, rules, node.span))
            reading.functions[name] = Signature(tuple(of for _, of in parameters), result)
        case _:
            raise _malformed(node, "(synth-fun NAME ((PARAMETER SORT) ...) SORT GRAMMAR)")


def _declare_var(node: Group, arguments: list[Node], reading: _Reading) -> None:
    match arguments:
        case [name, sort]:
            declared = symbol(name, "the variable's name")
            _declare(declared, name.span, reading)
            reading.variables[declared] = read_sort(sort)
        case _:
            raise _malformed(node, "(declare-var NAME SORT)")


def _define(node: Group, arguments: list[Node], reading: _Reading) -> None:
    match arguments:
        case [name_node, Group(listed), sort, body]:
            parameters = _parameters(listed)
            name, result = symbol(name_node, "the function's name"), read_sort(sort)
            typed = read_term(body, Scope(dict(parameters), reading.functions, {}))
            expect_sort(typed, result, body.span)
            _declare(name, name_node.span, reading)
            definition = Definition(name, parameters, result, typed.term)
            reading.definitions.append(definition)
            reading.functions[name] = _signature(definition)
        case _:
            raise _malformed(node, "(define-fun NAME ((PARAMETER SORT) ...) SORT TERM)")


def _constraint(node: Group, arguments: list[Node], reading: _Reading) -> None:
    match arguments:
        case [body]:
            typed = read_term(body, Scope(reading.variables, reading.functions, {}))
            expect_sort(typed, "Bool", body.span)
            reading.constraints.append(typed.term)
            reading.spans.append(node.span)
        case _:
            raise _malformed(node, "(constraint TERM)")


def _check_synth(node: Group, arguments: list[Node], reading: _Reading) -> None:
    if arguments:
        raise _malformed(node, "(check-synth)")
    reading.checked = True


_COMMANDS: Mapping[str, Callable[[Group, list[Node], _Reading], None]] = {
    "set-logic": _set_logic,
    "synth-fun": _synth_fun,
    "declare-var": _declare_var,
    "define-fun": _define,
    "constraint": _constraint,
    "check-synth": _check_synth,
}


def _parameters(nodes: tuple[Node, ...]) -> tuple[tuple[str, str], ...]:
    parameters: dict[str, str] = {}
    for node in nodes:
        match node:
            case Group((name_node, sort)):
                name = symbol(name_node, "the parameter's name")
                if name in parameters:
                    raise _twice(name, name_node.span)
                parameters[name] = read_sort(sort)
            case _:
                raise problem_error("L0502", "expected (NAME SORT)", node.span, "not a parameter")
    return tuple(parameters.items())


def _declare(name: str, span: Span, reading: _Reading) -> None:
    if name in OPERATORS or name in RESERVED:
        raise problem_error("L0506", f"`{name}` has a meaning already", span, "cannot be declared")
    if name in reading.functions or name in reading.variables:
        raise _twice(name, span)


def _signature(definition: Definition) -> Signature:
    return Signature(tuple(sort for _, sort in definition.parameters), definition.result)


def _twice(name: str, span: Span) -> Exception:
    return problem_error("L0506", f"`{name}` is declared twice", span, "its second declaration")


def _malformed(node: Group, form: str) -> Exception:
    return problem_error("L0502", f"expected {form}", node.span, "not of that form")
