"""Filling by contract: a body that pre- and post-conditions over integers and truth values determine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.acceptance.candidate import Provenance
from compiler.front.spec import FunctionSpec
from compiler.ir.lower import lower_module
from compiler.ir.nodes import BlockHole, Function
from compiler.proof.symbolic import condition
from compiler.proof.values import UnsupportedError, Value
from compiler.propagation.guards import raising_guards
from compiler.synthesis.pool import Pool
from compiler.synthesis.problem.problem import partial_function
from compiler.synthesis.sketch.piecewise import body_lines, extreme, values_of
from compiler.text.source import Source
from solver import smt
from solver.formulas import value_smt
from solver.queries import Queries
from solver.several_invocations import meaning
from solver.single_invocation import Found, synthesise
from solver.smt import Smt, Subject
from solver.sorts import BOOL, INT

_WORK_OF_A_QUERY = 1_000_000
_WORK = 60_000_000
_SIMPLE = (INT, BOOL)


def fill_by_contract(pool: Pool) -> None:
    """Add the function that the contracts of a unit's one function describe, where Z3 finds one.

    It is convincing only where the contracts leave no other result for any arguments. Where they do, and examples
    narrow the choice further, that is left to search.
    """
    if len(pool.unit.functions) != 1:
        return
    function = pool.unit.functions[0]
    template = partial_function(function)
    if len(template.body) != 1 or not isinstance(template.body[0], BlockHole):
        return
    try:
        demand = _demand(function)
    except UnsupportedError:
        return
    if demand is None:
        return
    about = Subject(function.name, "all contracts together")
    queries = Queries(_WORK_OF_A_QUERY, _WORK, lambda: pool.budget.cut("search"), about)
    with pool.budget.phase("search"):
        outcome = synthesise(demand.specification, demand.inputs, {"result": demand.result}, queries)
        if not isinstance(outcome, Found):
            return
        lines = _lines(outcome, function, demand, queries)
        determined = lines is not None and demand.is_determined(
            replace(about, clause="two results for the same arguments")
        )
    if lines is not None and (determined or not function.examples):
        program = pool.unit.program_of(_with_body(template, function, lines))
        pool.add(program, Provenance("search", mdl_significant=determined))


@dataclass(frozen=True, slots=True)
class _Demand:
    """What must hold of a result, as Z3 sees it."""

    inputs: Mapping[str, Smt]
    result: Smt
    assumed: Smt
    wanted: Smt

    @property
    def specification(self) -> Smt:
        import z3

        return z3.Implies(self.assumed, self.wanted)

    def is_determined(self, about: Subject) -> bool:
        """Whether no two different results are right for the same arguments."""
        import z3

        other = z3.Const("another result", self.result.sort())
        both = [self.assumed, self.wanted, z3.substitute(self.wanted, (self.result, other)), self.result != other]
        return isinstance(smt.solve(both, {}, about=about), smt.Unsatisfiable)


def _demand(function: FunctionSpec) -> _Demand | None:
    """What the contracts say of the result; ``None`` where they say nothing. Raises ``UnsupportedError``."""
    import z3

    signature = function.signature
    posts = [contract for contract in function.contracts if contract.kind == "post"]
    simple = all(item.sort in _SIMPLE and item.kind in ("positional", "keyword_only") for item in signature.parameters)
    if not posts or not simple or signature.returns not in _SIMPLE:
        return None
    inputs: dict[str, Smt] = {item.name: smt.variable(item.name, item.sort) for item in signature.parameters}
    result = smt.variable("result", signature.returns)
    names: dict[str, Value] = dict(inputs)
    assumed = [condition(bound.condition(item.name), names) for item in signature.parameters for bound in item.bounds]
    assumed += [condition(contract.condition, names) for contract in function.contracts if contract.kind == "pre"]
    assumed += [
        z3.Not(condition(contract.condition, names)) for contract in function.contracts if contract.kind == "raises"
    ]
    wanted = [condition(contract.condition, {**names, "result": result}) for contract in posts]
    return _Demand(inputs, result, smt.conjunction(assumed), smt.conjunction(wanted))


def _lines(found: Found, function: FunctionSpec, demand: _Demand, queries: Queries) -> list[str] | None:
    """The body; ``None`` where it needs something that has no Python form here."""
    names = {item.name: item.name for item in function.signature.parameters}
    for name, term in found.names.items():
        text = names.get(name) or _python(term)
        if text is not None:
            names[name] = text
    try:
        terms = values_of(found.function)
        for name, relation in (("max", "<="), ("min", ">=")):
            if len(terms) > 1 and _bounds_all(found, relation, demand, queries):
                return [f"return {extreme(name, terms, names)}"]
        return body_lines(found.function, names)
    except KeyError:
        return None


def _bounds_all(found: Found, relation: str, demand: _Demand, queries: Queries) -> bool:
    """Whether every value that the function may have is below, or above, the one that it has."""
    result = meaning(found.function, found.names, queries.context)
    for value in values_of(found.function):
        other = value_smt(value, found.names, queries.context)
        beyond = other > result if relation == "<=" else other < result
        if not isinstance(queries.solve([queries.own(demand.assumed), beyond], {}), smt.Unsatisfiable):
            return False
    return True


def _python(term: Smt) -> str | None:
    """A quotient or remainder by a positive number, where Python and SMT-LIB agree, or a product, in brackets."""
    import z3

    operators = {z3.Z3_OP_IDIV: "//", z3.Z3_OP_MOD: "%", z3.Z3_OP_MUL: "*"}
    plain = {**operators, z3.Z3_OP_ADD: "+", z3.Z3_OP_SUB: "-"}
    kind, children = term.decl().kind(), term.children()
    if z3.is_int_value(term):
        return str(term) if term.as_long() >= 0 else f"({term})"
    if z3.is_const(term):
        return str(term)
    if kind == z3.Z3_OP_UMINUS:
        inside = _python(children[0])
        return None if inside is None else f"(-{inside})"
    if kind not in plain:
        return None
    if kind in (z3.Z3_OP_IDIV, z3.Z3_OP_MOD) and not smt.is_positive_number(children[1]):
        return None
    parts = [_python(child) for child in children]
    texts = [part for part in parts if part is not None]
    return f"({f' {plain[kind]} '.join(texts)})" if len(texts) == len(parts) else None


def _with_body(template: Function, function: FunctionSpec, lines: Sequence[str]) -> Function:
    text = "\n".join([f"def {function.name}():", *(f"    {line}" for line in lines)])
    (found,) = lower_module(Source("contract", text)).body
    assert isinstance(found, Function)
    return replace(template, body=(*raising_guards(function), *found.body))
