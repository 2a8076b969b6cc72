"""The arguments of ``liftc bench``: its actions, and what each of them may be told."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from compiler.cli.commands.numbers import at_least, counts, whole_numbers
from compiler.task.options import ABLATIONS, Options

SIDES = ("liftc", "cvc5")

_COUNT = at_least(int, 1)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the actions in the order in which help lists them."""
    actions = parser.add_subparsers(dest="action", required=True)
    for name, (about, declare) in _ACTIONS.items():
        action = actions.add_parser(name, help=about)
        declare(action)
        action.add_argument("--json", action="store_true", help="print JSON")
    actions.metavar = "|".join(_ACTIONS)


def _run(parser: ArgumentParser) -> None:
    _add_suite(parser)
    _add_budgets(parser)
    _add_seeds(parser, (0,), "the seeds (default: 0)")
    _add_out(parser, required=True)
    parser.add_argument(
        "--without", type=_parts, default=(), metavar="PART,...", help=f"leave out {', '.join(ABLATIONS)}"
    )
    parser.add_argument("--whole-pool", action="store_true", help="score also the samples that neither side drew")
    parser.add_argument("--prefetch", action="store_true", help="ask for all answers first, in large batches")


def _report(parser: ArgumentParser) -> None:
    parser.add_argument("rows", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")


def _suite(parser: ArgumentParser) -> None:
    about = "installed distributions, and modules of the standard library (default: those in docs/benchmarks.md)"
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help=about)
    parser.add_argument("--path", type=Path, metavar="DIR", help="where the packages are (default: this environment)")
    parser.add_argument(
        "--most", type=_COUNT, default=40, metavar="N", help="at most N functions of each distribution (default: 40)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the suite as JSON Lines")


def _ir(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="own, a suite's file with references, or Python files"
    )
    _add_limit(parser, "the first N only")


def _overheads(parser: ArgumentParser) -> None:
    _add_suite(parser, limit=8)
    parser.add_argument("--runs", type=_COUNT, default=20, metavar="N", help="starts to time (default: 20)")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="take the compiles of this run")
    about = "decode so many answers at once (default: 1,8)"
    parser.add_argument("--at-once", type=counts, default=(1, 8), metavar="N,...", help=about)
    parser.add_argument("--rounds", type=_COUNT, default=6, metavar="N", help="rounds of decoding (default: 6)")


def _replays(parser: ArgumentParser) -> None:
    _add_suite(parser)
    _add_budgets(parser)


def _sygus(parser: ArgumentParser) -> None:
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="folders of .sl files")
    _add_seconds(parser, "seconds a problem (default: 30)")
    parser.add_argument(
        "--clock",
        choices=("wall", "processor"),
        default="wall",
        help="whose seconds: the processor's are the same on a busy machine (default: wall)",
    )
    _add_limit(parser, "the first N problems of each folder")
    _add_ids(parser)
    parser.add_argument("--sides", type=_sides, default=SIDES, metavar="SIDE,...", help="liftc, cvc5 (default: both)")
    parser.add_argument(
        "--model",
        default="none",
        metavar="NAME|PATH|none",
        help="guides liftc: its answers are drawn before the seconds of both sides begin (default: none)",
    )
    _add_out(parser)


def _batch(parser: ArgumentParser) -> None:
    _add_suite(parser, limit=8)
    _add_budgets(parser)
    _add_seeds(parser, (0, 1, 2), "a round each")
    parser.add_argument("--models", type=_names, metavar="A,B", help="several models, one beside the other")
    parser.add_argument("--at-once", type=_COUNT, default=8, metavar="N", help="compiles at the same time (default: 8)")


def _repair(parser: ArgumentParser) -> None:
    parser.add_argument("suite", metavar="SUITE", help="own, or the path of a JSON Lines file with reference solutions")
    _add_limit(parser, "the first N problems that a bug can be seeded in")
    _add_seconds(parser, "seconds a repair (default: 30)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="rows as JSON Lines")


def _guidance(parser: ArgumentParser) -> None:
    _add_suite(parser)
    parser.add_argument(
        "--samples", type=int, default=6, metavar="N", help="answers besides the greedy one (default: 6)"
    )
    parser.add_argument("--holes", type=int, default=2, metavar="N", help="holes made in a reference (default: 2)")
    parser.add_argument(
        "--expansions", type=int, default=50_000, metavar="N", help="expansions of a search (default: 50000)"
    )
    parser.add_argument("--offline", action="store_true", help="take the model's answers from the cache alone")
    _add_out(parser)


def _associate(parser: ArgumentParser) -> None:
    about = "installed distributions, modules of the standard library, and stdlib for all of these"
    parser.add_argument("packages", nargs="+", metavar="PACKAGE", help=about)
    parser.add_argument("--path", type=Path, metavar="DIR", help="where the packages are (default: this environment)")
    parser.add_argument("--without", type=_names, default=(), metavar="PACKAGE,...", help="leave these out")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the counts as JSON")


def _grammars(parser: ArgumentParser) -> None:
    parser.add_argument("--texts", type=_COUNT, default=20_000, metavar="N", help="so many texts (default: 20000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for other texts")
    parser.add_argument("--engines", type=_names, default=(), metavar="NAME,...")


def _proposals(parser: ArgumentParser) -> None:
    _add_suite(parser)
    _add_proposals(parser, "so many answers (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for other answers")


def _constrained(parser: ArgumentParser) -> None:
    _add_suite(parser)
    parser.add_argument("--samples", type=_COUNT, default=5, metavar="N", help="answers a side (default: 5)")
    _add_seeds(parser, (0, 1, 2), "the seeds")


def _profile(parser: ArgumentParser) -> None:
    _add_limit(parser, "the first N specifications")
    parser.add_argument("--rounds", type=_COUNT, default=3, metavar="N", help="to measure the speed (default: 3)")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout, measured in turns")


def _narrowing(parser: ArgumentParser) -> None:
    _add_proposals(parser, "on each side (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for other proposals")
    parser.add_argument("--model", default="none", metavar="NAME|PATH|none", help="who proposes (default: chance)")
    parser.add_argument("--vocabulary", type=Path, metavar="GGUF", help="time the first mask over its tokens")
    parser.add_argument(
        "--references", metavar="SUITE", help="own, or a JSON Lines file: which of its expressions are kept"
    )


def _results(parser: ArgumentParser) -> None:
    files = "rows of `bench run` or `bench sygus`, or what another action printed under --json; none: the page alone"
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help=files)
    parser.add_argument("--before", type=Path, nargs="+", metavar="FILE", help="rows to compare with those of --after")
    parser.add_argument("--after", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--keep", metavar="NAME", help="write the summary to the folder, and the page anew")
    about = "of the summaries; the page stands beside it (default: docs/results)"
    parser.add_argument("--folder", type=Path, default=Path("docs/results"), metavar="DIR", help=about)
    parser.add_argument("--held-out", action="store_true", help="nobody who wrote liftc had looked at the problems")
    parser.add_argument("--commit", metavar="COMMIT", help="in place of what the files tell")
    parser.add_argument("--command", metavar="TEXT", help="in place of what the files tell")


_ACTIONS: Mapping[str, tuple[str, Callable[[ArgumentParser], None]]] = {
    "run": ("compile a suite's problems, and ask the raw model beside it", _run),
    "report": ("the table of rows that runs have written", _report),
    "suite": ("make a suite of other people's functions, from the doctests of packages", _suite),
    "ir": ("how many reference solutions the IR covers", _ir),
    "overheads": ("start-up, bookkeeping, and decoding under the grammar", _overheads),
    "replays": ("compile problems, and replay each offline in another process", _replays),
    "sygus": ("SyGuS problems, and cvc5 beside it", _sygus),
    "batch": ("functions an hour, one at a time and several together", _batch),
    "repair": ("seeded bugs repaired without a model, by edits and by reopening", _repair),
    "guidance": ("candidates that search expands with and without guidance", _guidance),
    "associate": ("how often functions of packages use each operation, given their words", _associate),
    "grammars": ("whether every engine reads a grammar in the same way", _grammars),
    "proposals": ("whether every answer under the grammar lowers, and ends", _proposals),
    "constrained": ("answers under the grammar beside as many free ones", _constrained),
    "profile": ("where search spends its time, on a fixed set of specifications", _profile),
    "narrowing": ("type errors of proposals for holes, narrowed and not", _narrowing),
    "results": ("keep the figures of runs, and write the page of them", _results),
}


def _add_suite(parser: ArgumentParser, limit: int | None = None) -> None:
    parser.add_argument("suites", nargs="*", default=["own"], metavar="SUITE", help="own, or a JSON Lines file's path")
    of = "all" if limit is None else limit
    _add_limit(parser, f"the first N problems of each suite (default: {of})", limit)
    _add_ids(parser)
    parser.add_argument("--model", default="auto", metavar="NAME|PATH|none", help="the model, as for a compile")


def _add_budgets(parser: ArgumentParser) -> None:
    default = Options()
    parser.add_argument("--budget-tokens", type=int, default=default.budget_tokens, metavar="N")
    parser.add_argument("--budget-seconds", type=float, default=default.budget_seconds, metavar="S")
    parser.add_argument("--samples", type=int, default=default.samples, metavar="N")


def _add_limit(parser: ArgumentParser, about: str, default: int | None = None) -> None:
    parser.add_argument("--limit", type=_COUNT, default=default, metavar="N", help=about)


def _add_ids(parser: ArgumentParser) -> None:
    parser.add_argument("--ids", type=_names, metavar="ID,...", help="these problems only")


def _add_seeds(parser: ArgumentParser, default: Sequence[int], about: str) -> None:
    parser.add_argument("--seeds", type=whole_numbers, default=default, metavar="N,...", help=about)


def _add_seconds(parser: ArgumentParser, about: str) -> None:
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help=about)


def _add_proposals(parser: ArgumentParser, about: str) -> None:
    parser.add_argument("--proposals", type=_COUNT, default=2000, metavar="N", help=about)


def _add_out(parser: ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument(
        "--out", type=Path, required=required, metavar="FILE", help="rows as JSON Lines; a run goes on there"
    )


def _names(text: str) -> list[str]:
    return text.split(",")


def _sides(text: str) -> tuple[str, ...]:
    return _known(text, "side", SIDES)


def _parts(text: str) -> tuple[str, ...]:
    return _known(text, "part", ABLATIONS)


def _known(text: str, what: str, known: Sequence[str]) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    for part in parts:
        if part not in known:
            raise ArgumentTypeError(f"there is no {what} {part!r}; the {what}s are {', '.join(known)}")
    return parts
