"""Asking a model for a whole function: the prompt, and the code in its answer.

The first request is the plain one that anybody would send to the model alone, so that a compile never starts from less
than the raw model has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from backends.protocol import Message, Request, Sampling
from compiler.front.spec import FunctionSpec, Spec
from compiler.synthesis.ask.shape import answer_grammar
from compiler.task.few_shot import FewShotExample
from grammar.scratch import has_scratch, with_scratch

SAMPLE_TEMPERATURE = 0.8
ANSWER_TOKENS = 512


def greedy_then_sampled(occurrence: int, seed: int, max_tokens: int = ANSWER_TOKENS) -> Sampling:
    """How the ``occurrence``-th of equal requests (from 0) is decoded where no greedy answer came before them."""
    temperature = SAMPLE_TEMPERATURE if occurrence else 0.0
    return Sampling(temperature=temperature, top_p=0.95, max_tokens=max_tokens, seed=seed)


def first_request(spec: Spec, functions: tuple[FunctionSpec, ...], context: str) -> Request:
    """The greedy request for the functions of one unit, in the raw model's own terms."""
    return _request(_prompt(spec, functions, context), Sampling(temperature=0.0, max_tokens=ANSWER_TOKENS, seed=0), 0)


def sample_request(
    spec: Spec,
    functions: tuple[FunctionSpec, ...],
    context: str,
    seed: int,
    occurrence: int,
    *,
    few_shot: Sequence[FewShotExample] = (),
    temperature: float = SAMPLE_TEMPERATURE,
) -> Request:
    """The ``occurrence``-th sample (from 0) at a temperature that makes answers differ, after ``few_shot``."""
    sampling = Sampling(temperature=temperature, top_p=0.95, max_tokens=ANSWER_TOKENS, seed=seed)
    return _request(_prompt(spec, functions, context), sampling, occurrence, few_shot=few_shot)


def constrained_request(
    spec: Spec,
    functions: tuple[FunctionSpec, ...],
    context: str,
    seed: int,
    occurrence: int,
    max_tokens: int = ANSWER_TOKENS,
    *,
    narrowed: bool = False,
) -> Request:
    """The same question with the answer held to the grammar: greedy at first, then sampled.

    ``narrowed`` holds the holes of a Python file whose sorts are known to them; other requests are the same without it.
    """
    sampling = greedy_then_sampled(occurrence, seed, max_tokens)
    grammar = answer_grammar(functions, context, narrowed=narrowed)
    return _request(_prompt(spec, functions, context), sampling, occurrence, grammar)


def scratch_request(
    spec: Spec,
    functions: tuple[FunctionSpec, ...],
    context: str,
    seed: int,
    occurrence: int,
    *,
    narrowed: bool = False,
) -> Request:
    """The question with one to three plain lines to reason in before the code: greedy at first, then sampled."""
    sampling = greedy_then_sampled(occurrence, seed)
    grammar = with_scratch(answer_grammar(functions, context, narrowed=narrowed))
    prompt = _template("scratch").format(prompt=_prompt(spec, functions, context))
    return _request(prompt, sampling, occurrence, grammar)


def _request(
    prompt: str,
    sampling: Sampling,
    occurrence: int,
    grammar: str | None = None,
    few_shot: Sequence[FewShotExample] = (),
) -> Request:
    shown = [message for example in few_shot for message in _turns(example)]
    return Request((*shown, Message("user", prompt)), sampling, grammar, occurrence)


def _turns(example: FewShotExample) -> tuple[Message, Message]:
    return (
        Message("user", _template("shown").format(text=example.specification.strip())),
        Message("assistant", _template("answer").format(program=_ended(example.program))),
    )


@cache
def _template(name: str) -> str:
    return (files("compiler.synthesis.ask") / "prompts" / f"{name}.txt").read_text(encoding="utf-8")


def _prompt(spec: Spec, functions: tuple[FunctionSpec, ...], context: str) -> str:
    names = " and ".join(f"`{function.name}`" for function in functions)
    names = f"{'function' if len(functions) == 1 else 'functions'} {names}"
    whole = len(spec.functions) == len(functions) and not spec.more and functions[0].owner is None
    if any(function.definition is not None for function in functions):
        text = spec.source.text if whole else "\n\n".join([context, *(item.text for item in functions)])
        return _template("complete").format(names=names, text=_ended(text))
    parts = [spec.source.text.strip()] if whole else [item.text.strip() for item in functions]
    if context:
        parts.append(f"These functions are there already:\n\n```python\n{_ended(context)}```")
    return _template("write").format(names=names, text="\n\n".join(parts))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:\n```|\Z)", re.DOTALL)


def answered_code(request: Request, answer: str, name: str) -> str:
    """The code in the answer to a request; scratch lines are none, also where no code comes after them."""
    reasoned = request.grammar is not None and has_scratch(request.grammar)
    return "" if reasoned and "```" not in answer else code_in(answer, name)


def code_in(answer: str, name: str) -> str:
    """The code in a model's answer: the first fenced block that defines ``name``, else the first block, else all."""
    blocks = [match.group(1) for match in _FENCE.finditer(answer)]
    if not blocks:
        return answer.replace("```", "")
    defining = (block for block in blocks if re.search(rf"^def\s+{re.escape(name)}\b", block, re.MULTILINE))
    return next(defining, blocks[0])
