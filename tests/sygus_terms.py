"""Random terms of each sort, and values for their variables."""

from __future__ import annotations

from hypothesis import strategies as st

from compiler.sygus.operators import ANY, TABLE, Operator
from compiler.sygus.problem import Apply, Literal, Term, Value, Variable

VARIABLES = (("x", "Int"), ("y", "Int"), ("p", "Bool"), ("s", "String"), ("t", "String"))

TEXTS = st.text(alphabet='ab01 -é\\u{}"', max_size=6)
INTEGERS = st.integers(-12, 12)


def values(sort: str) -> st.SearchStrategy[Value]:
    match sort:
        case "Int":
            return INTEGERS
        case "Bool":
            return st.booleans()
    return TEXTS


def terms(sort: str, depth: int = 3) -> st.SearchStrategy[Term]:
    """Terms over ``VARIABLES``."""
    variables = [Variable(name) for name, of in VARIABLES if of == sort]
    leaves: st.SearchStrategy[Term] = st.one_of(st.sampled_from(variables), values(sort).map(Literal))
    if depth == 0:
        return leaves
    operators = [operator for operator in TABLE if operator.result in (sort, ANY)]
    return st.one_of(leaves, st.sampled_from(operators).flatmap(lambda operator: _applied(operator, sort, depth - 1)))


def _applied(operator: Operator, sort: str, depth: int) -> st.SearchStrategy[Term]:
    def application(any_sort: str) -> st.SearchStrategy[Term]:
        sorts, _ = operator.at(any_sort)
        return st.tuples(*(terms(of, depth) for of in sorts)).map(lambda parts: Apply(operator.name, parts))

    if operator.result == ANY:
        return application(sort)
    if ANY in operator.arguments:
        return st.sampled_from(("Int", "Bool", "String")).flatmap(application)
    return application(sort)


ENVIRONMENTS = st.fixed_dictionaries({name: values(sort) for name, sort in VARIABLES})
SORTS = st.sampled_from(("Int", "Bool", "String"))
TYPED_TERMS = SORTS.flatmap(lambda sort: st.tuples(st.just(sort), terms(sort)))
