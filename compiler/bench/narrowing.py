"""``liftc bench narrowing``: type errors of proposals for holes, under the plain grammar and narrowed to the hole.

Without a model the proposals are random texts of each grammar; with one, its answers to a request for the function.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time

from backends.protocol import Backend, Message, Request, Sampling
from compiler.bench.grammars import narrowed_holes
from compiler.bench.narrowing_kept import Kept, kept_expressions
from compiler.bench.random_texts import Writer
from compiler.bench.references import Reference
from compiler.bench.statistics import median
from compiler.diagnostics import LiftcError
from compiler.ir.lower import lower_candidate
from compiler.ir.verify import verify
from grammar.notation import read_grammar
from grammar.specialise import Blank, template_grammar
from solver.sorts import FunctionSort, format_sort

ENTRY = "answer"
_ROUNDS = 5
_TOKENS = 160
_FENCE = "```python\n"


@dataclass(frozen=True, slots=True)
class Side:
    """What became of the proposals under one grammar: how many lower into the IR, and how many have type errors.

    ``finished`` counts those that came to an end; only those are looked at. Types are checked in what Python reads.
    """

    proposals: int
    finished: int
    lowered: int
    type_errors: int


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
        return asdict(self)


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
    holes = list(narrowed_holes().values())
    answers: list[list[str | None]] = []
    for title, narrowed in (("plain", False), ("narrowed", True)):
        answers.append([])
        for number, hole in enumerate(holes):
            share = count * (number + 1) // len(holes) - count * number // len(holes)
            progress(f"{title}: {share} proposals for {format_sort(hole.sort)}")
            answers[-1] += _proposals(hole, narrowed, share, f"{seed}/{number}", backend)
    progress("checking types")
    wrong = _with_type_errors([text for side in answers for text in side if text is not None and _is_python(text)])
    plain, narrow = (_measured(side, wrong) for side in answers)
    written = [_milliseconds(partial(template_grammar, [hole])) for hole in holes]
    masks = _masks(holes, vocabulary) if vocabulary else []
    return Narrowing(
        len(holes),
        plain,
        narrow,
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


def _proposals(hole: Blank, narrowed: bool, count: int, seed: str, backend: Backend | None) -> Iterator[str | None]:
    """Modules that fill the hole; ``None`` for those cut short."""
    before = header(hole)
    blank = hole if narrowed else Blank("expression")
    grammar = template_grammar([before, blank, "\n"])
    if backend is None:
        writer, random = Writer(read_grammar(grammar)), Random(seed)
        yield from (_code(writer.text(random)) for _ in range(count))
        return
    prompt = f"Complete this Python function in a sensible way.\n\n```python\n{before}...\n```"
    for number in range(count):
        sampling = Sampling(temperature=1.0, max_tokens=_TOKENS, seed=number)
        request = Request((Message("user", prompt),), sampling, grammar, number)
        for proposal in backend.propose([request]):
            yield _code(proposal.text) if proposal.finish == "stop" else None


def _code(text: str) -> str:
    return text.removeprefix(_FENCE).removesuffix("```")


def _measured(proposals: Sequence[str | None], wrong: Collection[str]) -> Side:
    finished = [text for text in proposals if text is not None]
    return Side(len(proposals), len(finished), sum(map(_lowers, finished)), sum(text in wrong for text in finished))


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, ENTRY, "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _lowers(text: str) -> bool:
    try:
        module = lower_candidate(text, ENTRY, "")
    except LiftcError:
        return False
    return not any(item.severity == "error" for item in verify(module))


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
    lines = [f"{'grammar':10}{'proposals':>10}{'finished':>10}{'lower':>10}{'type errors':>13}"]
    for name, side in (("plain", found.plain), ("narrowed", found.narrowed)):
        share = f"{side.type_errors} ({side.type_errors / max(1, side.finished):.1%})"
        lines.append(f"{name:10}{side.proposals:>10}{side.finished:>10}{side.lowered:>10}{share:>13}")
    lines.append(f"from a hole to its grammar: {found.grammar_median_ms:.0f} ms of processor time at the median")
    if found.mask_median_ms is not None:
        figures = f"{found.mask_median_ms:.0f} ms at the median, {found.mask_most_ms:.0f} ms at most"
        lines.append(f"from a grammar to its first mask over {found.vocabulary} tokens: {figures}")
    if found.kept is not None:
        kept = found.kept
        share = f"{kept.derived} of {kept.known} ({kept.derived / max(1, kept.known):.1%})"
        lines.append(f"expressions of references that their place still derives: {share}")
        lines += [f"  {item.reference}: {item.sort}: {item.text}" for item in kept.refused]
    return "\n".join(lines)
