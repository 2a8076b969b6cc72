"""Reports: what rows say, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields

from compiler.bench.rows import Configuration, Row, Solved
from compiler.bench.statistics import Difference, gap_closed, mean, median, paired_difference
from compiler.text.table import markdown_table, plain_table


@dataclass(frozen=True, slots=True)
class Summary:
    """One suite under one configuration. Shares are of rows (problems times seeds).

    ``any_right`` counts rows in which any raw answer that is known is right: those that either side drew, and the whole
    pool where it was scored; the gap runs from ``filtered`` to it. The raw model's figures are ``None`` without one.
    ``raw_right`` counts the different raw answers that pass the hidden tests, ``raw_lowered`` those that the IR holds.
    """

    suite: str
    configuration: str
    problems: int
    rows: int
    seeds: tuple[int, ...]
    errors: int
    accepted: float
    best_effort: float
    accepted_rows: int
    accepted_wrong: float
    greedy: float | None
    filtered: float | None
    any_right: float | None
    difference: Difference | None
    accepted_difference: Difference | None
    gap_closed: float | None
    seconds: float
    cached: bool
    tokens: float
    baseline_tokens: float | None
    raw_right: int
    raw_lowered: int


@dataclass(frozen=True, slots=True)
class Contest:
    """A problem on which liftc and sample-and-filter differ, with the seeds on which each was alone right."""

    configuration: str
    suite: str
    id: str
    won: tuple[int, ...]
    lost: tuple[int, ...]


def summarise(rows: Sequence[Row]) -> list[Summary]:
    """A summary for each suite and configuration, and one over all suites where a configuration has several."""
    summaries: list[Summary] = []
    for configuration, label in labels(rows).items():
        mine = [row for row in rows if row.configuration == configuration]
        suites = list(dict.fromkeys(row.suite for row in mine))
        summaries += [_summary(suite, label, [row for row in mine if row.suite == suite]) for suite in suites]
        if len(suites) > 1:
            summaries.append(_summary("all", label, mine))
    return summaries


def by_category(rows: Sequence[Row]) -> list[Summary]:
    """A summary for each category of each suite that has several."""
    summaries: list[Summary] = []
    told = labels(rows)
    for configuration, suite in dict.fromkeys((row.configuration, row.suite) for row in rows):
        mine = [row for row in rows if (row.configuration, row.suite) == (configuration, suite)]
        label = told[configuration]
        categories = sorted({row.category for row in mine})
        if len(categories) > 1:
            for category in categories:
                part = [row for row in mine if row.category == category]
                summaries.append(_summary(f"{suite}/{category}", label, part))
    return summaries


def contests(rows: Sequence[Row]) -> list[Contest]:
    """The problems that liftc (accepted or not) won or lost against sample-and-filter, lost ones first."""
    found: list[Contest] = []
    told = labels(rows)
    for place in dict.fromkeys((row.configuration, row.suite, row.id) for row in rows):
        mine = [row for row in rows if (row.configuration, row.suite, row.id) == place]
        won = tuple(row.seed for row in mine if row.solved.filtered is False and row.solved.best_effort)
        lost = tuple(row.seed for row in mine if row.solved.filtered and not row.solved.best_effort)
        if won or lost:
            found.append(Contest(told[place[0]], *place[1:], won=won, lost=lost))
    return sorted(found, key=lambda contest: (not contest.lost, contest.configuration, contest.suite))


def labels(rows: Sequence[Row]) -> dict[Configuration, str]:
    """A label for each configuration, with what tells it from others of the same title."""
    found = dict.fromkeys(row.configuration for row in rows)
    return {one: _label(one, [other for other in found if other.label == one.label]) for one in found}


def _label(configuration: Configuration, alike: Sequence[Configuration]) -> str:
    differing = (
        f"{item.name} {getattr(configuration, item.name)}"
        for item in fields(configuration)
        if len({getattr(other, item.name) for other in alike}) > 1
    )
    return ", ".join([configuration.label, *differing])


def to_json(rows: Sequence[Row]) -> dict[str, object]:
    """Everything that a report says, as JSON data."""
    return {
        "summaries": [asdict(summary) for summary in summarise(rows)],
        "categories": [asdict(summary) for summary in by_category(rows)],
        "contests": [asdict(contest) for contest in contests(rows)],
        "errors": [{"suite": row.suite, "id": row.id, "seed": row.seed, "error": row.error} for row in _failed(rows)],
    }


def plain_report(rows: Sequence[Row]) -> str:
    """The report as text for a terminal."""
    return _report(rows, plain_table)


def markdown_report(rows: Sequence[Row]) -> str:
    """The report as Markdown."""
    return _report(rows, markdown_table)


def _summary(suite: str, label: str, rows: Sequence[Row]) -> Summary:
    accepted = [row for row in rows if row.status == "accepted"]
    filtered = _share(rows, lambda solved: solved.filtered)
    any_right = _share(rows, lambda solved: solved.drawn or bool(solved.pool) if solved.drawn is not None else None)
    best_effort = mean(row.solved.best_effort for row in rows)
    compared = [row for row in rows if row.solved.filtered is not None]
    return Summary(
        suite=suite,
        configuration=label,
        problems=len({(row.suite, row.id) for row in rows}),
        rows=len(rows),
        seeds=tuple(sorted({row.seed for row in rows})),
        errors=len(_failed(rows)),
        accepted=mean(row.solved.accepted for row in rows),
        best_effort=best_effort,
        accepted_rows=len(accepted),
        accepted_wrong=mean(not row.solved.accepted for row in accepted),
        greedy=_share(rows, lambda solved: solved.greedy),
        filtered=filtered,
        any_right=any_right,
        difference=_difference(compared, lambda solved: solved.best_effort),
        accepted_difference=_difference(compared, lambda solved: solved.accepted),
        gap_closed=None if filtered is None or any_right is None else gap_closed(best_effort, filtered, any_right),
        seconds=median(row.seconds for row in rows),
        cached=any(row.cached for row in rows),
        tokens=mean(row.completion_tokens for row in rows),
        baseline_tokens=mean(row.baseline.get("tokens", 0) for row in compared) if compared else None,
        raw_right=sum(row.lowering.get("right", 0) for row in rows),
        raw_lowered=sum(row.lowering.get("lowered", 0) for row in rows),
    )


def _share(rows: Sequence[Row], flag: Callable[[Solved], bool | None]) -> float | None:
    """The share of rows with the flag, if every row that ran without an error tells it."""
    flags = [flag(row.solved) for row in rows]
    if all(value is None for value in flags) or any(
        value is None and not row.error for value, row in zip(flags, rows, strict=True)
    ):
        return None
    return mean(bool(value) for value in flags)


def _difference(rows: Sequence[Row], ours: Callable[[Solved], bool]) -> Difference | None:
    mine: dict[str, list[bool]] = {}
    theirs: dict[str, list[bool]] = {}
    for row in rows:
        name = f"{row.suite}/{row.id}"
        mine.setdefault(name, []).append(ours(row.solved))
        theirs.setdefault(name, []).append(bool(row.solved.filtered))
    return paired_difference(mine, theirs) if mine else None


def _failed(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.error]


_Table = Callable[[Sequence[Sequence[str]]], str]

_HEADS = (
    "suite", "configuration", "n", "greedy", "filtered", "liftc", "any right",
    "difference [95%]", "won:lost", "p", "gap closed", "accepted", "wrong", "s", "tokens", "lowered",
)  # fmt: skip
_LEGEND = (
    "n: problems x seeds. filtered: sample-and-filter at liftc's tokens. liftc: its best program, accepted or not.",
    "difference: liftc - filtered, in points, paired over problems. accepted: share accepted and right.",
    "wrong: accepted programs that fail hidden tests, of those accepted. s: median seconds a compile",
    "(*: answers came from the cache, and took no time). tokens: mean completion tokens, liftc / filtered.",
    "lowered: of the different raw answers that pass the hidden tests, how many the IR can hold.",
    "own is liftc's own suite: development data, which was read while liftc was written.",
)


def _report(rows: Sequence[Row], table: _Table) -> str:
    parts = [table([_HEADS, *map(_cells, summarise(rows))]), "\n".join(_LEGEND)]
    categories = by_category(rows)
    if categories:
        parts.append(table([_HEADS, *map(_cells, categories)]))
    found = contests(rows)
    if found:
        cells = [(item.configuration, item.suite, item.id, _seeds(item.lost), _seeds(item.won)) for item in found]
        parts.append(table([("configuration", "suite", "problem", "lost on seeds", "won on seeds"), *cells]))
    errors = [(row.suite, row.id, str(row.seed), row.error.split("\n")[0][:120]) for row in _failed(rows)]
    if errors:
        parts.append(table([("suite", "problem", "seed", "error"), *errors]))
    return "\n\n".join(parts) + "\n"


def _cells(summary: Summary) -> tuple[str, ...]:
    difference, closed = summary.difference, summary.gap_closed
    return (
        summary.suite,
        summary.configuration,
        f"{summary.problems} x {len(summary.seeds)}",
        _percent(summary.greedy),
        _percent(summary.filtered),
        _percent(summary.best_effort),
        _percent(summary.any_right),
        "-"
        if difference is None
        else f"{100 * difference.mean:+.1f} [{100 * difference.low:+.1f}, {100 * difference.high:+.1f}]",
        "-" if difference is None else f"{difference.won}:{difference.lost}",
        "-" if difference is None else f"{difference.p:.3f}",
        "-" if closed is None else f"{100 * closed:.0f}%",
        _percent(summary.accepted),
        f"{_percent(summary.accepted_wrong)} of {summary.accepted_rows}",
        f"{summary.seconds:.1f}{'*' if summary.cached else ''}",
        f"{summary.tokens:.0f}" + ("" if summary.baseline_tokens is None else f" / {summary.baseline_tokens:.0f}"),
        f"{summary.raw_lowered} of {summary.raw_right}" if summary.raw_right else "-",
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"


def _seeds(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds)) or "-"
