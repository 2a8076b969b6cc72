"""``liftc bench suite``: a suite made of other people's functions, from installed packages and the standard library.

A function is taken when it stands alone: with what it needs of its module it lowers, and in the sandbox it passes the
examples of its own docstring. Half of these stay visible. Each row names what it was made from.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from compiler.bench.doctest_halves import Halves, halves
from compiler.bench.module_context import Function, NotAloneError, Reader, Standing, binding, plain_function, standing
from compiler.bench.packages import Distribution, SourceModule, find_distributions, read_module
from compiler.bench.score import LIMITS, score
from compiler.bench.suites import own_problem, unit_of
from compiler.ir.lower import lower_candidate
from compiler.judge.outcome import Returned
from compiler.judge.sandbox import run_script
from compiler.text.diagnostics import LiftcError
from compiler.text.table import plain_table

DEFAULT = (
    *("boltons", "dask", "humanfriendly", "humanize", "inflection", "jaraco.text", "labmath", "mingus"),
    *("more-itertools", "nltk", "pybtex", "pydash", "python-utils", "sympy", "tabulate", "tempora", "toolz"),
    *("difflib", "http", "pickle", "statistics"),
)
"""The packages, and after them the modules of the standard library, that a suite is made of by default."""
_MOST_LINES_GIVEN = 80
_IMPURE_MODULES = frozenset({"random", "secrets", "time", "uuid"})
_CLOCK = frozenset({"now", "today", "utcnow"})
_MEMOIZING = frozenset({"cache", "lru_cache", "functools.cache", "functools.lru_cache"})

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row, and what tells its function from others: the text of its body."""

    row: dict[str, Any]
    body: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many functions of one distribution were seen and taken, and why the others were not."""

    distribution: Distribution
    seen: int
    taken: int
    skipped: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """The rows, and the counts by distribution.

    The rows are ordered by a digest of their ids, so that the first few are of many distributions.
    """

    rows: tuple[dict[str, Any], ...]
    counts: tuple[Count, ...]

    @property
    def text(self) -> str:
        """The suite as JSON Lines."""
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in self.rows)

    def to_json(self) -> dict[str, object]:
        """The counts as JSON data."""
        counts = [
            {
                "distribution": item.distribution.name,
                "version": item.distribution.version,
                "licence": item.distribution.licence,
                "seen": item.seen,
                "taken": item.taken,
                "skipped": dict(item.skipped),
            }
            for item in self.counts
        ]
        return {"distributions": counts}


def build_suite(names: Sequence[str], folder: Path | None, most: int, say: Say) -> Suite:
    """The suite of the packages and standard modules so named, at most ``most`` functions of each distribution.

    Raises ``SuiteError`` for a package that is not there.
    """
    bodies: set[str] = set()
    rows: list[dict[str, Any]] = []
    counts = []
    for distribution in find_distributions(names, folder):
        skipped: Counter[str] = Counter()
        candidates = list(_candidates(distribution, bodies, skipped))
        seen = len(candidates) + skipped.total()
        taken = _spread(candidates, most)
        skipped["over the most of one distribution"] = len(candidates) - len(taken)
        counts.append(Count(distribution, seen, len(taken), tuple(sorted((+skipped).items()))))
        rows += [candidate.row for candidate in taken]
        say(f"{distribution.name} {distribution.version}: {len(taken)} of {seen} functions")
    return Suite(tuple(sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).digest())), tuple(counts))


def render(suite: Suite) -> str:
    """The counts for people: a line a distribution, then the reasons over all of them."""
    rows = [("distribution", "seen", "taken", "version")]
    for item in suite.counts:
        rows.append((item.distribution.name, str(item.seen), str(item.taken), item.distribution.version))
    rows.append(("total", str(sum(item.seen for item in suite.counts)), str(len(suite.rows)), ""))
    skipped: Counter[str] = Counter()
    for item in suite.counts:
        skipped.update(dict(item.skipped))
    lines = [plain_table(rows), "", "not taken:", *(f"{count:>6}  {reason}" for reason, count in skipped.most_common())]
    return "\n".join(lines) + "\n"


def _spread(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """At most so many, at even distances."""
    if len(candidates) <= most:
        return [*candidates]
    return [candidates[number * len(candidates) // most] for number in range(most)]


def _candidates(distribution: Distribution, bodies: set[str], skipped: Counter[str]) -> Iterator[Candidate]:
    """The functions that can be taken, in order; the reasons for the others are counted in ``skipped``."""
    read = cache(partial(read_module, distribution))
    for name in distribution.files:
        module = read(name)
        for function in () if module is None else module.body:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            try:
                assert module is not None
                candidate = _candidate(distribution, module, function, read)
                if candidate.body in bodies:
                    raise NotAloneError("another function has the same body")
            except NotAloneError as reason:
                skipped[str(reason)] += 1
                continue
            bodies.add(candidate.body)
            yield candidate


def _candidate(
    distribution: Distribution,
    module: SourceModule,
    function: Function | ast.AsyncFunctionDef,
    read: Reader,
) -> Candidate:
    """The function as a row, judged. Raises ``NotAloneError`` with the reason why it is not taken."""
    docstring = ast.get_docstring(function) or ""
    if ">>>" not in docstring:
        raise NotAloneError("it has no doctest")
    if isinstance(function, ast.AsyncFunctionDef) or any(not _is_memo(item) for item in function.decorator_list):
        raise NotAloneError("it is async or decorated")
    if len(module.bindings[function.name]) != 1:
        raise NotAloneError("its name is bound more than once")
    found = _halves(docstring, function.name, module, read)
    alone = standing(module, function, found.names, read)
    if len([line for line in alone.given.splitlines() if line]) > _MOST_LINES_GIVEN:
        raise NotAloneError("it needs too much of its module")
    row = _row(distribution, module, function, found, alone)
    _judge(row)
    return Candidate(row, "\n".join(map(ast.unparse, plain_function(function).body)))


def _is_memo(decorator: ast.expr) -> bool:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator) in _MEMOIZING


def _halves(docstring: str, name: str, module: SourceModule, read: Reader) -> Halves:
    def known(other: str) -> bool:
        try:
            binding(module, other, read)
        except NotAloneError:
            return False
        return True

    try:
        found = halves(docstring, name, known)
    except ValueError:
        raise NotAloneError("its doctests are malformed") from None
    if found is None:
        raise NotAloneError("fewer than two examples call it")
    results = {test.get("shows", test.get("raises")) for test in (*found.visible, *found.hidden)}
    if len(results) == 1:
        raise NotAloneError("all examples show the same result")
    return found


def _row(
    distribution: Distribution, module: SourceModule, function: Function, found: Halves, alone: Standing
) -> dict[str, Any]:
    source = ast.get_source_segment(module.text, function) or ""
    before = f"{alone.given}\n\n\n" if alone.given else ""
    return {
        "id": f"{distribution.name}/{module.name}.{function.name}",
        "category": distribution.name,
        "form": "python",
        "entry_point": function.name,
        "spec": f"{before}{_stub(alone.header, found.docstring)}\n",
        "visible": found.visible,
        "hidden": found.hidden,
        "reference": f"{before}{ast.unparse(alone.definition)}\n",
        "source": {
            "distribution": distribution.name,
            "version": distribution.version,
            "licence": distribution.licence,
            "module": module.name,
            "name": function.name,
            "sha256": hashlib.sha256(source.encode()).hexdigest(),
        },
    }


def _stub(header: Function, docstring: str) -> str:
    """The header with the docstring and a hole for the body."""
    indented = "\n    ".join(docstring.split("\n")).replace("\n    \n", "\n\n")
    above = "\n    " if docstring.startswith(">>>") else ""
    text = f"{above}{indented}\n    " if "\n" in docstring else docstring
    header.body = [ast.Expr(ast.Constant(text)), ast.Expr(ast.Constant(...))]
    return ast.unparse(ast.fix_missing_locations(header))


def _is_impure(code: str) -> bool:
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names) if not _IMPURE_MODULES.isdisjoint(item.name for item in names):
                return True
            case ast.ImportFrom(module=str(module)) if module in _IMPURE_MODULES:
                return True
            case ast.Attribute(attr=attribute) if attribute in _CLOCK:
                return True
    return False


def _judge(row: dict[str, Any]) -> None:
    """Raises ``NotAloneError`` where a compile could not read the row, or the reference fails its tests."""
    problem = own_problem(row, row["category"])
    if unit_of(problem) is None:
        raise NotAloneError("the front end refuses its specification")
    if _is_impure(f"{row['reference']}\n{problem.hidden.after}"):
        raise NotAloneError("it asks the clock or chance")
    try:
        lower_candidate(row["reference"], problem.entry_point)
    except LiftcError:
        raise NotAloneError("it is outside the subset") from None
    if not score(problem, row["reference"]).passed:
        raise NotAloneError("it fails its own examples when it runs alone")
    again = run_script(f"{row['reference']}\n\n{problem.hidden.after}", LIMITS, hash_seed=1)
    if not isinstance(again, Returned):
        raise NotAloneError("its results depend on the order of sets")
