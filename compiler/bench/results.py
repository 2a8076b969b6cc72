"""``liftc bench results``: summaries of runs in a folder, one small file each, and the page that shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from compiler.bench.measures import Measure, measures_of_change, measures_of_json, measures_of_rows
from compiler.bench.provenance import Provenance, read_provenance
from compiler.bench.rows import Row, read_rows
from compiler.bench.suites import OWN
from compiler.bench.sygus import Row as SygusRow
from compiler.bench.sygus import read_rows as read_sygus_rows
from compiler.text.table import markdown_table

AnyRow = Row | SygusRow


@dataclass(frozen=True, slots=True)
class Summary:
    """One run, or two compared. ``bench`` is the action that measured; ``held_out`` says that nobody who wrote liftc
    had looked at the problems.
    """

    bench: str
    provenance: Provenance
    measures: tuple[Measure, ...]
    held_out: bool = False

    def to_json(self) -> str:
        """The summary as a file for people and programs."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def summarise(paths: Sequence[Path], *, held_out: bool = False) -> Summary:
    """A summary of files of rows, or of one file with what another bench printed under ``--json``.

    Raises ``OSError``, and ``ValueError`` for a file that is neither.
    """
    printed = _printed(paths[0]) if len(paths) == 1 else None
    if printed is not None:
        bench = str(printed["bench"])
        made = read_provenance(printed["provenance"]) or Provenance()
        return Summary(bench, made, tuple(_rounded(measures_of_json(bench, printed))), held_out)
    rows = _rows(paths)
    return Summary(_bench_of(rows), _made(rows, paths), tuple(_rounded(measures_of_rows(rows))), held_out)


def compare(before: Sequence[Path], after: Sequence[Path], *, held_out: bool = False) -> Summary:
    """A summary of what two runs differ in. Raises ``OSError``, and ``ValueError`` for files without common rows."""
    old, new = _rows(before), _rows(after)
    measures = tuple(_rounded(measures_of_change(old, new)))
    if not measures:
        raise ValueError("the two runs have no problem and seed in common")
    one, other = _made(old, before), _made(new, after)
    commits = " → ".join([one.commit or "?", other.commit or "?"])
    return Summary("change", replace(other, commit=commits), measures, held_out)


def completed(summary: Summary, commit: str | None, command: str | None) -> Summary:
    """The summary with another commit or command than its files tell, where one is given."""
    made = summary.provenance
    told = replace(made, commit=commit or made.commit, command=command or made.command)
    return replace(summary, provenance=told)


def read_summaries(folder: Path) -> dict[str, Summary]:
    """The summaries of a folder by name. Raises ``OSError``, and ``ValueError`` for a file of another form."""
    return {path.stem: _summary(path) for path in sorted(folder.glob("*.json"))}


def page(summaries: Iterable[Summary]) -> str:
    """The page that shows summaries: a table for each bench, a row for each suite and side of a run."""
    held = list(summaries)
    parts = [_HEAD]
    for bench in dict.fromkeys([*_TITLES, *(item.bench for item in held)]):
        own = [item for item in held if item.bench == bench]
        if own:
            parts.append(f"## {_TITLES.get(bench, f'`liftc bench {bench}`')}\n\n{markdown_table(table(own))}\n")
    return "\n".join(parts)


def table(summaries: Sequence[Summary]) -> list[tuple[str, ...]]:
    """The rows of a table of summaries of one bench, its heads before them."""
    whats = list(dict.fromkeys(measure.what for item in summaries for measure in item.measures))
    rows = [("measured", "side", "n", *whats, "data", "commit", "date", "command")]
    for item in summaries:
        made = item.provenance
        for of, side in dict.fromkeys((measure.of, measure.side) for measure in item.measures):
            own = {measure.what: measure for measure in item.measures if (measure.of, measure.side) == (of, side)}
            count = max(measure.count for measure in own.values())
            cells = (_cell(own[what], count) if what in own else "" for what in whats)
            command = f"`{made.command}`" if made.command else ""
            rows.append((of, side, str(count), *cells, _data(item, of), made.commit, made.date, command))
    return rows


_HEAD = """# Results

Written by `liftc bench results` from the summaries in [results](results); [benchmarks](benchmarks.md) tells what is
measured and how. Each row is of one run: its commit, day and command. In brackets are 95% intervals over the *n*
problems; behind differences stand the problems won : lost.

The column *data* says what the problems are to liftc. *Development*: they were there to be looked at while liftc was
written, as our own suite (`own`) and the samples of HumanEval, MBPP and SyGuS were, so figures on them flatter it.
*Held out*: nobody who wrote liftc had looked at them.
"""
_TITLES = {
    "run": "Suites, and the raw model beside liftc",
    "sygus": "SyGuS problems, and cvc5 beside liftc",
    "change": "Before and after",
}


def _cell(measure: Measure, count: int) -> str:
    percent = measure.unit in ("share", "points")
    scale, digits = (100, 1) if percent else (1, 2 if measure.unit == "times" else 0)
    sign = "+" if measure.unit == "points" else ""
    told = f"{scale * measure.value:{sign},.{digits}f}" + ("%" if measure.unit == "share" else "")
    if measure.low is not None and measure.high is not None:
        told += f" [{scale * measure.low:{sign}.{digits}f}, {scale * measure.high:{sign}.{digits}f}]"
    if measure.won is not None:
        told += f", {measure.won} : {measure.lost}"
    return told if measure.count == count else f"{told} of {measure.count}"


def _data(summary: Summary, of: str) -> str:
    if of == OWN:
        return "our own suite: development"
    return "held out" if summary.held_out else "development"


def _printed(path: Path) -> dict[str, Any] | None:
    """The JSON that a bench printed; ``None`` for a file of rows."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return data if isinstance(data, dict) and {"bench", "provenance"} <= data.keys() else None


def _rows(paths: Sequence[Path]) -> list[AnyRow]:
    rows: list[AnyRow] = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(2, "there is no such file", str(path))
        found: Sequence[AnyRow] = read_rows(path) or read_sygus_rows(path)
        if not found:
            raise ValueError(f"{path} holds neither rows nor what a bench printed under --json")
        rows += found
    return rows


def _bench_of(rows: Sequence[AnyRow]) -> str:
    kinds = {"run" if isinstance(row, Row) else "sygus" for row in rows}
    if len(kinds) > 1:
        raise ValueError("the files hold rows of different benches")
    return kinds.pop()


def _made(rows: Sequence[AnyRow], paths: Sequence[Path]) -> Provenance:
    """What the rows tell of where they come from, and else what their files do."""
    told = [row.provenance for row in rows if row.provenance is not None]
    if not told:
        day = datetime.fromtimestamp(max(path.stat().st_mtime for path in paths), UTC).date().isoformat()
        return Provenance(date=day)

    def all_of(field: Callable[[Provenance], str]) -> str:
        return ", ".join(dict.fromkeys(map(field, told)))

    return Provenance(
        all_of(lambda made: made.commit),
        all_of(lambda made: made.date),
        all_of(lambda made: made.command),
        all_of(lambda made: made.machine),
    )


def _rounded(measures: Iterable[Measure]) -> Iterable[Measure]:
    """Figures with as many digits as anybody reads."""
    for item in measures:
        low, high = (None if end is None else round(end, 4) for end in (item.low, item.high))
        yield replace(item, value=round(item.value, 4), low=low, high=high)


def _summary(path: Path) -> Summary:
    raw = json.loads(path.read_text(encoding="utf-8"))
    try:
        made = read_provenance(raw["provenance"]) or Provenance()
        measures = tuple(Measure(**measure) for measure in raw["measures"])
        return Summary(raw["bench"], made, measures, bool(raw["held_out"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no summary: {error}") from error
