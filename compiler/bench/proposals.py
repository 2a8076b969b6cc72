"""``liftc bench proposals``: whether every answer that the grammar holds lowers into the IR, and comes to an end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count, islice

from backends.protocol import Backend, Proposal, Request
from compiler.bench.asking import answered
from compiler.bench.baseline import spec_of
from compiler.bench.suites import Problem
from compiler.ir.grammar_file import ALLOWED
from compiler.ir.lower import lower_candidate
from compiler.ir.verify import verify
from compiler.synthesis.ask.ask import code_in, constrained_request
from compiler.text.diagnostics import LiftcError

_SHOWN = 5

_TURN = 8
"""How many samples of one problem are asked for in turn: a prompt is read once for those asked for together."""

_UNSAYABLE = "|".join(
    [
        "duplicate argument|keyword argument repeated|two parameters of one name",
        r"the module `\w+` may only be used through its names",
        *(rf"`{module}\.\w+` (?:is outside the subset|may not be changed)" for module in sorted(ALLOWED.variables)),
        *(rf"the attribute `{name}` is outside" for module in ALLOWED.variables for name in ALLOWED.modules[module]),
    ]
)


@dataclass(frozen=True, slots=True)
class Lost:
    """An answer that came to an end and does not lower."""

    id: str
    occurrence: int
    reason: str
    text: str

    @property
    def is_unsayable(self) -> bool:
        """Whether no context-free grammar could have known: two names are one, or a name is bound to something else."""
        return re.search(_UNSAYABLE, self.reason) is not None


@dataclass(frozen=True, slots=True)
class Proposals:
    """What became of the answers: ``cut`` ran to the limit of tokens, ``outside`` are not in the grammar after all.

    Both are not looked at further. ``different`` counts the texts among those that came to an end.
    """

    engine: str
    model: str
    problems: int
    asked: int
    cut: int
    outside: int
    different: int
    lowered: int
    lost: tuple[Lost, ...]

    @property
    def finished(self) -> int:
        """How many answers came to an end in the grammar."""
        return self.asked - self.cut - self.outside

    def to_json(self) -> dict[str, object]:
        """The figures as JSON data."""
        return {**asdict(self), "finished": self.finished, "unsayable": sum(item.is_unsayable for item in self.lost)}


def bench_proposals(
    problems: Sequence[Problem], backend: Backend, amount: int, seed: int, say: Callable[[str], None]
) -> Proposals:
    """Ask for ``amount`` samples as the compiler does under its grammar, the problems in turns.

    The greedy answers are left out: there is one for each problem, and engines decode it alone.
    Raises ``BackendError``; answers that a cache before the engine holds are not asked for again.
    """
    tally: Counter[str] = Counter()
    texts: set[str] = set()
    lost: list[Lost] = []
    asked = list(islice(_requests(problems, seed), amount))
    done = 0
    for batch in answered(asked, lambda item: item[1], backend):
        for (problem, request), answer in batch:
            if not is_whole(answer):
                tally["cut" if answer.finish == "length" else "outside"] += 1
                continue
            texts.add(answer.text)
            reason = why_not(code_in(answer.text, problem.entry_point), problem.entry_point)
            tally["lowered"] += reason is None
            if reason is not None:
                lost.append(Lost(problem.id, request.occurrence, reason, answer.text))
        done += len(batch)
        say(f"{done} of {len(asked)}: {tally['lowered']} lower, {tally['cut']} cut, {len(lost)} lost")
    return Proposals(
        backend.engine,
        backend.model,
        len(problems),
        len(asked),
        tally["cut"],
        tally["outside"],
        len(texts),
        tally["lowered"],
        tuple(lost),
    )


def _requests(problems: Sequence[Problem], seed: int) -> Iterator[tuple[Problem, Request]]:
    specs = [spec_of(problem) for problem in problems]
    for first in count(1, _TURN):
        for problem, spec in zip(problems, specs, strict=True):
            for occurrence in range(first, first + _TURN):
                yield problem, constrained_request(spec, spec.functions, "", seed, occurrence)


def is_whole(answer: Proposal) -> bool:
    """Whether an answer came to an end, in the grammar as far as the engine knows."""
    return answer.finish == "stop" and answer.conforms is not False


def why_not(code: str, entry: str) -> str | None:
    """Why an answer's code does not lower; ``None`` where it does."""
    try:
        module = lower_candidate(code, entry, "")
    except LiftcError as error:
        return "; ".join(item.message for item in error.diagnostics)
    wrong = [item.message for item in verify(module) if item.severity == "error"]
    return "; ".join(wrong) or None


def render(found: Proposals) -> str:
    """The figures for people, with the first answers that do not lower."""
    lines = [
        f"{found.engine} {found.model}: {found.asked} answers under the grammar to {found.problems} problems",
        f"finished  {found.finished}, {found.different} different; {found.cut} ran to the limit of tokens"
        + (f", {found.outside} are not in the grammar" if found.outside else ""),
        f"lower     {found.lowered} of {found.finished}{unsayable(found.lost)}",
    ]
    return "\n".join([*lines, *shown(found.lost)])


def unsayable(lost: Sequence[Lost]) -> str:
    """How many answers are lost to what no grammar can say, as an addition to a line."""
    count = sum(item.is_unsayable for item in lost)
    return f", {count} more are lost to what no grammar can say" if count else ""


def shown(lost: Sequence[Lost]) -> Iterator[str]:
    """The first answers that do not lower, as lines for people."""
    for item in lost[:_SHOWN]:
        yield from ("", f"{item.id}, answer {item.occurrence}: {item.reason}", item.text)
