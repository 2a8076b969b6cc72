"""The holes of a Python file as gaps: asked for one after the other, each between what stands before and behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from textwrap import dedent

from backends.protocol import Gap, Request
from compiler.front.spec import FunctionSpec, Hole
from compiler.synthesis.ask.ask import ANSWER_TOKENS, greedy_then_sampled
from compiler.synthesis.ask.shape import expression_blank, in_loop
from compiler.synthesis.problem.known_sorts import known_sorts
from compiler.synthesis.problem.own_names import own_names
from compiler.task.unit import Unit
from grammar.specialise import Blank, Own, gap_grammar
from grammar.unroll import DEPTH
from solver.sorts import Sort

EXPRESSION_TOKENS = 96

Known = Mapping[str, tuple[Sort, Mapping[str, Sort]]]


@dataclass(frozen=True, slots=True)
class _Opening:
    """One hole: ``lead`` is the text with which an answer begins, ``dots`` how later holes stand in the question.

    A space before a hole belongs to the answer, because models join it with the word behind it to one token.
    """

    blank: Blank
    lead: str
    dots: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A function of a Python file while its holes are filled in order.

    ``texts`` stand before, between and behind the holes, ``head`` and ``tail`` around the function. ``number`` is the
    how-manieth try it is, from 0. ``own`` is what the file defines itself.
    """

    number: int
    head: str
    texts: tuple[str, ...]
    openings: tuple[_Opening, ...]
    tail: str
    own: Own
    answers: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether every hole is filled."""
        return len(self.answers) == len(self.openings)

    @property
    def gap(self) -> Gap:
        """The first open hole with all that stands around it."""
        place = len(self.answers)
        later = zip(self.openings[place + 1 :], self.texts[place + 2 :], strict=True)
        behind = "".join(opening.dots + text for opening, text in later)
        return Gap(self.head + self._done, self.texts[place + 1] + behind + self.tail)

    def filled(self, answer: str) -> Draft:
        """The draft with its first open hole filled by a model's answer."""
        ended = answer.rstrip()
        if self.openings[len(self.answers)].blank.kind == "block":
            ended += "\n"
        elif answer.endswith("\n"):
            ended = ended.removesuffix(self._line_behind.rstrip())
        return replace(self, answers=(*self.answers, ended))

    @property
    def text(self) -> str:
        """The function without the indentation of its class. Every hole must be filled."""
        return dedent(self.head.rpartition("\n")[2] + self._done)

    def request(self, seed: int) -> Request:
        """The request for the first open hole: greedy in the first try, sampled in the others."""
        opening = self.openings[len(self.answers)]
        most = ANSWER_TOKENS if opening.blank.kind == "block" else EXPRESSION_TOKENS
        sampling = greedy_then_sampled(self.number, seed, most)
        grammar = gap_grammar(opening.blank, opening.lead, self._line_behind, self.own)
        return Request((), sampling, grammar, self.number, self.gap)

    @property
    def _done(self) -> str:
        later = zip(self.answers, self.texts[1:], strict=False)
        return self.texts[0] + "".join(answer + text for answer, text in later)

    @property
    def _line_behind(self) -> str:
        return self.texts[len(self.answers) + 1].partition("\n")[0]


def first_drafts(unit: Unit, count: int, *, narrowed: bool = False) -> list[Draft]:
    """So many drafts of a unit with all holes open; none where it is no single function of a Python file.

    ``narrowed`` holds expressions to the sorts and names that are known where they stand.
    """
    function, source = unit.functions[0], unit.spec.source.text
    definition = function.definition
    if len(unit.functions) > 1 or definition is None or not function.holes or "\r" in source:
        return []
    alone = len(unit.spec.functions) == 1 and not unit.spec.more
    if alone or function.owner is not None:
        source = definition.source.text
        head, tail = source[: definition.start], source[_end(function) :]
    else:
        head, tail = f"{unit.context}\n\n\n" if unit.context else "", ""
    parts = _parts(function, known_sorts(function, unit.context) if narrowed else {})
    own = own_names(unit.functions, unit.context)
    return [] if parts is None else [Draft(number, head, *parts, tail, own) for number in range(count)]


def _end(function: FunctionSpec) -> int:
    """Where the last line of a function ends in its source, a comment and the line end included."""
    assert function.definition is not None
    source, end = function.definition.source.text, function.definition.end
    return source.find("\n", end) + 1 or len(source)


def _parts(function: FunctionSpec, known: Known) -> tuple[tuple[str, ...], tuple[_Opening, ...]] | None:
    """The texts around a function's holes, and the holes; ``None`` where a block stands beside other code."""
    assert function.definition is not None
    source, start = function.definition.source.text, function.definition.start
    column = len(source[:start].rpartition("\n")[2])
    texts: list[str] = []
    openings: list[_Opening] = []
    for hole in sorted(function.holes, key=lambda hole: hole.span.start):
        before, start = source[start : hole.span.start], hole.span.end
        if hole.kind == "expression":
            blank = expression_blank(*known[hole.name]) if hole.name in known else Blank("expression")
            lead = " " if before.endswith(" ") and before.rpartition("\n")[2].strip() else ""
            texts.append(before.removesuffix(lead))
            openings.append(_Opening(blank, lead, f"{lead}..."))
            continue
        found = _block(hole, before, column)
        if found is None or source[start : start + 1] not in ("\n", ""):
            return None
        texts.append(found[0])
        openings.append(_Opening(found[1], "", f"{'    ' * found[1].depth}...\n"))
        start += 1
    return (*texts, source[start : _end(function)]), tuple(openings)


def _block(hole: Hole, before: str, column: int) -> tuple[str, Blank] | None:
    """The text before a block that begins on a line of its own, and the block's blank."""
    line = before.rpartition("\n")[2]
    if line.strip():
        text, width = f"{before.rstrip(' ')}\n", column + 4
    else:
        text, width = before.removesuffix(line), len(line)
    depth, rest = divmod(width, 4)
    if rest or not 1 <= depth <= DEPTH or (line.strip() and hole.kind != "body"):
        return None
    return text, Blank("block", depth, in_loop(before, depth))
