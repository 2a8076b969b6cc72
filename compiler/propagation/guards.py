"""What ``raises`` clauses demand of a body before anything else: tests that raise."""

from __future__ import annotations

from compiler.front.spec import FunctionSpec
from compiler.ir.lower import lower_expression
from compiler.ir.nodes import Block, Call, If, Module, Name, Raise


def raising_guards(function: FunctionSpec, context: Module | None = None) -> Block:
    """One ``if`` a clause, in their order. Raises ``LowerError`` for a condition outside the subset.

    ``context`` holds the classes whose attributes the conditions may use.
    """
    return tuple(
        If(lower_expression(contract.condition, context), (Raise(Call(Name(contract.raises), ())),))
        for contract in function.contracts
        if contract.raises is not None
    )
