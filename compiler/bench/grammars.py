"""``liftc bench grammars``: whether every engine gives the verdict of our own acceptor on the same texts.

Half of the texts are random texts of a grammar, half are near misses of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from time import perf_counter

from compiler.bench.grammar_engines import GrammarEngine, Judge, Verdict, engines, oracle
from compiler.bench.random_texts import Writer, near_miss
from compiler.text.table import plain_table
from grammar.notation import read_grammar
from grammar.specialise import Blank, candidate_grammar, python_grammar, template_grammar
from solver.sorts import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    DictSort,
    FunctionSort,
    ListSort,
    Sort,
    TupleSort,
    format_sort,
    join,
)

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A text on which an engine and the acceptor differ, and both verdicts."""

    grammar: str
    text: str
    ours: Verdict
    theirs: Verdict


@dataclass(slots=True)
class Agreement:
    """What became of the texts that one engine was asked about.

    ``missed`` and ``extra`` count the texts that only the acceptor, or only the engine, takes; ``earlier`` and
    ``later`` those that both refuse, the engine after fewer or after more characters. ``gave_up`` were stopped.
    """

    engine: str
    dialect: str
    version: str
    texts: int = 0
    missed: int = 0
    extra: int = 0
    earlier: int = 0
    later: int = 0
    gave_up: int = 0
    load_seconds: float = 0.0
    seconds: float = 0.0
    refused: dict[str, str] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> int:
        """How many verdicts were the same."""
        return self.texts - self.missed - self.extra - self.earlier - self.later - self.gave_up

    def add(self, grammar: str, text: str, ours: Verdict, theirs: Verdict) -> None:
        """Count one text."""
        self.texts += 1
        kind = _kind(ours, theirs)
        if kind is not None:
            setattr(self, kind, getattr(self, kind) + 1)
            if kind != "gave_up":
                self.differences.append(Difference(grammar, text, ours, theirs))

    def to_json(self) -> dict[str, object]:
        """The counts, and the shortest differences, as JSON data."""
        shortest = sorted(self.differences, key=lambda item: len(item.text))[:SHOWN]
        return {**asdict(self), "same": self.same, "differences": [asdict(item) for item in shortest]}


@dataclass(frozen=True, slots=True)
class Report:
    """All engines on all texts."""

    texts: int
    in_grammar: int
    grammars: int
    engines: tuple[Agreement, ...]

    def to_json(self) -> dict[str, object]:
        """The report as JSON data."""
        counts = {"texts": self.texts, "in_grammar": self.in_grammar, "grammars": self.grammars}
        return {**counts, "engines": [item.to_json() for item in self.engines]}


def sample_grammars() -> dict[str, str]:
    """Grammars of the kinds that requests have, by what they are for."""
    template: list[str | Blank] = [
        "def f(xs, n):\n    if ",
        Blank("expression"),
        ":\n        return ",
        Blank("expression"),
        "\n",
    ]
    return {
        "any module": python_grammar(),
        "a function": candidate_grammar("f", ["xs", "n", "*rest", "key"]),
        "a function without parameters": candidate_grammar("f", []),
        "two holes": template_grammar(template),
        "a block": template_grammar(["def f(xs):\n    for x in xs:\n", Blank("block", 2, True), "    return xs\n"]),
        "an expression": template_grammar([Blank("expression")]),
        **{f"a narrowed hole: {name}": template_grammar([blank]) for name, blank in narrowed_holes().items()},
    }


def narrowed_holes() -> dict[str, Blank]:
    """Holes of several sorts over several scopes, by their sorts."""
    numbers, words, prices = ListSort(INT), ListSort(STR), DictSort(STR, INT)
    holes: list[tuple[Sort, dict[str, Sort]]] = [
        (BOOL, {"count": INT, "limit": INT}),
        (BOOL, {"text": STR, "words": words}),
        (INT, {"numbers": numbers, "k": INT, "gcd": FunctionSort((INT, INT), INT)}),
        (FLOAT, {"values": ListSort(FLOAT), "ratio": FLOAT}),
        (STR, {"name": STR, "width": INT}),
        (words, {"words": words, "k": INT}),
        (numbers, {"numbers": numbers, "rows": ListSort(numbers)}),
        (prices, {"text": STR, "prices": prices}),
        (TupleSort((INT, STR)), {"pairs": ListSort(TupleSort((INT, STR)))}),
        (join(INT, NONE), {"numbers": numbers, "first": join(INT, NONE)}),
    ]
    return {
        f"{format_sort(sort)} over {', '.join(scope)}": Blank("expression", sort=sort, scope=tuple(scope.items()))
        for sort, scope in holes
    }


def texts_of(grammar: str, count: int, random: Random) -> Iterator[str]:
    """As many different texts, the second half of them near misses of the first."""
    writer = Writer(read_grammar(grammar))
    made: dict[str, None] = {}
    while len(made) < count // 2:
        made[writer.text(random)] = None
    good = list(made)
    while len(made) < count:
        made[near_miss(random.choice(good), random)] = None
    yield from made


def bench_grammars(
    count: int,
    seed: int = 0,
    grammars: Mapping[str, str] | None = None,
    wanted: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Compare the installed engines on ``count`` texts, or those whose names are ``wanted``."""
    chosen = sample_grammars() if grammars is None else grammars
    asked = [engine for engine in engines() if not wanted or engine.name in wanted]
    found = [Agreement(engine.name, engine.dialect, engine.version or "") for engine in asked]
    total = in_grammar = 0
    for number, (name, grammar) in enumerate(chosen.items()):
        share = count * (number + 1) // len(chosen) - count * number // len(chosen)
        progress(f"{share} texts of the grammar of {name}")
        ours = oracle(grammar)
        texts = [(text, ours(text)) for text in texts_of(grammar, share, Random(f"{seed}/{name}"))]
        total += len(texts)
        in_grammar += sum(verdict.accepted for _, verdict in texts)
        for engine, agreement in zip(asked, found, strict=True):
            _compare(engine, agreement, name, grammar, texts)
    return Report(total, in_grammar, len(chosen), tuple(found))


def _compare(
    engine: GrammarEngine, agreement: Agreement, name: str, grammar: str, texts: Sequence[tuple[str, Verdict]]
) -> None:
    begun = perf_counter()
    try:
        judge: Judge = engine.judge_of(grammar)
    except Exception as error:  # Engines refuse grammars with exceptions of their own.
        agreement.refused[name] = str(error).strip()[:200]
        return
    loaded = perf_counter()
    agreement.load_seconds += loaded - begun
    for text, verdict in texts[:: engine.every]:
        agreement.add(name, text, verdict, judge(text))
    agreement.seconds += perf_counter() - loaded


def _kind(ours: Verdict, theirs: Verdict) -> str | None:
    if theirs.gave_up:
        return "gave_up"
    if ours.accepted != theirs.accepted:
        return "missed" if ours.accepted else "extra"
    if theirs.viable is None or ours.viable is None or theirs.viable == ours.viable:
        return None
    return "earlier" if theirs.viable < ours.viable else "later"


_HEAD = ("engine", "dialect", "texts", "same", "missed", "extra", "earlier", "later", "gave up")


def render(report: Report) -> str:
    """The report as text for people."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for item in report.engines:
        counts = (item.texts, item.same, item.missed, item.extra, item.earlier, item.later, item.gave_up)
        rows.append((f"{item.engine} {item.version}", item.dialect, *map(str, counts)))
    told = f"{report.texts} texts of {report.grammars} grammars, {report.in_grammar} of them in their grammar"
    lines = [told, "", plain_table(rows)]
    for item in report.engines:
        title = f"{item.engine}, {item.dialect}"
        lines += [f"\n{title}: does not read the grammar of {name}: {why}" for name, why in item.refused.items()]
        shortest = sorted(item.differences, key=lambda difference: len(difference.text))[:SHOWN]
        lines += [f"\n{title}: differs on"] if shortest else []
        lines += [
            f"  {difference.text!r}: {_told(difference.theirs)}, the acceptor: {_told(difference.ours)}"
            for difference in shortest
        ]
    return "\n".join(lines)


def _told(verdict: Verdict) -> str:
    return "in it" if verdict.accepted else f"not in it, viable for {verdict.viable}"
