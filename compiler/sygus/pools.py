"""What the functions of a problem may be made of, read off its constraints."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.sygus.problem import Problem
from compiler.sygus.symbolic import all_constraints, declared
from solver.formulas import Formula
from solver.pools import Call, pool_of
from solver.queries import Queries
from solver.reading import Reader, UnreadableError
from solver.several_invocations import Unknown
from solver.smt import Smt


def unknown_functions(problem: Problem, variables: Mapping[str, Smt], queries: Queries) -> dict[str, Unknown]:
    """The targets with pools of terms and tests. Raises ``NotSymbolicError``."""
    targets = {target.name: target for target in problem.targets}
    calls: dict[str, list[Call]] = {name: [] for name in targets}
    # Z3 gives the number of a term to another one as soon as nothing holds the first.
    results: dict[tuple[str, tuple[int, ...]], tuple[Smt, tuple[Smt, ...]]] = {}

    def application(name: str, arguments: tuple[Smt, ...]) -> Smt:
        key = name, tuple(argument.get_id() for argument in arguments)
        if key not in results:
            result = f"{name}'s result {len(results)}"
            results[key] = declared(result, targets[name].result, queries.context), arguments
            parameters: dict[str, str] = {}
            for argument, (parameter, _) in zip(arguments, targets[name].parameters, strict=True):
                if str(argument) in variables:
                    parameters.setdefault(str(argument), parameter)
            calls[name].append(Call(result, parameters))
        return results[key][0]

    constraints = all_constraints(problem, variables, application, queries.context)
    names = {str(result): result for result, _ in results.values()}
    try:
        formula: Formula = Reader({**variables, **names}, list(names)).formula(constraints)
    except UnreadableError:
        formula = True
    functions = {}
    for name, target in targets.items():
        parameters = {parameter: sort == "Bool" for parameter, sort in target.parameters}
        functions[name] = Unknown(parameters, pool_of(formula, calls[name], parameters, target.result == "Bool"))
    return functions
