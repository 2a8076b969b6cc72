"""Figures in one form: what the JSON of any bench, or the rows of runs, measure, with counts and intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from compiler.bench.report import labels
from compiler.bench.rows import Row
from compiler.bench.statistics import mean, paired_difference, wilson_interval
from compiler.bench.sygus import Row as SygusRow

Unit: TypeAlias = Literal["share", "points", "times", ""]
Data: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: ``what`` was measured ``of`` a suite or part by one ``side``, over ``count`` problems or the like.

    ``low`` and ``high`` bound its 95% interval. Values of ``points`` are differences of shares, which count as ``won``
    and ``lost`` problems.
    """

    of: str
    side: str
    what: str
    value: float
    count: int
    unit: Unit = "share"
    low: float | None = None
    high: float | None = None
    won: int | None = None
    lost: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who is right on one problem with one seed; ``None`` where that was not asked."""

    suite: str
    side: str
    id: str
    seed: int
    right: Mapping[str, bool | None]


LIFTC, ACCEPTED, FILTERED = "liftc", "accepted and right", "filtered"


def outcomes(rows: Sequence[Row | SygusRow]) -> list[Outcome]:
    """The rows of suites and of SyGuS problems alike."""
    named = labels([row for row in rows if isinstance(row, Row)])
    return [
        Outcome(row.suite, named[row.configuration], row.id, row.seed, _right(row))
        if isinstance(row, Row)
        else Outcome(row.track, row.side + (f" guided by {row.model}" if row.model else ""), row.id, 0, _solved(row))
        for row in rows
    ]


def _right(row: Row) -> dict[str, bool | None]:
    solved, failed = row.solved, bool(row.error) and row.configuration.model is not None
    any_right = None if solved.drawn is None else solved.drawn or bool(solved.pool)
    raw = {"greedy": solved.greedy, FILTERED: solved.filtered, "any right": any_right}
    wrong = {"accepted, but wrong": not solved.accepted} if row.status == "accepted" else {}
    known = {name: False if flag is None and failed else flag for name, flag in raw.items()}
    return {LIFTC: solved.best_effort, ACCEPTED: solved.accepted, **wrong, **known}


def _solved(row: SygusRow) -> dict[str, bool | None]:
    return {"solved": row.solved, **({"wrong": not row.solved} if row.found else {})}


def measures_of_rows(rows: Sequence[Row | SygusRow]) -> list[Measure]:
    """The shares of each suite and side, and what liftc solves more than sample-and-filter does."""
    found = outcomes(rows)
    measures: list[Measure] = []
    for suite, side in dict.fromkeys((item.suite, item.side) for item in found):
        own = [item for item in found if (item.suite, item.side) == (suite, side)]
        seeds = len({item.seed for item in own})
        told = side if seeds == 1 else f"{side}, {seeds} seeds"
        for what in dict.fromkeys(what for item in own for what in item.right):
            by_id = _by_id(own, what)
            if by_id:
                measures.append(_mean_share(suite, told, what, by_id))
        ours, theirs = _by_id(own, LIFTC), _by_id(own, FILTERED)
        if theirs and ours.keys() == theirs.keys():
            measures.append(_difference(suite, told, "liftc - filtered", ours, theirs))
    return measures


def measures_of_change(before: Sequence[Row | SygusRow], after: Sequence[Row | SygusRow]) -> list[Measure]:
    """What two runs solve of the problems and seeds that both have, and the difference.

    Sides are compared with their namesakes, or, where each run has only one, these two.
    """
    old, new = outcomes(before), outcomes(after)
    sides = list(dict.fromkeys((one, one) for one in dict.fromkeys(item.side for item in old)))
    if len({item.side for item in old}) == len({item.side for item in new}) == 1:
        sides = [(old[0].side, new[0].side)]
    measures: list[Measure] = []
    for suite in dict.fromkeys(item.suite for item in new):
        for one, other in sides:
            ours = {(i.id, i.seed): i for i in new if (i.suite, i.side) == (suite, other)}
            theirs = {(i.id, i.seed): i for i in old if (i.suite, i.side) == (suite, one) and (i.id, i.seed) in ours}
            side = one if one == other else f"{one} → {other}"
            measures += _changes(suite, side, [*theirs.values()], [ours[key] for key in theirs])
    return measures


def _changes(suite: str, side: str, before: Sequence[Outcome], after: Sequence[Outcome]) -> Iterator[Measure]:
    for what in (LIFTC, ACCEPTED, "solved"):
        old, new = _by_id(before, what), _by_id(after, what)
        if old and old.keys() == new.keys():
            told = side if what != ACCEPTED else f"{side}, {ACCEPTED}"
            for name, flags in (("before", old), ("after", new)):
                yield _mean_share(suite, told, name, flags)
            yield _difference(suite, told, "after - before", new, old)


def _difference(
    suite: str, side: str, what: str, ours: Mapping[str, Sequence[bool]], theirs: Mapping[str, Sequence[bool]]
) -> Measure:
    of = paired_difference(ours, theirs)
    return Measure(suite, side, what, of.mean, len(ours), "points", of.low, of.high, of.won, of.lost)


def _by_id(found: Sequence[Outcome], what: str) -> dict[str, list[bool]]:
    by_id: dict[str, list[bool]] = {}
    for item in found:
        flag = item.right.get(what)
        if flag is not None:
            by_id.setdefault(item.id, []).append(flag)
    return by_id


def measures_of_json(bench: str, data: Data) -> list[Measure]:
    """The figures of what ``liftc bench BENCH --json`` printed. Raises ``ValueError`` where it holds none."""
    read = _READERS.get(bench)
    measures = [] if read is None else [*read(data)]
    if not measures:
        raise ValueError(f"what `liftc bench {bench} --json` prints holds no figures that can be kept")
    return measures


def _share(of: str, side: str, what: str, part: float, count: int) -> Measure:
    share = part / max(1, count)
    low, high = wilson_interval(share, count) if count else (0.0, 1.0)
    return Measure(of, side, what, share, count, low=low, high=high)


def _mean_share(of: str, side: str, what: str, by_id: Mapping[str, Sequence[bool]]) -> Measure:
    """Of problems with several seeds each: the interval is the one that as many problems with one seed have."""
    return _share(of, side, what, sum(map(mean, by_id.values())), len(by_id))


def _ratio(of: str, side: str, what: str, data: Data, count: int, value: str = "mean") -> Measure:
    return Measure(of, side, what, data[value], count, "times", data["low"], data["high"])


def _ir(data: Data) -> Iterator[Measure]:
    yield _share("references", "", "lowered", data["lowered"], data["total"])
    yield _share("references", "", "run as CPython runs them", data["agree"], data["total"])


def _overheads(data: Data) -> Iterator[Measure]:
    start, books = data["start_up"], data["bookkeeping"]
    yield Measure("start-up", "", "of `python -c pass`", start["ratio"], start["runs"], "times")
    if books is not None:
        yield Measure("a compile", "", "neither model nor search, median", books["share"], books["compiles"])
    for item in data["decoding"]:
        yield _ratio(
            "decoding", f"{item['batch']} at once", "speed under the grammar", item, item["rounds"], value="ratio"
        )


def _replays(data: Data) -> Iterator[Measure]:
    yield _share("replays", "", "the same", data["same"], data["total"])


def _batch(data: Data) -> Iterator[Measure]:
    for item in data["batches"]:
        side = f"{item['model']}, {item['at_once']} at once"
        yield Measure("functions an hour", side, "of one at a time", item["ratio"], item["functions"], "times")


def _repair(data: Data) -> Iterator[Measure]:
    for setting, item in data["settings"].items():
        yield _share("seeded bugs", setting, "repaired", item["hidden"], item["seeded"])


def _guidance(data: Data) -> Iterator[Measure]:
    for group, savings in data["groups"].items():
        for before, item in savings.items():
            yield _ratio(group, f"fitted over {before}", "expansions, geometric mean", item, item["tasks"])


def _grammars(data: Data) -> Iterator[Measure]:
    for item in data["engines"]:
        yield _share("random texts", f"{item['engine']} {item['dialect']}", "the same", item["same"], item["texts"])


def _proposals(data: Data) -> Iterator[Measure]:
    yield _share("answers under the grammar", data["engine"], "come to an end", data["finished"], data["asked"])
    yield _share("answers under the grammar", data["engine"], "lower", data["lowered"], data["finished"])


def _constrained(data: Data) -> Iterator[Measure]:
    of = data["difference"]
    count = len({pair["id"] for pair in data["pairs"]})
    yield Measure(
        "problems", data["engine"], "constrained - free", of["mean"], count, "points", *(of[k] for k in _INTERVAL)
    )


def _profile(data: Data) -> Iterator[Measure]:
    speed = data["speed"]
    yield Measure("search", "", "candidates a second", speed["ours"]["expansions_a_second"], data["compiles"], "")
    if "ratio_of_totals" in speed:
        yield _ratio("search", "", "of the other checkout's, in all", speed["ratio_of_totals"], data["compiles"])
    if "ratio" in speed:
        yield _ratio("search", "", "of the other checkout's, by problem", speed["ratio"], data["compiles"])


def _narrowing(data: Data) -> Iterator[Measure]:
    for side in ("plain", "narrowed"):
        item = data[side]
        yield _share("proposals for holes", side, "have type errors", item["type_errors"], item["finished"])


_INTERVAL = ("low", "high", "won", "lost")
_READERS: Mapping[str, Callable[[Data], Iterator[Measure]]] = {
    "ir": _ir,
    "overheads": _overheads,
    "replays": _replays,
    "batch": _batch,
    "repair": _repair,
    "guidance": _guidance,
    "grammars": _grammars,
    "proposals": _proposals,
    "constrained": _constrained,
    "profile": _profile,
    "narrowing": _narrowing,
}
