"""What a model proposes for a problem: it is shown the examples and asked for Python, which is what models write best.

The answers need be neither right nor terms of the grammar: what they use says where search should look first (Barke et
al. 2024, "HySynth").
"""

from __future__ import annotations

from collections.abc import Sequence

from backends.protocol import Message, Request, Sampling
from compiler.sygus.examples import Example, examples_of
from compiler.sygus.problem import Problem

SAMPLES = 2
"""How many answers are asked for besides the greedy one."""

_TEMPERATURE = 0.8
_TOKENS = 96
_STOP = ("\n```",)
_SHOWN = 4

_PROMPT = """\
Write the Python function `f` that passes these tests. Use string methods and slices. Answer with one Python code block.

{examples}"""


def proposal_requests(problem: Problem, seed: int = 0, samples: int = SAMPLES) -> list[Request]:
    """A greedy request, and samples of the same; none for problems that show no examples."""
    examples = examples_of(problem)
    if examples is None:
        return []
    message = (Message("user", _prompt(examples)),)
    greedy = Request(message, Sampling(max_tokens=_TOKENS, stop=_STOP))
    sampling = Sampling(_TEMPERATURE, 0.95, _TOKENS, seed, _STOP)
    return [greedy, *(Request(message, sampling, occurrence=number) for number in range(samples))]


def _prompt(examples: Sequence[Example]) -> str:
    """The shortest examples are shown: the model is to see the pattern."""
    shown = sorted(dict.fromkeys(examples), key=lambda example: len(str(example.inputs)))[:_SHOWN]
    lines = [f"assert f({', '.join(map(repr, example.inputs))}) == {example.output!r}" for example in shown]
    return _PROMPT.format(examples="\n".join(lines))
