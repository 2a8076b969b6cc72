"""``liftc bench narrowing``: type errors of proposals for holes, under the plain grammar and narrowed to the hole.

Without a model the proposals are random texts of each grammar; with one, its answers to a request for the function.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import Literal, TypeAlias

from backends.protocol import Backend, Message, Proposal, Request, Sampling
from compiler.bench.asking import answered
from compiler.bench.grammars import narrowed_holes
from compiler.bench.narrowing_kept import Kept, kept_expressions
from compiler.bench.proposals import Lost, is_whole, shown, unsayable, why_not
from compiler.bench.random_texts import Writer
from compiler.bench.references import Reference
from compiler.bench.statistics import median
from compiler.text.table import plain_table
from grammar.notation import read_grammar
from grammar.specialise import Blank, narrowed_texts, template_grammar
from solver.sorts import FunctionSort, format_sort

ENTRY = "answer"
_ROUNDS = 5
_TOKENS = 160
_FENCE = "```python\n"

Fate: TypeAlias = Literal["finished", "cut", "outside"]


@dataclass(frozen=True, slots=True)
class Side:
    """What became of the proposals under one grammar: how many lower into the IR, and how many have type errors.

    ``cut`` ran to the limit of tokens, ``outside`` are not in the grammar after all: only the others, which came to an
    end, are looked at. ``lost`` are those that do not lower. Types are checked in what Python reads.
    """

    proposals: int
    cut: int
    outside: int
    lowered: int
    type_errors: int
    lost: tuple[Lost, ...]

    @property
    def finished(self) -> int:
        """How many proposals came to an end in the grammar."""
        return self.proposals - self.cut - self.outside


@dataclass(frozen=True, slots=True)
class _Answer:
    """A proposal for a hole: the module that it fills."""

    hole: str
    occurrence: int
    fate: Fate
    code: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Both sides, what is kept of references, and milliseconds of the processor: from a hole to its grammar, and from
    there to the first mask over a vocabulary, at the median over the holes and at most.
    """

    holes: int
    plain: Side
    narrowed: Side
    grammar_median_ms: float
    mask_median_ms: float | None
    mask_most_ms: float | None
    vocabulary: int | None
    kept: Kept | None

    def to_json(self) -> dict[str, object]:
        """The figures as JSON data."""
        sides = {name: {**asdict(side), "finished": side.finished} for name, side in self.sides()}
        return {**asdict(self), **sides}

    def sides(self) -> Iterator[tuple[str, Side]]:
        """Both sides, by name."""
        yield from (("plain", self.plain), ("narrowed", self.narrowed))


def bench_narrowing(
    count: int,
    seed: int = 0,
    backend: Backend | None = None,
    vocabulary: Sequence[bytes] = (),
    references: Sequence[Reference] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Narrowing:
    """Measure ``count`` proposals on each side. Raises ``BackendError`` where the model fails.

    Raises ``OSError`` where mypy is not installed.
    """
    holes, proposer = narrowed_holes(), backend or _Chance()
    plain = [*_answers(_asked(holes, count, narrowed=False), seed, proposer, "plain", progress)]
    narrowed = [*_answers(_asked(holes, count, narrowed=True), seed, proposer, "narrowed", progress)]
    progress("checking types")
    finished = [answer.code for answer in (*plain, *narrowed) if answer.fate == "finished"]
    wrong = _with_type_errors([code for code in finished if _is_python(code)])
    written = [_milliseconds(partial(_written_anew, hole)) for hole in holes.values()]
    masks = _masks([*holes.values()], vocabulary) if vocabulary else []
    return Narrowing(
        len(holes),
        _measured(plain, wrong),
        _measured(narrowed, wrong),
        median(written),
        median(masks) if masks else None,
        max(masks, default=None),
        len(vocabulary) or None,
        kept_expressions(references, progress) if references else None,
    )


def header(hole: Blank) -> str:
    """The text before the hole: a function of its scope that returns it."""
    scope = dict(hole.scope or ())
    around = "".join(
        f"def {name}({', '.join(f'a{i}: {format_sort(part)}' for i, part in enumerate(sort.parameters or ()))})"
        f" -> {format_sort(sort.result)}:\n    return {_any_value(sort)}\n\n\n"
        for name, sort in scope.items()
        if isinstance(sort, FunctionSort)
    )
    given = ", ".join(f"{name}: {format_sort(s)}" for name, s in scope.items() if not isinstance(s, FunctionSort))
    return f"{around}def {ENTRY}({given}) -> {format_sort(hole.sort)}:\n    return "


def _any_value(sort: FunctionSort) -> str:
    return "a0" if sort.parameters and sort.parameters[0] == sort.result else "0"


@dataclass(frozen=True, slots=True)
class _Question:
    """One proposal that is asked for: the text before its hole, and the grammar of the module that it fills."""

    hole: str
    occurrence: int
    before: str
    grammar: str

    def request(self, seed: int) -> Request:
        """The question to a model: the proposals for one hole differ in their occurrence only."""
        prompt = f"Complete this Python function in a sensible way.\n\n```python\n{self.before}...\n```"
        sampling = Sampling(temperature=1.0, max_tokens=_TOKENS, seed=seed)
        return Request((Message("user", prompt),), sampling, self.grammar, self.occurrence)


def _asked(holes: Mapping[str, Blank], count: int, *, narrowed: bool) -> Iterator[_Question]:
    """So many questions, shared out among the holes."""
    for number, (name, hole) in enumerate(holes.items()):
        before = header(hole)
        grammar = template_grammar([before, hole if narrowed else Blank("expression"), "\n"])
        for occurrence in range(count * (number + 1) // len(holes) - count * number // len(holes)):
            yield _Question(name, occurrence, before, grammar)


def _answers(
    asked: Iterable[_Question], seed: int, backend: Backend, side: str, say: Callable[[str], None]
) -> Iterator[_Answer]:
    questions = list(asked)
    done = cut = 0
    for batch in answered(questions, lambda question: question.request(seed), backend):
        for question, answer in batch:
            code = answer.text.removeprefix(_FENCE).removesuffix("```")
            yield _Answer(question.hole, question.occurrence, _fate(answer), code)
        done += len(batch)
        cut += sum(answer.finish == "length" for _, answer in batch)
        say(f"{side}: {done} of {len(questions)} proposals, {cut} cut")


def _fate(answer: Proposal) -> Fate:
    if is_whole(answer):
        return "finished"
    return "cut" if answer.finish == "length" else "outside"


class _Chance:
    """Answers with random texts of the requests' grammars."""

    engine, model = "chance", "none"

    def propose(self, requests: Sequence[Request]) -> list[Proposal]:
        return [Proposal(self._text(request), 0, 0, "stop") for request in requests]

    def close(self) -> None:
        """Nothing is held."""

    def _text(self, request: Request) -> str:
        assert request.grammar is not None
        [message] = request.messages
        return _writer(request.grammar).text(Random(f"{message.content}/{request.engine_seed}"))


@lru_cache(maxsize=1)
def _writer(grammar: str) -> Writer:
    return Writer(read_grammar(grammar))


def _measured(answers: Sequence[_Answer], wrong: Collection[str]) -> Side:
    fates = Counter(answer.fate for answer in answers)
    finished = [answer for answer in answers if answer.fate == "finished"]
    reasons = [(answer, why_not(answer.code, ENTRY)) for answer in finished]
    lost = [Lost(item.hole, item.occurrence, reason, item.code) for item, reason in reasons if reason is not None]
    return Side(
        len(answers),
        fates["cut"],
        fates["outside"],
        len(finished) - len(lost),
        sum(answer.code in wrong for answer in finished),
        tuple(lost),
    )


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, ENTRY, "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _with_type_errors(texts: Sequence[str]) -> set[str]:
    """The texts in which mypy finds a type error: each is a module of its own, read in one run."""
    with TemporaryDirectory(prefix="liftc-narrowing-") as folder:
        for number, text in enumerate(texts):
            Path(folder, f"proposal_{number}.py").write_text(f"from typing import *\n\n\n{text}", encoding="utf-8")
        command = [sys.executable, "-m", "mypy", "--output=json", "--check-untyped-defs", "--no-incremental", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not (done.stdout or not done.returncode):
        raise OSError(f"mypy failed: {done.stderr.strip() or done.stdout.strip()[:300]}")
    errors = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = {item["file"] for item in errors if item["severity"] == "error"}
    return {text for number, text in enumerate(texts) if f"proposal_{number}.py" in found}


def _milliseconds(work: Callable[[], object]) -> float:
    """The processor's milliseconds for some work, the median of several times."""
    times = []
    for _ in range(_ROUNDS):
        begun = process_time()
        work()
        times.append((process_time() - begun) * 1000)
    return median(times)


def _written_anew(hole: Blank) -> str:
    narrowed_texts.cache_clear()
    return template_grammar([hole])


def _masks(holes: Sequence[Blank], vocabulary: Sequence[bytes]) -> list[float]:
    """The milliseconds from each hole's grammar to the first mask over the vocabulary."""
    import llguidance

    from compiler.bench.vocabulary import tokenizer_of

    tokenizer = tokenizer_of(vocabulary)

    def first_mask(grammar: str) -> None:
        matcher = llguidance.LLMatcher(tokenizer, llguidance.LLMatcher.grammar_from_lark(grammar))
        if matcher.is_error():
            raise OSError(f"llguidance does not read the grammar: {matcher.get_error()}")
        matcher.compute_bitmask()

    return [_milliseconds(partial(first_mask, template_grammar([hole]))) for hole in holes]


def render(found: Narrowing) -> str:
    """The report as text for people."""
    rows: list[Sequence[str]] = [("grammar", "proposals", "cut", "finished", "lower", "type errors")]
    for name, side in found.sides():
        counts = (side.proposals, side.cut, side.finished, side.lowered)
        share = f"{side.type_errors} ({side.type_errors / max(1, side.finished):.1%})"
        outside = f", {side.outside} are not in the grammar" if side.outside else ""
        rows.append((name, *map(str, counts), f"{share}{outside}{unsayable(side.lost)}"))
    lines = [plain_table(rows)]
    lines.append(f"from a hole to its grammar: {found.grammar_median_ms:.0f} ms of processor time at the median")
    if found.mask_median_ms is not None:
        figures = f"{found.mask_median_ms:.0f} ms at the median, {found.mask_most_ms:.0f} ms at most"
        lines.append(f"from a grammar to its first mask over {found.vocabulary} tokens: {figures}")
    if found.kept is not None:
        kept = found.kept
        share = f"{kept.derived} of {kept.known} ({kept.derived / max(1, kept.known):.1%})"
        lines.append(f"expressions of references that their place still derives: {share}")
        lines += [f"  {item.reference}: {item.sort}: {item.text}" for item in kept.refused]
    for name, side in found.sides():
        if side.lost:
            lines += ["", f"{name}: {len(side.lost)} do not lower, such as", *shown(side.lost)]
    return "\n".join(lines)
