"""The generated inputs on which the candidates of one unit are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from compiler.front.spec import FunctionSpec
from compiler.ir.nodes import Module
from compiler.judge.inputs import generate_inputs
from compiler.synthesis.problem.signature import completed

GENERATED_INPUTS = 24

Inputs: TypeAlias = Sequence[tuple[str, ...]]
"""The arguments of some calls of one function, as texts."""


@dataclass(slots=True)
class GeneratedInputs:
    """Made once, when the first program comes, because that may be the first to say what the parameters are."""

    functions: Sequence[FunctionSpec]
    _made: Mapping[str, Inputs] = field(default_factory=dict)

    def for_program(self, module: Module) -> Mapping[str, Inputs]:
        """The inputs by function; ``module`` completes open signatures where they are not made yet."""
        if not self._made:
            self._made = {
                function.name: generate_inputs(completed(function, module), GENERATED_INPUTS, 0)
                for function in self.functions
            }
        return self._made

    def made_for(self, function: FunctionSpec) -> Inputs:
        """The inputs of one function as far as they are made."""
        return self._made.get(function.name, ())
