"""``liftc bench sygus``: SyGuS problems through liftc and through cvc5, with the same seconds and bytes for each.

Where a model guides liftc, its answers to all problems are drawn first, in batches, and kept in the cache. The seconds
of both sides begin when that is done: they hold all that liftc does with the answers, and not the model's decoding.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

from compiler.bench.json_lines import append_line, read_lines
from compiler.bench.provenance import Provenance, read_provenance
from compiler.bench.statistics import Difference, median, paired_difference
from compiler.bench.sygus_guide import Guide, draw
from compiler.front import read_source
from compiler.sygus.judging import judge_answer
from compiler.sygus.problem import Problem
from compiler.sygus.reader import read_answer, read_problem
from compiler.text.diagnostics import Diagnostic, LiftcError
from compiler.text.source import Source

Side: TypeAlias = Literal["liftc", "cvc5"]
Clock: TypeAlias = Literal["wall", "processor"]
Progress: TypeAlias = Callable[[str], None]

SIDES: tuple[Side, ...] = ("liftc", "cvc5")
MEMORY = 4 << 30
"""The address space of each solver, in bytes."""

VERSION = 1
_GRACE = 30.0
_SHARERS = 30
"""How many may share the processor before a solver that is given its seconds counts as stuck."""
_START = "from compiler.bench.sygus_contestant import main; main()"


@dataclass(frozen=True, slots=True)
class Row:
    """One side on one problem.

    ``found`` tells whether it gave an answer at all, ``solved`` whether that answer passed every check; ``reason`` says
    why there is none, or what is wrong with it. ``track`` is the problem's folder. Seconds are those of ``clock``.
    ``model`` guided the search, with so many ``answers`` that were drawn before; it is empty where none did.
    """

    key: str
    track: str
    id: str
    side: Side
    limit_seconds: float
    found: bool
    solved: bool
    answer: str
    program: str
    reason: str
    seconds: float
    peak_bytes: int
    expansions: int | None = None
    clock: Clock = "wall"
    model: str = ""
    answers: int = 0
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """One track. ``wrong`` counts answers that failed a check; ``difference`` is liftc's over cvc5's share."""

    track: str
    problems: int
    solved: dict[str, int]
    wrong: dict[str, int]
    seconds: dict[str, float]
    peak_bytes: dict[str, int]
    expansions: int
    difference: Difference | None
    only: dict[str, list[str]]


def problems_in(folders: Sequence[Path], limit: int | None = None, ids: Sequence[str] | None = None) -> list[Path]:
    """The ``.sl`` files below the folders in order of name, the first ``limit`` of each. Raises ``OSError``."""
    found: list[Path] = []
    for folder in folders:
        if not folder.exists():
            raise FileNotFoundError(f"there is no folder {folder}")
        paths = sorted(folder.rglob("*.sl")) if folder.is_dir() else [folder]
        found += [path for path in paths if ids is None or path.stem in ids][:limit]
    if not found:
        raise FileNotFoundError(f"there is no problem (.sl) in {', '.join(map(str, folders))}")
    return found


def check_installed(sides: Sequence[Side]) -> None:
    """Raise ``LiftcError`` (L0609) where a side is not there to be measured."""
    if "cvc5" in sides and find_spec("cvc5") is None:
        message = "the solver cvc5 is not installed"
        hints = ("install it: pip install 'liftc[bench]'", "`--sides liftc` measures liftc alone")
        raise LiftcError([Diagnostic("L0609", message, help=hints)])


def run(
    paths: Sequence[Path],
    seconds: float,
    sides: Sequence[Side],
    out: Path,
    progress: Progress | None = None,
    clock: Clock = "wall",
    guide: Guide | None = None,
    provenance: Provenance | None = None,
) -> list[Row]:
    """Every side on every problem, one process after the other; rows that ``out`` holds already are not run again.

    The answers of a ``guide`` are drawn before anything is run. Raises ``BackendError`` where it fails.
    """
    known = {row.key: row for row in read_rows(out)}
    name = "" if guide is None else guide.name
    open_ = [path for path in paths if _key(path, "liftc", seconds, clock, name) not in known]
    drawn = {} if guide is None or "liftc" not in sides else draw(open_, guide.backend, progress)
    rows: list[Row] = []
    for number, path in enumerate(paths, start=1):
        for side in sides:
            model = name if side == "liftc" else ""
            key = _key(path, side, seconds, clock, model)
            if key not in known:
                answers = drawn.get(path, ()) if side == "liftc" else ()
                row = _measured(path, side, seconds, clock, key, answers)
                known[key] = replace(row, model=model, answers=len(answers), provenance=provenance)
                append_line(out, json.dumps({"v": VERSION, **asdict(known[key])}, sort_keys=True))
            rows.append(known[key])
            if progress is not None:
                row = known[key]
                word = "solved" if row.solved else f"wrong: {row.reason}" if row.found else f"none: {row.reason}"
                progress(f"{number}/{len(paths)} {row.id} {side}: {word} ({row.seconds:.1f} s)")
    return rows


def read_rows(path: Path) -> list[Row]:
    """The rows of a file; a line that is torn or of another version counts as not there. Raises ``OSError``."""
    return read_lines(path, VERSION, lambda raw: Row(**{**raw, "provenance": read_provenance(raw.get("provenance"))}))


def _key(path: Path, side: Side, seconds: float, clock: Clock, model: str) -> str:
    if side == "liftc":
        from liftc import __version__ as version
    else:
        from importlib.metadata import version as version_of

        version = version_of("cvc5")
    guided = [model] if model else []
    text = json.dumps([VERSION, side, version, seconds, clock, MEMORY, path.parent.name, path.stem, *guided])
    return hashlib.sha256(text.encode() + path.read_bytes()).hexdigest()[:24]


def _measured(path: Path, side: Side, seconds: float, clock: Clock, key: str, answers: Sequence[str]) -> Row:
    told = _contest(path, side, seconds, clock, answers)
    answer = str(told.get("answer", ""))
    reason = str(told.get("ending") or told.get("reason") or "")
    solved, program = False, ""
    if answer:
        solved, program, reason = _judged(path, answer)
    return Row(
        key,
        path.parent.name,
        path.stem,
        side,
        seconds,
        bool(answer),
        solved,
        answer,
        program,
        reason,
        round(float(told.get("seconds", seconds)), 3),
        int(told.get("peak_bytes", 0)),
        told.get("expansions"),
        clock,
    )


def _contest(path: Path, side: Side, seconds: float, clock: Clock, answers: Sequence[str]) -> dict[str, Any]:
    """What the child process reports of one side on one problem."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, "-P", "-c", _START, side, str(path), str(seconds), clock, str(MEMORY)]
    deadline = _GRACE + (seconds if clock == "wall" else seconds * _SHARERS)
    try:
        ended = subprocess.run(
            command,
            env=environment,
            input=json.dumps(answers),
            capture_output=True,
            text=True,
            timeout=deadline,
        )
    except subprocess.TimeoutExpired:
        return {"ending": "time"}
    try:
        told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"ending": ended.stderr.strip()[-200:] or f"exit {ended.returncode}"}
    return told


def _judged(path: Path, answer: str) -> tuple[bool, str, str]:
    """Whether an answer passes every check, its Python, and what is wrong with it."""
    problem: Problem = read_problem(read_source(path))
    try:
        judgement = judge_answer(problem, read_answer(Source("answer", answer), problem))
    except LiftcError as error:
        return False, "", str(error)
    return judgement.accepted, judgement.program, judgement.reason


def summarise(rows: Sequence[Row]) -> list[Summary]:
    """A summary for each track."""
    return [
        _summary(track, [row for row in rows if row.track == track])
        for track in dict.fromkeys(row.track for row in rows)
    ]


def _summary(track: str, rows: Sequence[Row]) -> Summary:
    sides = {side: {row.id: row for row in rows if row.side == side} for side in SIDES}
    ours, theirs = ({name: [row.solved] for name, row in sides[side].items()} for side in SIDES)
    both = ours.keys() == theirs.keys()
    return Summary(
        track=track,
        problems=len({row.id for row in rows}),
        solved={side: sum(row.solved for row in of.values()) for side, of in sides.items()},
        wrong={side: sum(row.found and not row.solved for row in of.values()) for side, of in sides.items()},
        seconds={side: median(row.seconds for row in of.values() if row.solved) for side, of in sides.items()},
        peak_bytes={side: max((row.peak_bytes for row in of.values()), default=0) for side, of in sides.items()},
        expansions=sum(row.expansions or 0 for row in sides["liftc"].values()),
        difference=paired_difference(ours, theirs) if both else None,
        only={
            "liftc": sorted(name for name in ours if ours[name] == [True] and theirs.get(name) == [False]),
            "cvc5": sorted(name for name in theirs if theirs[name] == [True] and ours.get(name) == [False]),
        },
    )


def render(rows: Sequence[Row]) -> str:
    """The summaries as a table, and below it what only one side solved and which answers were wrong."""
    lines: list[str] = []
    for summary in summarise(rows):
        lines.append(f"{summary.track}: {summary.problems} problems")
        lines += _guide_lines([row for row in rows if row.track == summary.track])
        lines += [_side_line(summary, side) for side in SIDES if any(row.side == side for row in rows)]
        if summary.difference is not None:
            of = summary.difference
            lines.append(f"  difference {of.mean:+.1%} ({of.low:+.1%} to {of.high:+.1%}), p = {of.p:.3f}")
        lines += [f"  only {side}: {', '.join(names)}" for side, names in summary.only.items() if names]
    lines += [f"  wrong: {row.side} on {row.id}: {row.reason}" for row in rows if row.found and not row.solved]
    return "\n".join(lines)


def _guide_lines(rows: Sequence[Row]) -> list[str]:
    """Who guided liftc, and what its seconds do not hold."""
    guided = [row for row in rows if row.model]
    asked, answers = sum(row.answers > 0 for row in guided), sum(row.answers for row in guided)
    return [
        f"  liftc guided by {name} on {asked} of them: {answers} answers, drawn before the seconds of both sides began"
        for name in sorted({row.model for row in guided})
    ]


def _side_line(summary: Summary, side: Side) -> str:
    share = summary.solved[side] / summary.problems
    line = f"  {side:<6} {summary.solved[side]:>4} solved {share:>6.1%}, {summary.wrong[side]} wrong, "
    line += f"median {summary.seconds[side]:.1f} s, peak {summary.peak_bytes[side] / 1e6:.0f} MB"
    return line + (f", {summary.expansions} expansions" if side == "liftc" else "")


def to_json(rows: Sequence[Row]) -> dict[str, object]:
    """Summaries and rows as JSON data."""
    return {"summaries": [asdict(summary) for summary in summarise(rows)], "rows": [asdict(row) for row in rows]}
